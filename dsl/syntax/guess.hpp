// What a misspelt word, or a run of Chinese without blanks, was probably meant to be.
#pragma once
#include <vector>

#include "dsl/syntax/state.hpp"

namespace tend::syntax {

/// Guesses at what would let the parse go on after `problem`, the likeliest first.
std::vector<Repair> guess(const State& state, const Problem& problem);
/// The problem as it is told once `repair` is known to help.
diagnostic::Diagnostic repaired(const State& state, const Problem& problem, const Repair& repair);

}  // namespace tend::syntax
