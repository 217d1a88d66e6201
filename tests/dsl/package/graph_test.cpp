// The graph of packages: in what order, and what there cannot be.
#include "dsl/package/graph.hpp"

#include <map>

#include "tests/support/test.hpp"

using namespace tend;
using package::Manifest;

namespace {

/// Folder -> manifest; the workspace is in `shop`.
std::string followed(const std::map<std::string, Manifest>& folders, const Manifest& root) {
  const package::Graph graph = package::follow(root, "shop", [&](const std::string& folder) -> const Manifest* {
    const auto found = folders.find(folder);
    return found == folders.end() ? nullptr : &found->second;
  });
  if (graph.problem)
    return graph.problem->folder + ":" + std::to_string(graph.problem->line) + ": " + graph.problem->sentence;
  std::string out;
  for (const package::Package& one : graph.packages) out += (out.empty() ? "" : " ") + one.name + "=" + one.folder;
  return out;
}

}  // namespace

TEST_CASE("a package stands behind those that it uses, each once") {
  const Manifest root{"", "", {{"a", "../a", 2}, {"b", "lib/b", 3}}};
  const std::map<std::string, Manifest> folders = {{"a", {"a", "1", {{"c", "../c", 1}}}},
                                                   {"shop/lib/b", {"b", "1", {{"c", "../../../c", 1}}}},
                                                   {"c", {"c", "1", {}}}};
  CHECK(followed(folders, root) == "c=c a=a b=shop/lib/b");
  CHECK(followed({}, {}) == "");
}

TEST_CASE("what a graph cannot be") {
  CHECK(followed({{"a", {"a", "", {{"b", "../b", 5}}}}, {"b", {"b", "", {{"a", "../a", 7}}}}},
                 {"", "", {{"a", "../a", 2}}}) ==
        "b:7: packages cannot use each other in a circle: `a` uses `b` uses `a`");
  CHECK(followed({{"a", {"a", "", {{"c", "../other/c", 5}}}}, {"other/c", {"c", "", {}}}, {"c", {"c", "", {}}}},
                 {"", "", {{"a", "../a", 2}, {"c", "../c", 3}}}) ==
        "shop:3: the package `c` is in `other/c` for one and in `c` for another: there can be only one of a name");
  CHECK(followed({{"a", {"z", "", {}}}}, {"", "", {{"a", "../a", 2}}}) ==
        "shop:2: the package in `a` is called `z`, not `a`");
  CHECK(followed({{"a", {"", "", {}}}}, {"", "", {{"a", "../a", 2}}}) ==
        "shop:2: `a` is no package: its tend.toml has no `[package]` with a name");
  CHECK(followed({}, {"", "", {{"a", "../a", 2}}}) == "shop:2: ");
  CHECK(followed({}, {"", "", {{"std", "../a", 2}}}) ==
        "shop:2: `std` comes with tend: take it out of `[dependencies]`");
}

TEST_CASE("paths are joined") {
  CHECK(package::joined(".", "../a") == "../a");
  CHECK(package::joined("x/y", "../../a/./b/") == "a/b");
  CHECK(package::joined("/x", "/a") == "/a");
}
