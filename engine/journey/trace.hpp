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
  refused,   // an entry was refused; detail: live, this_moment, again, where, leave, paused, removed, no_key (of
             // `per`), stopped (while he waited for his turn)
  entered,   // detail: the value of `per`, or empty; about: the customer who wrote `start … for`, or empty
  step,      // a step was begun
  branch,    // an `if` was asked; truth
  arm,       // an arm was taken; detail: event, when or else; of a split (expression and event kNone): its name
  waits,     // until `until`
  send,      // handed over to `channel`; detail: the key
  outcome,   // what the channel said; detail: accepted, unknown, rejected …
  goal,      // detail: `stay` where the journey goes on
  left,      // by `leave when`, or detail: merged, erased, stopped
  finished,  // detail: the reason of `stop`, or empty after the last step
  tagged,
  untagged,
  set,            // detail: the value as text, empty where missing
  put_off,        // a send (`step`) or, where step is kNone, an entry (`enter`) waits; detail: the reason; until
  skipped,        // a step was refused or passed over at `channel`, or at all; detail: the reason
  held_out,       // entered, but held out; of_playbook: whose `holdout` it is
  asked,          // a step stands before an answer: `about` is the budget, team or person; amount; until: given up then
  answered,       // truth: granted, taken, done; detail: why not · of money: the account · of a task: its text
  message_sent,   // `start`, `credit` for another; about: who; truth false: unknown or missing, so nothing happens
  message_taken,  // about: who sent it; of_playbook: whose playbook it comes from
  let,            // detail: the value as text, empty where missing
  emitted,        // event; detail: its fields, as of input_event
  round,          // a `repeat` begins round `count`; truth false: it ends; detail: `until` or `times`
  moved,          // a deploy put the journey to `step`; detail: follow, move, pin
  merged,         // customer `about` became one with this one
  forgotten,
  paused,      // about: the playbook or channel, empty: everything
  resumed,     // as paused
  taken_back,  // an entry of the ledger; about: the budget; amount: what came back to it; detail: why
};

/// A value that a condition read: the node says where in the text. Of `inactive for D` it is the moment of the last
/// activity or, before any, of the customer's first input.
struct Reading {
  std::uint32_t node;
  std::string value;  // empty: missing
};

/// Which clause put a send off or refused it; `Note::clause` counts among those of `Note::of_playbook`.
enum class ClauseKind : std::uint8_t {
  none,
  cap,       // Playbook::caps, Policy::caps
  quiet,     // Playbook::quiet, Policy::quiet
  blackout,  // Policy::blackouts
  consent,   // Policy::consent, Policy::purposes; Note::about: the channel or purpose that lacks it
  rate,      // Policy::rates
  load,      // Policy::load
  limit,     // Budget::limits of the step's budget
};

/// An earlier send that takes a place under a cap.
struct Place {
  env::Moment moment = 0;
  std::uint32_t playbook = 0xFFFFFFFFu;
  std::uint32_t message = 0xFFFFFFFFu;
  std::string channel = {};
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
  env::Moment until = 0;  // put_off: when it is asked again; state::kNever: when something else wakes it
  std::string detail = {};
  std::vector<Reading> readings = {};

  // Of put_off, skipped, held_out. Reasons: paused erased suppressed held_out consent quiet cap window quota too_late
  // rejected; of an entry: pace backfill.
  ClauseKind clause_kind = ClauseKind::none;
  std::uint32_t clause = 0xFFFFFFFFu;
  std::uint32_t of_playbook = 0xFFFFFFFFu;  // whose clause it is; kNone: the policy's
  std::vector<Place> others = {};           // of a cap: the sends that took its places, oldest first
  std::string channel = {};                 // of send, outcome, put_off, skipped
  std::string about = {};                   // as told at each kind
  std::int64_t amount = 0;                  // asked, answered, message_*: minor units
  std::uint32_t currency = 0;               // 0: no money in it
  std::uint32_t count = 0;
};

class Tracer {
 public:
  virtual ~Tracer() = default;
  virtual void note(const Note& note) = 0;
};

}  // namespace tend::journey
