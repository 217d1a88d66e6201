#include "dsl/program/adds_up.hpp"

namespace tend::program {
namespace {

bool none_or_below(std::uint32_t index, std::size_t size) { return index == kNone || index < size; }

bool sorted_below(const std::vector<std::uint32_t>& values, std::size_t size) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] >= size || (i > 0 && values[i] <= values[i - 1])) return false;
  }
  return true;
}

bool field_there(const Program& program, std::uint32_t event, std::uint32_t field) {
  if (event >= program.events.size()) return false;
  return field == kFieldAt || field < program.events[event].fields.size();
}

bool constant_adds_up(const Constant& constant) {
  // NaN and infinity are no numbers of the language.
  if (!(constant.number - constant.number == 0)) return false;
  for (const Constant& element : constant.list) {
    if (!constant_adds_up(element)) return false;
  }
  return true;
}

bool window_adds_up(const Program& program, const Window& window) {
  if (window.event >= program.events.size() || !none_or_below(window.filter, program.nodes.size())) return false;
  if (window.over && (window.over->months < 0 || window.over->ms < 0)) return false;
  return window.field == kNone || field_there(program, window.event, window.field);
}

bool node_adds_up(const Program& program, std::uint32_t index) {
  const Node& node = program.nodes[index];
  switch (node.op) {
    case Op::constant:
    case Op::consents: return node.a < program.constants.size();
    case Op::inactive:
      return node.a < program.constants.size() && program.constants[node.a].kind == ValueKind::duration;
    case Op::attribute: return node.a < program.attributes.size();
    case Op::customer_id:
    case Op::first_seen:
    case Op::now:
    case Op::today:
    case Op::entry_at:
    case Op::entry_date: return true;
    case Op::field: return node.a != kNone;  // which event it is of, only the context knows
    case Op::entry_field:
    case Op::arm_field: return field_there(program, node.a, node.b);
    case Op::tagged:
    case Op::age:
    case Op::date_of:
    case Op::not_:
    case Op::is_missing:
    case Op::is_not_missing:
    case Op::negate: return node.a < index;
    case Op::window: {
      if (node.a >= program.windows.size()) return false;
      const std::uint32_t filter = program.windows[node.a].filter;
      return filter == kNone || filter < index;  // so no filter leads back to its own window
    }
    case Op::list: {
      if (node.a > program.arguments.size() || node.b > program.arguments.size() - node.a) return false;
      for (std::uint32_t i = 0; i < node.b; ++i) {
        if (program.arguments[node.a + i] >= index) return false;
      }
      return true;
    }
    case Op::call: {
      if (node.a >= program.arguments.size() || node.b > program.arguments.size() - node.a - 1) return false;
      if (program.arguments[node.a] >= program.functions.size()) return false;
      if (node.b != program.functions[program.arguments[node.a]].parameters.size()) return false;
      for (std::uint32_t i = 1; i <= node.b; ++i) {
        if (program.arguments[node.a + i] >= index) return false;
      }
      return true;
    }
    case Op::let_value:
    case Op::grant_amount:
    case Op::grant_expires: return node.a != kNone;  // whose slot it is, only the playbook knows
    case Op::customer_tags: return true;
    case Op::staff_name: return node.a < index;
    case Op::related: return node.a < index && node.b < program.attributes.size();
    default: return node.a < index && node.b < index;
  }
}

bool parts_add_up(const Program& program, const std::vector<TextPart>& parts) {
  for (const TextPart& part : parts) {
    if (!none_or_below(part.expression, program.expressions.size())) return false;
    for (const FilterUse& filter : part.filters) {
      if (!none_or_below(filter.argument, program.constants.size())) return false;
    }
  }
  return true;
}

bool person_adds_up(const Program& program, const Person& person) {
  switch (person.kind) {
    case Person::Kind::none: return true;
    case Person::Kind::reference: return person.expression < program.expressions.size();
    case Person::Kind::team: return !person.team.empty();
    case Person::Kind::partner: return person.partner < program.partners.size();
  }
  return false;
}

