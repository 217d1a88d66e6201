// The world behind the channels, in memory: what was handed over stays handed over, whatever becomes of the process.
#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/env/clock.hpp"
#include "engine/env/files_simulated.hpp"
#include "engine/run/sender.hpp"

namespace tend::sim {

/// What a channel can say after a crash about a message whose answer was lost; its name decides, and the seed.
enum class ChannelKind {
  honest,      // knows what it had
  idempotent,  // knows nothing, and drops a key that it had before: what is not known is handed over again
  lying,       // knows nothing and drops nothing: what may have gone out is taken as sent
};

/// Rejected by rule, so that every run over the same workspace rejects the same: `faults.json` has the percentage.
bool is_rejected(const run::Send& send, unsigned reject_percent);

class World final : public run::Sender {
 public:
  /// `files` is null for a world in which nothing goes wrong. Lifetime: outlived by what it is given.
  World(env::SimulatedFiles* files, unsigned reject_percent, std::uint64_t seed)
      : files_(files), reject_percent_(reject_percent), seed_(seed) {}

  // ---- faults of this life
  /// The channel fails after this many more messages; with the plug, if `pulls_plug`.
  void fail_after(std::uint64_t messages, bool pulls_plug) {
    const std::lock_guard lock(mutex_);
    left_ = messages;
    pulls_plug_ = pulls_plug;
  }
  void fail_settle() {
    const std::lock_guard lock(mutex_);
    settle_fails_ = true;
  }
  void forget_faults() {
    const std::lock_guard lock(mutex_);
    left_.reset();
    settle_fails_ = false;
  }

  /// From any thread: how many messages came anywhere.
  std::size_t came() const {
    const std::lock_guard lock(mutex_);
    return delivered_.size();
  }

  // ---- what became of it, when nobody hands over any more
  struct Named {
    std::string playbook, message;
  };
  /// Everything it was asked to take, or about: by key.
  const std::map<std::string, Named>& named() const { return named_; }
  const std::map<std::string, int>& delivered() const { return delivered_; }  // key → how often
  /// Keys of which a lying channel could not say that it never had them: they may be missing.
  const std::set<std::string>& may_be_missing() const { return may_be_missing_; }
  bool was_rejected(const std::string& key) const { return rejected_.contains(key); }
  std::uint64_t dropped() const { return dropped_; }  // by idempotent channels
  /// Slow channels: while they take a call, this clock goes on by up to so many ms.
  void slow_down(env::SimulatedClock& clock, std::int64_t ms) {
    clock_ = &clock;
    slow_ms_ = ms;
  }
  ChannelKind kind_of(std::string_view channel) const;
  /// Some channels take their time from now on: they answer when they are told to.
  void answer_later() { answers_later_ = true; }
  /// One message in flight, chosen by `draw`, meets its fate: an answer, a while, or being told twice. False where none
  /// is in flight. From any thread.
  bool answer_one(std::uint64_t draw, env::Moment now);
  /// The process ended: who was in flight came there or did not, and nobody was told.
  void lose_flights(std::uint64_t draw);

  Result<std::vector<run::Answer>> hand_over(std::span<const run::Send> sends) override;
  Result<std::vector<run::Settled>> settle(std::span<const run::Send> sends) override;
  bool needs_dispatch_record(std::string_view channel) const override { return kind_of(channel) == ChannelKind::lying; }
  const run::Slow* slow(std::string_view channel) const override;
  std::size_t room(std::string_view channel) override;
  void take(const run::Send& send) override;
  void find_out(const run::Send& send) override;
  void tell(std::function<void(run::Report)> report, std::function<void()> room) override;

 private:
  struct Flight {
    state::SendKey key;
    std::string customer, message, channel;
    bool being_told = false;  // its report, at this moment
    bool uncertain = false;   // an earlier life handed it over
  };
  run::Answer land(const Flight& flight);
  env::SimulatedFiles* files_;
  unsigned reject_percent_;
  std::uint64_t seed_;
  mutable std::mutex mutex_;  // for what follows
  std::map<std::string, Named> named_;
  std::map<std::string, int> delivered_;
  std::set<std::string> may_be_missing_;
  std::set<std::string> rejected_;
  std::uint64_t dropped_ = 0;
  std::optional<std::uint64_t> left_;
  bool pulls_plug_ = false;
  bool settle_fails_ = false;
  env::SimulatedClock* clock_ = nullptr;
  std::int64_t slow_ms_ = 0;
  std::uint64_t calls_ = 0;
  bool answers_later_ = false;  // before anybody hands over
  std::vector<Flight> flights_;
  std::function<void(run::Report)> report_;
  std::function<void()> room_;
};

}  // namespace tend::sim
