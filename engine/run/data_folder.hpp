// The data folder: who holds it, which version it is, the programs that ran in it. Layout in docs/formats/data.md.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "engine/env/files.hpp"
#include "engine/run/seen_id.hpp"

namespace tend::run {

inline constexpr int kDataVersion = 1;

struct DataFolder {
  std::string path;
  env::Files* files = nullptr;
  unsigned partitions = 64;
  std::unique_ptr<env::FolderLock> lock;  // null when opened for reading
  SeenKey seen_key = {};

  std::string log() const { return env::join_path(path, "log"); }
  std::string snapshots() const { return env::join_path(path, "snapshots"); }
  std::string history() const { return env::join_path(path, "history"); }
  std::string serving() const { return env::join_path(path, "serving"); }
  std::string keys() const { return env::join_path(path, "keys.json"); }
  std::string audit() const { return env::join_path(path, "audit.jsonl"); }
  std::string dead_letters() const { return env::join_path(path, "dead-letters"); }
  /// Which message a receipt is about.
  std::string sent() const { return env::join_path(path, "sent"); }
  /// The key that addresses in messages are sealed with.
  std::string links_key() const { return env::join_path(path, "links.key"); }
  /// Hashes of addresses that are not to be written to although nobody knows whose they were.
  std::string suppressions() const { return env::join_path(path, "suppressions"); }
  /// Who is being forgotten just now.
  std::string forgetting() const { return env::join_path(path, "forgetting"); }
  /// What platforms have still to be told of customers.
  std::string mirror() const { return env::join_path(path, "mirror"); }
  /// What people agreed to, in words.
  std::string wordings() const { return env::join_path(path, "wordings.jsonl"); }
  std::string programs() const { return env::join_path(path, "programs"); }
};

/// Opens a data folder to write, making it if it is not there.
/// Errors: `in_use` by another process; `version` of another version; `invalid` if the folder holds something else.
Result<DataFolder> open_data_folder(env::Files& files, const std::string& path, unsigned partitions);
Result<DataFolder> open_data_folder_for_reading(env::Files& files, const std::string& path);

/// Where the process that holds the folder answers: `127.0.0.1:7700`; empty where nobody has said so.
Result<std::string> read_serving(const DataFolder& folder);
/// Empty: nowhere any more.
Result<void> write_serving(const DataFolder& folder, const std::string& address);

/// The program's name by its content: 32 hex digits.
std::string program_hash(std::string_view program_bytes);
/// Stores program and places under its hash; the places of a program that is there already are renewed.
Result<void> store_program(const DataFolder& folder, std::string_view program_bytes, std::string_view places_bytes);
struct StoredProgram {
  std::string program, places;
};
Result<StoredProgram> load_program(const DataFolder& folder, const std::string& hash);

}  // namespace tend::run
