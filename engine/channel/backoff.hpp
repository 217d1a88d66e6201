// When to try again: full jitter over a delay that doubles, and the breaker that stops asking a platform that is down.
#pragma once
#include <cstdint>
#include <functional>

#include "engine/env/moment.hpp"

namespace tend::channel {

/// A number from 0 to under 1. Tests put their own in its place.
using Chance = std::function<double()>;

/// Units: milliseconds. Source: "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015), full jitter.
struct Backoff {
  std::int64_t first_ms = 1'000;
  std::int64_t most_ms = env::kHour;

  /// The most that delay_ms gives: first_ms, doubled for each attempt after the first, never over most_ms.
  std::int64_t ceiling_ms(unsigned attempt) const;
  /// From 1 to ceiling_ms, every one as likely.
  std::int64_t delay_ms(unsigned attempt, const Chance& chance) const;
};

/// Opens after `failures_max` failures in a row or at once when it is told to; lets one call through when its time is
/// over, and closes when that goes well. Each time that it opens again without having closed lasts twice as long.
class Breaker {
 public:
  enum class State : std::uint8_t { closed, open, half_open };

  static constexpr unsigned kFailuresMax = 5;
  static constexpr std::int64_t kFirstMs = 10'000;
  static constexpr std::int64_t kMostMs = 10 * env::kMinute;

  State state(env::Moment now) const;
  /// Until when it is open; kNoMoment where it is not.
  env::Moment until() const { return until_; }
  void succeeded();
  void failed(env::Moment now, const Chance& chance);
  /// Opens, whatever happened before.
  void trip(env::Moment now, const Chance& chance);

 private:
  unsigned failures_ = 0;
  unsigned opened_ = 0;  // since it was last closed
  env::Moment until_ = env::kNoMoment;
};

}  // namespace tend::channel
