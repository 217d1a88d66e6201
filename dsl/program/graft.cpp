#include "dsl/program/graft.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "dsl/program/adds_up.hpp"
#include "dsl/program/fits.hpp"
#include "dsl/program/operands.hpp"
#include "dsl/program/same_text.hpp"
#include "dsl/text/must.hpp"

namespace tend::program {
namespace {

/// Takes parts of one program over into another: each by name where the other has it, else as a new one at the end. All
/// functions take a number of `from`'s tables and give one of `to`'s; kNone stays.
class Transplant {
 public:
  Transplant(Program& to, Places& to_places, const Program& now, const Program& from, const Places& from_places)
      : to_(to), places_(to_places), now_(now), from_(from), from_places_(from_places) {}

  Playbook playbook(const Playbook& old);
  PlaybookPlaces places(const PlaybookPlaces& old);

 private:
  template <typename Make>
  std::uint32_t once(std::map<std::uint32_t, std::uint32_t>& done, std::uint32_t index, Make make) {
    if (index == kNone) return kNone;
    if (const auto found = done.find(index); found != done.end()) return found->second;
    const std::uint32_t made = make();
    done.emplace(index, made);
    return made;
  }
  template <typename T>
  static std::uint32_t push(std::vector<T>& table, T part) {
    table.push_back(std::move(part));
    return static_cast<std::uint32_t>(table.size() - 1);
  }
  template <typename T, typename Same>
  static std::uint32_t find_or_push(std::vector<T>& table, const T& part, std::uint32_t& leftovers, Same same) {
    for (std::uint32_t i = 0; i < table.size(); ++i) {
      if (table[i].name == part.name && same(table[i])) return i;
    }
    ++leftovers;
    return push(table, part);
  }

  std::uint32_t attribute(std::uint32_t index) {
    return once(attributes_, index, [&] {
      const Attribute& old = from_.attributes[index];
      return find_or_push(to_.attributes, old, to_.leftovers.attributes,
                          [&](const Attribute& one) { return held_alike(one.type, old.type); });
    });
  }
  std::uint32_t event(std::uint32_t index) {
    return once(events_, index, [&] {
      const Event bare{from_.events[index].name, {}};  // fields come as they are needed
      return find_or_push(to_.events, bare, to_.leftovers.events, [](const Event&) { return true; });
    });
  }
  std::uint32_t field(std::uint32_t of_event, std::uint32_t index) {
    if (index == kNone || index == kFieldAt || of_event == kNone) return index;
    const std::vector<Field>& olds = from_.events[of_event].fields;
    if (index >= olds.size()) return index;
    std::vector<Field>& fields = to_.events[event(of_event)].fields;
    for (std::uint32_t i = 0; i < fields.size(); ++i) {
      if (fields[i].name == olds[index].name && held_alike(fields[i].type, olds[index].type)) return i;
    }
    return push(fields, olds[index]);
  }
  std::uint32_t constant(std::uint32_t index) {
    return once(constants_, index, [&] { return push(to_.constants, from_.constants[index]); });
  }
  std::uint32_t function(std::uint32_t index) {
    return once(functions_, index, [&] {
      const Function& old = from_.functions[index];
      return find_or_push(to_.functions, old, to_.leftovers.functions, [&](const Function& one) {
        return one.parameters == old.parameters && one.result == old.result && one.source == old.source;
      });
    });
  }
  std::uint32_t budget(std::uint32_t index) {
    return once(budgets_, index, [&] {
      const Budget& old = from_.budgets[index];
      currency(old.currency);
      return find_or_push(to_.budgets, old, to_.leftovers.budgets,
                          [&](const Budget& one) { return one.currency == old.currency; });
    });
  }
  void currency(Currency code) {
    const auto is = [&](const DeclaredCurrency& one) { return one.code == code; };
    const auto old = std::find_if(from_.currencies.begin(), from_.currencies.end(), is);
    if (old == from_.currencies.end()) return;
    if (std::none_of(to_.currencies.begin(), to_.currencies.end(), is)) to_.currencies.push_back(*old);
  }
  std::uint32_t partner(std::uint32_t index) {
    return once(partners_, index, [&] {
      return find_or_push(to_.partners, from_.partners[index], to_.leftovers.partners,
                          [](const Partner&) { return true; });
    });
  }

