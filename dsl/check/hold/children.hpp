// Which operators have children in Node::a and Node::b.
#pragma once
#include "dsl/program/program.hpp"

namespace tend::check::hold {

using program::Op;

inline bool has_two_children(Op op) {
  switch (op) {
    case Op::and_:
    case Op::or_:
    case Op::in:
    case Op::not_in:
    case Op::contains:
    case Op::starts_with:
    case Op::default_:
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::local_moment: return true;
    default: return op >= Op::equal && op <= Op::greater_equal;
  }
}

inline bool has_one_child(Op op) {
  switch (op) {
    case Op::tagged:
    case Op::age:
    case Op::date_of:
    case Op::not_:
    case Op::negate:
    case Op::is_missing:
    case Op::is_not_missing:
    case Op::related:
    case Op::staff_name: return true;
    default: return false;
  }
}

}  // namespace tend::check::hold
