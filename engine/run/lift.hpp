// What figures say when they are compared: those contacted with those held out, and the arms of each split. For reports
// of runs and for what `serve` tells.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "dsl/program/program.hpp"
#include "engine/run/figures.hpp"
#include "engine/run/statistics.hpp"

namespace tend::run {

/// Whether somebody may be held out of the playbook: by itself or by the policy.
bool has_holdout(const program::Program& program, std::uint32_t playbook);

/// Journeys that were contacted and those of the control group, each with those of them that reached the goal.
Group contacted_of(const PlaybookCount& count);
Group held_out_of(const PlaybookCount& count);

/// The arms of a split, in the order of its text.
std::vector<Group> arms_of(const program::Step& step, const PlaybookCount& count);

/// Every two arms that are not empty, the later one first: what it has more than the earlier.
struct Pair {
  std::size_t a = 0, b = 0;
  Difference difference;
  double p_holm = 1;
};
std::vector<Pair> pairs_of(const std::vector<Group>& arms);

/// The line of a step; none where `places` does not say.
std::optional<std::uint32_t> line_of(const program::Places& places, std::uint32_t playbook, std::size_t step);

/// Adds `lift` where somebody may be held out of the playbook, `splits` where it has any (docs/formats/run.md).
/// Shape: a split of which `places` say nothing has no line.
void add_lift(nlohmann::ordered_json& json, const program::Program& program, const program::Places& places,
              std::uint32_t playbook, const PlaybookCount& count);

}  // namespace tend::run
