// The questions that an adapter's child is asked, and what its answers mean; docs/adapters.md has them.
#pragma once
#include <functional>
#include <span>

#include "engine/channel/program/asking.hpp"

namespace tend::channel {

nlohmann::ordered_json submit_question(std::span<const Message> messages);
nlohmann::ordered_json reconcile_question(const Message& message);
nlohmann::ordered_json poll_question(const std::string& provider_id, env::Moment accepted);

/// What is known of a message that no usable answer came for.
using Otherwise = std::function<Outcome(const Answer& answer)>;
/// Shape: one for each of `count` messages.
std::vector<Outcome> read_outcomes(const Answer& answer, std::size_t count, env::Moment now,
                                   const Otherwise& otherwise);
Outcome read_reconciled(const Answer& answer, env::Moment now);
/// As Remote::poll().
std::vector<Receipt> read_polled(const Answer& answer, env::Moment& again, env::Moment now);

}  // namespace tend::channel
