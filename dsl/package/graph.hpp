// Which packages a workspace is built on: its dependencies, theirs, and so on. Pure: who calls reads the manifests.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tend::package {

/// A line of `[dependencies]` in tend.toml: `retention = { path = "../retention" }`.
struct Dependency {
  std::string name;
  std::string path;  // as written: from the folder of the tend.toml that says so
  std::uint32_t line = 0;
};

/// What a tend.toml says of packages.
struct Manifest {
  std::string name;  // of `[package]`; empty: this folder is nobody's package
  std::string version;
  std::vector<Dependency> dependencies;  // sorted by name
};

struct Package {
  std::string name;
  std::string version;
  std::string folder;  // from where the workspace's own folder was named
  std::vector<std::string> dependencies;
};

/// Why there is no graph: a sentence about a line of the tend.toml in `folder`.
struct Problem {
  std::string folder;
  std::uint32_t line = 0;
  std::string sentence;
};

struct Graph {
  std::vector<Package> packages;  // each after those that it uses itself, else by name
  std::optional<Problem> problem;
};

inline constexpr std::string_view kStandard = "std";  // comes with tend, and is no dependency

/// The manifest in a folder; null where there is none, or it could not be read (who reads keeps the reason).
using ReadManifest = std::function<const Manifest*(const std::string& folder)>;

/// Follows the dependencies of the workspace in `folder`.
/// Errors: the first one, as `problem`: a circle, a name that the package does not bear, one name for two folders, a
/// folder without a manifest (with an empty sentence, since `read` knows better).
Graph follow(const Manifest& root, const std::string& folder, const ReadManifest& read);

/// `path` as seen from `folder`, without `.` and `..` where they can be taken out.
std::string joined(const std::string& folder, const std::string& path);

}  // namespace tend::package
