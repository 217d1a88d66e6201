// Reading `Retry-After`.
#include "engine/channel/retry_after.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

namespace tend::channel {
namespace {

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || text.front() == '-') return std::nullopt;
  return value;
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
std::optional<env::Moment> fixdate(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || text.substr(25) != " GMT" || text.substr(3, 2) != ", ") return std::nullopt;
  const auto day = number(text.substr(5, 2)), year = number(text.substr(12, 4));
  const auto hour = number(text.substr(17, 2)), minute = number(text.substr(20, 2)),
             second = number(text.substr(23, 2));
  const std::size_t month = kMonths.find(text.substr(8, 3));
  if (!day || !year || !hour || !minute || !second || month == std::string_view::npos || month % 3 != 0) {
    return std::nullopt;
  }
  const env::Civil civil{static_cast<int>(*year), static_cast<unsigned>(month / 3 + 1), static_cast<unsigned>(*day)};
  if (*day < 1 || *day > env::days_in_month(civil.year, civil.month) || *hour > 23 || *minute > 59 || *second > 60) {
    return std::nullopt;
  }
  return env::date(civil) * env::kDay + *hour * env::kHour + *minute * env::kMinute + *second * env::kSecond;
}

}  // namespace

env::Moment retry_after(const HttpAnswer& answer, env::Moment now) {
  const auto header = answer.headers.find("retry-after");
  if (header == answer.headers.end() || header->second.empty()) return env::kNoMoment;
  if (const auto seconds = number(header->second)) {
    return now + std::min(*seconds, env::kDay / env::kSecond) * env::kSecond;
  }
  const auto date = fixdate(header->second);
  return date ? std::clamp(*date, now, now + env::kDay) : env::kNoMoment;
}

}  // namespace tend::channel
