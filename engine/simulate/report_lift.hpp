// The parts of a report that compare: those contacted with those held out, and the arms of each split.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "dsl/program/program.hpp"
#include "engine/run/figures.hpp"

namespace tend::simulate {

/// Adds `lift` where somebody may be held out of the playbook, `splits` where it has any (docs/formats/run.md).
void add_lift(nlohmann::ordered_json& json, const program::Program& program, const program::PlaybookPlaces& places,
              std::uint32_t playbook, const run::PlaybookCount& count);

/// The same as lines for people; empty where there is nothing to compare.
std::string lift_summary(const program::Program& program, std::uint32_t playbook, const run::PlaybookCount& count,
                         bool chinese);

}  // namespace tend::simulate
