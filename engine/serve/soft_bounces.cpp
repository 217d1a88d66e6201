#include "engine/serve/soft_bounces.hpp"

#include <algorithm>

namespace tend::serve {

using history::Passage;
using history::Passed;

Result<std::optional<std::string>> count_bounce(run::Engine& engine, history::SentBook& book, const SoftLimits& limits,
                                                state::SendKey key, Passage what, std::string_view reason,
                                                env::Moment now) {
  if (auto kept = book.passed(key, what, reason); !kept) return tl::unexpected(kept.error());
  if (what != Passage::soft) return std::nullopt;
  const auto sent = book.by_key(key);
  const auto limit = sent ? limits.find(sent->channel) : limits.end();
  if (limit == limits.end()) return std::nullopt;
  std::vector<Passed> messages = book.to_same_mailbox(key);
  const std::string_view customer = engine.became(sent->customer);
  std::erase_if(messages, [&](const Passed& one) { return engine.became(one.customer) != customer; });
  const history::SoftBounces bounces = history::count_soft_bounces(messages, now);
  if (!is_too_many(bounces, limit->second)) return std::nullopt;
  return std::to_string(bounces.count) + (bounces.count == 1 ? " soft bounce" : " soft bounces") +
         " of messages sent from " + env::format_moment(bounces.first) + " to " + env::format_moment(bounces.last) +
         ", the last: " + bounces.reason + ", message " + state::format_key(key);
}

std::vector<CountedBounces> bounces_of(const history::SentBook& book, const std::vector<std::string>& ids,
                                       env::Moment now) {
  std::vector<Passed> all;
  for (const std::string& id : ids) {
    for (Passed& one : book.passed_of(id)) all.push_back(std::move(one));
  }
  // The mailbox that came back last stands last.
  std::sort(all.begin(), all.end(), [](const Passed& a, const Passed& b) { return a.at < b.at; });
  std::map<std::string, std::string> mailboxes;
  for (const Passed& one : all) {
    if (one.what == Passage::soft) mailboxes[one.channel] = one.mailbox;
  }
  std::vector<CountedBounces> counted;
  for (const auto& [channel, mailbox] : mailboxes) {
    std::vector<Passed> messages;
    for (const Passed& one : all) {
      if (one.channel == channel && one.mailbox == mailbox) messages.push_back(one);
    }
    const history::SoftBounces bounces = history::count_soft_bounces(messages, now);
    if (bounces.count > 0) counted.push_back({channel, bounces});
  }
  return counted;
}

}  // namespace tend::serve
