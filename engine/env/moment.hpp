// Moments and dates: what they are, how they are printed, how those of people and machines are read. Clocks of zones:
// zone.hpp.
#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace tend::env {

struct Zone;

/// A moment.
/// Units: milliseconds since 1970-01-01T00:00:00Z.
using Moment = std::int64_t;
/// Stands where there is no moment; smaller than every moment.
constexpr Moment kNoMoment = std::numeric_limits<Moment>::min();

/// A calendar date without zone.
/// Units: days since 1970-01-01.
using Date = std::int32_t;
/// Stands where there is no date; smaller than every date.
constexpr Date kNoDate = std::numeric_limits<Date>::min();

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

/// Years that people's dates may have; others are refused by parse_date and parse_moment.
constexpr int kYearMin = 1900;
constexpr int kYearMax = 9999;

/// Units: month from 1 to 12, day from 1.
struct Civil {
  int year;
  unsigned month;
  unsigned day;
  friend bool operator==(const Civil&, const Civil&) = default;
};

/// Year, month and day of a date, in the Gregorian calendar without end in both directions.
Civil civil(Date date);
/// Requires: a month from 1 to 12 and a day from 1 to days_in_month.
Date date(Civil civil);
bool is_leap(int year);
unsigned days_in_month(int year, unsigned month);
/// Units: 0 is Monday, 6 is Sunday.
int weekday(Date date);

/// `2026-03-01T10:00:00Z`, with `.250` only where the milliseconds are not zero; `none` for kNoMoment.
std::string format_moment(Moment moment);
/// format_moment at the end of `out`, without a temporary: it is called for every line of a ledger.
void append_moment(std::string& out, Moment moment);
/// `2026-03-01`; `none` for kNoDate.
std::string format_date(Date date);
void append_date(std::string& out, Date date);

/// Reads a date as people write it: `2026-03-01`, `2026/3/1`, `2026.3.1`, `20260301`, `2026年3月1日`, in half or full
/// width, spaces around it. Errors: none for anything else, for dates that are in no calendar (2026-02-30) and for
/// years outside kYearMin to kYearMax.
std::optional<Date> parse_date(std::string_view text);

/// Reads a moment: ISO 8601 with `Z` or an offset; the same without offset, `2026/3/1 9:05`, `2026年3月1日 9时5分` and
/// a date alone (its 00:00) are read on the clock of `default_zone`. Digits finer than milliseconds are cut. Errors: as
/// parse_date; hours over 23, minutes and seconds over 59 are refused too.

std::optional<Moment> parse_moment(std::string_view text, const Zone& default_zone);

}  // namespace tend::env
