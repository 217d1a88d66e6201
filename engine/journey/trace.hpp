// What the core tells while it runs one customer again for `why`: each decision, and the values that decided it.
#pragma once
#include <string>
#include <vector>

#include "engine/env/moment.hpp"
#include "engine/state/input.hpp"

namespace tend::journey {

enum class NoteKind : std::uint8_t {
  input_event,       // event: an event was taken
  input_attributes,  // attributes, tags or consent were set
  deployed,
  turned_true,  // condition of an `enter when`: the edge
  turned_false,
  refused,  // an entry was refused; detail: live, this_moment, again, where, leave
  entered,
  step,     // a step was begun
  branch,   // an `if` was asked; truth
  arm,      // an arm was taken; detail: event, when or else
  waits,    // until `until`
  send,     // handed over to the channel
  outcome,  // what the channel said; detail: accepted, rejected …
  goal,
  left,      // by `leave when`
  finished,  // detail: the reason of `stop`, or empty after the last step
  tagged,
  untagged,
  set,
};

/// A value that a condition read: the node says where in the text. Of `inactive for D` it is the moment of the last
/// activity or, before any, of the customer's first input.
struct Reading {
  std::uint32_t node;
  std::string value;  // empty: missing
};

struct Note {
  NoteKind kind;
  env::Moment moment = 0;
  std::uint32_t customer = 0xFFFFFFFFu;  // number in its partition; of `deployed` nobody
  std::uint32_t playbook = 0xFFFFFFFFu;
  std::uint32_t journey = 0;  // number
  std::uint32_t step = 0xFFFFFFFFu;
  std::uint32_t enter = 0xFFFFFFFFu;
  std::uint32_t event = 0xFFFFFFFFu;
  std::uint32_t expression = 0xFFFFFFFFu;
  bool truth = false;
  env::Moment until = 0;
  std::string detail = {};
  std::vector<Reading> readings = {};
};

class Tracer {
 public:
  virtual ~Tracer() = default;
  virtual void note(const Note& note) = 0;
};

}  // namespace tend::journey
