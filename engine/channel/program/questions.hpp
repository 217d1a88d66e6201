// The questions that an adapter's child is asked, and what its answers mean; docs/adapters.md has them.
#pragma once
#include <functional>
#include <span>

#include "engine/channel/program/asking.hpp"

namespace tend::channel {

nlohmann::ordered_json submit_question(std::span<const Message> messages);
nlohmann::ordered_json reconcile_question(const Message& message);
nlohmann::ordered_json poll_question(const std::string& provider_id, env::Moment accepted);

/// A platform's call.
nlohmann::ordered_json call_question(const CallbackRequest& request);

/// What is known of a message that no usable answer came for.
using Otherwise = std::function<Outcome(const Answer& answer)>;
/// Shape: one for each of `count` messages.
std::vector<Outcome> read_outcomes(const Answer& answer, std::size_t count, env::Moment now,
                                   const Otherwise& otherwise);
Outcome read_reconciled(const Answer& answer, env::Moment now);
/// As Remote::poll().
std::vector<Receipt> read_polled(const Answer& answer, env::Moment& again, env::Moment now);
/// 503 where no usable answer came: platforms come again.
Callback read_called(const Answer& answer);

/// Asks the child what a platform's call says. `open` is how many such questions there are: calls come from anybody, so
/// more than a few at a time are told to come again.
Task<Callback> ask_called(std::shared_ptr<Asking> asking, CallbackRequest request, env::Moment now, unsigned& open);

}  // namespace tend::channel
