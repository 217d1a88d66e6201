// A log's inputs applied again as they were applied then: the engine's recovery, and those who look at a data folder.
#pragma once
#include <functional>
#include <vector>

#include "engine/log/log.hpp"
#include "engine/run/data_folder.hpp"
#include "engine/run/partitions.hpp"
#include "engine/run/programs.hpp"

namespace tend::run {

/// Who looks on, and how far it goes.
struct ReplayHooks {
  /// Told of each record of a partition, before it is applied.
  std::function<Result<void>(const log::Record&)> on_record = {};
  /// Told after each batch, while its effects stand.
  std::function<void()> on_applied = {};
  /// Told whenever some of it has been applied, while its effects stand.
  std::function<Result<void>()> on_effects = {};
  /// Nothing behind this batch, where somebody goes on writing.
  std::uint64_t through = UINT64_MAX;
};

/// Applies what the log has behind these positions. Programs that it names are loaded from the folder. Where customers
/// read one another it goes batch by batch, in each one partition after the other, so that they find what they found
/// then; else in larger pieces. Returns the last batch by a program in which customers read one another, 0 if none was
/// seen. Errors: of the log, the folder and `hooks`; `corrupt` for a record that its program cannot take.
/// Requires: Partitions::set_programs(programs).
Result<std::uint64_t> replay_log(log::Log& log, const DataFolder& folder, Programs& programs,
                                 const std::vector<std::uint64_t>& after, Partitions& partitions,
                                 const ReplayHooks& hooks);

}  // namespace tend::run
