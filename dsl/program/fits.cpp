#include "dsl/program/fits.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "dsl/program/operands.hpp"
#include "dsl/program/same_text.hpp"

namespace tend::program {
namespace {

/// What expressions read of the journey that they are worked out for.
struct Reads {
  std::set<std::string> entries, arms;  // events by name
  std::set<std::uint32_t> lets, grants;
};

void collect(const Program& program, std::uint32_t index, Reads& reads) {
  if (index == kNone) return;
  const Node& node = program.nodes[index];
  const Operands operands = operands_of(node.op);
  if (node.op == Op::entry_field) reads.entries.insert(program.events[node.a].name);
  if (node.op == Op::arm_field) reads.arms.insert(program.events[node.a].name);
  if (operands.a == Operand::let) reads.lets.insert(node.a);
  if (operands.a == Operand::grant) reads.grants.insert(node.a);
  if (operands.a == Operand::window) collect(program, program.windows[node.a].filter, reads);
  if (operands.a == Operand::child) collect(program, node.a, reads);
  if (operands.b == Operand::child) collect(program, node.b, reads);
  if (operands.a != Operand::children && operands.a != Operand::call) return;
  const std::uint32_t first = operands.a == Operand::call ? node.a + 1 : node.a;
  for (std::uint32_t i = 0; i < node.b; ++i) collect(program, program.arguments[first + i], reads);
}

void collect_expression(const Program& program, std::uint32_t index, Reads& reads) {
  if (index != kNone) collect(program, program.expressions[index].root, reads);
}

void collect_text(const Program& program, const std::vector<TextPart>& parts, Reads& reads) {
  for (const TextPart& part : parts) collect_expression(program, part.expression, reads);
}

void collect_message(const Program& program, const Message& message, Reads& reads) {
  for (const MessageItem& item : message.items) {
    collect_text(program, item.parts, reads);
    for (const MessageField& field : item.fields) collect_expression(program, field.expression, reads);
  }
}

/// What a playbook's journeys read of themselves, messages included.
Reads reads_of(const Program& program, const Playbook& playbook) {
  Reads reads;
  for (const Step& step : playbook.steps) {
    for (const std::uint32_t expression : {step.expression, step.duration, step.person.expression})
      collect_expression(program, expression, reads);
    collect_text(program, step.text, reads);
    for (const FieldSet& set : step.fields) collect_expression(program, set.expression, reads);
    if (step.message != kNone) collect_message(program, program.messages[step.message], reads);
  }
  for (const Arm& arm : playbook.arms) collect_expression(program, arm.condition, reads);
  if (playbook.goal) collect_expression(program, playbook.goal->filter, reads);
  collect_expression(program, playbook.leave, reads);
  for (const Enter& enter : playbook.enters) {
    if (enter.kind == EnterKind::on_event) reads.entries.insert(program.events[enter.event].name);
  }
  return reads;
}

bool same_slots(const std::set<std::uint32_t>& read, const std::vector<Slot>& now, const std::vector<Slot>& older) {
  return std::all_of(read.begin(), read.end(), [&](std::uint32_t slot) {
    return slot < now.size() && slot < older.size() && now[slot].name == older[slot].name &&
           held_alike(now[slot].type, older[slot].type);
  });
}

}  // namespace

bool fits(const Program& now, std::uint32_t message, const Program& before, const Playbook& older) {
  Reads reads;
  collect_message(now, now.messages[message], reads);
  const auto sender = std::find_if(now.playbooks.begin(), now.playbooks.end(), [&](const Playbook& playbook) {
    return std::any_of(playbook.steps.begin(), playbook.steps.end(),
                       [&](const Step& step) { return step.message == message; });
  });
  if (sender == now.playbooks.end()) return false;
  if (!same_slots(reads.lets, sender->lets, older.lets)) return false;
  if (!same_slots(reads.grants, sender->grants, older.grants)) return false;
  for (const std::string& event : reads.arms) {
    const bool kept = std::any_of(older.arm_events.begin(), older.arm_events.end(),
                                  [&](std::uint32_t index) { return before.events[index].name == event; });
    if (!kept) return false;
  }
  if (reads.entries.empty()) return true;
  if (!older.reads_entry) return false;
  const Reads known = reads_of(before, older);
  return std::includes(known.entries.begin(), known.entries.end(), reads.entries.begin(), reads.entries.end());
}

bool goes_on_alike(const Program& now, const Playbook& newest, const Program& before, const Playbook& older) {
  if (journey_text_of(now, newest) != journey_text_of(before, older)) return false;
  return std::all_of(newest.steps.begin(), newest.steps.end(),
                     [&](const Step& step) { return step.message == kNone || fits(now, step.message, before, older); });
}

}  // namespace tend::program
