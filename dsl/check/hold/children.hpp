// How many children an operator has, as dsl/program/operands.hpp says.
#pragma once
#include "dsl/program/operands.hpp"

namespace tend::check::hold {

using program::Op;

inline bool has_two_children(Op op) { return program::operands_of(op).b == program::Operand::child; }

inline bool has_one_child(Op op) {
  return program::operands_of(op).a == program::Operand::child && !has_two_children(op);
}

}  // namespace tend::check::hold
