// Time zones: from a clock's date and time to the moment and back. The zones come from the system's tzdata through
// Howard Hinnant's library, which only zone.cpp sees; here a zone is a flat table of periods of equal offset. The table
// of the system ends in 2037: after its last change a zone keeps its last offset.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/env/moment.hpp"

namespace tend::env {

/// A period in which the clock of a zone is `offset` ahead of UTC.
/// Units: moments; `begin` belongs to it, `end` does not; offset in milliseconds.
struct ZonePeriod {
  Moment begin;
  Moment end;
  std::int64_t offset;
};

/// INVARIANT: the periods are in order, touch each other, and cover all moments.
struct Zone {
  std::string name;
  std::uint32_t number;  // of this process, in order of first use
  std::vector<ZonePeriod> periods;
};

/// The zone with this IANA name (`Asia/Shanghai`, `UTC`), or null if there is none. Zones live as long as the process.
/// Thread: safe.
const Zone* find_zone(std::string_view name);
const Zone& utc();

/// The first moment at which the clock of the zone shows that time or, where a gap skips it, the end of the gap.
/// Nothing else in the engine turns clock times into moments.
/// Units: milliseconds since the day's 00:00; values from 24 hours on count into the next days.
Moment clock(const Zone& zone, Date date, std::int64_t ms_of_day);

/// What the clock of the zone shows at `moment`.
Date date_of(const Zone& zone, Moment moment);
/// Units: milliseconds since the clock's 00:00 of that date.
std::int32_t time_of_day(const Zone& zone, Moment moment);

/// `moment` + a duration of months (years are 12) and of exact milliseconds. The months are moved first, on the clock:
/// same time of day, the day clamped to the month's last, then clock(). Without months it is exact addition, also over
/// daylight saving.
Moment add(const Zone& zone, Moment moment, std::int32_t months, std::int64_t ms);

/// The same month and day in another year; 29 February becomes 28 February where there is none.
Date anniversary(Date date, int year);
/// Whole years from `birthday` to `today`; negative before the birthday.
int age_in_years(Date birthday, Date today);
/// The first anniversary of `birthday` that is later than `today` (the day itself is not).
Date next_anniversary_after(Date birthday, Date today);

}  // namespace tend::env
