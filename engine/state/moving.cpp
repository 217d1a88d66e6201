#include "engine/state/moving.hpp"

#include <algorithm>

#include "dsl/program/graft.hpp"
#include "dsl/program/same_text.hpp"
#include "engine/state/input.hpp"

namespace tend::state {
namespace {

using program::held_alike;
using program::kNone;
using program::Playbook;
using program::Program;

/// For each part of `from`, the first of `to` that is the same.
template <typename T, typename Same>
std::vector<std::uint32_t> matched(const std::vector<T>& from, const std::vector<T>& to, Same same) {
  std::vector<std::uint32_t> out(from.size(), kNone);
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto found = std::find_if(to.begin(), to.end(), [&](const T& one) { return same(from[i], one); });
    if (found != to.end()) out[i] = static_cast<std::uint32_t>(found - to.begin());
  }
  return out;
}

/// For each part of `now`, the part of `before` in the same playbook with the same way in, none twice.
template <typename Part>
std::vector<std::uint32_t> same_ways(const Program& now, const std::vector<Part>& parts, const Program& before,
                                     const std::vector<Part>& earlier) {
  std::vector<std::string> texts;
  for (const Part& part : earlier) {
    const Playbook& playbook = before.playbooks[part.playbook];
    texts.push_back(playbook.name + '\0' + way_text_of(before, playbook.enters[part.enter]));
  }
  std::vector<bool> taken(earlier.size());
  std::vector<std::uint32_t> out;
  for (const Part& part : parts) {
    const Playbook& playbook = now.playbooks[part.playbook];
    const std::string text = playbook.name + '\0' + way_text_of(now, playbook.enters[part.enter]);
    std::uint32_t found = 0;
    while (found < texts.size() && (taken[found] || texts[found] != text)) ++found;
    if (found < texts.size()) taken[found] = true;
    out.push_back(found < texts.size() ? found : kNone);
  }
  return out;
}

}  // namespace

MovedKept moved_kept(const Program& before, const Playbook& older, const Program& now, const Playbook& newer) {
  const auto same_slot = [](const program::Slot& a, const program::Slot& b) {
    return a.name == b.name && held_alike(a.type, b.type);
  };
  MovedKept out{.lets = matched(older.lets, newer.lets, same_slot),
                .grants = matched(older.grants, newer.grants, same_slot),
                .steps = {},
                .shares = std::vector<std::uint32_t>(older.shares.size(), kNone)};
  for (std::uint32_t i = 0; i < older.steps.size(); ++i) {
    const program::Step& step = older.steps[i];
    out.steps.push_back(same_step(before, older, i, now, newer));
    if (step.kind != program::StepKind::split || out.steps.back() == kNone) continue;
    const program::Step& other = newer.steps[out.steps.back()];
    for (std::uint32_t a = 0; a < step.arms; ++a) {
      for (std::uint32_t b = 0; b < other.arms; ++b) {
        if (older.shares[step.first_arm + a].name == newer.shares[other.first_arm + b].name)
          out.shares[step.first_arm + a] = other.first_arm + b;
      }
    }
  }
  return out;
}

Moving::Moving(const Program& before_, const Layout& before_layout_, const Program& now_, const Layout& now_layout_)
    : before(before_), before_layout(before_layout_), now(now_), now_layout(now_layout_) {
  const auto same_name = [](const auto& a, const auto& b) { return a.name == b.name; };
  const auto same_value = [](const auto& a, const auto& b) { return a.name == b.name && held_alike(a.type, b.type); };
  attributes = matched(before.attributes, now.attributes, same_value);
  events = matched(before.events, now.events, same_name);
  messages = matched(before.messages, now.messages, same_name);
  for (std::size_t e = 0; e < events.size(); ++e) {
    static const std::vector<program::Field> kNoFields;
    const auto& to = events[e] == kNone ? kNoFields : now.events[events[e]].fields;
    fields.push_back(matched(before.events[e].fields, to, same_value));
  }
  for (const Playbook& older : before.playbooks) {
    MovedPlaybook moved{.version = find_version(now, older.name, older.version),
                        .newest = find_playbook(now, older.name).value_or(kNone),
                        .steps = {}};
    for (std::uint32_t i = 0; i <= older.steps.size(); ++i) moved.steps.push_back(carry(before, older, i, now));
    std::vector<MovedKept>& into = kept.emplace_back(2);
    if (moved.version != kNone) into[0] = moved_kept(before, older, now, now.playbooks[moved.version]);
    if (moved.newest != kNone) into[1] = moved_kept(before, older, now, now.playbooks[moved.newest]);
    playbooks.push_back(std::move(moved));
  }
  conditions = same_ways(now, now_layout.conditions, before, before_layout.conditions);
  schedules = same_ways(now, now_layout.schedules, before, before_layout.schedules);
  for (const std::uint32_t condition : conditions) changed.push_back(condition == kNone);
}

bool Moving::way(std::uint32_t& playbook, std::uint32_t& enter) const {
  const std::uint32_t newest = playbooks[playbook].newest;
  if (newest == kNone) return false;
  const Playbook& older = before.playbooks[playbook];
  if (enter >= older.enters.size()) return false;
  const std::string text = way_text_of(before, older.enters[enter]);
  const auto& enters = now.playbooks[newest].enters;
  for (std::uint32_t e = 0; e < enters.size(); ++e) {
    if (way_text_of(now, enters[e]) != text) continue;
    playbook = newest;
    enter = e;
    return true;
  }
  return false;
}

std::string Moving::moved_fields(std::uint32_t event, std::string_view blob) const {
  std::string out;
  FieldReader reader(blob);
  std::uint16_t field = 0;
  program::Value value;
  std::vector<program::Value> elements;
  while (reader.next(field, value)) {
    const std::uint32_t to = field < fields[event].size() ? fields[event][field] : kNone;
    if (to == kNone) continue;
    if (value.kind == program::ValueKind::list) {
      read_list(value, elements);
      value = program::Value::of_list(elements.data(), value.extra);
    }
    append_field(out, static_cast<std::uint16_t>(to), value);
  }
  return out;
}

}  // namespace tend::state
