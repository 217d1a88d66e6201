// The packages that a workspace is built on, from disk: its dependencies by path, and the one that comes with tend.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dsl/package/lock.hpp"
#include "engine/simulate/workspace.hpp"

namespace tend::simulate {

struct LoadedPackage {
  std::string name;
  std::string version;
  std::string folder;
  std::vector<std::string> dependencies;
  std::vector<std::pair<std::string, std::string>> files;  // path and text: .tend, .lua; sorted by path
  std::string hash;                                        // of these and of tend.toml; empty for the standard one
};

/// All packages, each after those that it uses itself. The standard one is not among them.
/// Errors: of the disk; `invalid` with file and line for what dsl/package/graph.hpp refuses.
Result<std::vector<LoadedPackage>> load_packages(const Workspace& workspace, env::Files& files = env::real_files());

/// A file of stdlib/, as it is compiled in.
struct StandardFile {
  std::string_view name;
  std::string_view text;
};
/// Sorted by name. Made by CMakeLists.txt.
std::span<const StandardFile> standard_files();

/// `std`, out of the binary. Its files are called `std/…`.
LoadedPackage standard_package();

/// What is written down in the workspace's tend.lock; nothing where there is none.
/// Errors: `invalid` with file and line where it is not what `tend update` writes.
Result<package::Lock> load_lock(const Workspace& workspace, env::Files& files = env::real_files());
Result<void> save_lock(const Workspace& workspace, const package::Lock& lock, env::Files& files = env::real_files());

/// How it should stand in tend.lock.
package::Locked locked_as(const Workspace& workspace, const LoadedPackage& package);

}  // namespace tend::simulate
