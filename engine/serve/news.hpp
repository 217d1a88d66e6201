// What platforms tell of messages and of people: receipts and what somebody wrote become inputs of customers. Who asks
// not to be written to any more is not.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/channel/remote.hpp"
#include "engine/history/sent.hpp"
#include "engine/serve/live.hpp"
#include "engine/serve/soft_bounces.hpp"

namespace tend::serve {

/// Where customers and messages are found.
struct NewsPlace {
  history::SentBook* book = nullptr;
  std::string channel;
  std::string address;                 // the attribute with the customer's address there; empty: the address is his id
  const SoftLimits* limits = nullptr;  // of channels that count soft bounces; null: none does
};

struct ReadNews {
  std::vector<PostedInput> inputs;
  std::size_t lost = 0;  // nobody knows whom they are about
  Result<void> kept;     // not: the book cannot be written to, and nothing of it is to be taken
};

/// Receipts are the built-in events `delivered`, `failed`, `opened`, `clicked`, `unsubscribed`, `complained` with their
/// message; that a person has confirmed a message is its delivery. What people do is the workspace's event of that
/// name; one that it does not declare is passed over. What comes twice has one PostedInput::seen.
/// Whoever writes a word of channel::is_opt_out, or unsubscribes or complains otherwise, loses his consent to the
/// channel and to marketing; where no consent is asked for he is suppressed there. Who has too many soft bounces is
/// suppressed too; they are counted in the book.
/// Thread: the engine's.
ReadNews read_news(run::Engine& engine, const NewsPlace& place, const std::vector<channel::Receipt>& receipts,
                   const std::vector<channel::Inbound>& inbound, env::Moment now);

/// Whether nobody outside may bring this event: the engine makes it, or a receipt does.
bool is_own_event(std::string_view event);

/// read_news and Live::post. `done` is told when it is durable, or why it is not; from the engine's thread.
void take_news(Live& live, const NewsPlace& place, std::vector<channel::Receipt> receipts,
               std::vector<channel::Inbound> inbound, std::function<void(const Result<void>&)> done);

}  // namespace tend::serve
