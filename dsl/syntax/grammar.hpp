// The border between the two halves of the grammar: expressions and statements call each other through plain functions,
// so that each is compiled alone.
#pragma once
#include <cstdint>

#include "dsl/syntax/state.hpp"

namespace tend::syntax {

/// The rules of the expressions' half that statements begin with.
enum class Rule : std::uint8_t {
  expression,  // or, and, not, comparisons, windows
  sum,         // + - * / and below: no condition
  operand,     // one value: a literal, a path, a call, ( … )
  time_span,   // a length of time or the name of one
  within,      // within 30 days, 30天内
  text,
  call,  // a path and its arguments
};

/// Matches `rule` at `at`: where it ends, or `at` where it does not stand there (no rule matches nothing). Throws
/// Problem.
std::uint32_t match_rule(State& state, std::uint32_t at, Rule rule);

/// Matches the whole file. Problems end up in `state`.
void match_file(State& state);

}  // namespace tend::syntax
