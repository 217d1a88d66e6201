#include "engine/journey/apply.hpp"

#include <sodium.h>

#include <algorithm>

#include "dsl/text/must.hpp"
#include "engine/journey/render_send.hpp"
#include "engine/journey/turn.hpp"

namespace tend::journey {
namespace {

using env::Moment;
using program::kNone;
using state::InputKind;
using state::kNever;

bool stands_still(const state::State& state, std::uint32_t customer) {
  return state.recorded && state.at(customer).outstanding > 0;
}

/// Lets everything happen that is due for this customer by `until`, moment by moment, as long as no send holds him.
void run_timers(const Plan& plan, state::State& state, std::uint32_t customer, Moment until, Effects& effects,
                Tracer* tracer) {
  while (!stands_still(state, customer)) {
    const Moment due = state.at(customer).due;
    if (due > until) return;
    state.at(customer).due = kNever;
    Turn(plan, state, customer, due, effects, tracer).timer();
  }
}

/// One input of one customer who does not stand still after his timers.
template <typename Input>
void take(const Plan& plan, state::State& state, std::uint32_t customer, const Input& input, bool is_new,
          Effects& effects, Tracer* tracer) {
  Turn turn(plan, state, customer, input.moment, effects, tracer);
  if constexpr (std::is_same_v<Input, state::EventInput>) {
    turn.event(input, is_new);
  } else {
    turn.attributes(input, is_new);
  }
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

template <typename Input>
bool apply_input(const Plan& plan, state::State& state, InputKind kind, std::string_view payload, Effects& effects,
                 Tracer* tracer) {
  Input input;
  if (!decode(payload, input) || !fields_exist(plan, input)) return false;
  // In recorded time only ticks say how far it is, for what comes before them may have to wait.
  if (!state.recorded) state.clock = std::max(state.clock, input.moment);
  bool is_new = false;
  const std::uint32_t customer = state.customer(input.customer, first_seen_by(input), is_new);
  if (state.deployed) run_timers(plan, state, customer, input.moment, effects, tracer);
  if (stands_still(state, customer)) {
    state.pending[customer].push_back({kind, std::string(payload)});
    return true;
  }
  take(plan, state, customer, input, is_new, effects, tracer);
  return true;
}

bool apply_outcome(const Plan& plan, state::State& state, std::string_view payload, Effects& effects, Tracer* tracer) {
  state::OutcomeInput input;
  if (!decode(payload, input)) return false;
  if (input.playbook >= plan.program.playbooks.size() || input.message >= plan.program.messages.size()) return false;
  const std::uint32_t customer = state.find_customer(input.customer);
  if (customer == state::kNoText) return false;
  run_timers(plan, state, customer, input.moment, effects, tracer);
  Turn(plan, state, customer, input.moment, effects, tracer).outcome(input);

  // What waited for the answer goes on, until the next send holds him.
  const auto waiting = state.pending.find(customer);
  std::vector<state::PendingInput> inputs;
  if (waiting != state.pending.end() && !stands_still(state, customer)) {
    inputs = std::move(waiting->second);
    state.pending.erase(waiting);
  }
  for (const state::PendingInput& pending : inputs)
    CHECK_OR_DIE(apply(plan, state, pending.kind, pending.payload, effects, tracer), "it was admitted once");
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
    Turn(plan, state, customer, moment, effects, tracer).set_bits();
  }
  return true;
}

bool apply_tick(const Plan& plan, state::State& state, std::string_view payload, Effects& effects, Tracer* tracer) {
  Moment moment = 0;
  if (!state::decode_moment(payload, moment)) return false;
  state.clock = std::max(state.clock, moment);
  if (!state.deployed) return true;
  state.wheel.advance(moment,
                      [&](std::uint32_t customer) { run_timers(plan, state, customer, moment, effects, tracer); });
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
    case InputKind::owner:
    case InputKind::program:
    case InputKind::dispatch: return true;
  }
  return false;
}

void appear(const Plan& plan, state::State& state, std::uint32_t customer, Moment moment, Effects& effects,
            Tracer* tracer) {
  CHECK_OR_DIE(state.deployed, "before a deploy nobody can enter");
  Turn(plan, state, customer, moment, effects, tracer).appear();
}

void collect_outstanding(const Plan& plan, const state::State& state, Effects& effects) {
  std::deque<std::vector<program::Value>> lists;
  for (std::uint32_t j = 0; j < state.journey_count(); ++j) {
    const state::Journey& journey = state.journey(j);
    if (journey.status != state::JourneyStatus::sending) continue;
    append_send(plan, state, journey, journey.reached, lists, effects);
    lists.clear();
  }
  std::sort(effects.sends.begin(), effects.sends.end(), [&](const SendEffect& a, const SendEffect& b) {
    if (a.at != b.at) return a.at < b.at;
    if (a.customer != b.customer) return state.customer_id(a.customer) < state.customer_id(b.customer);
    return a.playbook != b.playbook ? a.playbook < b.playbook : a.journey < b.journey;
  });
}

state::SendKey send_key(std::string_view customer, std::string_view playbook, std::uint32_t journey, std::uint32_t step,
                        std::uint32_t visit) {
  // SipHash-2-4 with 128 bits of output and a fixed key: a name for a send, the same wherever it is worked out.
  static constexpr unsigned char kKey[crypto_shorthash_siphashx24_KEYBYTES] = {'t', 'e', 'n', 'd', ' ', 's', 'e', 'n',
                                                                               'd', ' ', 'k', 'e', 'y', ' ', 'v', '1'};
  std::string text;
  text.reserve(customer.size() + playbook.size() + 16);
  text += customer;
  text += '\x1F';
  text += playbook;
  text += '\x1F';
  for (const std::uint32_t number : {journey, step, visit})
    text.append(reinterpret_cast<const char*>(&number), sizeof number);
  unsigned char hash[crypto_shorthash_siphashx24_BYTES];
  crypto_shorthash_siphashx24(hash, reinterpret_cast<const unsigned char*>(text.data()), text.size(), kKey);
  state::SendKey key;
  std::memcpy(&key.high, hash, 8);
  std::memcpy(&key.low, hash + 8, 8);
  return key;
}

}  // namespace tend::journey
