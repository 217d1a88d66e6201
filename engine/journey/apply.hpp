// The core: apply(program, state, input) → effects. Pure: no clock, files, network or chance; the same inputs give the
// same state and effects everywhere, live, in simulate and in recovery.
#pragma once
#include "engine/journey/effects.hpp"
#include "engine/journey/plan.hpp"
#include "engine/journey/trace.hpp"
#include "engine/state/state.hpp"

namespace tend::journey {

/// Applies one input (a log record's kind and payload) to its partition's state; appends what it asks of the world to
/// `effects`. Events of a customer first let everything happen that was due for him until then by time; a tick does so
/// for everybody. In recorded time a customer with a send out stands still: his inputs wait in State::pending until the
/// outcome is in. Errors: false for a payload that does not add up or names what the program lacks; nothing has changed
/// then. Thread: one thread at a time per state. Source: docs/semantics.md §2–§9.
bool apply(const Plan& plan, state::State& state, state::InputKind kind, std::string_view payload, Effects& effects,
           Tracer* tracer = nullptr);

/// A customer who is known already comes into being at `moment` with all that is known of him: whatever holds for him
/// then turns true then, as right after a first input (docs/semantics.md §5). What a test begins with. Requires:
/// deployed; he has entered nothing yet.
void appear(const Plan& plan, state::State& state, std::uint32_t customer, env::Moment moment, Effects& effects,
            Tracer* tracer = nullptr);

/// The sends that were handed over and have no outcome yet, rendered again: what a restart must settle. In order of
/// (moment, customer id, playbook, journey number).
void collect_outstanding(const Plan& plan, const state::State& state, Effects& effects);

/// The key of the send that the journey is at (docs/decisions/028).
state::SendKey send_key(std::string_view customer, const program::Playbook& playbook, const state::Journey& journey);

}  // namespace tend::journey