bool targets_add_up(const Playbook& playbook, const Step& step, std::uint32_t index) {
  const std::size_t end = playbook.steps.size();  // one past the last step ends the journey
  if (step.kind == StepKind::round_end) {
    return step.target < index && playbook.steps[step.target].kind == StepKind::repeat;
  }
  if (step.target != kNone && (step.target > end || step.target <= index)) return false;  // only forward: no loops
  if (step.after != kNone && (step.after > end || step.after <= index)) return false;
  const bool is_split = step.kind == StepKind::split;
  const std::size_t arms = is_split ? playbook.shares.size() : playbook.arms.size();
  if (step.arms > 0 && (step.first_arm > arms || step.arms > arms - step.first_arm)) return false;
  for (std::uint32_t i = 0; i < step.arms; ++i) {
    const std::uint32_t target =
        is_split ? playbook.shares[step.first_arm + i].target : playbook.arms[step.first_arm + i].target;
    if (target > end || target <= index) return false;
  }
  return true;
}

bool emit_adds_up(const Program& program, const Step& step) {
  if (step.event >= program.events.size()) return false;
  for (const FieldSet& set : step.fields) {
    if (set.field >= program.events[step.event].fields.size()) return false;
    if (set.expression >= program.expressions.size()) return false;
  }
  return true;
}

bool step_adds_up(const Program& program, const Playbook& playbook, std::uint32_t index) {
  const Step& step = playbook.steps[index];
  if (!none_or_below(step.message, program.messages.size())) return false;
  if (!none_or_below(step.expression, program.expressions.size())) return false;
  if (!none_or_below(step.duration, program.expressions.size())) return false;
  if (!none_or_below(step.attribute, program.attributes.size())) return false;
  if (!none_or_below(step.budget, program.budgets.size())) return false;
  if (!none_or_below(step.playbook, program.playbooks.size())) return false;
  if (!parts_add_up(program, step.text) || !person_adds_up(program, step.person)) return false;
  if (!targets_add_up(playbook, step, index)) return false;
  switch (step.kind) {
    case StepKind::send: return step.message != kNone;
    case StepKind::wait: return step.expression != kNone;
    case StepKind::wait_until:
      return step.time_of_day >= 0 && step.time_of_day < 86'400'000 && step.weekday >= -1 && step.weekday <= 8;
    case StepKind::wait_up_to: return step.expression != kNone && step.target != kNone && step.after != kNone;
    case StepKind::branch: return step.expression != kNone && step.target != kNone;
    case StepKind::jump: return step.target != kNone;
    case StepKind::set: return step.attribute != kNone && step.expression != kNone;
    case StepKind::ask: return step.message != kNone && step.person.kind != Person::Kind::none;
    case StepKind::task:
    case StepKind::transfer: return step.person.kind != Person::Kind::none;
    case StepKind::wait_until_date: return step.expression != kNone && step.time_of_day < 86'400'000;
    case StepKind::wait_until_condition: return step.expression != kNone && step.duration != kNone;
    case StepKind::split: return step.arms > 0 && step.after != kNone;
    case StepKind::repeat: return step.times > 0 && step.target != kNone;
    case StepKind::round_end: return true;
    case StepKind::emit: return emit_adds_up(program, step);
    case StepKind::grant:
      return step.expression != kNone && step.budget != kNone && none_or_below(step.slot, playbook.grants.size());
    case StepKind::credit:
      return step.expression != kNone && step.budget != kNone && step.person.kind != Person::Kind::none;
    case StepKind::start: return step.playbook != kNone || playbook.superseded;
    case StepKind::let: return step.expression != kNone && step.slot < playbook.lets.size();
    case StepKind::tag:
    case StepKind::untag:
    case StepKind::stop: return true;
  }
  return false;
}

