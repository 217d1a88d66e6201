// What differs between two programs, by name: what an edit touches.
#pragma once
#include <string>
#include <vector>

#include "dsl/program/program.hpp"

namespace tend::program {

/// Names, each list sorted.
struct Changes {
  std::vector<std::string> added, changed, removed;
  bool none() const { return added.empty() && changed.empty() && removed.empty(); }
};

struct Difference {
  Changes playbooks, messages, attributes, events, budgets, partners, currencies, calendars, functions;
  bool policy = false;    // and the time zone
  bool activity = false;  // `activity is`
};

/// Shape: `before` may hold older versions and leftovers; they do not count. Texts are compared through the programs'
/// tables (same_text.hpp).
Difference difference(const Program& before, const Program& now);

}  // namespace tend::program
