#include "dsl/program/difference.hpp"

#include <map>
#include <set>

#include "dsl/program/same_text.hpp"

namespace tend::program {
namespace {

using Texts = std::map<std::string, std::string>;  // by name

Changes changes(const Texts& before, const Texts& now) {
  Changes out;
  for (const auto& [name, text] : now) {
    const auto old = before.find(name);
    if (old == before.end()) {
      out.added.push_back(name);
    } else if (old->second != text) {
      out.changed.push_back(name);
    }
  }
  for (const auto& [name, text] : before) {
    if (!now.contains(name)) out.removed.push_back(name);
  }
  return out;
}

/// The bytes of a part that says everything by itself: those of a program that has nothing else.
template <typename Part>
Texts texts_of(const std::vector<Part>& parts, std::size_t leftovers, std::vector<Part> Program::*table) {
  Texts texts;
  for (std::size_t i = 0; i + leftovers < parts.size(); ++i) {
    Program alone;
    (alone.*table).push_back(parts[i]);
    texts.emplace(parts[i].name, serialize(alone));
  }
  return texts;
}

Texts currencies_of(const Program& program) {
  Texts texts;
  for (const DeclaredCurrency& currency : program.currencies)
    texts.emplace(currency_code(currency.code), currency.title + " " + std::to_string(currency.digits));
  return texts;
}

Texts playbooks_of(const Program& program) {
  Texts texts;
  for (const Playbook& playbook : program.playbooks) {
    if (!playbook.superseded) texts.emplace(playbook.name, playbook_text_of(program, playbook));
  }
  return texts;
}

/// Messages as those who send them have them; what nobody sends is in no program.
Texts messages_of(const Program& program) {
  Texts texts;
  for (const Playbook& playbook : program.playbooks) {
    for (const Step& step : playbook.steps) {
      if (playbook.superseded || step.message == kNone) continue;
      const Message& message = program.messages[step.message];
      texts.emplace(message.name, message_text_of(program, message, playbook));
    }
  }
  return texts;
}

std::string policy_of(const Program& program) {
  Program alone;
  alone.timezone = program.timezone;
  alone.policy = program.policy;
  return serialize(alone);
}

std::set<std::string> activity_of(const Program& program) {
  std::set<std::string> names;
  for (const std::uint32_t event : program.activity) names.insert(program.events[event].name);
  return names;
}

}  // namespace

Difference difference(const Program& before, const Program& now) {
  const auto of = [&](auto table, auto leftovers) {
    return changes(texts_of(before.*table, before.leftovers.*leftovers, table),
                   texts_of(now.*table, now.leftovers.*leftovers, table));
  };
  Difference out;
  out.playbooks = changes(playbooks_of(before), playbooks_of(now));
  out.messages = changes(messages_of(before), messages_of(now));
  out.attributes = of(&Program::attributes, &Leftovers::attributes);
  out.events = of(&Program::events, &Leftovers::events);
  out.budgets = of(&Program::budgets, &Leftovers::budgets);
  out.partners = of(&Program::partners, &Leftovers::partners);
  out.functions = of(&Program::functions, &Leftovers::functions);
  out.calendars =
      changes(texts_of(before.calendars, 0, &Program::calendars), texts_of(now.calendars, 0, &Program::calendars));
  out.currencies = changes(currencies_of(before), currencies_of(now));
  out.policy = policy_of(before) != policy_of(now);
  out.activity = activity_of(before) != activity_of(now);
  return out;
}

}  // namespace tend::program
