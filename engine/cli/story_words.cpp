#include "engine/cli/story_words.hpp"

#include "dsl/program/operands.hpp"
#include "engine/channel/escape.hpp"
#include "engine/env/moment.hpp"

namespace tend::cli {

using program::kNone;
using program::Op;
using program::ValueKind;

namespace {

std::string visible(std::string_view text) {
  std::string out;
  channel::append_visible(out, text);
  return out;
}

bool is_condition(const program::Program& program, const program::Node& node) {
  if (node.op == Op::tagged || node.op == Op::consents) return true;
  if (node.op != Op::window) return false;
  const auto aggregate = program.windows[node.a].aggregate;
  return aggregate == program::Aggregate::happened || aggregate == program::Aggregate::silent;
}

}  // namespace

prose::Context Telling::context(std::uint32_t playbook, std::uint32_t event) const {
  return {program, playbook == kNone ? nullptr : &program.playbooks[playbook], event, tongue};
}

std::string place_words(const Telling& telling, text::Span span) {
  const program::Places& places = telling.places;
  const bool known = span.end > 0 && span.file < places.files.size() && span.file < places.lines.size() &&
                     !places.lines[span.file].begins.empty();
  if (!known) return {};
  const std::string where =
      places.files[span.file] + ":" + std::to_string(text::line_number(places.lines[span.file], span.begin));
  return telling.zh() ? "（" + prose::name(where) + "）" : " (" + prose::name(where) + ")";
}

std::string step_place(const Telling& telling, std::uint32_t playbook, std::uint32_t step) {
  if (playbook >= telling.places.playbooks.size()) return {};
  const auto& steps = telling.places.playbooks[playbook].steps;
  return step < steps.size() ? place_words(telling, steps[step].span) : "";
}

std::string value_words(const Telling& telling, const program::Value& value) {
  const text::Tongue tongue = telling.tongue;
  switch (value.kind) {
    case ValueKind::missing: return telling.say("(missing)", "（空）");
    case ValueKind::boolean: return value.truth() ? telling.say("yes", "是") : telling.say("no", "否");
    case ValueKind::number: return prose::number_words(value.d);
    case ValueKind::money: return prose::money_words(telling.program, value.i, value.extra, tongue);
    case ValueKind::percent: return prose::percent_words(value.i);
    case ValueKind::date: return prose::date_words(value.i, tongue);
    case ValueKind::time_of_day: return prose::time_words(value.i);
    case ValueKind::moment: return env::format_moment(value.i);
    case ValueKind::duration: return prose::duration_words(value.dur(), tongue);
    case ValueKind::text: return prose::name(visible(value.str()));
    case ValueKind::list: break;
  }
  std::vector<program::Value> elements;
  state::read_list(value, elements);
  std::string out;
  for (const program::Value& element : elements)
    out += (out.empty() ? "" : telling.say(", ", "、")) + value_words(telling, element);
  return "[" + out + "]";
}

namespace {

/// May the value of this node show what is private? What follows from a private attribute may, whatever a function
/// made of it; of what a journey keeps by name nobody knows what it was.
bool shows_private(const program::Program& program, std::uint32_t index) {
  const program::Node& node = program.nodes[index];
  switch (node.op) {
    case Op::attribute: return program.attributes[node.a].is_private;
    case Op::related: return program.attributes[node.b].is_private;
    case Op::let_value: return node.type == program::Type::text;
    case Op::call:
      for (std::uint32_t i = 1; i <= node.b; ++i) {
        if (shows_private(program, program.arguments[node.a + i])) return true;
      }
      return false;
    default: break;
  }
  const program::Operands operands = program::operands_of(node.op);
  return (operands.a == program::Operand::child && shows_private(program, node.a)) ||
         (operands.b == program::Operand::child && shows_private(program, node.b));
}

}  // namespace

std::string reading_words(const Telling& telling, std::uint32_t playbook, std::uint32_t event,
                          const journey::Reading& reading) {
  const program::Node& node = telling.program.nodes[reading.node];
  const prose::Context context = telling.context(playbook, event);
  const std::string shown = visible(reading.value);
  std::string out;
  if (node.op == Op::inactive) {
    out = telling.say("silent since ", "沉默自") + prose::name(shown);
  } else if (is_condition(telling.program, node)) {
    const std::string answer = reading.value == "true" ? telling.say("yes", "是") : telling.say("no", "否");
    out = prose::clause(context, reading.node) + telling.say(": ", "：") + answer;
  } else {
    const bool is_private = telling.hides_private && shows_private(telling.program, reading.node);
    out = prose::value(context, reading.node) + telling.say(": ", "：") +
          (reading.value.empty() ? telling.say("(missing)", "（空）")
           : is_private          ? "•••"
                                 : prose::name(shown));
  }
  return prose::finish(out, telling.tongue);
}

}  // namespace tend::cli
