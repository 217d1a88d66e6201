// Messages that a person has to send, on channels whose platform asks him itself: they are handed to the channel in his
// name, and what he does about them there is what he did. That somebody is asked stands in his journey's state, so
// nothing else has to be kept.
#pragma once
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>

#include "engine/channel/live_sender.hpp"
#include "engine/serve/live.hpp"

namespace tend::serve {

/// Thread: any.
class AskDesk {
 public:
  /// Lifetime: `book` outlives it.
  explicit AskDesk(history::SentBook& book) : book_(book) {}
  ~AskDesk() { close(); }
  AskDesk(const AskDesk&) = delete;
  AskDesk& operator=(const AskDesk&) = delete;

  /// Looks through the customers from here on, for these channels. Lifetime: until close() both stay, and `live` until
  /// the sender has ended.
  void open(Live& live, channel::LiveSender& sender, std::set<std::string, std::less<>> channels);
  /// Nothing is handed over any more when this returns.
  void close();
  /// What a channel says of any message.
  void reported(const channel::Report& report);
  /// What became of messages.
  void receipts(const std::string& channel, std::span<const channel::Receipt> receipts);

 private:
  struct KeyHash {
    std::size_t operator()(state::SendKey key) const { return static_cast<std::size_t>(key.low); }
  };
  struct Asked {
    std::uint64_t round = 0;     // in which it was last seen to be waited for
    env::Moment not_before = 0;  // given back by the channel
    bool with_channel = false;
  };
  void run();
  void look(run::Engine& engine);
  bool hand_over(run::Engine& engine, std::uint32_t partition, std::uint32_t customer, const state::Journey& journey);
  void confirm(const history::Sent& sent, bool done, const std::string& reason);

  std::set<std::string, std::less<>> channels_;
  history::SentBook& book_;
  Live* live_ = nullptr;
  channel::LiveSender* sender_ = nullptr;
  // The engine's thread only: where the look through the customers stands.
  std::uint32_t partition_ = 0, customer_ = 0;
  std::uint64_t round_ = 1;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<state::SendKey, Asked, KeyHash> asked_;
  bool looking_ = false;
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace tend::serve
