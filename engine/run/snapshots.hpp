// Snapshots: one partition's state at one position of the log, checksummed, renamed into place; two of each are kept.
// Bytes in docs/formats/snapshot.md.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/run/data_folder.hpp"

namespace tend::run {

struct SnapshotHead {
  std::uint16_t partition = 0;
  std::uint64_t position = 0;  // of the last record that is in it
  std::uint32_t epoch = 0;
  std::string program;  // hash
};

/// Writes `bytes` (State::save) durably under its name, then removes all but the two newest of the partition.
Result<void> write_snapshot(const DataFolder& folder, const SnapshotHead& head, std::string_view bytes);

/// Positions of the partition's snapshots, newest first.
Result<std::vector<std::uint64_t>> list_snapshots(const DataFolder& folder, std::uint16_t partition);

struct Snapshot {
  SnapshotHead head;
  std::string bytes;  // State::save
};
/// The newest snapshot that is whole; none if there is none. A damaged one is passed over.
Result<std::optional<Snapshot>> read_snapshot(const DataFolder& folder, std::uint16_t partition);

}  // namespace tend::run
