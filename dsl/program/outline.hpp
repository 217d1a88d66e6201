// A playbook's steps as the author nested them: the flat steps of the program read back into blocks, without their
// jumps.
#pragma once
#include <cstdint>
#include <vector>

#include "dsl/program/program.hpp"

namespace tend::program {

struct OutlineStep;
using OutlineBlock = std::vector<OutlineStep>;

/// A block that a step opens. What comes after the step follows every block that does not end in `stop`.
struct OutlineBranch {
  enum class Kind : std::uint8_t {
    yes,    // of branch: its condition holds
    no,     // of branch: it does not; no block where nothing is written
    done,   // of a step with an outcome, or of wait_until_condition: on with the next step; never has a block
    else_,  // of the same: refused or too late
    arm,    // of wait_up_to: `index` into Playbook::arms
    late,   // of wait_up_to: nothing happened; no block where nothing is written
    share,  // of split: `index` into Playbook::shares
    body,   // of repeat: what is repeated; leads back to it
    over,   // of repeat: no more rounds; never has a block
  };
  Kind kind = Kind::yes;
  std::uint32_t index = 0;
  OutlineBlock block;
};

struct OutlineStep {
  std::uint32_t step = 0;               // into Playbook::steps
  std::vector<OutlineBranch> branches;  // none: simply on with the next step
};

/// Shape: every step but jumps and round_ends stands in it once, in the author's order.
/// Requires: steps laid out as lowering does (see StepKind).
OutlineBlock outline(const Playbook& playbook);

}  // namespace tend::program
