// Writes the source of lunar_months() to stdout, at build time: ICU's Chinese calendar, set right where it is wrong.
//
// ICU works out sun and moon roughly: where a new moon, or the sun's entry into a sign, comes close to midnight in
// China, it has months that begin a day early or late and leap months that come one month late (ICU-23274; found in
// 72). The right days here are those of the Hong Kong Observatory's conversion tables; 1901 to 2099 were held against
// them. tests/engine/env/lunar_test.cpp checks every month by Meeus' formula for new moons, and pins the whole table:
// another ICU cannot change it unseen.
//
// Three new moons of the future are so near to midnight that, as the observatory says itself, their months may begin a
// day off: 2057-09-28, 2089-09-04, 2097-08-07.
#include <unicode/ucal.h>

#include <cstdio>
#include <vector>

#include "engine/env/lunar_months.hpp"

namespace tend::env {
namespace {

struct WrongFirst {
  Civil right;
  int days_late;  // of ICU
};
constexpr WrongFirst kWrongFirsts[] = {
    {{1954, 2, 3}, 1}, {{1955, 2, 22}, 1}, {{1999, 1, 17}, 1}, {{2012, 8, 17}, 1}, {{2018, 11, 8}, -1},
    {{2027, 2, 6}, 1}, {{2030, 2, 3}, -1}, {{2057, 9, 28}, 1}, {{2070, 3, 12}, 1},
};

struct WrongMonth {
  Civil first;
  std::uint8_t month;
  bool leap;
};
/// ICU has the leap month one later: 3 and leap 3 from 1917-03-23 on, for example.
constexpr WrongMonth kWrongMonths[] = {
    {{1917, 3, 23}, 2, true},  {{1917, 4, 21}, 3, false}, {{1922, 6, 25}, 5, true},
    {{1922, 7, 24}, 6, false}, {{1987, 7, 26}, 6, true},  {{1987, 8, 24}, 7, false},
};

/// The new year of kLunarYearMin.
Date first_day() { return date({1900, 1, 31}); }

/// The months as ICU has them, up to the new year after kLunarYearMax. Errors: empty.
std::vector<LunarMonth> months_of_icu() {
  UErrorCode error = U_ZERO_ERROR;
  UCalendar* calendar = ucal_open(u"Asia/Shanghai", -1, "root@calendar=chinese", UCAL_DEFAULT, &error);
  std::vector<LunarMonth> months;
  int year = kLunarYearMin - 1;
  Date day = first_day();
  while (U_SUCCESS(error) && year <= kLunarYearMax) {
    ucal_setMillis(calendar, static_cast<double>(day * kDay + 4 * kHour), &error);  // noon in China
    const int of_month = ucal_get(calendar, UCAL_DATE, &error);
    const int month = ucal_get(calendar, UCAL_MONTH, &error) + 1;
    const bool leap = ucal_get(calendar, UCAL_IS_LEAP_MONTH, &error) != 0;
    if (of_month == 30) {
      ++day;
      continue;
    }
    if (of_month != 1) break;
    if (month == 1 && !leap) ++year;
    months.push_back({day, static_cast<std::int16_t>(year), static_cast<std::uint8_t>(month), leap});
    day += 29;
  }
  if (calendar != nullptr) ucal_close(calendar);
  if (U_FAILURE(error) || year <= kLunarYearMax) months.clear();
  return months;
}

void set_right(std::vector<LunarMonth>& months) {
  for (LunarMonth& month : months) {
    for (const WrongFirst& wrong : kWrongFirsts) {
      if (month.first == date(wrong.right) + wrong.days_late) month.first = date(wrong.right);
    }
    for (const WrongMonth& wrong : kWrongMonths) {
      if (month.first != date(wrong.first)) continue;
      month.month = wrong.month;
      month.leap = wrong.leap;
    }
  }
}

/// Ordinary months rise by one, a leap month has the number of the one before it; 29 or 30 days each, one leap month a
/// year at most.
bool is_whole(const std::vector<LunarMonth>& months) {
  if (months.size() < 2 || months[0].first != first_day() || months[0].month != 1 || months[0].leap) return false;
  int leap_year = 0;
  for (std::size_t at = 1; at < months.size(); ++at) {
    const LunarMonth& before = months[at - 1];
    const LunarMonth& month = months[at];
    const int days = month.first - before.first;
    if (days != 29 && days != 30) return false;
    if (month.leap) {
      if (month.month != before.month || month.year != before.year || month.year == leap_year) return false;
      leap_year = month.year;
      continue;
    }
    const bool new_year = before.month == 12;
    if (month.month != (new_year ? 1 : before.month + 1) || month.year != before.year + (new_year ? 1 : 0))
      return false;
  }
  return true;
}

}  // namespace
}  // namespace tend::env

int main() {
  using namespace tend::env;
  std::vector<LunarMonth> months = months_of_icu();
  set_right(months);
  if (!is_whole(months)) {
    std::fprintf(stderr, "this version of ICU (%s) has no usable Chinese calendar\n", U_ICU_VERSION);
    return 1;
  }
  std::puts("// Written by lunar_months/main.cpp.\n#include \"engine/env/lunar_months.hpp\"\n");
  std::puts("namespace tend::env {\nnamespace {\nconstexpr LunarMonth kMonths[] = {");
  for (const LunarMonth& month : months) {
    std::printf("{%d, %d, %d, %s},\n", month.first, month.year, month.month, month.leap ? "true" : "false");
  }
  std::puts("};\n}\nstd::span<const LunarMonth> lunar_months() { return kMonths; }\n}");
  return 0;
}
