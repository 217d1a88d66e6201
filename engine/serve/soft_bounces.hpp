// Mail that came back for a reason that may pass: counted for each customer and channel, until it is too often.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/history/sent.hpp"
#include "engine/run/engine.hpp"

namespace tend::serve {

/// Of each channel that counts them.
using SoftLimits = std::map<std::string, history::SoftLimit, std::less<>>;

/// Keeps in the book what became of a message, durably before this returns, and says in a sentence why its customer is
/// not to be written to on the channel any more; nothing where he may be. Messages to one mailbox of those who turned
/// out to be one customer are his. Told twice it is counted once. Errors: of the disk. Thread: the engine's.
Result<std::optional<std::string>> count_bounce(run::Engine& engine, history::SentBook& book, const SoftLimits& limits,
                                                state::SendKey key, history::Passage what, std::string_view reason,
                                                env::Moment now);

struct CountedBounces {
  std::string channel;
  history::SoftBounces bounces;
};
/// What counts of a customer, by channel: of the mailbox that came back last. Shape: `ids` are his, with former ones.
std::vector<CountedBounces> bounces_of(const history::SentBook& book, const std::vector<std::string>& ids,
                                       env::Moment now);

}  // namespace tend::serve
