// A message as one customer gets it: which channel, which of its parts, their texts.
#pragma once
#include <deque>
#include <string_view>
#include <vector>

#include "engine/journey/effects.hpp"
#include "engine/journey/plan.hpp"

namespace tend::journey {

/// How many channels a send tries, one after the other.
std::uint32_t channel_count(const Plan& plan, const program::Step& step);
/// The channel of try `index`: the step's, else the message's, else the workspace's only one. Lifetime: the plan's.
std::string_view channel_at(const Plan& plan, const program::Step& step, std::uint32_t index);
/// Which try a journey that stands before a send, or in one, is at.
std::uint32_t channel_tried(const state::Journey& journey);

/// Appends the send that `journey` stands before, as of `at`: with its texts where somebody reads them.
/// Of several items of one kind the first goes out that fits the channel and the customer's language.
SendEffect& append_send(const Plan& plan, const state::State& state, const state::Journey& journey, env::Moment at,
                        expr::Lists& lists, Effects& effects);

}  // namespace tend::journey
