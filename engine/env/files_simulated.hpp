// A disk in memory for tests: it remembers what was synced and what was not, can be full, can fail, and loses the right
// things in a crash.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/env/files.hpp"

namespace tend::env {

/// The calls that fail_next can make fail.
enum class DiskCall { open, read, write, sync, truncate, preallocate, rename, remove, list, make_folder, sync_folder };

/// Files in memory.
/// A crash keeps all synced bytes; of each later write it keeps all, nothing, or a part cut at any byte, each write by
/// itself, as a disk with a queue does. Names (made, renamed, removed) come back as of the last sync_folder plus some
/// first part of what was done since. A sync that fails drops what it should have written from the disk's queue (as
/// Linux does): it stays readable and is lost in a crash. Thread: safe.
class SimulatedFiles final : public Files {
 public:
  SimulatedFiles();
  ~SimulatedFiles() override;

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<bool> exists(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& folder) override;
  Result<void> make_folder(const std::string& folder) override;
  Result<void> sync_folder(const std::string& folder) override;
  Result<std::unique_ptr<FolderLock>> lock_folder(const std::string& folder) override;

  /// Pulls the plug. Files that are open fail from now on; locks are gone. The same seed and history give the same
  /// disk.
  void crash(std::uint64_t seed);
  /// The disk is full when all files together hold this many bytes; none takes the limit away. What still fits of a
  /// write is written.
  void set_capacity(std::optional<std::uint64_t> bytes);
  std::uint64_t used_bytes();
  /// The `after`-th call of this kind from now fails once (0: the next one). Not for full disks: see set_capacity.
  void fail_next(DiskCall call, unsigned after = 0);
  /// After this many more calls of any kind all calls fail, until crash(): the moment at which the plug is pulled, in
  /// the middle of something.
  void unplug_after(std::uint64_t calls);
  bool unplugged();
  /// What fail_next and unplug_after have prepared and nobody has met does not happen.
  void forget_faults();
  /// How many calls of this kind came until now, the failed ones included.
  std::uint64_t calls(DiskCall call);

  /// A file's present bytes, and changing them behind the engine's back (durably): flips and cuts of tests.
  std::string content(const std::string& path);
  void set_content(const std::string& path, std::string bytes);

  struct Disk;  // the shared inside: open files keep it alive

 private:
  std::shared_ptr<Disk> disk_;
};

}  // namespace tend::env
