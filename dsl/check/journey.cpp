// Joining what is known where ways meet.
#include "dsl/check/journey.hpp"

#include <algorithm>
#include <iterator>

#include "dsl/check/expression.hpp"
#include "dsl/check/report.hpp"

namespace tend::check {
namespace {

template <typename T>
std::set<T> both(const std::set<T>& a, const std::set<T>& b) {
  std::set<T> out;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(out, out.end()));
  return out;
}

Known both(const Known& a, const Known& b) { return {both(a.arms, b.arms), both(a.names, b.names)}; }

}  // namespace

std::string kept_word(const Kept& kept) {
  return kept.granted ? diagnostic::argument(Phrase::type_grant) : type_word(kept.type);
}

Way meeting(const Way& a, const Way& b) {
  if (!a) return b;
  if (!b) return a;
  return both(*a, *b);
}

Known everything(const Journey& journey) {
  Known all;
  all.arms = journey.arm_events;
  for (const auto& [name, ignored] : journey.kept) all.names.insert(name);
  return all;
}

void meet(Journey& journey, const Journey& other) {
  journey.entry_events.insert(other.entry_events.begin(), other.entry_events.end());
  journey.arm_events.insert(other.arm_events.begin(), other.arm_events.end());
  journey.always_by_event = journey.always_by_event && other.always_by_event;
  journey.unknown_entry = journey.unknown_entry || other.unknown_entry;
  for (const auto& [name, kept] : other.kept) {
    const auto [found, is_new] = journey.kept.try_emplace(name, kept);
    if (is_new) continue;
    Kept& known = found->second;
    known.may_be_missing = known.may_be_missing || kept.may_be_missing;
    if (known.currency != kept.currency) known.currency = std::nullopt;
    // What it is hangs on who sends: whoever reads it is told so.
    if (known.type.type == Type::none || kept.type.type == Type::none) {
      known.type = {};
    } else if (known.granted != kept.granted || !(known.type == kept.type)) {
      known.clash = kept_word(kept);
    }
  }
  journey.known = both(journey.known, other.known);
}

Journey nobody_sends(const Schema& schema) {
  Journey journey;
  journey.always_by_event = true;
  journey.unknown_entry = true;
  for (std::uint32_t event = 0; event < schema.events.size(); ++event) journey.arm_events.insert(event);
  for (const std::string& name : schema.kept_names) journey.kept.emplace(name, Kept{});
  journey.known = everything(journey);
  return journey;
}

}  // namespace tend::check
