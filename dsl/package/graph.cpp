#include "dsl/package/graph.hpp"

#include <algorithm>

namespace tend::package {
namespace {

class Walk {
 public:
  Walk(Graph& graph, const ReadManifest& read) : graph_(graph), read_(read) {}

  void dependencies_of(const Manifest& manifest, const std::string& folder) {
    for (const Dependency& dependency : manifest.dependencies) {
      if (graph_.problem) return;
      take(dependency, folder);
    }
  }

 private:
  void refuse(const Dependency& dependency, const std::string& folder, std::string sentence) {
    graph_.problem = Problem{folder, dependency.line, std::move(sentence)};
  }

  void take(const Dependency& dependency, const std::string& folder) {
    const std::string there = joined(folder, dependency.path);
    if (dependency.name == kStandard)
      return refuse(dependency, folder, "`std` comes with tend: take it out of `[dependencies]`");
    if (const auto open = std::find(open_.begin(), open_.end(), dependency.name); open != open_.end()) {
      std::string circle;
      for (auto one = open; one != open_.end(); ++one) circle += "`" + *one + "` uses ";
      return refuse(dependency, folder, "packages cannot use each other in a circle: " + circle + "`" + *open + "`");
    }
    const auto known = std::find_if(graph_.packages.begin(), graph_.packages.end(),
                                    [&](const Package& package) { return package.name == dependency.name; });
    if (known != graph_.packages.end()) {
      if (known->folder == there) return;
      return refuse(dependency, folder,
                    "the package `" + dependency.name + "` is in `" + known->folder + "` for one and in `" + there +
                        "` for another: there can be only one of a name");
    }
    const Manifest* manifest = read_(there);
    if (!manifest) return refuse(dependency, folder, "");
    if (manifest->name.empty())
      return refuse(dependency, folder, "`" + there + "` is no package: its tend.toml has no `[package]` with a name");
    if (manifest->name != dependency.name)
      return refuse(dependency, folder,
                    "the package in `" + there + "` is called `" + manifest->name + "`, not `" + dependency.name + "`");
    const Manifest copy = *manifest;
    open_.push_back(dependency.name);
    dependencies_of(copy, there);
    open_.pop_back();
    if (graph_.problem) return;
    Package package{copy.name, copy.version, there, {}};
    for (const Dependency& one : copy.dependencies) package.dependencies.push_back(one.name);
    graph_.packages.push_back(std::move(package));
  }

  Graph& graph_;
  const ReadManifest& read_;
  std::vector<std::string> open_;  // under way
};

}  // namespace

std::string joined(const std::string& folder, const std::string& path) {
  const bool absolute = path.starts_with('/');
  const std::string whole = absolute ? path : folder + "/" + path;
  const bool from_root = absolute || folder.starts_with('/');
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= whole.size();) {
    const std::size_t end = std::min(whole.find('/', begin), whole.size());
    const std::string part = whole.substr(begin, end - begin);
    begin = end + 1;
    if (part.empty() || part == ".") continue;
    if (part == ".." && !parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else if (part != ".." || !from_root) {
      parts.push_back(part);
    }
  }
  std::string out;
  for (const std::string& part : parts) out += (out.empty() && !from_root ? "" : "/") + part;
  if (out.empty()) return from_root ? "/" : ".";
  return out;
}

Graph follow(const Manifest& root, const std::string& folder, const ReadManifest& read) {
  Graph graph;
  Walk(graph, read).dependencies_of(root, folder);
  if (graph.problem) graph.packages.clear();
  return graph;
}

}  // namespace tend::package
