// Reading a rate, and the bucket's arithmetic.
#include "engine/channel/rate.hpp"

#include <algorithm>
#include <charconv>

#include "dsl/text/must.hpp"
#include "engine/env/moment.hpp"

namespace tend::channel {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::int64_t unit_ms(std::string_view unit) {
  if (unit == "s") return env::kSecond;
  if (unit == "min") return env::kMinute;
  if (unit == "h") return env::kHour;
  if (unit == "day") return env::kDay;
  return 0;
}

}  // namespace

std::optional<Rate> parse_rate(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view digits = trim(text.substr(0, slash));
  Rate rate;
  rate.per_ms = unit_ms(trim(text.substr(slash + 1)));
  if (rate.per_ms == 0) return std::nullopt;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), rate.count);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (rate.count < 1 || rate.count > kRateCountMax) return std::nullopt;
  return rate;
}

std::int64_t TokenBucket::capacity() const {
  const std::int64_t of_a_second = rate_.count * std::min(rate_.per_ms, env::kSecond);
  return std::max(of_a_second / rate_.per_ms, std::int64_t{1}) * rate_.per_ms;
}

void TokenBucket::refill(std::int64_t now_ms) {
  const std::int64_t passed_ms = std::clamp<std::int64_t>(now_ms - seen_ms_, 0, rate_.per_ms + env::kSecond);
  seen_ms_ = now_ms;
  level_ = std::min(capacity(), level_ + passed_ms * rate_.count);
}

std::uint32_t TokenBucket::available(std::int64_t now_ms) {
  refill(now_ms);
  return static_cast<std::uint32_t>(level_ / rate_.per_ms);
}

void TokenBucket::take(std::uint32_t count) {
  level_ -= static_cast<std::int64_t>(count) * rate_.per_ms;
  CHECK_OR_DIE(level_ >= 0, "more sends than the rate allows");
}

std::uint32_t TokenBucket::step() const {
  return static_cast<std::uint32_t>(std::max<std::int64_t>(rate_.count * (env::kSecond / 10) / rate_.per_ms, 1));
}

std::int64_t TokenBucket::wait_ms(std::uint32_t count, std::int64_t now_ms) {
  refill(now_ms);
  const std::int64_t missing = std::min(capacity(), static_cast<std::int64_t>(count) * rate_.per_ms) - level_;
  return missing <= 0 ? 0 : (missing + rate_.count - 1) / rate_.count;
}

}  // namespace tend::channel
