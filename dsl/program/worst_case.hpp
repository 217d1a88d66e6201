// How often a playbook can write to one customer at worst: what its steps, its entries and the caps leave possible.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dsl/program/program.hpp"

namespace tend::program {

/// What keeps the number down.
enum class Limit : std::uint8_t {
  none,          // nothing does
  silent,        // the playbook sends nothing
  once,          // a customer enters once, and a journey sends so many
  again,         // `again after`
  schedule,      // the days on which it is entered
  playbook_cap,  // its own caps
  policy_cap,    // the policy's
};

struct Most {
  std::optional<std::uint64_t> messages;  // none: unbounded
  Limit limit = Limit::none;
};

/// Shape: upper bounds, whatever the customer does; asks count as messages.
struct WorstCase {
  std::uint64_t per_journey = 0;  // the language is total: there is always a greatest number
  Most per_day;                   // in any 24 hours
  Most per_30_days;               // in any 30 days
};

/// Requires: `playbook` < program.playbooks.size().
/// Source: docs/semantics.md §7 (again), §9 (repeat), §11 (caps).
WorstCase worst_case(const Program& program, std::uint32_t playbook);

/// Is there a cap, of the policy or of the playbook, that counts this step's messages whatever channel they take?
/// Caps pass over transactional and welcome messages; `cap 1 marketing in 4 messages` bounds no number.
bool is_capped(const Program& program, const Playbook& playbook, const Step& step);

/// The channels that a send may take, the first tried first; empty: the workspace's default.
const std::vector<std::string>& channels_of(const Program& program, const Step& step);

/// Does the step write to the customer?
inline bool sends(const Step& step) { return step.kind == StepKind::send || step.kind == StepKind::ask; }

}  // namespace tend::program
