// tend.lock: what each package held when somebody last agreed to it (docs/packages.md).
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tend::package {

struct Locked {
  std::string name;
  std::string version;
  std::string path;  // from the workspace's folder
  std::string hash;  // of its files: see tree_hash
  friend bool operator==(const Locked&, const Locked&) = default;
};

/// What a playbook of the workspace came to with these packages.
struct LockedPlaybook {
  std::string name;
  std::string hash;  // of its program
  friend bool operator==(const LockedPlaybook&, const LockedPlaybook&) = default;
};

struct Lock {
  std::vector<Locked> packages;           // sorted by name
  std::vector<LockedPlaybook> playbooks;  // sorted by name
};

const Locked* find(const Lock& lock, std::string_view name);

/// The file's text. Equal locks give equal texts.
std::string write(const Lock& lock);

/// Reads what `write` made. Errors: nullopt with `bad_line`, counted from 1.
std::optional<Lock> read(std::string_view text, std::uint32_t& bad_line);

/// Any function from bytes to a name for them; the engine has one.
using Hash = std::function<std::string(std::string_view bytes)>;

/// One name for all files of a package: their names and contents, in the order of the names, each with its length
/// before it, so that nothing can move from one to another unseen.
std::string tree_hash(std::vector<std::pair<std::string, std::string>> files, const Hash& hash);

}  // namespace tend::package
