// What the two numbers of a node stand for, operator by operator: for whoever follows them into the program's tables.
#pragma once
#include "dsl/program/program.hpp"

namespace tend::program {

enum class Operand : std::uint8_t {
  none,
  child,       // Program::nodes
  constant,    // Program::constants
  attribute,   // Program::attributes
  event,       // Program::events
  field,       // of the event in `a`, or kFieldAt
  test_field,  // of the event under test, which the context knows, or kFieldAt
  window,      // Program::windows
  let,         // Playbook::lets
  grant,       // Playbook::grants
  children,    // Program::arguments: the first of `b` children
  call,        // Program::arguments: a function and, behind it, `b` children
  number,      // itself
};

struct Operands {
  Operand a = Operand::none;
  Operand b = Operand::none;
};

constexpr Operands operands_of(Op op) {
  switch (op) {
    case Op::customer_id:
    case Op::first_seen:
    case Op::now:
    case Op::today:
    case Op::entry_at:
    case Op::entry_date:
    case Op::customer_tags: return {};
    case Op::constant:
    case Op::consents:
    case Op::inactive: return {Operand::constant, Operand::none};
    case Op::attribute: return {Operand::attribute, Operand::none};
    case Op::field: return {Operand::test_field, Operand::none};
    case Op::entry_field:
    case Op::arm_field: return {Operand::event, Operand::field};
    case Op::window: return {Operand::window, Operand::none};
    case Op::let_value: return {Operand::let, Operand::none};
    case Op::grant_amount:
    case Op::grant_expires: return {Operand::grant, Operand::none};
    case Op::list: return {Operand::children, Operand::number};
    case Op::call: return {Operand::call, Operand::number};
    case Op::related: return {Operand::child, Operand::attribute};
    case Op::tagged:
    case Op::age:
    case Op::date_of:
    case Op::not_:
    case Op::is_missing:
    case Op::is_not_missing:
    case Op::negate:
    case Op::staff_name: return {Operand::child, Operand::none};
    case Op::and_:
    case Op::or_:
    case Op::equal:
    case Op::not_equal:
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
    case Op::in:
    case Op::not_in:
    case Op::contains:
    case Op::starts_with:
    case Op::default_:
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::local_moment: return {Operand::child, Operand::child};
  }
  return {};
}

}  // namespace tend::program
