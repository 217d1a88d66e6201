// The calendar, and moments and dates as text. Reading them: parse_moment.cpp.
#include "engine/env/moment.hpp"

#include "engine/env/floor.hpp"

namespace tend::env {
namespace {

void put2(char* to, unsigned value) {
  to[0] = static_cast<char>('0' + value / 10);
  to[1] = static_cast<char>('0' + value % 10);
}

/// Four digits for the years 0 to 9999, else sign and as many as it takes.
void append_civil(std::string& out, Civil c) {
  char text[10] = {'0', '0', '0', '0', '-', '0', '0', '-', '0', '0'};
  put2(text + 5, c.month);
  put2(text + 8, c.day);
  if (c.year < 0 || c.year > 9999) {
    out += std::to_string(c.year);
    out.append(text + 4, 6);
    return;
  }
  put2(text, static_cast<unsigned>(c.year) / 100);
  put2(text + 2, static_cast<unsigned>(c.year) % 100);
  out.append(text, sizeof text);
}

}  // namespace

// Both directions count in eras of 400 years that begin on 1 March, so that the leap day is the last of its year.
// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
Civil civil(Date date) {
  const std::int64_t days = static_cast<std::int64_t>(date) + 719468;
  const std::int64_t era = floor_div(days, 146097);
  const auto day_of_era = static_cast<unsigned>(days - era * 146097);
  const unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned shifted_month = (5 * day_of_year + 2) / 153;
  const unsigned day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const unsigned month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const std::int64_t year = static_cast<std::int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0);
  return {static_cast<int>(year), month, day};
}

Date date(Civil c) {
  const std::int64_t year = static_cast<std::int64_t>(c.year) - (c.month <= 2 ? 1 : 0);
  const std::int64_t era = floor_div(year, 400);
  const auto year_of_era = static_cast<unsigned>(year - era * 400);
  const unsigned day_of_year = (153 * (c.month > 2 ? c.month - 3 : c.month + 9) + 2) / 5 + c.day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return static_cast<Date>(era * 146097 + static_cast<std::int64_t>(day_of_era) - 719468);
}

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

unsigned days_in_month(int year, unsigned month) {
  if (month == 2) return is_leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// 1970-01-01 was a Thursday.
int weekday(Date date) { return static_cast<int>(floor_mod(static_cast<std::int64_t>(date) + 3, 7)); }

void append_date(std::string& out, Date day) {
  if (day == kNoDate) {
    out += "none";
    return;
  }
  append_civil(out, civil(day));
}

std::string format_date(Date day) {
  std::string out;
  append_date(out, day);
  return out;
}

void append_moment(std::string& out, Moment moment) {
  if (moment == kNoMoment) {
    out += "none";
    return;
  }
  const std::int64_t days = floor_div(moment, kDay);
  const auto of_day = static_cast<unsigned>(moment - days * kDay);
  append_civil(out, civil(static_cast<Date>(days)));
  char text[14] = {'T', '0', '0', ':', '0', '0', ':', '0', '0', 'Z', '0', '0', '0', 'Z'};
  put2(text + 1, of_day / 3600000);
  put2(text + 4, of_day / 60000 % 60);
  put2(text + 7, of_day / 1000 % 60);
  const unsigned fraction = of_day % 1000;
  if (fraction == 0) {
    out.append(text, 10);
    return;
  }
  text[9] = '.';
  text[10] = static_cast<char>('0' + fraction / 100);
  put2(text + 11, fraction % 100);
  out.append(text, 14);
}

std::string format_moment(Moment moment) {
  std::string out;
  append_moment(out, moment);
  return out;
}

}  // namespace tend::env
