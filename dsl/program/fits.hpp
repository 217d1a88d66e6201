// Can journeys of an older version of a playbook go on in the newest, and be sent the newest texts of messages?
#pragma once
#include "dsl/program/program.hpp"

namespace tend::program {

/// Does whatever the message of `now` reads of a journey (its entry, arms, `let`s, grants) stand in journeys of
/// `older`? Requires: some playbook of `now` sends `message`.
bool fits(const Program& now, std::uint32_t message, const Program& before, const Playbook& older);

/// Do journeys of `older` go on in `newest` as if nothing had been edited? They do the same there, and what the
/// messages read fits.
bool goes_on_alike(const Program& now, const Playbook& newest, const Program& before, const Playbook& older);

}  // namespace tend::program
