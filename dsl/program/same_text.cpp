#include "dsl/program/same_text.hpp"

#include <bit>
#include <concepts>

#include "dsl/program/operands.hpp"

namespace tend::program {
namespace {

/// How values of a type are held: what is text is one.
Type held_as(Type type) {
  return type == Type::one_of || type == Type::staff || type == Type::customer ? Type::text : type;
}

/// Writes the parts of one program; every text is preceded by its length and every list by its size, so that different
/// parts never give the same bytes.
class Writer {
 public:
  std::string out;

  Writer(const Program& program, const Playbook* playbook) : program_(program), playbook_(playbook) {}

  void put(std::integral auto value) {
    for (int shift = 0; shift < 64; shift += 8)
      out.push_back(static_cast<char>(static_cast<std::uint64_t>(static_cast<std::int64_t>(value)) >> shift));
  }
  void put(const std::string& text) {
    put(text.size());
    out += text;
  }
  template <typename E>
  requires std::is_enum_v<E>
  void put(E value) { put(static_cast<std::int64_t>(value)); }
  void put(const Duration& duration) {
    put(duration.months);
    put(duration.ms);
  }
  void put(const Pace& pace) {
    put(pace.count);
    put(pace.per);
  }
  template <typename T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <typename T>
  void put(const std::vector<T>& values) {
    put(values.size());
    for (const T& value : values) put(value);
  }
  void put(const TypeInfo& type) {
    put(held_as(type.type));
    put(held_as(type.element));
  }
  void put(const Constant& constant) {
    put(constant.kind);
    put(constant.integer);
    put(std::bit_cast<std::int64_t>(constant.number));
    put(constant.extra);
    put(constant.text);
    put(constant.list);
  }
  void put(const Slot& slot) {
    put(slot.name);
    put(slot.type);
  }
  void put(const Move& move) {
    put(move.from);
    put(move.to);
  }
  void put(const Cap& cap) {
    put(cap.count);
    put(cap.message_class);
    put(cap.per);
    put(cap.in_last);
    put(cap.channel);
    put(cap.skip);
  }
  void put(const Quiet& quiet) {
    put(quiet.from);
    put(quiet.to);
    put(quiet.channel);
  }
  void put(const FilterUse& filter) {
    put(filter.kind);
    constant(filter.argument);
  }
  void put(const TextPart& part) {
    put(part.literal);
    expression(part.expression, kNone);
    put(part.filters);
  }

  void constant(std::uint32_t index) {
    if (absent(index)) return;
    put(program_.constants[index]);
  }
  void attribute(std::uint32_t index) {
    if (absent(index)) return;
    put(program_.attributes[index].name);
    put(program_.attributes[index].type);
  }
  void event(std::uint32_t index) {
    if (absent(index)) return;
    put(program_.events[index].name);
  }
  void field(std::uint32_t of_event, std::uint32_t index) {
    if (absent(index)) return;
    put(index == kFieldAt);
    if (index == kFieldAt) return;
    const bool known = of_event != kNone && index < program_.events[of_event].fields.size();
    put(known);
    if (!known) return put(index);
    put(program_.events[of_event].fields[index].name);
    put(program_.events[of_event].fields[index].type);
  }
  void slot(const std::vector<Slot> Playbook::*slots, std::uint32_t index) {
    if (absent(index)) return;
    const bool known = playbook_ != nullptr && index < (playbook_->*slots).size();
    put(known);
    if (known) {
      put((playbook_->*slots)[index]);
    } else {
      put(index);
    }
  }
  void message(std::uint32_t index) {
    if (absent(index)) return;
    put(program_.messages[index].name);
  }
  void function(std::uint32_t index) {
    const Function& function = program_.functions[index];
    put(function.name);
    put(function.parameters);
    put(function.result);
    put(function.source);
  }
  void window(std::uint32_t index) {
    const Window& window = program_.windows[index];
    event(window.event);
    put(window.aggregate);
    field(window.event, window.field);
    node(window.filter, window.event);
    put(window.over);
  }
  void expression(std::uint32_t index, std::uint32_t under_test) {
    node(index == kNone ? kNone : program_.expressions[index].root, under_test);
  }
  void node(std::uint32_t index, std::uint32_t under_test) {
    if (absent(index)) return;
    const Node& node = program_.nodes[index];
    const Operands operands = operands_of(node.op);
    put(node.op);
    put(held_as(node.type));
    operand(node, operands.a, node.a, under_test);
    operand(node, operands.b, node.b, under_test);
  }
  void person(const Person& person) {
    put(person.kind);
    expression(person.expression, kNone);
    put(person.team);
    if (!absent(person.partner)) put(program_.partners[person.partner].name);
  }

  void step(const Step& step);
  void way(const Enter& enter);
  void goal(const Goal& goal);

 private:
  bool absent(std::uint32_t index) {
    put(index == kNone);
    return index == kNone;
  }
  void operand(const Node& node, Operand operand, std::uint32_t value, std::uint32_t under_test) {
    switch (operand) {
      case Operand::none: return;
      case Operand::child: return this->node(value, under_test);
      case Operand::constant: return constant(value);
      case Operand::attribute: return attribute(value);
      case Operand::event: return event(value);
      case Operand::field: return field(node.a, value);
      case Operand::test_field: return field(under_test, value);
      case Operand::window: return window(value);
      case Operand::let: return slot(&Playbook::lets, value);
      case Operand::grant: return slot(&Playbook::grants, value);
      case Operand::number: return put(value);
      case Operand::call:
        function(program_.arguments[value]);
        ++value;
        [[fallthrough]];
      case Operand::children:
        for (std::uint32_t i = 0; i < node.b; ++i) this->node(program_.arguments[value + i], under_test);
    }
  }

