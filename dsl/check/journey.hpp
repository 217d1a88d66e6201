// What is known of a journey at a place of its playbook: how the customer came in, which arms were chosen, which values
// are kept under a name.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "dsl/check/ir.hpp"
#include "dsl/check/schema.hpp"

namespace tend::check {

/// What every way to a place has brought.
struct Known {
  std::set<std::uint32_t> arms;  // events: an arm of theirs was chosen
  std::set<std::string> names;   // of `Journey::kept`: its step was done
};

/// What is known on every way to a place; nullopt: no way leads there.
using Way = std::optional<Known>;

/// What is known where two ways meet.
Way meeting(const Way& a, const Way& b);

/// A value that a playbook keeps under a name.
struct Kept {
  bool granted = false;                     // by `grant … as`, which gives an amount and a date; else by `let`
  std::uint32_t slot = kNone;               // of Playbook::grants or Playbook::lets
  TypeInfo type;                            // Type::none: its value was wrong
  std::optional<Currency> currency;         // of money, where the text says which
  bool may_be_missing = false;              // even after its step: the value; of a grant, the day on which it lapses
  std::uint32_t private_attribute = kNone;  // the one that shows in the value
  std::string clash;  // somewhere else it is kept as this: whoever reads it cannot know which it is
};

/// What it is, as sentences call it.
std::string kept_word(const Kept& kept);

struct Journey {
  std::set<std::uint32_t> entry_events;  // of `enter on`
  bool always_by_event = false;          // there is no other way in
  bool unknown_entry = false;            // an `enter` was wrong: stay silent about `entry`
  std::set<std::uint32_t> arm_events;    // some arm of the playbook waits for them
  std::map<std::string, Kept> kept;      // whose steps stand before this place in the text
  Known known;
};

/// Everything that some way might bring: where nobody comes, anything may be read.
Known everything(const Journey& journey);

/// What a message can know that is sent at both places.
void meet(Journey& journey, const Journey& other);

/// What a message can know that nobody sends: whatever some sender could make sense of.
Journey nobody_sends(const Schema& schema);

}  // namespace tend::check
