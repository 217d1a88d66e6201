#include "engine/journey/apply.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "dsl/text/must.hpp"
#include "engine/journey/budget.hpp"
#include "engine/journey/render_send.hpp"
#include "engine/journey/turn.hpp"

namespace tend::journey {
namespace {

using env::Moment;
using program::kNone;
using state::InputKind;
using state::kNever;

/// Until it is known what became of his send, nothing else happens to a customer: so what happens does not hang on how
/// fast a channel answers, and a restart knows what was out.
bool stands_still(const state::State& state, std::uint32_t customer) { return state.at(customer).outstanding > 0; }

/// What the customer caused himself in the turn just done, first in, first out, as far as no outcome comes before it.
void run_caused(const Plan& plan, state::State& state, std::uint32_t customer, Moment moment, Effects& effects,
                Tracer* tracer) {
  while (!state.caused.empty()) {
    const auto of = state.caused.find(customer);
    if (of == state.caused.end() || of->second.front().before > 0) return;
    const state::Caused caused = std::move(of->second.front());
    of->second.pop_front();
    if (of->second.empty()) state.caused.erase(of);
    Turn(plan, state, customer, moment, effects, tracer).caused(caused);
  }
}

/// What is due first for this customer.
void run_timer(const Plan& plan, state::State& state, std::uint32_t customer, Effects& effects, Tracer* tracer) {
  const Moment due = state.at(customer).due;
  state.at(customer).due = kNever;
  Turn(plan, state, customer, due, effects, tracer).timer();
  run_caused(plan, state, customer, due, effects, tracer);
}

/// Lets everything happen that is due for this customer by `until`, moment by moment, as long as no send holds him.
void run_timers(const Plan& plan, state::State& state, std::uint32_t customer, Moment until, Effects& effects,
                Tracer* tracer) {
  while (!stands_still(state, customer) && state.at(customer).due <= until)
    run_timer(plan, state, customer, effects, tracer);
}

/// Live, an answer comes later than what fell due while it was out: that has happened before it, although a send holds
/// him.
void run_timers_before_answer(const Plan& plan, state::State& state, std::uint32_t customer, Moment answer,
                              Effects& effects, Tracer* tracer) {
  while (state.at(customer).due <= answer) run_timer(plan, state, customer, effects, tracer);
}

/// Inputs that a customer who stands still takes later: recorded time only.
bool holds_back(state::State& state, std::uint32_t customer, InputKind kind, std::string_view payload) {
  if (!stands_still(state, customer)) return false;
  state.pending[customer].push_back({kind, std::string(payload)});
  return true;
}

/// Who becomes another one, or nobody, does so when all his sends are answered.
bool holds_back_until_answered(state::State& state, std::uint32_t customer, InputKind kind, std::string_view payload) {
  if (!state.has_out(customer)) return false;
  state.pending[customer].push_back({kind, std::string(payload)});
  return true;
}

bool fields_exist(const Plan& plan, const state::EventInput& input) {
  if (input.event >= plan.program.events.size() || input.at > input.moment) return false;
  const auto& fields = plan.program.events[input.event].fields;
  state::FieldReader reader(input.fields);
  std::uint16_t field = 0;
  program::Value value;
  while (reader.next(field, value)) {
    if (field >= fields.size()) return false;
  }
  return true;
}

bool fields_exist(const Plan& plan, const state::AttributesInput& input) {
  state::FieldReader reader(input.fields);
  std::uint16_t attribute = 0;
  program::Value value;
  while (reader.next(attribute, value)) {
    if (attribute < state::kTagAdd && attribute >= plan.program.attributes.size()) return false;
  }
  return true;
}

Moment first_seen_by(const state::EventInput& input) { return input.at; }
Moment first_seen_by(const state::AttributesInput& input) { return input.moment; }

/// Puts a message on its way to `receiver`.
void send_on(state::State& state, std::string_view receiver, state::MessageInput message, Effects& effects) {
  state::Outgoing outgoing{.number = ++state.messages_sent, .receiver = std::string(receiver)};
  message.customer = outgoing.receiver;
  message.partition = state.partition();
  message.number = outgoing.number;
  encode(outgoing.payload, message);
  state.outgoing.push_back(std::move(outgoing));
  effects.messages = true;
}

/// Live, nothing is taken at an earlier moment than what came before it.
void not_before(Moment moment, std::string& payload) {
  Moment of_input = 0;  // every input begins with its moment
  std::memcpy(&of_input, payload.data(), sizeof of_input);
  of_input = std::max(of_input, moment);
  std::memcpy(payload.data(), &of_input, sizeof of_input);
}

/// Inputs of one who became another customer are that one's.
template <typename Input>
bool forward(state::State& state, InputKind kind, std::string_view customer, Input input, Effects& effects) {
  if (state.became.empty()) return false;
  const auto became = state.became.find(customer);
  if (became == state.became.end()) return false;
  input.customer = became->second;
  std::string carried;
  encode(carried, input);
  send_on(state, became->second, {.moment = input.moment, .what = kind, .from = customer, .carried = carried}, effects);
  return true;
}

template <typename Input>
bool apply_input(const Plan& plan, state::State& state, InputKind kind, std::string_view payload, Effects& effects,
                 Tracer* tracer) {
  Input input;
  if (!decode(payload, input) || !fields_exist(plan, input)) return false;
  if (forward(state, kind, input.customer, input, effects)) return true;
  // In recorded time only ticks say how far it is, for what comes before them may have to wait.
  if (!state.recorded) state.clock = std::max(state.clock, input.moment);
  bool is_new = false;
  const std::uint32_t customer = state.customer(input.customer, first_seen_by(input), is_new);
  if (state.deployed) run_timers(plan, state, customer, input.moment, effects, tracer);
  if (holds_back(state, customer, kind, payload)) return true;
  Turn turn(plan, state, customer, input.moment, effects, tracer);
  if constexpr (std::is_same_v<Input, state::EventInput>) {
    turn.event(input, is_new);
  } else {
    turn.attributes(input, is_new);
  }
  run_caused(plan, state, customer, input.moment, effects, tracer);
  return true;
}

/// One input about a customer who has to be known, else nothing happens: `take` says which turn.
template <typename Input, typename Take>
bool apply_known(const Plan& plan, state::State& state, InputKind kind, std::string_view payload, Effects& effects,
                 Tracer* tracer, const Take& take) {
  Input input;
  if (!decode(payload, input)) return false;
  // Where such inputs come, recorded time goes one moment after the other as well: everything before has happened.
  state.clock = std::max(state.clock, input.moment);
  const std::uint32_t customer = state.find_customer(input.customer);
  if (customer == state::kNoText || !state.deployed) return true;
  run_timers(plan, state, customer, input.moment, effects, tracer);
  if (holds_back(state, customer, kind, payload)) return true;
  Turn turn(plan, state, customer, input.moment, effects, tracer);
  if (!take(turn, input)) return false;
  run_caused(plan, state, customer, input.moment, effects, tracer);
  return true;
}

/// An entry of the ledger is taken back: the budget has its money again. Nothing else happens, and whoever asked for it
/// then need not be known any more.
bool take_back(const Plan& plan, state::State& state, const state::AnswerInput& input, Tracer* tracer) {
  state.clock = std::max(state.clock, input.moment);
  const std::uint32_t customer = state.find_customer(input.customer);
  count_spending(plan.program, state, customer, input.budget, input.amount, input.moment);
  if (tracer != nullptr && customer != state::kNoText) {
    tracer->note({.kind = NoteKind::taken_back,
                  .moment = input.moment,
                  .customer = customer,
                  .detail = std::string(input.reason),
                  .about = std::string(input.budget),
                  .amount = -input.amount,
                  .currency = input.currency});
  }
  return true;
}

/// What was not kept of him until now and is from the deploy on.
bool apply_past(const Plan& plan, state::State& state, std::string_view payload) {
  state::PastInput input;
  if (!decode(payload, input) || input.event >= plan.program.events.size()) return false;
  const std::uint32_t customer = state.find_customer(input.customer);
  if (customer == state::kNoText) return true;
  state.drop_events(customer, input.event);
  state::EventInput event{.moment = input.moment, .customer = input.customer, .event = input.event};
  while (state::take_past(input.events, event.at, event.fields)) {
    if (!fields_exist(plan, event)) return false;
    state.keep_event(customer, event.event, event.at, event.fields, event.moment);
  }
  return true;
}

/// All that another customer was comes to this one.
bool apply_joined(const Plan& plan, state::State& state, std::string_view payload, const state::MessageInput& input,
                  Effects& effects, Tracer* tracer) {
  state.clock = std::max(state.clock, input.moment);
  bool is_new = false;
  const std::uint32_t customer = state.customer(input.customer, input.moment, is_new);
  if (state.deployed) run_timers(plan, state, customer, input.moment, effects, tracer);
  if (holds_back_until_answered(state, customer, InputKind::message, payload)) return true;
  if (!state.put_in(customer, input.carried)) return false;
  if (effects.told != nullptr)
    effects.changes.push_back({.kind = ChangeEffect::Kind::identity,
                               .customer = customer,
                               .position = effects.position,
                               .what = {},
                               .to = {}});
  if (!state.deployed) return true;
  Turn(plan, state, customer, input.moment, effects, tracer).joined(input, is_new);
  run_caused(plan, state, customer, input.moment, effects, tracer);
  return true;
}

/// An input of one who became this one, by way of others perhaps: it names the one whom it was meant for.
template <typename Input>
bool apply_carried(const Plan& plan, state::State& state, const state::MessageInput& message, Effects& effects,
                   Tracer* tracer) {
  Input input;
  if (!decode(message.carried, input)) return false;
  input.customer = message.customer;
  input.moment = std::max(input.moment, message.moment);
  std::string payload;
  encode(payload, input);
  return apply_input<Input>(plan, state, message.what, payload, effects, tracer);
}

bool apply_message(const Plan& plan, state::State& state, std::string_view payload, Effects& effects, Tracer* tracer) {
  state::MessageInput input;
  if (!decode(payload, input) || input.playbook >= plan.program.playbooks.size()) return false;
  std::uint64_t& taken = state.taken[input.partition];
  taken = std::max(taken, input.number);
  if (const auto became = state.became.find(input.customer); became != state.became.end()) {
    send_on(state, became->second, input, effects);
    return true;
  }
  if (input.what == InputKind::merge) return apply_joined(plan, state, payload, input, effects, tracer);
  if (input.what == InputKind::event) return apply_carried<state::EventInput>(plan, state, input, effects, tracer);
  if (input.what == InputKind::attributes)
    return apply_carried<state::AttributesInput>(plan, state, input, effects, tracer);
  return apply_known<state::MessageInput>(plan, state, InputKind::message, payload, effects, tracer,
                                          [](Turn& turn, const state::MessageInput& message) {
                                            turn.message(message);
                                            return true;
                                          });
}

/// Does he wait for an answer of a budget, a team or a ranking? It will come to him and to nobody else.
bool asks(const state::State& state, std::uint32_t customer) {
  for (std::uint32_t j = state.at(customer).first_journey; j != kNone; j = state.journey(j).next) {
    if (state.journey(j).status == state::JourneyStatus::asking) return true;
  }
  const auto entries = state.entries.find(customer);
  return entries != state.entries.end() &&
         std::any_of(entries->second.begin(), entries->second.end(),
                     [](const state::PendingEntry& entry) { return entry.moment == kNever; });
}

/// The customer turns out to be another one: what he is and did goes there, he is nobody then.
bool apply_merge(const Plan& plan, state::State& state, std::string_view payload, Effects& effects, Tracer* tracer) {
  state::MergeInput input;
  if (!decode(payload, input)) return false;
  if (!state.recorded) state.clock = std::max(state.clock, input.moment);
  if (input.customer == input.into || state.became.contains(input.customer)) return true;
  state::MessageInput message{.moment = input.moment, .what = InputKind::merge, .from = input.customer};
  std::string carried;
  const std::uint32_t customer = state.find_customer(input.customer);
  if (customer != state::kNoText) {
    if (state.deployed) run_timers(plan, state, customer, input.moment, effects, tracer);
    if (holds_back_until_answered(state, customer, InputKind::merge, payload)) return true;
    if (asks(state, customer)) {
      state.pending[customer].push_back({InputKind::merge, std::string(payload)});
      return true;
    }
    carried = state.take_out(customer);
    message.carried = carried;
    state.count_away(customer);
    state.forget(customer);
  }
  state.became[std::string(input.customer)] = input.into;
  if (!carried.empty()) send_on(state, input.into, message, effects);
  return true;
}

/// The number by which all versions of a playbook are one; kNone where there is none of this name.
std::uint32_t family_named(const Plan& plan, std::string_view name) {
  const auto& playbooks = plan.program.playbooks;
  for (std::uint32_t p = 0; p < playbooks.size(); ++p) {
    if (playbooks[p].name == name && plan.layout.family[p] == p) return p;
  }
  return kNone;
}

bool apply_entry(const Plan& plan, state::State& state, std::string_view payload, Effects& effects, Tracer* tracer) {
  return apply_known<state::EntryInput>(plan, state, InputKind::entry, payload, effects, tracer,
                                        [&](Turn& turn, const state::EntryInput& input) {
                                          const std::uint32_t playbook = family_named(plan, input.playbook);
                                          if (playbook != kNone) turn.entry(playbook);
                                          return true;
                                        });
}

bool apply_stop(const Plan& plan, state::State& state, std::string_view payload, Effects& effects, Tracer* tracer) {
  return apply_known<state::StopInput>(plan, state, InputKind::stop, payload, effects, tracer,
                                       [&](Turn& turn, const state::StopInput& input) {
                                         const std::uint32_t playbook = family_named(plan, input.playbook);
                                         if (playbook != kNone) turn.stop(playbook);
                                         return true;
                                       });
}

bool apply_confirm(const Plan& plan, state::State& state, std::string_view payload, Effects& effects, Tracer* tracer) {
  return apply_known<state::ConfirmInput>(plan, state, InputKind::confirm, payload, effects, tracer,
                                          [](Turn& turn, const state::ConfirmInput& input) {
                                            turn.confirm(input);
                                            return true;
                                          });
}

/// What the end of a pause means for one customer. Its beginning means nothing yet: what is due meanwhile waits then.
void resume_one(const Plan& plan, state::State& state, std::uint32_t customer, const state::PauseInput& input,
                Effects& effects, Tracer* tracer) {
  if (input.paused) return;
  Turn(plan, state, customer, input.moment, effects, tracer).resume();
  run_caused(plan, state, customer, input.moment, effects, tracer);
}

/// Pauses or resumes a playbook, a channel, everything. Resumed, everybody does at once what fell due meanwhile.
bool apply_pause(const Plan& plan, state::State& state, std::string_view payload, Effects& effects, Tracer* tracer) {
  state::PauseInput input;
  if (!decode(payload, input)) return false;
  state.clock = std::max(state.clock, input.moment);
  const std::string what(input.what);
  // What was due before the pause happens before it, what falls due in it waits.
  for (std::uint32_t customer = 0; state.deployed && customer < state.customer_count(); ++customer)
    run_timers(plan, state, customer, input.moment, effects, tracer);
  if (!(input.paused ? state.paused.insert(what).second : state.paused.erase(what) > 0)) return true;
  if (tracer != nullptr) {
    tracer->note({.kind = input.paused ? NoteKind::paused : NoteKind::resumed,
                  .moment = input.moment,
                  .about = what.substr(what.find(':') == std::string::npos ? 0 : what.find(':') + 1)});
  }
  for (std::uint32_t customer = 0; state.deployed && customer < state.customer_count(); ++customer) {
    if (!state.is_gone(customer) && !holds_back(state, customer, InputKind::pause, payload))
      resume_one(plan, state, customer, input, effects, tracer);
  }
  return true;
}

/// One that was held back, now that nothing is out.
void take_pending(const Plan& plan, state::State& state, std::uint32_t customer, const state::PendingInput& pending,
                  Effects& effects, Tracer* tracer) {
  state::PauseInput pause;
  if (pending.kind != InputKind::pause) {
    CHECK_OR_DIE(apply(plan, state, pending.kind, pending.payload, effects, tracer), "it was admitted once");
  } else if (!stands_still(state, customer) && decode(pending.payload, pause)) {
    resume_one(plan, state, customer, pause, effects, tracer);
  }
}

/// What waited for an outcome or an answer goes on, until the next send holds him.
void take_waiting(const Plan& plan, state::State& state, std::uint32_t customer, Moment moment, Effects& effects,
                  Tracer* tracer) {
  const auto waiting = state.pending.find(customer);
  if (waiting == state.pending.end() || stands_still(state, customer)) return;
  std::vector<state::PendingInput> inputs = std::move(waiting->second);
  state.pending.erase(waiting);
  for (state::PendingInput& pending : inputs) {
    if (!state.recorded) not_before(moment, pending.payload);
    take_pending(plan, state, customer, pending, effects, tracer);
  }
}

bool apply_answer(const Plan& plan, state::State& state, std::string_view payload, Effects& effects, Tracer* tracer) {
  state::AnswerInput answer;
  if (!decode(payload, answer)) return false;
  if (answer.kind == state::AnswerKind::reversal) return take_back(plan, state, answer, tracer);
  const bool applied = apply_known<state::AnswerInput>(plan, state, InputKind::answer, payload, effects, tracer,
                                                       [&](Turn& turn, const state::AnswerInput& input) {
                                                         if (input.playbook >= plan.program.playbooks.size())
                                                           return false;
                                                         turn.answer(input);
                                                         return true;
                                                       });
  const std::uint32_t customer = state.find_customer(answer.customer);
  if (applied && customer != state::kNoText && !state.pending.empty())
    take_waiting(plan, state, customer, answer.moment, effects, tracer);
  return applied;
}

bool apply_forget(const Plan& plan, state::State& state, std::string_view payload, Effects& effects, Tracer* tracer) {
  state::ForgetInput forget;
  if (!decode(payload, forget)) return false;
  state.became.erase(std::string(forget.customer));  // who he became is forgotten with an input of his own
  const std::uint32_t customer = state.find_customer(forget.customer);
  // He does not become anybody any more either.
  if (const auto waiting = state.pending.find(customer); waiting != state.pending.end())
    std::erase_if(waiting->second, [](const state::PendingInput& one) { return one.kind == InputKind::merge; });
  // What is with a channel is answered first; no journey of his goes on until then.
  const bool goes_on = customer != state::kNoText && !state.recorded && state.deployed && state.has_out(customer) &&
                       !stands_still(state, customer);
  if (goes_on) Turn(plan, state, customer, forget.moment, effects, tracer).end_all("erased");
  if (customer != state::kNoText && holds_back_until_answered(state, customer, InputKind::forget, payload)) return true;
  return apply_known<state::ForgetInput>(plan, state, InputKind::forget, payload, effects, tracer,
                                         [&](Turn& turn, const state::ForgetInput& input) {
                                           turn.end_all("erased");
                                           state.forget(state.find_customer(input.customer));
                                           return true;
                                         });
}

/// The message of a journey that ended while it was out; null where there is none.
state::Journey* find_ended_out(state::State& state, std::uint32_t customer, const state::OutcomeInput& input) {
  for (state::Journey& out : state.ended_out) {
    if (out.customer == customer && out.playbook == input.playbook && out.number == input.journey) return &out;
  }
  return nullptr;
}

bool apply_outcome(const Plan& plan, state::State& state, std::string_view payload, Effects& effects, Tracer* tracer) {
  state::OutcomeInput input;
  if (!decode(payload, input)) return false;
  if (input.playbook >= plan.program.playbooks.size() || input.message >= plan.program.messages.size()) return false;
  const std::uint32_t customer = state.find_customer(input.customer);
  if (customer == state::kNoText) return false;
  if (!state.recorded) {
    state.clock = std::max(state.clock, input.moment);
    run_timers_before_answer(plan, state, customer, input.moment, effects, tracer);
  } else {
    run_timers(plan, state, customer, input.moment, effects, tracer);  // the history has no ticks
  }
  const std::uint16_t before = state.at(customer).outstanding;
  state::Journey* ended = find_ended_out(state, customer, input);
  state::Journey answered;
  if (ended != nullptr && is_answer(input.outcome)) {
    answered = *ended;
    for (const std::uint32_t block : {answered.entry, answered.arms, answered.kept}) state.pool.release(block);
    state.ended_out.erase(state.ended_out.begin() + (ended - state.ended_out.data()));
    ended = &answered;
  }
  Turn(plan, state, customer, input.moment, effects, tracer).outcome(input, ended);
  const bool stands_still_for_less = state.at(customer).outstanding < before;
  if (const auto caused = state.caused.find(customer); caused != state.caused.end() && stands_still_for_less) {
    for (state::Caused& one : caused->second) one.before -= one.before > 0 ? 1 : 0;
  }
  run_caused(plan, state, customer, input.moment, effects, tracer);

  take_waiting(plan, state, customer, input.moment, effects, tracer);
  if (state.recorded && !stands_still(state, customer) && state.clock != env::kNoMoment) {
    run_timers(plan, state, customer, state.clock, effects, tracer);
  }
  return true;
}

bool apply_deploy(const Plan& plan, state::State& state, std::string_view payload, Effects& effects, Tracer* tracer) {
  Moment moment = 0;
  if (!state::decode_moment(payload, moment)) return false;
  state.deployed = true;
  state.clock = std::max(state.clock, moment);
  state.wheel.advance(moment, [](std::uint32_t) {});
  if (tracer != nullptr) tracer->note({.kind = NoteKind::deployed, .moment = moment});
  for (std::uint32_t customer = 0; customer < state.customer_count(); ++customer) {
    if (state.is_gone(customer)) continue;
    Turn(plan, state, customer, moment, effects, tracer).deploy(state.changed ? &*state.changed : nullptr);
    run_caused(plan, state, customer, moment, effects, tracer);
  }
  state.changed.reset();
  return true;
}

bool apply_tick(const Plan& plan, state::State& state, std::string_view payload, Effects& effects, Tracer* tracer) {
  Moment moment = 0;
  if (!state::decode_moment(payload, moment)) return false;
  state.clock = std::max(state.clock, moment);
  if (!state.deployed) return true;
  state.wheel.advance(
      moment, [&](std::uint32_t customer) { run_timers(plan, state, customer, moment, effects, tracer); },
      [&](std::span<const std::uint32_t> customers) { state.fetch_due(customers); });
  return true;
}

}  // namespace

bool apply(const Plan& plan, state::State& state, InputKind kind, std::string_view payload, Effects& effects,
           Tracer* tracer) {
  switch (kind) {
    case InputKind::event: return apply_input<state::EventInput>(plan, state, kind, payload, effects, tracer);
    case InputKind::attributes: return apply_input<state::AttributesInput>(plan, state, kind, payload, effects, tracer);
    case InputKind::outcome: return apply_outcome(plan, state, payload, effects, tracer);
    case InputKind::tick: return apply_tick(plan, state, payload, effects, tracer);
    case InputKind::deploy: return apply_deploy(plan, state, payload, effects, tracer);
    case InputKind::mode:
      if (payload.size() != 1) return false;
      state.recorded = payload[0] != 0;
      return true;
    case InputKind::answer: return apply_answer(plan, state, payload, effects, tracer);
    case InputKind::message: return apply_message(plan, state, payload, effects, tracer);
    case InputKind::entry: return apply_entry(plan, state, payload, effects, tracer);
    case InputKind::pause: return apply_pause(plan, state, payload, effects, tracer);
    case InputKind::confirm: return apply_confirm(plan, state, payload, effects, tracer);
    case InputKind::forget: return apply_forget(plan, state, payload, effects, tracer);
    case InputKind::past: return apply_past(plan, state, payload);
    case InputKind::merge: return apply_merge(plan, state, payload, effects, tracer);
    case InputKind::stop: return apply_stop(plan, state, payload, effects, tracer);
    case InputKind::owner:
    case InputKind::program:
    case InputKind::dispatch:
    case InputKind::seen: return true;
  }
  return false;
}

void appear(const Plan& plan, state::State& state, std::uint32_t customer, Moment moment, Effects& effects,
            Tracer* tracer) {
  CHECK_OR_DIE(state.deployed, "before a deploy nobody can enter");
  Turn(plan, state, customer, moment, effects, tracer).appear();
  run_caused(plan, state, customer, moment, effects, tracer);
}

void collect_outstanding(const Plan& plan, const state::State& state, Effects& effects) {
  expr::Lists lists;
  const auto append = [&](const state::Journey& journey) {
    if ((journey.flags & state::kWithChannel) != 0) return;
    append_send(plan, state, journey, state::handed_over_at(journey), lists, effects).order = handed_over_as(journey);
    lists.clear();
  };
  for (std::uint32_t j = 0; j < state.journey_count(); ++j) {
    if (state.journey(j).status == state::JourneyStatus::sending) append(state.journey(j));
  }
  for (const state::Journey& out : state.ended_out) append(out);
  std::sort(effects.sends.begin(), effects.sends.end(), [&](const SendEffect& a, const SendEffect& b) {
    if (a.at != b.at) return a.at < b.at;
    if (a.customer != b.customer) return state.customer_id(a.customer) < state.customer_id(b.customer);
    return a.order < b.order;
  });
}

state::SendKey send_key(std::string_view customer, const program::Playbook& playbook, const state::Journey& journey) {
  // SipHash-2-4 with 128 bits of output and a fixed key: a name for a send, the same wherever it is worked out.
  static constexpr unsigned char kKey[crypto_shorthash_siphashx24_KEYBYTES] = {'t', 'e', 'n', 'd', ' ', 's', 'e', 'n',
                                                                               'd', ' ', 'k', 'e', 'y', ' ', 'v', '1'};
  thread_local std::string text;  // one for every send: it keeps its memory
  text = customer;
  text += '\x1F';
  text += playbook.name;
  text += '\x1F';
  for (const std::uint32_t number : {journey.number, journey.step, journey.visit})
    text.append(reinterpret_cast<const char*>(&number), sizeof number);
  // Who comes again after he was forgotten counts his journeys from 1 again.
  text.append(reinterpret_cast<const char*>(&journey.entered), sizeof journey.entered);
  // Steps of another version have the same numbers, and a journey that follows an edit keeps its own.
  if (playbook.version > 1) text.append(reinterpret_cast<const char*>(&playbook.version), sizeof playbook.version);
  unsigned char hash[crypto_shorthash_siphashx24_BYTES];
  crypto_shorthash_siphashx24(hash, reinterpret_cast<const unsigned char*>(text.data()), text.size(), kKey);
  state::SendKey key;
  std::memcpy(&key.high, hash, 8);
  std::memcpy(&key.low, hash + 8, 8);
  return key;
}

}  // namespace tend::journey
