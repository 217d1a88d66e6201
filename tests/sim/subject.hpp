// What a run is about: a workspace from the real disk, compiled, with its rows, what is done to it on the way, and what
// is known of its outcome.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/cli/recorded_run.hpp"
#include "engine/journey/plan.hpp"
#include "engine/run/doctor_folder.hpp"

namespace tend::sim {

/// What an operator does in the middle of the run, at a moment of its own: puts an edit in, or pauses or resumes.
struct Step {
  env::Moment at = 0;
  std::unique_ptr<cli::Compiled> edit;  // null: a pause
  bool pause = true;
  std::string what;
};

struct Subject {
  std::string folder;
  cli::Prepared prepared;
  std::unique_ptr<journey::Plan> plan;
  unsigned reject_percent = 0;                // `faults.json`
  std::optional<std::string> expected;        // `expected.json`: tend.run/1, as far as the model has it
  std::optional<std::string> expected_sends;  // `sends.jsonl`: a line per send, without keys

  std::vector<Step> steps;  // `steps.json`, by moment

  const program::Program& program() const { return prepared.compiled->program; }
};

/// How the doctor looks at a data folder that ran it on a disk in memory.
inline run::FolderCheck folder_check(const Subject& subject) {
  return {.default_channel = subject.plan->default_channel, .teams = subject.plan->teams, .history = false};
}

/// The run of the whole workspace with its steps. An engine that did a part already goes on there.
/// Errors: of the engine.
Result<void> run_through(run::Engine& engine, const Subject& subject, simulate::RecordedOptions options);

/// Reads a workspace folder. `from` and `to` come from its expected.json where it has one.
Result<Subject> load_subject(const std::string& folder);

}  // namespace tend::sim
