// How often in a row mail to one mailbox came back for a reason that may pass: when that is too often, nobody goes on
// writing to it. Pure; SentBook keeps what it is reckoned from.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "engine/env/moment.hpp"
#include "engine/state/input.hpp"

namespace tend::history {

/// What is known of a message's way. What is further down counts where several are told of one message, in whatever
/// order they come.
enum class Passage : std::uint8_t {
  out,        // it was handed over, and nothing was heard of it
  delivered,  // a receipt says so, or somebody opened it
  refused,    // it came back for another reason: no mailbox, policy
  soft,       // it came back, and another may not: the mailbox is full, its server cannot be reached
};

/// A message to one mailbox.
struct Passed {
  state::SendKey key;
  env::Moment at = 0;  // when it was handed over
  std::string customer;
  std::string channel;
  std::string mailbox;  // a hash
  Passage what = Passage::out;
  std::string reason;  // soft: what the mail server said
};

/// After so long without news a message has arrived: mail servers give up after five days.
/// Source: RFC 5321 §4.5.4.1.
inline constexpr env::Moment kSilenceArrives = 7 * env::kDay;
/// What is older does not count any more.
inline constexpr env::Moment kBouncesFor = 400 * env::kDay;

struct SoftBounces {
  unsigned count = 0;
  env::Moment first = env::kNoMoment, last = env::kNoMoment;  // when the messages were handed over
  std::string reason;                                         // of the last
};

/// Those since the last message that arrived: one of which a receipt says so, or of which nothing came back within
/// kSilenceArrives. Shape: messages to one mailbox, in any order, each once.
SoftBounces count_soft_bounces(std::span<const Passed> messages, env::Moment now);

/// So many, over at least so long, are too many.
struct SoftLimit {
  unsigned count = 0;  // 0: never
  env::Moment span = 0;
};
bool is_too_many(const SoftBounces& bounces, const SoftLimit& limit);

}  // namespace tend::history
