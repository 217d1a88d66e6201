// Snapshots: one partition's state at one position of the log, checksummed, renamed into place; two of each are kept.
// Bytes in docs/formats/snapshot.md.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/run/data_folder.hpp"
#include "engine/state/state.hpp"

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

/// Loads the newest snapshot that is whole into `state` (made anew by the caller). A damaged one is passed over.
/// Returns its head; none if there is none.
Result<std::optional<SnapshotHead>> load_snapshot(const DataFolder& folder, std::uint16_t partition,
                                                  const std::string& program, state::State& state);

}  // namespace tend::run
