// The seam for the disk: everything tend writes and reads goes through Files, so that tests can fill the disk, tear a
// write and pull the plug (files_simulated.hpp). Paths are ordinary paths with `/`.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/env/result.hpp"

namespace tend::env {

/// An open file. It is closed when it is destroyed; what was not synced then may be lost by a crash.
/// Errors: `io` with the path and the system's reason (`the disk is full: cannot write …`).
/// Thread: reads and writes of different bytes may run at once.
class File {
 public:
  virtual ~File() = default;
  /// Reads up to `to.size()` bytes from `offset` on. Fewer come back only at the end of the file.
  virtual Result<std::size_t> read(std::uint64_t offset, std::span<char> to) = 0;
  /// Writes all bytes at `offset`, or fails; some of them may then be in the file.
  virtual Result<void> write(std::uint64_t offset, std::string_view bytes) = 0;
  /// Lets the disk begin with bytes that were just written, so that the sync that follows has less to wait for.
  /// Promises nothing, and need not do anything.
  virtual Result<void> begin_sync(std::uint64_t /*offset*/, std::uint64_t /*bytes*/) { return {}; }
  /// When it returns, everything written before is on the disk (fdatasync). After it failed nobody knows what is: write
  /// all of it again.
  virtual Result<void> sync() = 0;
  /// Says that nobody will read the file soon: what the system has of it in memory can be used for something else.
  /// Need not do anything.
  virtual void let_memory_go() {}
  virtual Result<std::uint64_t> size() = 0;
  virtual Result<void> truncate(std::uint64_t size) = 0;
  /// Makes the file `size` bytes long, all of them on the disk: new bytes are zeros that were really written, so that
  /// later writes into them change no metadata and a sync costs one turn of the disk. Synced when it returns.
  virtual Result<void> preallocate(std::uint64_t size) = 0;
};

/// Held as long as it lives.
class FolderLock {
 public:
  virtual ~FolderLock() = default;
};

enum class OpenMode {
  read,    // must exist
  write,   // read and write, must exist
  create,  // read and write, made if it is not there
};

/// Errors: `not_found` where something must exist and does not; else `io`.
/// Thread: safe, as far as the paths differ.
class Files {
 public:
  virtual ~Files() = default;

  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  virtual Result<bool> exists(const std::string& path) = 0;
  /// Replaces what is at `to`. Durable after sync_folder.
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  /// Removes a file. Durable after sync_folder.
  virtual Result<void> remove(const std::string& path) = 0;
  /// The names in a folder (not the paths), sorted by their bytes.
  virtual Result<std::vector<std::string>> list(const std::string& folder) = 0;
  /// Makes a folder and those above it; no error if it is there. Durable when it returns.
  virtual Result<void> make_folder(const std::string& folder) = 0;
  /// When it returns, the names in the folder are on the disk as they are now.
  virtual Result<void> sync_folder(const std::string& folder) = 0;
  /// Takes the folder for this process, through a lock on the file `LOCK` in it, which then holds the process's number.
  /// Errors: `in_use` when another process (or this one) has it.
  virtual Result<std::unique_ptr<FolderLock>> lock_folder(const std::string& folder) = 0;
};

/// The disk of this machine. Lives as long as the process.
Files& real_files();

/// The whole content of a file.
Result<std::string> read_whole_file(Files& files, const std::string& path);

/// Replaces a file so that after a crash either the old or the new content is there: a temporary file beside it, sync,
/// rename, sync of the folder. Shape: `path` has a folder part (`data/x`).
Result<void> write_whole_file(Files& files, const std::string& path, std::string_view content);

/// `folder/name`.
std::string join_path(std::string_view folder, std::string_view name);
/// The folder part of a path, `.` if it has none.
std::string folder_of(std::string_view path);

}  // namespace tend::env
