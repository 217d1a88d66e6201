// The parts of a summary that compare (engine/run/lift.hpp): those contacted with those held out, and the arms of each
// split.
#pragma once
#include <string>

#include "dsl/program/program.hpp"
#include "engine/run/figures.hpp"

namespace tend::simulate {

/// Lines for people; empty where there is nothing to compare.
std::string lift_summary(const program::Program& program, std::uint32_t playbook, const run::PlaybookCount& count,
                         bool chinese);

}  // namespace tend::simulate
