#include "engine/simulate/packages.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include "engine/run/data_folder.hpp"

namespace tend::simulate {
namespace {

std::string relative(const std::string& folder, const std::string& path) {
  const std::filesystem::path base = folder.empty() ? "." : folder;
  return std::filesystem::path(path).lexically_relative(base.lexically_normal()).generic_string();
}

Result<LoadedPackage> read_package(const package::Package& from, const Workspace& workspace, env::Files& files) {
  LoadedPackage package{from.name, from.version, from.folder, from.dependencies, {}, {}};
  auto scripts = list_files(from.folder, {".lua"}, files);
  if (!scripts) return tl::unexpected(scripts.error());
  std::vector<std::string> paths = workspace.tend_files;
  paths.insert(paths.end(), scripts->begin(), scripts->end());
  std::sort(paths.begin(), paths.end());
  std::vector<std::pair<std::string, std::string>> hashed;
  for (const std::string& path : paths) {
    auto text = env::read_whole_file(files, path);
    if (!text) return tl::unexpected(text.error());
    hashed.emplace_back(relative(from.folder, path), *text);
    package.files.emplace_back(path, std::move(*text));
  }
  auto manifest = env::read_whole_file(files, workspace.config);
  if (!manifest) return tl::unexpected(manifest.error());
  hashed.emplace_back("tend.toml", std::move(*manifest));
  package.hash = package::tree_hash(std::move(hashed), run::program_hash);
  return package;
}

}  // namespace

Result<std::vector<LoadedPackage>> load_packages(const Workspace& workspace, env::Files& files) {
  std::vector<LoadedPackage> packages;
  if (workspace.manifest.dependencies.empty()) return packages;
  std::map<std::string, Workspace> read;  // by folder
  std::optional<Error> error;
  const package::Graph graph =
      package::follow(workspace.manifest, workspace.folder, [&](const std::string& folder) -> const package::Manifest* {
        auto loaded = load_workspace(folder, files);
        if (!loaded) {
          error = loaded.error();
          return nullptr;
        }
        return &read.insert_or_assign(folder, std::move(*loaded)).first->second.manifest;
      });
  if (graph.problem) {
    const std::string where =
        path_in(graph.problem->folder, "tend.toml") + ":" + std::to_string(graph.problem->line) + ": ";
    if (error) return fail(error->code, where + error->message);
    return fail(ErrorCode::invalid, where + graph.problem->sentence);
  }
  for (const package::Package& one : graph.packages) {
    auto package = read_package(one, read.at(one.folder), files);
    if (!package) return tl::unexpected(package.error());
    packages.push_back(std::move(*package));
  }
  return packages;
}

LoadedPackage standard_package() {
  LoadedPackage package;
  package.name = package::kStandard;
  package.version = TEND_VERSION;
  for (const StandardFile& file : standard_files())
    package.files.emplace_back("std/" + std::string(file.name), file.text);
  return package;
}

Result<package::Lock> load_lock(const Workspace& workspace, env::Files& files) {
  const std::string path = path_in(workspace.folder, "tend.lock");
  const auto there = files.exists(path);
  if (!there) return tl::unexpected(there.error());
  if (!*there) return package::Lock{};
  const auto text = env::read_whole_file(files, path);
  if (!text) return tl::unexpected(text.error());
  std::uint32_t line = 0;
  auto lock = package::read(*text, line);
  if (!lock) {
    return fail(ErrorCode::invalid, path + ":" + std::to_string(line) +
                                        ": this is not what `tend update` writes: run it to write the file anew");
  }
  return *lock;
}

Result<void> save_lock(const Workspace& workspace, const package::Lock& lock, env::Files& files) {
  return env::write_whole_file(files, path_in(workspace.folder, "tend.lock"), package::write(lock));
}

package::Locked locked_as(const Workspace& workspace, const LoadedPackage& package) {
  return {package.name, package.version, relative(workspace.folder, package.folder), package.hash};
}

}  // namespace tend::simulate
