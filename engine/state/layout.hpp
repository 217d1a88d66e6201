// What a partition must keep of its customers for a program to run: which events, which of their fields, for how long;
// which bit is whose. Worked out once per program, the same for every partition.
#pragma once
#include <cstdint>
#include <vector>

#include "dsl/program/program.hpp"

namespace tend::state {

/// An event type that some window reads: its events are kept in each customer's ring, ordered by (at, order of coming).
struct StoredEvent {
  std::uint32_t event = 0;
  std::vector<std::uint32_t> fields;  // kept ones, sorted
  bool forever = false;               // some window has no `over`
  program::Duration keep;             // else the longest one
};

/// A bit of a customer: does this `enter when` hold?
struct Condition {
  std::uint32_t playbook = 0;
  std::uint32_t enter = 0;
  std::uint32_t expression = 0;
};

/// An `enter` whose moments come by the calendar.
struct Schedule {
  std::uint32_t playbook = 0;
  std::uint32_t enter = 0;
};

struct Layout {
  std::vector<StoredEvent> stored;
  std::vector<std::uint32_t> stored_of_event;  // by event type; kNone if not kept
  std::vector<Condition> conditions;           // by playbook name, then as written: the order of edges; index = bit
  std::uint32_t bit_words = 0;                 // 64-bit words per customer
  std::vector<Schedule> schedules;             // by playbook name, then as written; index = occurrence of a customer
  std::vector<std::uint32_t> family;           // by playbook: the first one with its name (versions stand together)
  bool keeps_contacts = false;                 // some cap counts messages
  program::Duration contacts_keep;             // the longest window that does
  std::uint32_t contacts_last = 0;             // how many of the last messages some cap looks at

  /// Where a kept field stands in a record; kNone if it is not kept.
  std::uint32_t slot_of(std::uint32_t stored_index, std::uint32_t field) const;
};

Layout make_layout(const program::Program& program);

}  // namespace tend::state
