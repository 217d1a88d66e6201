#include "engine/journey/schedule.hpp"

#include <algorithm>

#include "engine/env/lunar.hpp"
#include "engine/expr/evaluate.hpp"
#include "engine/journey/days.hpp"

namespace tend::journey {
namespace {

using env::Date;
using env::Moment;
using program::Enter;
using program::Every;

constexpr std::int32_t kWorkday = 7, kHoliday = 8;
/// So far ahead a day is looked for: beyond a calendar's end no holiday comes.
constexpr Date kDaysAhead = 1500;

bool fits(const program::Program& program, const Enter& enter, Date date) {
  switch (enter.every) {
    case Every::day: return true;
    case Every::weekday: return env::weekday(date) == enter.weekday;
    case Every::month: {
      const env::Civil civil = env::civil(date);
      const unsigned last = env::days_in_month(civil.year, civil.month);
      return civil.day == std::min(static_cast<unsigned>(enter.month_day), last);
    }
    case Every::workday: return is_workday(program, date);
    case Every::holiday: return is_holiday(program, date);
  }
  return false;
}

NextOccurrence by_days(const program::Program& program, const Enter& enter, const env::Zone& zone, Moment after,
                       Date used) {
  const Date first = std::max(env::date_of(zone, after) - 1, used == env::kNoDate ? env::kNoDate : used + 1);
  for (Date date = first; date < first + kDaysAhead; ++date) {
    if (!fits(program, enter, date)) continue;
    const Moment moment = env::clock(zone, date, enter.time_of_day);
    if (moment > after) return {.moment = moment, .local = date};
  }
  return {};
}

/// The anniversary of the way in's date in a year, by the calendar that it goes by.
Date in_year(const Enter& enter, Date date, int year) {
  if (enter.date == program::kNone) {
    return env::lunar_date(year, static_cast<unsigned>(enter.lunar_month), static_cast<unsigned>(enter.lunar_day));
  }
  return enter.lunar ? env::lunar_anniversary(date, year) : env::anniversary(date, year);
}

int year_of(const Enter& enter, Date date) { return enter.lunar ? env::lunar_of(date).year : env::civil(date).year; }

NextOccurrence by_date(const Enter& enter, const env::Zone& zone, Moment after, Date used,
                       const program::Value& value) {
  const bool of_a_day = enter.date != program::kNone;
  if (of_a_day && value.kind != program::ValueKind::date && value.kind != program::ValueKind::moment) return {};
  Date date = 0;
  if (of_a_day)
    date = value.kind == program::ValueKind::date ? static_cast<Date>(value.i) : env::date_of(zone, value.i);
  const auto at = [&](Date anniversary) {
    const Date local = expr::move_date(anniversary, enter.offset, enter.before ? -1 : 1);
    return NextOccurrence{
        .moment = env::clock(zone, local, enter.time_of_day), .local = local, .entry_date = anniversary};
  };
  const auto later = [&](const NextOccurrence& next) {
    return next.moment > after && (used == env::kNoDate || next.local > used);
  };
  if (of_a_day && !enter.yearly) {
    const NextOccurrence once = at(date);
    return later(once) ? once : NextOccurrence{};
  }
  const int around = year_of(enter, env::date_of(zone, after));
  const int reach = 2 + enter.offset.months / 12 + static_cast<int>(enter.offset.ms / (365 * env::kDay));
  for (int year = around - reach; year <= around + reach + 1; ++year) {
    if (of_a_day && year <= year_of(enter, date)) continue;  // never the date itself
    const NextOccurrence next = at(in_year(enter, date, year));
    if (later(next)) return next;
  }
  if (!of_a_day || year_of(enter, date) < around + reach + 1) return {};
  const NextOccurrence first = at(in_year(enter, date, year_of(enter, date) + 1));  // of a date far ahead
  return later(first) ? first : NextOccurrence{};
}

}  // namespace

NextOccurrence next_occurrence(const program::Program& program, const Enter& enter, const env::Zone& zone, Moment after,
                               Date used, const program::Value& date) {
  switch (enter.kind) {
    case program::EnterKind::schedule: return by_days(program, enter, zone, after, used);
    case program::EnterKind::date: {
      const auto day = static_cast<Date>(enter.day);
      const Moment moment = env::clock(zone, day, enter.time_of_day);
      if (moment <= after || used != env::kNoDate) return {};
      return {.moment = moment, .local = day};
    }
    case program::EnterKind::relative: return by_date(enter, zone, after, used, date);
    default: return {};
  }
}

bool fits_day(const program::Program& program, std::int32_t weekday, Date date) {
  if (weekday < 0) return true;
  if (weekday == kWorkday) return is_workday(program, date);
  if (weekday == kHoliday) return is_holiday(program, date);
  return env::weekday(date) == weekday;
}

}  // namespace tend::journey
