// How fast a channel may be used: `rate = "200/s"` and the token bucket that keeps to it.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace tend::channel {

/// Units: `count` sends per `per_ms` milliseconds.
struct Rate {
  std::uint32_t count = 1;
  std::int64_t per_ms = 1000;
  friend bool operator==(const Rate&, const Rate&) = default;
};

constexpr std::uint32_t kRateCountMax = 1'000'000;

/// Reads `200/s`, `100/min`, `5000/h`, `20000/day`, spaces around the slash allowed. Errors: none for anything else and
/// for counts outside 1 to kRateCountMax.
std::optional<Rate> parse_rate(std::string_view text);

/// A bucket that fills at the rate and holds what the rate gives in a second, at least one: nothing is saved up for a
/// burst. It starts full.
class TokenBucket {
 public:
  /// Units: `now_ms` of any clock, always the same one; a step back counts as no time passed.
  TokenBucket(Rate rate, std::int64_t now_ms) : rate_(rate), level_(capacity()), seen_ms_(now_ms) {}

  /// How many sends may go now.
  std::uint32_t available(std::int64_t now_ms);
  /// Requires: at most available() of the same moment.
  void take(std::uint32_t count);
  /// How many to wait for at once: what flows in a tenth of a second, at least one. So a slow channel waits for each
  /// message and a fast one is not called for each.
  std::uint32_t step() const;
  /// Milliseconds until `count` may go, or as many as the bucket holds, if that is fewer; 0 if they may go now.
  std::int64_t wait_ms(std::uint32_t count, std::int64_t now_ms);

 private:
  // Tokens are counted in units of 1 / per_ms, so that whole milliseconds add whole units and nothing is lost to
  // rounding.
  std::int64_t capacity() const;
  void refill(std::int64_t now_ms);

  Rate rate_;
  std::int64_t level_;
  std::int64_t seen_ms_;
};

}  // namespace tend::channel
