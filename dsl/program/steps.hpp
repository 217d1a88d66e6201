// Where a journey can go from a step.
#pragma once
#include <cstdint>
#include <vector>

#include "dsl/program/program.hpp"

namespace tend::program {

/// The steps that can come right after step `index`, each once, rising; playbook.steps.size() is the end of the
/// journey. Only `round_end` leads back.
std::vector<std::uint32_t> next_steps(const Playbook& playbook, std::uint32_t index);

}  // namespace tend::program
