// A partition goes over to another program: everything that it knows, found again by name.
#pragma once
#include "engine/state/moving.hpp"
#include "engine/state/state.hpp"

namespace tend::state {

/// Is the goal of a journey that is over still watched at `now`? May say yes a little too long (months), never too
/// short.
bool is_watched(const program::Playbook& playbook, const Journey& journey, Moment now);

/// What `before` holds, for the program `moving.now`. Journeys are carried as `on edit` says (program::carry): one that
/// follows waits under kAimed for its wait to be worked out anew, one that was moved is runnable at its new step. Bits
/// of changed conditions are those of nobody; the deploy sets them. Events are kept with what was kept of them: a field
/// or a time that nothing read before is not there (State::recall). Requires: nothing outstanding, nothing pending; for
/// every journey inside, `moving.now` has the version that program::carry leaves it in. Source: docs/semantics.md §13
State migrate(State&& before, const Moving& moving, Moment now);

}  // namespace tend::state
