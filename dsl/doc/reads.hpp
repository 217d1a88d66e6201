// What a playbook reads and what it changes: from its expressions and steps, its messages' texts included.
#pragma once
#include <cstdint>
#include <set>
#include <string>

#include "dsl/program/program.hpp"

namespace tend::doc {

/// Shape: indices into the program's tables, rising; texts in byte order.
struct Reads {
  std::set<std::uint32_t> nodes;  // all that are worked out
  std::set<std::uint32_t> attributes;
  std::set<std::string> tags;
  bool other_tags = false;  // a tag that is worked out, or all of them
  std::set<std::string> consents;
  std::set<std::uint32_t> windows;
  std::set<std::uint32_t> events;  // without the windows': entry, arms, goal, and their fields
  bool activity = false;           // `inactive`

  std::set<std::uint32_t> messages;
  std::set<std::uint32_t> budgets;
  std::set<std::uint32_t> sets;       // attributes
  std::set<std::uint32_t> emits;      // events
  std::set<std::uint32_t> starts;     // playbooks
  std::set<std::uint32_t> tag_steps;  // steps that tag or untag
};

/// Requires: playbook < program.playbooks.size().
Reads reads_of(const program::Program& program, std::uint32_t playbook);

}  // namespace tend::doc
