#include "engine/env/lunar.hpp"

#include <algorithm>
#include <tuple>

#include "dsl/text/must.hpp"
#include "engine/env/lunar_months.hpp"

namespace tend::env {

LunarDate lunar_of(Date date) {
  const auto months = lunar_months();
  const Date day = std::clamp(date, months.front().first, months.back().first - 1);
  const auto after = std::upper_bound(months.begin(), months.end(), day,
                                      [](Date wanted, const LunarMonth& month) { return wanted < month.first; });
  const LunarMonth& month = *(after - 1);
  return {month.year, month.month, static_cast<unsigned>(day - month.first + 1), month.leap};
}

Date lunar_date(int year, unsigned month, unsigned day) {
  CHECK_OR_DIE(month >= 1 && month <= 12, "a lunar year has 12 ordinary months");
  CHECK_OR_DIE(day >= 1 && day <= 30, "a lunar month has 30 days at most");
  const auto months = lunar_months();
  const auto wanted = std::tuple(std::clamp(year, kLunarYearMin, kLunarYearMax), month, false);
  const auto found = std::lower_bound(months.begin(), months.end(), wanted, [](const LunarMonth& a, const auto& b) {
    return std::tuple(static_cast<int>(a.year), static_cast<unsigned>(a.month), a.leap) < b;
  });
  const Date last = (found + 1)->first - 1;
  return std::min(found->first + static_cast<Date>(day) - 1, last);
}

Date lunar_anniversary(Date date, int lunar_year) {
  const LunarDate lunar = lunar_of(date);
  return lunar_date(lunar_year, lunar.month, lunar.day);
}

}  // namespace tend::env
