#include "engine/state/layout.hpp"

#include <algorithm>

namespace tend::state {
namespace {

using program::kNone;

/// Fields of the event under test that the filter with this root reads.
void collect_fields(const program::Program& program, std::uint32_t root, std::vector<std::uint32_t>& fields) {
  if (root == kNone) return;
  const program::Node& node = program.nodes[root];
  switch (node.op) {
    case program::Op::field:
      if (node.a != program::kFieldAt) fields.push_back(node.a);
      return;
    case program::Op::constant:
    case program::Op::attribute:
    case program::Op::customer_id:
    case program::Op::customer_tags:
    case program::Op::let_value:
    case program::Op::grant_amount:
    case program::Op::grant_expires:
    case program::Op::first_seen:
    case program::Op::now:
    case program::Op::today:
    case program::Op::entry_field:
    case program::Op::entry_at:
    case program::Op::entry_date:
    case program::Op::arm_field:
    case program::Op::consents:
    case program::Op::window:
    case program::Op::inactive: return;
    case program::Op::related: return collect_fields(program, node.a, fields);
    case program::Op::call:
      for (std::uint32_t i = 1; i <= node.b; ++i) collect_fields(program, program.arguments[node.a + i], fields);
      return;
    case program::Op::list:
      for (std::uint32_t i = 0; i < node.b; ++i) collect_fields(program, program.arguments[node.a + i], fields);
      return;
    default: collect_fields(program, node.a, fields); collect_fields(program, node.b, fields);
  }
}

bool longer(const program::Duration& a, const program::Duration& b) {
  constexpr std::int64_t kMonth = 31ll * 86'400'000;
  return a.months * kMonth + a.ms > b.months * kMonth + b.ms;
}

bool by_calendar(program::EnterKind kind) {
  return kind == program::EnterKind::schedule || kind == program::EnterKind::date ||
         kind == program::EnterKind::relative;
}

void count_contacts(Layout& layout, const std::vector<program::Cap>& caps) {
  for (const program::Cap& cap : caps) {
    layout.keeps_contacts = true;
    layout.contacts_last = std::max(layout.contacts_last, cap.in_last);
    if (longer(cap.per, layout.contacts_keep)) layout.contacts_keep = cap.per;
  }
}

}  // namespace

std::uint32_t Layout::slot_of(std::uint32_t stored_index, std::uint32_t field) const {
  const auto& fields = stored[stored_index].fields;
  const auto it = std::lower_bound(fields.begin(), fields.end(), field);
  return it != fields.end() && *it == field ? static_cast<std::uint32_t>(it - fields.begin()) : kNone;
}

Layout make_layout(const program::Program& program) {
  Layout layout;
  layout.stored_of_event.assign(program.events.size(), kNone);
  for (const program::Window& window : program.windows) {
    std::uint32_t& index = layout.stored_of_event[window.event];
    if (index == kNone) {
      index = static_cast<std::uint32_t>(layout.stored.size());
      layout.stored.push_back({.event = window.event, .fields = {}, .forever = false, .keep = {}});
    }
    StoredEvent& stored = layout.stored[index];
    if (!window.over) {
      stored.forever = true;
    } else if (longer(*window.over, stored.keep)) {
      stored.keep = *window.over;
    }
    if (window.field != kNone && window.field != program::kFieldAt) stored.fields.push_back(window.field);
    collect_fields(program, window.filter, stored.fields);
  }
  for (StoredEvent& stored : layout.stored) {
    std::sort(stored.fields.begin(), stored.fields.end());
    stored.fields.erase(std::unique(stored.fields.begin(), stored.fields.end()), stored.fields.end());
  }
  for (std::uint32_t p = 0; p < program.playbooks.size(); ++p) {
    const auto& enters = program.playbooks[p].enters;
    for (std::uint32_t e = 0; e < enters.size(); ++e) {
      if (enters[e].kind == program::EnterKind::when)
        layout.conditions.push_back({.playbook = p, .enter = e, .expression = enters[e].condition});
      if (by_calendar(enters[e].kind)) layout.schedules.push_back({.playbook = p, .enter = e});
    }
    const bool same = p > 0 && program.playbooks[p - 1].name == program.playbooks[p].name;
    layout.family.push_back(same ? layout.family[p - 1] : p);
    count_contacts(layout, program.playbooks[p].caps);
  }
  count_contacts(layout, program.policy.caps);
  layout.bit_words = static_cast<std::uint32_t>((layout.conditions.size() + 63) / 64);
  return layout;
}

}  // namespace tend::state
