// Snapshots: one partition's state between two batches of the log, checksummed, renamed into place. Which of them
// belong together, and which are no longer needed. Bytes in docs/formats/snapshot.md.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/run/data_folder.hpp"

namespace tend::run {

struct SnapshotHead {
  std::uint16_t partition = 0;
  std::uint64_t batch = 0;     // the last batch of the log that is in it
  std::uint64_t position = 0;  // of the partition's last record that is in it
  /// The last batch up to then by a program in which customers read one another; 0 if there was none.
  std::uint64_t others_read = 0;
  std::uint32_t epoch = 0;
  std::string program;  // hash
};

/// The snapshots of a folder: by partition, newest first.
using SnapshotHeads = std::vector<std::vector<SnapshotHead>>;

/// For each partition one snapshot, by its place in `heads`; behind the last one: none, it begins with the log.
using SnapshotSet = std::vector<std::size_t>;

/// The newest snapshots from which the log gives what it gave: from the oldest of them on to the newest nobody read
/// another customer, who would stand there later or earlier than he did then. Shape: none is before its partition's
/// place in `from`.
SnapshotSet newest_set(const SnapshotHeads& heads, SnapshotSet from);
SnapshotSet newest_set(const SnapshotHeads& heads);
/// The newest that share no snapshot with `set`: what is left if one of those is damaged is at least as new.
SnapshotSet set_before(const SnapshotHeads& heads, const SnapshotSet& set);

/// Writes `bytes` (State::save) durably under its name.
Result<void> write_snapshot(const DataFolder& folder, const SnapshotHead& head, std::string_view bytes);

/// What stands in a folder.
struct Snapshots {
  SnapshotHeads heads;                // of those that nothing is known against
  std::vector<SnapshotHead> damaged;  // partition and batch at least are known
};

/// Looks at the heads only, so more may be damaged.
Result<Snapshots> list_snapshots(const DataFolder& folder);

/// The state's bytes; nullopt for a snapshot that is damaged.
Result<std::optional<std::string>> read_snapshot(const DataFolder& folder, const SnapshotHead& head);

/// Told of what a partition begins with; null: with the log.
using TakeSnapshot =
    std::function<Result<void>(std::uint16_t partition, const SnapshotHead* head, std::string_view bytes)>;
/// Reads the newest set of whole snapshots. `take` is told of every partition, of some again where one that is damaged
/// makes others older. Errors: of the disk and of `take`.
Result<Snapshots> read_newest_set(const DataFolder& folder, const TakeSnapshot& take);

/// Removes all but the newest set, and what a crash left of others: for who must not be found in older ones.
Result<void> keep_newest_set(const DataFolder& folder, Snapshots& snapshots);

/// Removes of this partition what the two newest sets have no use for, from the folder and from `snapshots`; what is
/// newer than they are stays.
Result<void> drop_snapshots(const DataFolder& folder, std::uint16_t partition, Snapshots& snapshots);

}  // namespace tend::run
