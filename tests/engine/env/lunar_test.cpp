// The lunar calendar: known dates, the whole table against the moon itself, and a pin so that it never changes unseen.
#include "engine/env/lunar.hpp"

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "engine/env/crc32c.hpp"
#include "engine/env/lunar_months.hpp"
#include "tests/support/test.hpp"

namespace tend::env {
namespace {

std::string lunar_text(const Civil& day) {
  const LunarDate lunar = lunar_of(date(day));
  return std::to_string(lunar.year) + (lunar.leap ? " leap " : " ") + std::to_string(lunar.month) + "-" +
         std::to_string(lunar.day);
}

TEST_CASE("the Spring Festival and the Mid-Autumn Festival are where people keep them") {
  const Civil springs[] = {{1987, 1, 29}, {2000, 2, 5},  {2018, 2, 16}, {2020, 1, 25}, {2023, 1, 22}, {2024, 2, 10},
                           {2025, 1, 29}, {2026, 2, 17}, {2027, 2, 6},  {2028, 1, 26}, {2030, 2, 3},  {2034, 2, 19}};
  for (const Civil& day : springs) {
    INFO(day.year);
    CHECK(format_date(lunar_date(day.year, 1, 1)) == format_date(date(day)));
    CHECK(lunar_of(date(day)) == LunarDate{day.year, 1, 1, false});
    CHECK(lunar_date(day.year - 1, 12, 30) == date(day) - 1);  // the eve, whether month 12 has 29 or 30 days
  }
  const Civil autumns[] = {{2020, 10, 1}, {2023, 9, 29}, {2024, 9, 17}, {2025, 10, 6}, {2026, 9, 25}, {2033, 9, 8}};
  for (const Civil& day : autumns) {
    INFO(day.year);
    CHECK(format_date(lunar_date(day.year, 8, 15)) == format_date(date(day)));
  }
}

TEST_CASE("leap months are told from ordinary ones") {
  CHECK(lunar_text({2020, 5, 22}) == "2020 4-30");
  CHECK(lunar_text({2020, 5, 23}) == "2020 leap 4-1");
  CHECK(lunar_text({2020, 6, 20}) == "2020 leap 4-29");
  CHECK(lunar_text({2020, 6, 21}) == "2020 5-1");
  CHECK(lunar_text({2023, 3, 22}) == "2023 leap 2-1");
  CHECK(lunar_text({2025, 7, 25}) == "2025 leap 6-1");
  CHECK(lunar_text({2033, 12, 22}) == "2033 leap 11-1");
  CHECK(lunar_text({2034, 1, 20}) == "2033 12-1");
  CHECK(lunar_text({2026, 1, 1}) == "2025 11-13");
}

TEST_CASE("where ICU is wrong the table is right") {
  CHECK(lunar_text({1917, 3, 23}) == "1917 leap 2-1");
  CHECK(lunar_text({1922, 6, 25}) == "1922 leap 5-1");
  CHECK(lunar_text({1954, 2, 3}) == "1954 1-1");
  CHECK(lunar_text({1955, 2, 22}) == "1955 2-1");
  CHECK(lunar_text({1987, 7, 26}) == "1987 leap 6-1");
  CHECK(lunar_text({1987, 8, 24}) == "1987 7-1");
  CHECK(lunar_text({1999, 1, 17}) == "1998 12-1");
  CHECK(lunar_text({2012, 8, 17}) == "2012 7-1");
  CHECK(lunar_text({2018, 11, 7}) == "2018 9-30");
  CHECK(lunar_text({2057, 9, 28}) == "2057 9-1");
  CHECK(lunar_text({2070, 3, 12}) == "2070 2-1");
}

TEST_CASE("an anniversary is the same lunar day; a leap month's falls into the ordinary month") {
  const Date born = date({1990, 10, 3});  // 8-15
  CHECK(format_date(lunar_anniversary(born, 2026)) == "2026-09-25");
  CHECK(format_date(lunar_anniversary(born, 1990)) == "1990-10-03");
  const Date in_leap = date({2020, 5, 23});  // leap 4-1
  CHECK(format_date(lunar_anniversary(in_leap, 2020)) == "2020-04-23");
  CHECK(format_date(lunar_anniversary(in_leap, 2021)) == "2021-05-12");
  const Date thirtieth = date({2020, 5, 22});                                   // 4-30
  CHECK(lunar_text(civil(lunar_anniversary(thirtieth, 2021))) == "2021 4-29");  // which has 29 days
}

TEST_CASE("every day goes to its lunar day and back") {
  LunarDate before = lunar_of(date({1949, 12, 31}));
  for (Date day = date({1950, 1, 1}); day <= date({2050, 12, 31}); ++day) {
    const LunarDate lunar = lunar_of(day);
    const bool next_day = lunar == LunarDate{before.year, before.month, before.day + 1, before.leap};
    const bool next_month = lunar.day == 1 && before.day >= 29 && (lunar.month != before.month || lunar.leap);
    if (!next_day && !next_month) FAIL(format_date(day) << " does not follow the day before");
    if (!lunar.leap && lunar_date(lunar.year, lunar.month, lunar.day) != day) FAIL(format_date(day));
    if (!lunar.leap && lunar_anniversary(day, lunar.year) != day) FAIL(format_date(day));
    before = lunar;
  }
}

TEST_CASE("outside the table the first and the last day of it are answered") {
  CHECK(lunar_of(date({1900, 1, 31})) == LunarDate{1900, 1, 1, false});
  CHECK(lunar_of(date({1900, 1, 30})) == LunarDate{1900, 1, 1, false});
  CHECK(lunar_of(kNoDate) == LunarDate{1900, 1, 1, false});
  CHECK(lunar_of(date({2101, 1, 28})) == LunarDate{2100, 12, 29, false});
  CHECK(lunar_of(date({2101, 1, 29})) == LunarDate{2100, 12, 29, false});
  CHECK(lunar_date(1800, 8, 15) == lunar_date(1900, 8, 15));
  CHECK(lunar_date(2300, 8, 15) == lunar_date(2100, 8, 15));
  CHECK(lunar_date(2100, 12, 30) == date({2101, 1, 28}));
}

/// One of Meeus' terms: amount · sin(m·M + p·M' + f·F) days.
struct Term {
  double amount;
  int m;
  int p;
  int f;
};
constexpr Term kTerms[] = {
    {-.40720, 0, 1, 0}, {.17241, 1, 0, 0},    {.01608, 0, 2, 0},   {.01039, 0, 0, 2},   {.00739, -1, 1, 0},
    {-.00514, 1, 1, 0}, {.00208, 2, 0, 0},    {-.00111, 0, 1, -2}, {-.00057, 0, 1, 2},  {.00056, 1, 2, 0},
    {-.00042, 0, 3, 0}, {.00042, 1, 0, 2},    {.00038, 1, 0, -2},  {-.00024, -1, 2, 0}, {-.00007, 2, 1, 0},
    {.00004, 0, 2, -2}, {.00004, 3, 0, 0},    {.00003, 1, 1, -2},  {.00003, 0, 2, 2},   {-.00003, 1, 1, 2},
    {.00003, -1, 1, 2}, {-.00002, -1, 1, -2}, {-.00002, 1, 3, 0},  {.00002, 0, 4, 0},
};

/// The new moon number k since 2000-01-06, to a minute or so (the planets are left out).
/// Units: days since 1970 of dynamical time. Source: Jean Meeus, "Astronomical Algorithms", chapter 49.
double new_moon(int k) {
  constexpr double kRadians = 3.14159265358979323846 / 180;
  const double t = k / 1236.85;
  const double e = 1 - 0.002516 * t;  // the eccentricity of the earth's orbit, for each M in a term
  const double m = 2.5534 + 29.10535670 * k - 0.0000014 * t * t;
  const double p = 201.5643 + 385.81693528 * k + 0.0107582 * t * t;
  const double f = 160.7108 + 390.67050284 * k - 0.0016118 * t * t;
  double day = 2451550.09766 + 29.530588861 * k + 0.00015437 * t * t - 2440587.5;
  for (const Term& term : kTerms) {
    day += term.amount * std::pow(e, std::abs(term.m)) * std::sin((term.m * m + term.p * p + term.f * f) * kRadians);
  }
  return day;
}

TEST_CASE("each month begins on the day of its new moon in China") {
  // Dynamical time runs up to two minutes before the clock's in these years, and the formula is good to one.
  constexpr double kTolerance = 3.0 / (24 * 60);
  const Date standard_time = date({1929, 1, 1});  // before, the calendar went by the mean time of Beijing
  int near_midnight = 0;
  for (const LunarMonth& month : lunar_months()) {
    if (month.first == date({1906, 4, 24})) continue;  // the almanac of that year was eight minutes off
    const int k = static_cast<int>(std::lround((month.first - date({2000, 1, 6})) / 29.530588861));
    const double ahead = month.first < standard_time ? (7 * 60 + 45.67) / (24 * 60) : 8.0 / 24;
    const double moon = new_moon(k) + ahead - 1.0 / (24 * 60);
    if (moon < month.first - kTolerance || moon >= month.first + 1 + kTolerance) {
      FAIL(format_date(month.first) << ": the new moon is " << (moon - month.first) << " days after");
    }
    if (moon < month.first + kTolerance || moon > month.first + 1 - kTolerance) ++near_midnight;
  }
  CHECK(near_midnight < 15);  // of 2487: for nearly all of them the day is certain
}

TEST_CASE("the table is the same on every machine and with every version of ICU") {
  CHECK(lunar_months().size() == 2487);
  std::string text;
  for (const LunarMonth& month : lunar_months()) {
    text += format_date(month.first) + ' ' + std::to_string(month.year) + ' ' + std::to_string(month.month) +
            (month.leap ? " leap\n" : "\n");
  }
  CHECK(crc32c(text) == 0x4b3c2797);
}

}  // namespace
}  // namespace tend::env