  const Program& program_;
  const Playbook* playbook_;
};

void Writer::step(const Step& step) {
  put(step.kind);
  put(step.name);
  message(step.message);
  put(step.channels);
  expression(step.expression, kNone);
  put(step.within);
  put(step.time_of_day);
  put(step.weekday);
  put(step.next);
  put(step.while_open);
  attribute(step.attribute);
  put(step.text);
  put(step.arms);
  for (std::uint32_t i = 0; i < step.arms; ++i) {
    if (step.kind == StepKind::split) {
      const Share& share = playbook_->shares[step.first_arm + i];
      put(share.hundredths);
      put(share.name);
      put(share.target);
      continue;
    }
    const Arm& arm = playbook_->arms[step.first_arm + i];
    put(arm.on_event);
    event(arm.event);
    expression(arm.condition, arm.event);
    put(arm.target);
  }
  put(step.target);
  put(step.after);
  person(step.person);
  expression(step.duration, kNone);
  if (!absent(step.budget)) {
    put(program_.budgets[step.budget].name);
    put(program_.budgets[step.budget].currency);
  }
  slot(step.kind == StepKind::let ? &Playbook::lets : &Playbook::grants, step.slot);
  if (!absent(step.playbook)) put(program_.playbooks[step.playbook].name);
  event(step.event);
  put(step.fields.size());
  for (const FieldSet& set : step.fields) {
    field(step.event, set.field);
    expression(set.expression, kNone);
  }
  put(step.times);
  put(step.every);
}

void Writer::way(const Enter& enter) {
  put(enter.kind);
  event(enter.event);
  expression(enter.filter, enter.event);
  expression(enter.condition, kNone);
  field(enter.event, enter.per_field);
  put(enter.every);
  put(enter.weekday);
  put(enter.month_day);
  put(enter.day);
  put(enter.time_of_day);
  put(enter.yearly);
  put(enter.before);
  put(enter.offset);
  expression(enter.date, kNone);
  put(enter.lunar);
  put(enter.lunar_month);
  put(enter.lunar_day);
}

void Writer::goal(const Goal& goal) {
  event(goal.event);
  put(goal.within);
  expression(goal.filter, goal.event);
  put(goal.stay);
}

void put_journey(Writer& writer, const Playbook& playbook) {
  writer.put(playbook.steps.size());
  for (const Step& step : playbook.steps) writer.step(step);
  writer.put(playbook.goal.has_value());
  if (playbook.goal) writer.goal(*playbook.goal);
  writer.expression(playbook.leave, kNone);
}

}  // namespace

bool held_alike(const TypeInfo& a, const TypeInfo& b) {
  return held_as(a.type) == held_as(b.type) && held_as(a.element) == held_as(b.element);
}

std::string text_of(const Program& program, std::uint32_t expression, std::uint32_t event, const Playbook* playbook) {
  Writer writer(program, playbook);
  writer.expression(expression, event);
  return std::move(writer.out);
}

std::string way_text_of(const Program& program, const Enter& enter) {
  Writer writer(program, nullptr);
  writer.way(enter);
  return std::move(writer.out);
}

std::string journey_text_of(const Program& program, const Playbook& playbook) {
  Writer writer(program, &playbook);
  put_journey(writer, playbook);
  return std::move(writer.out);
}

std::string goal_text_of(const Program& program, const Playbook& playbook) {
  Writer writer(program, &playbook);
  if (playbook.goal) writer.goal(*playbook.goal);
  return std::move(writer.out);
}

std::string playbook_text_of(const Program& program, const Playbook& playbook) {
  Writer writer(program, &playbook);
  put_journey(writer, playbook);
  writer.put(playbook.title);
  writer.put(playbook.description);
  writer.put(playbook.owner);
  writer.put(playbook.backfill);
  writer.put(playbook.backfill_per_day);
  writer.put(playbook.pace);
  writer.put(playbook.holdout);
  writer.put(playbook.caps);
  writer.put(playbook.quiet);
  writer.put(playbook.on_edit);
  writer.put(playbook.moves);
  writer.put(playbook.enters.size());
  for (const Enter& enter : playbook.enters) {
    writer.way(enter);
    writer.expression(enter.where, kNone);
  }
  writer.expression(playbook.where, kNone);
  writer.put(playbook.again);
  writer.put(playbook.again_after);
  writer.put(playbook.priority);
  return std::move(writer.out);
}

std::string message_text_of(const Program& program, const Message& message, const Playbook& playbook) {
  Writer writer(program, &playbook);
  writer.put(message.message_class);
  writer.put(message.channels);
  writer.put(message.items.size());
  for (const MessageItem& item : message.items) {
    writer.put(item.kind);
    writer.put(item.parts);
    writer.put(item.channel);
    writer.put(item.language);
    writer.put(item.fields.size());
    for (const MessageField& field : item.fields) {
      writer.put(field.name);
      writer.expression(field.expression, kNone);
    }
  }
  return std::move(writer.out);
}

}  // namespace tend::program
