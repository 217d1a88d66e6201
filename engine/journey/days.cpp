#include "engine/journey/days.hpp"

#include <algorithm>

#include "dsl/text/must.hpp"

namespace tend::journey {
namespace {

/// Null where the policy names none.
const program::Calendar* calendar_of(const program::Program& program) {
  const std::string& name = program.policy.calendar;
  if (name.empty()) return nullptr;
  const auto& calendars = program.calendars;
  const auto found =
      std::lower_bound(calendars.begin(), calendars.end(), name,
                       [](const program::Calendar& calendar, const std::string& b) { return calendar.name < b; });
  CHECK_OR_DIE(found != calendars.end() && found->name == name, "the policy's calendar is in the program");
  return &*found;
}

bool holds(const std::vector<program::DayRange>& ranges, env::Date date) {
  const auto found = std::lower_bound(ranges.begin(), ranges.end(), date,
                                      [](const program::DayRange& range, env::Date day) { return range.last < day; });
  return found != ranges.end() && found->first <= date;
}

}  // namespace

bool is_workday(const program::Program& program, env::Date date) {
  const bool on_weekdays = env::weekday(date) < 5;
  const program::Calendar* calendar = calendar_of(program);
  if (calendar == nullptr) return on_weekdays;
  if (holds(calendar->workdays, date)) return true;
  return on_weekdays && !holds(calendar->holidays, date);
}

bool is_holiday(const program::Program& program, env::Date date) {
  const program::Calendar* calendar = calendar_of(program);
  return calendar != nullptr && holds(calendar->holidays, date) && !holds(calendar->workdays, date);
}

}  // namespace tend::journey
