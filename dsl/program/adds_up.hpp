// Does a program add up? What is read from outside may not be trusted.
#pragma once
#include "dsl/program/program.hpp"

namespace tend::program {

/// Indices in range, children before parents, names rising, jumps forward (but for a round's end): what the engine
/// relies on.
bool adds_up(const Program& program);

}  // namespace tend::program
