// The programs that a data folder ran, each made ready to run once: by their hash, as the log names them.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "dsl/program/program.hpp"
#include "engine/journey/plan.hpp"
#include "engine/run/data_folder.hpp"

namespace tend::run {

/// A program with all that running it takes.
struct Running {
  std::string hash;  // of its bytes
  std::string from;  // hash of the program that was put in, before older versions were grafted into it; else as `hash`
  program::Program program;
  program::Places places;
  std::unique_ptr<journey::Plan> plan;  // of `program`
};

/// What it gives stays as long as it lives, so that whoever read an input by one program can finish with it while the
/// engine goes over to the next. Thread: any.
class Programs {
 public:
  /// Plans are made with the channel and the teams of the workspace.
  explicit Programs(std::string default_channel = {}, std::vector<journey::Team> teams = {})
      : default_channel_(std::move(default_channel)), teams_(std::move(teams)) {}

  /// Shape: `from` empty where nothing was grafted.
  const Running& add(program::Program program, program::Places places, std::string from = {});
  /// Null where it was not added or loaded.
  const Running* find(const std::string& hash) const;
  const Running* find_plan(const journey::Plan& plan) const;
  /// The one that the data folder has under this hash.
  /// Errors: of the disk; `corrupt`; `version` where another version of tend wrote it.
  Result<const Running*> load(const DataFolder& folder, const std::string& hash);

 private:
  std::string default_channel_;
  std::vector<journey::Team> teams_;
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Running>> all_;
};

/// Which program was in force when a record of the log was written: whose numbers stand in it.
class ProgramsInLog {
 public:
  /// Told of every record of a program, in the order of the log.
  void note(std::uint16_t partition, std::uint64_t position, const Running& running) {
    by_partition_[partition].push_back({position, &running});
  }
  /// Null before the first.
  const Running* at(std::uint16_t partition, std::uint64_t position) const;

 private:
  std::map<std::uint16_t, std::vector<std::pair<std::uint64_t, const Running*>>> by_partition_;
};

/// Keeps it in the data folder, durably. Errors: of the disk.
Result<void> store(const DataFolder& folder, const Running& running);

/// The hash of the program that a data folder runs; empty for a folder in which nothing has run.
Result<std::string> current_program(const DataFolder& folder);
Result<void> set_current_program(const DataFolder& folder, const std::string& hash);

}  // namespace tend::run
