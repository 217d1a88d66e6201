// What a run came to, in a form in which two runs can be held against each other.
#pragma once
#include <string>
#include <vector>

#include "engine/run/engine.hpp"
#include "engine/simulate/report.hpp"
#include "tests/sim/subject.hpp"
#include "tests/sim/world.hpp"

namespace tend::sim {

struct Outcome {
  std::string figures;                    // tend.run/1
  std::vector<simulate::SendLine> sends;  // accepted ones, as `--sends` has them
};

/// The run that nothing disturbs: in memory, no log.
Result<Outcome> run_undisturbed(const Subject& subject);

std::string figures_of(const Subject& subject, run::Engine& engine);

/// Takes an `outcome` record into the list if it was an accepted one; its numbers are of the program of that time, so
/// what the world was asked says the names. False for a record that cannot be read, or of a send that nobody was asked.
bool take_outcome(std::string_view payload, const World& world, std::vector<simulate::SendLine>& sends);

/// How `right` differs from `left`, in words; empty where it does not.
std::string difference(const Outcome& left, const Outcome& right);

/// How an outcome differs from what the model says (Subject::expected, expected_sends): what the model does not speak
/// of is not compared. Empty where it does not.
std::string difference_from_model(const Subject& subject, const Outcome& outcome);

}  // namespace tend::sim
