// What one channel over the network does next: which messages go, which wait, which are given back, and what the fate
// of each means for the others. No threads, no network, no clock: the dispatcher asks, calls, and tells what came of
// it.
#pragma once
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/channel/backoff.hpp"
#include "engine/channel/holds.hpp"
#include "engine/channel/rate.hpp"
#include "engine/channel/remote.hpp"

namespace tend::channel {

/// What becomes of a message as far as the engine is concerned.
struct Report {
  enum class Kind : std::uint8_t {
    final,     // `outcome` stands
    returned,  // surely not taken: the engine keeps it, and offers it again not before `until`
  };
  state::SendKey key;
  std::string channel;
  Kind kind = Kind::final;
  state::OutcomeKind outcome = state::OutcomeKind::accepted;
  std::string reason;       // no personal data
  std::string provider_id;  // accepted: by which the platform's receipts name it
  bool suppress = false;    // rejected_recipient: never write to this address again
  bool soft = false;        // refused this time; many times it is never
  env::Moment until = env::kNoMoment;
};

struct LaneOptions {
  std::string channel;
  RemoteCapabilities can;
  std::optional<Rate> rate;                // of the account
  std::optional<Rate> rate_per_recipient;  // of each address
  std::optional<Rate> rate_per_domain;     // of what stands behind each address's `@`
  Chance chance;
  Backoff backoff;
  std::size_t unsure_max = 10'000;  // messages whose fate is unknown that wait to be asked after
  unsigned attempts_max = 30;       // that the platform put off; one more ends a message
  unsigned asks_max = 5;            // questions after an unknown fate, or attempts with the same key
};

/// No message waits here for longer than this.
constexpr std::int64_t kWaitMsMax = 10'000;

/// How many of each there were since the start, and how it stands.
struct LaneHealth {
  std::uint64_t accepted = 0, duplicate = 0, rejected_recipient = 0, rejected_request = 0, rejected_account = 0;
  std::uint64_t unknown = 0;           // fates that nobody knew, before anything was done about it
  std::uint64_t unknown_accepted = 0;  // that counted as sent in the end
  std::uint64_t deferred = 0, throttled = 0, returned = 0, calls = 0;
  std::uint64_t policy = 0;  // that came back because of us, at once or later
  std::size_t waiting = 0, under_way = 0, unsure = 0;
  Breaker::State breaker = Breaker::State::closed;
  env::Moment closed_until = env::kNoMoment;  // the breaker's, or a limit's
  std::string last_error;                     // what the platform said of the last that was not accepted
  env::Moment last_error_at = env::kNoMoment;
  env::Moment last_accepted_at = env::kNoMoment;
};

/// Thread: one call at a time.
class Lane {
 public:
  /// One call to make: submit(messages), or reconcile(messages[0]).
  struct Work {
    bool ask = false;
    std::vector<Message> messages;
    std::vector<unsigned> asked;  // of each: how often its fate was asked after; empty: nobody doubted it
  };

  Lane(LaneOptions options, env::Moment now);

  /// How many messages it takes now. Nothing while a limit of the account holds, while the breaker is open, and while
  /// as many as it may hold are on their way.
  std::size_t room(env::Moment now);
  /// When there may be room again; kNoMoment: when a call comes back.
  env::Moment room_at(env::Moment now);
  void take(Message message, env::Moment now);
  /// A message of an earlier life, whose fate nobody knows. Takes any number.
  void settle(Message message, env::Moment now);

  /// The next call, nothing where there is none now. Ask until there is none.
  std::optional<Work> next(env::Moment now);
  /// Shape: an outcome per message of the work, in their order.
  void finished(Work work, const std::vector<Outcome>& outcomes, env::Moment now);
  /// When next() may have something again without a call having come back; later than `now`, or kNoMoment.
  env::Moment wake_at(env::Moment now);

  /// What happened since it was last asked.
  std::vector<Report> take_reports();
  /// True once after room() was too small and there is room again.
  bool has_room_again(env::Moment now);
  /// Gives back what waits, and starts nothing from here on. What is doubtful stays so: settle() in the next life.
  void stop(env::Moment now);
  /// So many that were accepted came back because of us.
  void note_policy(std::size_t count) { health_.policy += count; }
  std::size_t calls_under_way() const { return calls_; }
  LaneHealth health(env::Moment now) const;

 private:
  struct Waiting {
    Message message;
    env::Moment ready_at = env::kNoMoment;
  };
  struct Unsure {
    Message message;
    unsigned asked = 0;
  };

  std::size_t capacity() const;
  bool is_shut(env::Moment now) const;
  env::Moment shut_until(env::Moment now) const;
  std::size_t held() const { return queue_.size() + under_way_; }
  std::optional<Work> next_unsure(env::Moment now);
  std::optional<Work> next_batch(env::Moment now);
  bool give_up(const Message& message, env::Moment at);
  void give_back_all(env::Moment until);
  void finished_one(Message message, std::optional<unsigned> asked, bool ask, const Outcome& outcome, env::Moment now);
  void put_off(Message message, std::optional<unsigned> asked, const Outcome& outcome, env::Moment now);
  void throttled(Message message, std::optional<unsigned> asked, const Outcome& outcome, env::Moment now);
  void unknown(Message message, std::optional<unsigned> asked, const Outcome& outcome, env::Moment now);
  void wait_or_return(Message message, env::Moment until, const std::string& reason, env::Moment now);
  void doubt(Message message, unsigned asked, env::Moment at);
  void end(const Message& message, state::OutcomeKind kind, const Outcome& outcome, env::Moment now);
  void give_back(const Message& message, env::Moment until, const std::string& reason);
  void note_error(const Outcome& outcome, env::Moment now);
  unsigned remembered(state::SendKey key) const;
  void remember(state::SendKey key, unsigned attempt);

  struct KeyHash {
    std::size_t operator()(const state::SendKey& key) const { return key.low; }
  };

  LaneOptions options_;
  std::optional<TokenBucket> bucket_;
  Holds recipients_, domains_;
  Breaker breaker_;
  env::Moment limited_until_ = env::kNoMoment;  // the account's
  unsigned limits_in_a_row_ = 0;
  std::list<Waiting> queue_;                   // surely not taken
  std::multimap<env::Moment, Unsure> unsure_;  // by when to ask
  std::unordered_set<std::string> busy_;       // addresses that a call is under way for
  std::size_t under_way_ = 0, calls_ = 0;
  bool starved_ = false, stopped_ = false;
  std::vector<Report> reports_;
  LaneHealth health_;
  // How often messages that were given back had been tried; the oldest are forgotten.
  std::unordered_map<state::SendKey, unsigned, KeyHash> attempts_;
  std::deque<state::SendKey> attempts_order_;
};

}  // namespace tend::channel