bool playbook_adds_up(const Program& program, const Playbook& playbook) {
  const std::size_t expressions = program.expressions.size();
  if (playbook.superseded && !playbook.enters.empty()) return false;
  for (const Enter& enter : playbook.enters) {
    if (enter.kind == EnterKind::on_event && enter.event >= program.events.size()) return false;
    if (enter.kind == EnterKind::when && enter.condition == kNone) return false;
    if (enter.per_field != kNone && !field_there(program, enter.event, enter.per_field)) return false;
    if (enter.time_of_day >= 86'400'000 || !none_or_below(enter.date, expressions)) return false;
    if (!none_or_below(enter.filter, expressions) || !none_or_below(enter.condition, expressions) ||
        !none_or_below(enter.where, expressions)) {
      return false;
    }
  }
  if (!none_or_below(playbook.where, expressions) || !none_or_below(playbook.leave, expressions)) return false;
  if (playbook.goal &&
      (playbook.goal->event >= program.events.size() || !none_or_below(playbook.goal->filter, expressions))) {
    return false;
  }
  if (!sorted_below(playbook.arm_events, program.events.size())) return false;
  for (const Arm& arm : playbook.arms) {
    if (arm.on_event ? arm.event >= program.events.size() : arm.condition == kNone) return false;
    if (!none_or_below(arm.condition, expressions)) return false;
  }
  for (std::uint32_t i = 0; i < playbook.steps.size(); ++i) {
    if (!step_adds_up(program, playbook, i)) return false;
  }
  return true;
}

template <typename T>
bool names_rise(const std::vector<T>& things, std::size_t from, std::uint32_t leftovers = 0) {
  if (things.size() < from + leftovers) return false;
  for (std::size_t i = from + 1; i < things.size() - leftovers; ++i) {
    if (!(things[i - 1].name < things[i].name)) return false;
  }
  return true;
}

/// By name; of one name the newest first, all others superseded.
bool playbooks_stand_in_order(const std::vector<Playbook>& playbooks) {
  for (std::size_t i = 1; i < playbooks.size(); ++i) {
    const Playbook &before = playbooks[i - 1], &one = playbooks[i];
    const bool older = before.name == one.name && one.superseded && one.version < before.version;
    if (!older && !(before.name < one.name)) return false;
  }
  return true;
}

}  // namespace

bool adds_up(const Program& program) {
  if (program.attributes.size() < 2 || program.events.size() < kBuiltinEventCount) return false;
  if (program.attributes[kTimezoneAttribute].name != "timezone" ||
      program.attributes[kLanguageAttribute].name != "language") {
    return false;
  }
  for (std::uint32_t i = 0; i < kBuiltinEventCount; ++i) {
    if (program.events[i].name != kBuiltinEvents[i]) return false;
  }
  const Leftovers& leftovers = program.leftovers;
  if (!names_rise(program.attributes, 2, leftovers.attributes)) return false;
  if (!names_rise(program.events, kBuiltinEventCount, leftovers.events)) return false;
  if (!names_rise(program.messages, 0, leftovers.messages)) return false;
  if (!playbooks_stand_in_order(program.playbooks)) return false;
  if (!sorted_below(program.activity, program.events.size())) return false;
  for (const Constant& constant : program.constants) {
    if (!constant_adds_up(constant)) return false;
  }
  for (const Window& window : program.windows) {
    if (!window_adds_up(program, window)) return false;
  }
  for (std::uint32_t i = 0; i < program.nodes.size(); ++i) {
    if (!node_adds_up(program, i)) return false;
  }
  for (const Expression& expression : program.expressions) {
    if (expression.root >= program.nodes.size()) return false;
    if (!sorted_below(expression.dependencies.events, program.events.size())) return false;
    if (!sorted_below(expression.dependencies.attributes, program.attributes.size())) return false;
  }
  for (const Message& message : program.messages) {
    for (const MessageItem& item : message.items) {
      if (!parts_add_up(program, item.parts)) return false;
      for (const MessageField& field : item.fields) {
        if (field.expression >= program.expressions.size()) return false;
      }
    }
  }
  if (!names_rise(program.budgets, 0, leftovers.budgets)) return false;
  if (!names_rise(program.partners, 0, leftovers.partners)) return false;
  if (!names_rise(program.calendars, 0)) return false;
  if (!names_rise(program.functions, 0, leftovers.functions)) return false;
  for (const Playbook& playbook : program.playbooks) {
    if (!playbook_adds_up(program, playbook)) return false;
  }
  return true;
}

}  // namespace tend::program
