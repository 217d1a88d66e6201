// Conditions that can never hold, or always do: found in the program, said of the text.
#pragma once
#include <string>
#include <vector>

#include "dsl/check/schema.hpp"
#include "dsl/program/program.hpp"

namespace tend::check {

/// T0420, T0421: every condition of the program and every part of one that can never hold. Each is reported at the
/// smallest part that is to blame, with what it contradicts where that is one other part. Templates' parts are left
/// out. Shape: `places` are those of the program's nodes. The program may be of a workspace with errors.
void check_conditions(Workspace& workspace, const program::Program& program, const std::vector<Span>& places);

/// All traits and segments as expressions of a program of their own: where nobody uses them they leave no trace in the
/// workspace's.
struct Traits {
  program::Program program;
  program::Places places;
};
Traits laid_out_traits(const Workspace& workspace);

/// T0422: an `if` that can never hold after those before it.
/// Requires: a workspace without errors, so that no step is left out.
void check_branches(Workspace& workspace, const program::Program& program, const program::Places& places);

/// Does `span` stand in a template? What a condition in it comes to for one use is no mistake of anybody's.
bool is_in_template(const Workspace& workspace, Span span);

/// What stands at `span`, on one line and shortened: how sentences name a condition.
std::string written_at(const Workspace& workspace, Span span);

/// The parts that `op` (`and`, `or`) joins, from left to right; the root alone where it is something else.
std::vector<std::uint32_t> joined_by(const program::Program& program, Op op, std::uint32_t root);
/// The parts of a condition that all have to hold.
inline std::vector<std::uint32_t> conjuncts(const program::Program& program, std::uint32_t root) {
  return joined_by(program, Op::and_, root);
}

}  // namespace tend::check
