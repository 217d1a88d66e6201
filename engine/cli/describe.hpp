// Programs in words, without their source: conditions, durations, steps as `why` prints them.
#pragma once
#include <string>

#include "dsl/program/program.hpp"

namespace tend::cli {

/// An expression as an author would write it in English keywords.
std::string describe(const program::Program& program, std::uint32_t node);
std::string describe_duration(program::Duration duration);

}  // namespace tend::cli
