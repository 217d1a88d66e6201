// What applying inputs asks of the world and of others: messages to hand over, questions to budgets, teams and
// rankings. They are released only when the input that caused them is durable.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "dsl/program/program.hpp"
#include "engine/state/input.hpp"

namespace tend::journey {

/// A message to hand over, rendered. Indices are of the program; text lies in Effects::arena.
struct SendEffect {
  state::SendKey key;
  env::Moment at = 0;
  std::uint32_t customer = 0;  // number in its partition
  std::uint32_t playbook = 0;
  std::uint32_t journey = 0;  // number
  std::uint32_t step = 0;
  std::uint32_t message = 0;
  std::string_view channel;      // name. Lifetime: the plan's
  std::uint32_t first_item = 0;  // Effects::items
  std::uint32_t items = 0;
  std::uint16_t order = 0;  // of collect_outstanding: the how many-th of its customer
};

struct ItemEffect {
  std::uint32_t kind = 0;                // MessageItem's number in its message
  std::uint32_t field = program::kNone;  // a value handed to it: MessageItem::fields
  std::uint32_t begin = 0;               // Effects::arena
  std::uint32_t end = 0;
};

/// A question that is answered for all customers together, in the order of docs/semantics.md §12.
struct AskEffect {
  state::AnswerKind kind = state::AnswerKind::grant;
  env::Moment at = 0;
  std::uint32_t customer = 0;  // number in its partition
  std::uint32_t playbook = 0;
  std::uint32_t journey = 0;  // number
  std::uint32_t step = 0;
  std::uint32_t visit = 0;
  // grant, credit
  std::int64_t amount = 0;  // minor units
  std::uint32_t currency = 0;
  std::uint32_t budget = program::kNone;
  std::string account;    // who gets it · staff: the person, empty where a team is asked
  bool hopeless = false;  // what it asks for cannot be said any more: the answer is no
  // staff
  std::string team;
  bool job = false;  // takes a place of his load
  // rank
  std::uint32_t enter = 0;
  bool backfill = false;  // else a schedule's `pace`
};

/// Of which changes somebody is told, by name.
struct Told {
  std::vector<std::string> tags;
  std::vector<std::string> attributes;  // by which a platform knows a customer
  bool transfers = false;
};

/// Something changed of a customer that platforms keep too.
struct ChangeEffect {
  enum class Kind : std::uint8_t {
    tag,       // he has it now, or has it no more
    identity,  // one of Told::attributes, or he became one with another customer
    transfer,  // a step gave him to another member
  };
  Kind kind = Kind::tag;
  std::uint32_t customer = 0;  // number in its partition
  std::uint64_t position = 0;  // in its partition's log, of the input that caused it
  std::string what;  // tag, identity: its name, empty where he became another one; transfer: the member before
  std::string to;    // transfer: the member from now on
  std::string_view attribute;  // transfer: the one that has the member. Lifetime: the program's
};

/// A reusable buffer: `clear` keeps its memory.
struct Effects {
  bool render = true;          // false: nobody will read the texts
  const Told* told = nullptr;  // null: nobody is told of changes
  std::uint64_t position = 0;  // of the input that is being applied
  std::vector<ChangeEffect> changes;
  std::vector<SendEffect> sends;
  std::vector<ItemEffect> items;
  std::vector<AskEffect> asks;
  std::vector<std::string_view> broken_channels;  // their accounts were refused: to be paused. Lifetime: the program's
  bool messages = false;                          // something new lies in State::outgoing
  std::string arena;

  void clear() {
    sends.clear();
    items.clear();
    asks.clear();
    changes.clear();
    broken_channels.clear();
    messages = false;
    arena.clear();
  }
};

}  // namespace tend::journey
