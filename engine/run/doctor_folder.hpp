// The doctor over a data folder: what stands on the disk belongs together, and gives the same state whichever way it is
// read.
#pragma once
#include <cstdint>
#include <vector>

#include "engine/run/data_folder.hpp"
#include "engine/run/doctor.hpp"

namespace tend::run {

struct FolderCheck {
  std::string default_channel = {};  // as the plan that ran (engine/journey/plan.hpp)
  std::vector<journey::Team> teams = {};
  bool history = true;  // it lies on the real disk only
};

struct FolderReport {
  std::uint64_t customers = 0;
  std::uint64_t journeys = 0;
  std::uint64_t live_journeys = 0;
  std::uint64_t outstanding = 0;   // sends whose answer is not in
  std::uint64_t records = 0;       // of the log that were read
  bool from_the_beginning = true;  // the log reaches back to its first record, so that snapshots could be checked by it
  std::vector<std::string> paused;  // PauseInput::what
  std::vector<Finding> findings;
};

/// Reads the folder beside whoever runs it and changes nothing: snapshots and log give a state, the log from its
/// beginning gives the same, through all deploys; the state is whole (doctor.hpp); no snapshot is ahead of the log; no
/// message has two outcomes; the history holds what the log holds. Damage (`corrupt`) is a finding. Errors: of the
/// disk; `not_found` and `version` as open_data_folder_for_reading.
Result<FolderReport> check_folder(const DataFolder& folder, const FolderCheck& check = {});

/// The history's part of it. Appends what does not fit.
Result<void> check_history(const DataFolder& folder, std::vector<Finding>& findings);

}  // namespace tend::run
