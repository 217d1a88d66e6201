// The Chinese lunar calendar: which lunar day a date is, which date a lunar day is. Every question is a search in a
// table (lunar_months.hpp) of the lunar years 1900 to 2100, that is of 1900-01-31 to 2101-01-28. Outside it nothing is
// known here: an earlier date or year is answered as the first of the table, a later one as the last.
#pragma once
#include "engine/env/moment.hpp"

namespace tend::env {

/// Units: month from 1 to 12, day from 1 to 30.
struct LunarDate {
  int year;  // of its lunar new year: the Gregorian year in which that lies, so 2026-01-01 is of 2025
  unsigned month;
  unsigned day;
  bool leap;  // in the leap month, which comes after the ordinary month of this number
  friend bool operator==(const LunarDate&, const LunarDate&) = default;
};

/// The lunar day of a date, on the clocks of China.
/// Thread: safe, as the others here.
LunarDate lunar_of(Date date);

/// The date of a day in the ordinary (not leap) month of a lunar year; day 30 of a month that has 29 is its 29th, so
/// that 12-30 is always the eve of the new year. Requires: a month from 1 to 12 and a day from 1 to 30.
Date lunar_date(int year, unsigned month, unsigned day);

/// The same lunar month and day as `date` has, in another lunar year. Who was born in a leap month has his birthday in
/// the ordinary month of its number, also in years that have that leap month.
Date lunar_anniversary(Date date, int lunar_year);

}  // namespace tend::env
