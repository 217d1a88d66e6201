// Clocks of zones: docs/semantics.md E1, gaps, overlaps, skipped days, and a whole-table check against the definition.
#include "engine/env/zone.hpp"

#include <thread>

#include "tests/support/test.hpp"

namespace tend::env {
namespace {

const Zone& zone(std::string_view name) {
  const Zone* found = find_zone(name);
  REQUIRE(found != nullptr);
  return *found;
}

std::string clock_at(std::string_view name, Civil day, int hour, int minute) {
  return format_moment(clock(zone(name), date(day), hour * kHour + minute * kMinute));
}

Moment moment(std::string_view text) {
  const auto read = parse_moment(text, utc());
  REQUIRE(read.has_value());
  return *read;
}

std::string shown(const Zone& z, Moment m) {
  const std::int32_t time = time_of_day(z, m);
  return format_date(date_of(z, m)) + " " + std::to_string(time / 3600000) + ":" + std::to_string(time / 60000 % 60);
}

TEST_CASE("E1: clock and durations in New York") {
  const Zone& new_york = zone("America/New_York");
  CHECK(clock_at("America/New_York", {2017, 3, 12}, 2, 30) == "2017-03-12T07:00:00Z");
  CHECK(clock_at("America/New_York", {2017, 11, 5}, 1, 30) == "2017-11-05T05:30:00Z");
  CHECK(format_moment(add(new_york, moment("2017-01-31T15:00:00Z"), 1, 0)) == "2017-02-28T15:00:00Z");
  CHECK(format_moment(add(new_york, moment("2017-03-11T15:00:00Z"), 0, kDay)) == "2017-03-12T15:00:00Z");
}

TEST_CASE("gaps end where the clock goes on, overlaps count once") {
  CHECK(clock_at("America/New_York", {2017, 3, 12}, 2, 0) == "2017-03-12T07:00:00Z");
  CHECK(clock_at("America/New_York", {2017, 3, 12}, 1, 59) == "2017-03-12T06:59:00Z");
  CHECK(clock_at("America/New_York", {2017, 3, 12}, 3, 0) == "2017-03-12T07:00:00Z");
  CHECK(clock_at("America/New_York", {2017, 11, 5}, 0, 59) == "2017-11-05T04:59:00Z");
  CHECK(clock_at("America/New_York", {2017, 11, 5}, 2, 0) == "2017-11-05T07:00:00Z");
  // Lord Howe moves by half an hour.
  CHECK(clock_at("Australia/Lord_Howe", {2025, 10, 5}, 2, 15) == "2025-10-04T15:30:00Z");
  CHECK(clock_at("Australia/Lord_Howe", {2025, 4, 6}, 1, 45) == "2025-04-05T14:45:00Z");
  CHECK(clock_at("Australia/Lord_Howe", {2025, 4, 6}, 2, 0) == "2025-04-05T15:30:00Z");
  // Samoa had no 30 December 2011.
  CHECK(clock_at("Pacific/Apia", {2011, 12, 30}, 12, 0) == "2011-12-30T10:00:00Z");
  CHECK(clock_at("Pacific/Apia", {2011, 12, 29}, 23, 59) == "2011-12-30T09:59:00Z");
  CHECK(clock_at("Pacific/Apia", {2011, 12, 31}, 0, 0) == "2011-12-30T10:00:00Z");
  CHECK(format_date(date_of(zone("Pacific/Apia"), moment("2011-12-30T09:59:59Z"))) == "2011-12-29");
  CHECK(format_date(date_of(zone("Pacific/Apia"), moment("2011-12-30T10:00:00Z"))) == "2011-12-31");
}

TEST_CASE("China had daylight saving from 1986 to 1991") {
  const Zone& shanghai = zone("Asia/Shanghai");
  CHECK(clock_at("Asia/Shanghai", {1988, 7, 1}, 12, 0) == "1988-07-01T03:00:00Z");
  CHECK(clock_at("Asia/Shanghai", {1992, 7, 1}, 12, 0) == "1992-07-01T04:00:00Z");
  CHECK(clock_at("Asia/Shanghai", {1987, 4, 12}, 2, 30) == "1987-04-11T18:00:00Z");
  CHECK(clock_at("Asia/Shanghai", {2026, 2, 24}, 9, 0) == "2026-02-24T01:00:00Z");
  CHECK(shown(shanghai, moment("1988-07-01T03:00:00Z")) == "1988-07-01 12:0");
  CHECK(shown(shanghai, moment("2026-02-23T16:00:00Z")) == "2026-02-24 0:0");
}

TEST_CASE("clock is the first moment that shows the time, in every zone that changes") {
  for (const char* name : {"America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "Pacific/Apia", "Europe/Dublin",
                           "Africa/Casablanca", "America/Sao_Paulo", "Asia/Kathmandu", "Europe/London", "UTC"}) {
    const Zone& z = zone(name);
    for (const ZonePeriod& period : z.periods) {
      if (period.begin < moment("1902-01-01T00:00:00Z")) continue;
      // Around each change: all local times within a day and a half, by quarters of an hour.
      for (std::int64_t off = -36 * 4; off <= 36 * 4; ++off) {
        const Moment local = period.begin + off * kHour / 4 + kMinute;
        const auto day = static_cast<Date>(local / kDay - (local % kDay < 0 ? 1 : 0));
        const std::int64_t time = local - day * kDay;
        const Moment found = clock(z, day, time);
        const bool shows = date_of(z, found) == day && time_of_day(z, found) == time;
        // Either it shows the time, or a change stands there that jumps over it; and no earlier moment of the day
        // before shows it.
        const auto shown_at = [&](Moment m) { return date_of(z, m) * kDay + time_of_day(z, m); };
        bool fine = shows || (shown_at(found) > local && shown_at(found - 1) < local);
        for (Moment earlier = found - kDay; fine && earlier < found; earlier += kHour / 4)
          fine = shown_at(earlier) != local;
        if (!fine) FAIL(name << " " << format_date(day) << " " << time << " -> " << format_moment(found));
      }
    }
  }
}

TEST_CASE("periods cover all moments in order") {
  for (const char* name : {"America/New_York", "Asia/Shanghai", "UTC"}) {
    const Zone& z = zone(name);
    CHECK(z.periods.front().begin == std::numeric_limits<Moment>::min());
    CHECK(z.periods.back().end == std::numeric_limits<Moment>::max());
    for (std::size_t i = 1; i < z.periods.size(); ++i) CHECK(z.periods[i].begin == z.periods[i - 1].end);
  }
  CHECK(format_moment(clock(zone("America/New_York"), date({9999, 12, 31}), 0)) == "9999-12-31T05:00:00Z");
  CHECK(format_moment(clock(utc(), date({1900, 1, 1}), 0)) == "1900-01-01T00:00:00Z");
}

TEST_CASE("zones are found by name and stay") {
  CHECK(find_zone("Nowhere/Land") == nullptr);
  CHECK(find_zone("Nowhere/Land") == nullptr);
  CHECK(find_zone("") == nullptr);
  CHECK(find_zone("../../etc/passwd") == nullptr);
  CHECK(find_zone("UTC") == &utc());
  CHECK(find_zone("Asia/Shanghai") == find_zone("Asia/Shanghai"));
  CHECK(zone("Asia/Shanghai").name == "Asia/Shanghai");
  std::vector<std::thread> threads;
  std::vector<const Zone*> found(8);
  for (std::size_t i = 0; i < found.size(); ++i) {
    threads.emplace_back([&found, i] { found[i] = find_zone("Europe/Vienna"); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Zone* each : found) CHECK((each != nullptr && each == found[0]));
}

TEST_CASE("months move on the clock and clamp, milliseconds are exact") {
  const Zone& new_york = zone("America/New_York");
  const auto added = [&](const char* from, std::int32_t months, std::int64_t ms) {
    return format_moment(add(new_york, moment(from), months, ms));
  };
  CHECK(added("2024-02-29T15:00:00Z", 12, 0) == "2025-02-28T15:00:00Z");
  CHECK(added("2016-12-12T07:30:00Z", 3, 0) == "2017-03-12T07:00:00Z");  // 02:30 falls into the gap
  CHECK(added("2017-10-05T05:30:00Z", 1, 0) == "2017-11-05T05:30:00Z");  // 01:30 comes twice
  CHECK(added("2017-06-15T16:00:00Z", 6, 0) == "2017-12-15T17:00:00Z");  // noon stays noon
  CHECK(added("2017-11-30T17:00:00Z", 3, kHour) == "2018-02-28T18:00:00Z");
  CHECK(added("2017-11-05T06:30:00Z", 0, 0) == "2017-11-05T06:30:00Z");  // nothing added, nothing moved
}

TEST_CASE("anniversaries and ages") {
  const Date leap = date({2000, 2, 29});
  CHECK(format_date(anniversary(leap, 2026)) == "2026-02-28");
  CHECK(format_date(anniversary(leap, 2028)) == "2028-02-29");
  CHECK(age_in_years(leap, date({2026, 2, 27})) == 25);
  CHECK(age_in_years(leap, date({2026, 2, 28})) == 26);
  CHECK(age_in_years(leap, date({2028, 2, 28})) == 27);
  CHECK(age_in_years(leap, leap) == 0);
  CHECK(age_in_years(leap, date({1999, 2, 28})) == -1);
  CHECK(format_date(next_anniversary_after(leap, date({2026, 2, 27}))) == "2026-02-28");
  CHECK(format_date(next_anniversary_after(leap, date({2026, 2, 28}))) == "2027-02-28");
  CHECK(format_date(next_anniversary_after(date({2000, 3, 3}), date({2026, 12, 31}))) == "2027-03-03");
}

}  // namespace
}  // namespace tend::env