  std::uint32_t window(std::uint32_t index);
  std::uint32_t node(std::uint32_t index, std::uint32_t under_test);
  std::uint32_t operand(const Node& old, Operand operand, std::uint32_t value, std::uint32_t under_test);
  std::uint32_t expression(std::uint32_t index, std::uint32_t under_test = kNone);
  std::vector<TextPart> text(std::vector<TextPart> parts);
  std::uint32_t message(std::uint32_t index, const Playbook& sender);
  std::uint32_t old_message(std::uint32_t index);
  Step step(Step step, const Playbook& playbook);
  std::vector<std::uint32_t> sorted_events(std::vector<std::uint32_t> events);
  text::Span span(text::Span old);

  Program& to_;
  Places& places_;
  const Program& now_;  // what `to_` began as
  const Program& from_;
  const Places& from_places_;
  std::map<std::uint32_t, std::uint32_t> attributes_, events_, constants_, functions_, budgets_, partners_, windows_,
      messages_, files_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> nodes_, expressions_;  // with the event under test
};

std::uint32_t Transplant::window(std::uint32_t index) {
  return once(windows_, index, [&] {
    Window window = from_.windows[index];
    const std::uint32_t old_event = window.event;
    window.event = event(old_event);
    window.field = field(old_event, window.field);
    window.filter = node(window.filter, old_event);
    return push(to_.windows, window);
  });
}

std::uint32_t Transplant::operand(const Node& old, Operand operand, std::uint32_t value, std::uint32_t under_test) {
  switch (operand) {
    case Operand::none:
    case Operand::number:
    case Operand::let:
    case Operand::grant: return value;
    case Operand::child: return node(value, under_test);
    case Operand::constant: return constant(value);
    case Operand::attribute: return attribute(value);
    case Operand::event: return event(value);
    case Operand::field: return field(old.a, value);
    case Operand::test_field: return field(under_test, value);
    case Operand::window: return window(value);
    case Operand::children:
    case Operand::call: break;
  }
  std::vector<std::uint32_t> arguments;
  if (operand == Operand::call) arguments.push_back(function(from_.arguments[value++]));
  for (std::uint32_t i = 0; i < old.b; ++i) arguments.push_back(node(from_.arguments[value + i], under_test));
  const auto first = static_cast<std::uint32_t>(to_.arguments.size());
  to_.arguments.insert(to_.arguments.end(), arguments.begin(), arguments.end());
  return first;
}

std::uint32_t Transplant::node(std::uint32_t index, std::uint32_t under_test) {
  if (index == kNone) return kNone;
  const auto key = std::pair{index, under_test};
  if (const auto found = nodes_.find(key); found != nodes_.end()) return found->second;
  Node node = from_.nodes[index];
  const Operands operands = operands_of(node.op);
  const Node old = node;
  node.a = operand(old, operands.a, old.a, under_test);
  node.b = operand(old, operands.b, old.b, under_test);
  places_.nodes.push_back(index < from_places_.nodes.size() ? span(from_places_.nodes[index]) : text::Span{});
  const std::uint32_t made = push(to_.nodes, node);
  nodes_.emplace(key, made);
  return made;
}

std::vector<std::uint32_t> Transplant::sorted_events(std::vector<std::uint32_t> events) {
  for (std::uint32_t& one : events) one = event(one);
  std::sort(events.begin(), events.end());
  return events;
}

std::uint32_t Transplant::expression(std::uint32_t index, std::uint32_t under_test) {
  if (index == kNone) return kNone;
  const auto key = std::pair{index, under_test};
  if (const auto found = expressions_.find(key); found != expressions_.end()) return found->second;
  Expression expression = from_.expressions[index];
  expression.root = node(expression.root, under_test);
  expression.dependencies.events = sorted_events(std::move(expression.dependencies.events));
  for (std::uint32_t& one : expression.dependencies.attributes) one = attribute(one);
  std::sort(expression.dependencies.attributes.begin(), expression.dependencies.attributes.end());
  const std::uint32_t made = push(to_.expressions, std::move(expression));
  expressions_.emplace(key, made);
  return made;
}

std::vector<TextPart> Transplant::text(std::vector<TextPart> parts) {
  for (TextPart& part : parts) {
    part.expression = expression(part.expression);
    for (FilterUse& filter : part.filters) filter.argument = constant(filter.argument);
  }
  return parts;
}

std::uint32_t Transplant::message(std::uint32_t index, const Playbook& sender) {
  if (index == kNone) return kNone;
  for (std::uint32_t i = 0; i < now_.messages.size(); ++i) {
    if (now_.messages[i].name == from_.messages[index].name && fits(now_, i, from_, sender)) return i;
  }
  return old_message(index);
}

std::uint32_t Transplant::old_message(std::uint32_t index) {
  return once(messages_, index, [&] {
    Message message = from_.messages[index];
    for (MessageItem& item : message.items) {
      item.parts = text(std::move(item.parts));
      for (MessageField& value : item.fields) value.expression = expression(value.expression);
    }
    ++to_.leftovers.messages;
    places_.messages.push_back(index < from_places_.messages.size() ? span(from_places_.messages[index])
                                                                    : text::Span{});
    return push(to_.messages, std::move(message));
  });
}

Step Transplant::step(Step step, const Playbook& playbook) {
  step.message = message(step.message, playbook);
  step.expression = expression(step.expression);
  step.duration = expression(step.duration);
  step.attribute = attribute(step.attribute);
  step.text = text(std::move(step.text));
  step.person.expression = expression(step.person.expression);
  step.person.partner = partner(step.person.partner);
  step.budget = budget(step.budget);
  for (FieldSet& set : step.fields) {
    set.field = field(step.event, set.field);
    set.expression = expression(set.expression);
  }
  step.event = event(step.event);
  return step;  // `playbook` is filled in when all of them stand
}

Playbook Transplant::playbook(const Playbook& old) {
  Playbook out = old;
  out.superseded = true;
  out.enters.clear();
  out.where = kNone;
  out.again = Again::never;
  out.again_after = {};
  out.backfill = Backfill::none;
  out.backfill_per_day = 0;
  out.pace.reset();
  out.on_edit = OnEdit::pin;
  out.moves.clear();
  for (Step& one : out.steps) one = step(std::move(one), old);
  for (Arm& arm : out.arms) {
    const std::uint32_t old_event = arm.event;
    arm.event = event(old_event);
    arm.condition = expression(arm.condition, old_event);
  }
  if (out.goal) {
    const std::uint32_t old_event = out.goal->event;
    out.goal->event = event(old_event);
    out.goal->filter = expression(out.goal->filter, old_event);
  }
  out.leave = expression(out.leave);
  out.arm_events = sorted_events(std::move(out.arm_events));
  return out;
}

text::Span Transplant::span(text::Span old) {
  if (old.file >= from_places_.files.size()) return {};
  old.file = once(files_, old.file, [&] {
    places_.lines.resize(places_.files.size());
    places_.lines.push_back(old.file < from_places_.lines.size() ? from_places_.lines[old.file] : text::Lines{});
    return push(places_.files, from_places_.files[old.file]);
  });
  return old;
}

PlaybookPlaces Transplant::places(const PlaybookPlaces& old) {
  PlaybookPlaces out = old;
  out.enters.clear();
  out.where = out.again = out.backfill = out.pace = out.on_edit = {};
  for (text::Span* one : {&out.name, &out.goal, &out.leave, &out.holdout}) *one = span(*one);
  for (std::vector<text::Span>* all : {&out.caps, &out.quiet, &out.arms}) {
    for (text::Span& one : *all) one = span(one);
  }
  for (StepPlace& one : out.steps) one.span = span(one.span);
  return out;
}

/// A playbook in whose place nothing is left to do: its name and version stand for it.
Playbook name_alone(const Playbook& old) {
  Playbook out;
  out.name = old.name;
  out.version = old.version;
  out.superseded = true;
  out.title = old.title;
  return out;
}

/// Playbooks with their places while they are sorted.
struct Standing {
  Playbook playbook;
  PlaybookPlaces places;
  const Program* starts;  // whose numbers its `start`s still have
};

const PlaybookPlaces& places_at(const Places& places, std::size_t index) {
  static const PlaybookPlaces kNowhere;
  return index < places.playbooks.size() ? places.playbooks[index] : kNowhere;
}

/// Where a `start` leads when all playbooks stand: the newest of that name, kNone where that was removed.
void lead_starts(Program& program, Standing& standing) {
  for (Step& step : standing.playbook.steps) {
    if (step.playbook == kNone) continue;
    const auto to = find_playbook(program, standing.starts->playbooks[step.playbook].name);
    step.playbook = to && !program.playbooks[*to].superseded ? *to : kNone;
  }
}

}  // namespace

std::uint32_t find_version(const Program& program, std::string_view name, std::uint32_t version) {
  for (std::uint32_t p = 0; p < program.playbooks.size(); ++p) {
    if (program.playbooks[p].name == name && program.playbooks[p].version == version) return p;
  }
  return kNone;
}

Grafted graft(const Program& now, const Places& now_places, const Program& before, const Places& before_places,
              std::span<const Keep> keep) {
  CHECK_OR_DIE(keep.size() == before.playbooks.size(), "of every playbook it is said what is kept");
  Grafted out{now, now_places};
  out.places.nodes.resize(now.nodes.size());  // where there are none, spans are empty
  out.places.messages.resize(now.messages.size());
  Transplant transplant(out.program, out.places, now, before, before_places);

  std::vector<Standing> all;
  for (std::size_t p = 0; p < now.playbooks.size(); ++p)
    all.push_back({now.playbooks[p], places_at(now_places, p), &now});
  for (std::uint32_t first = 0, end = 0; first < before.playbooks.size(); first = end) {
    const std::string& name = before.playbooks[first].name;
    for (end = first; end < before.playbooks.size() && before.playbooks[end].name == name;) ++end;
    const auto newest = find_playbook(now, name);
    if (newest) {
      Playbook& own = all[*newest].playbook;
      const bool alike = goes_on_alike(now, now.playbooks[*newest], before, before.playbooks[first]);
      own.version = before.playbooks[first].version + (alike ? 0 : 1);
    }
    const bool remembered =
        std::any_of(keep.begin() + first, keep.begin() + end, [](Keep one) { return one != Keep::nothing; });
    for (std::uint32_t p = first; p < end; ++p) {
      const Playbook& old = before.playbooks[p];
      if (newest && all[*newest].playbook.version == old.version) continue;
      if (keep[p] != Keep::whole) {
        if (!newest && p == first && remembered) all.push_back({name_alone(old), {}, &before});
        continue;
      }
      Standing kept{transplant.playbook(old), transplant.places(places_at(before_places, p)), &before};
      if (newest) {
        const Playbook& own = now.playbooks[*newest];
        kept.playbook.priority = own.priority;
        kept.playbook.caps = own.caps;
        kept.playbook.quiet = own.quiet;
        kept.places.caps = places_at(now_places, *newest).caps;
        kept.places.quiet = places_at(now_places, *newest).quiet;
      }
      all.push_back(std::move(kept));
    }
  }

  std::stable_sort(all.begin(), all.end(), [](const Standing& a, const Standing& b) {
    if (a.playbook.name != b.playbook.name) return a.playbook.name < b.playbook.name;
    return a.playbook.version > b.playbook.version;
  });
  out.program.playbooks.clear();
  for (const Standing& one : all) out.program.playbooks.push_back(one.playbook);
  for (Standing& one : all) lead_starts(out.program, one);
  out.places.playbooks.clear();
  for (std::size_t p = 0; p < all.size(); ++p) {
    out.program.playbooks[p] = std::move(all[p].playbook);
    out.places.playbooks.push_back(std::move(all[p].places));
  }
  CHECK_OR_DIE(adds_up(out.program), "a graft of programs that add up does too");
  return out;
}

}  // namespace tend::program
