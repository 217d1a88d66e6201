// Days that are worked and holidays, with a calendar and without.
#include "engine/journey/days.hpp"

#include "tests/support/test.hpp"

namespace tend::journey {
namespace {

using env::date;

program::DayRange range(env::Civil first, env::Civil last) { return {date(first), date(last)}; }

program::Program shop() {
  program::Program program;
  program.calendars = {{.name = "cn"}, {.name = "other"}};
  program.calendars[0].holidays = {range({2026, 1, 1}, {2026, 1, 3}), range({2026, 2, 15}, {2026, 2, 23}),
                                   range({2026, 10, 1}, {2026, 10, 7})};
  program.calendars[0].workdays = {range({2026, 1, 4}, {2026, 1, 4}), range({2026, 2, 14}, {2026, 2, 14}),
                                   range({2026, 10, 10}, {2026, 10, 11})};
  program.policy.calendar = "cn";
  return program;
}

TEST_CASE("without a calendar Monday to Friday are worked and no day is a holiday") {
  program::Program program = shop();
  program.policy.calendar.clear();
  for (env::Date day = date({2026, 1, 1}); day < date({2027, 1, 1}); ++day) {
    if (is_workday(program, day) != (env::weekday(day) < 5) || is_holiday(program, day)) FAIL(env::format_date(day));
  }
}

TEST_CASE("the policy's calendar says which days are not what their weekday says") {
  const program::Program program = shop();
  struct Day {
    env::Civil civil;
    bool worked;
    bool holiday;
  };
  const Day days[] = {
      {{2025, 12, 31}, true, false},                                  // a Wednesday before all ranges
      {{2026, 1, 1}, false, true},                                    // the first day of a range
      {{2026, 1, 3}, false, true},                                    // its last, a Saturday
      {{2026, 1, 4}, true, false},                                    // a Sunday that is worked
      {{2026, 1, 5}, true, false},    {{2026, 1, 10}, false, false},  // a Saturday like others
      {{2026, 2, 14}, true, false},   {{2026, 2, 15}, false, true},
      {{2026, 2, 19}, false, true},   {{2026, 2, 23}, false, true},
      {{2026, 2, 24}, true, false},   {{2026, 9, 30}, true, false},
      {{2026, 10, 5}, false, true},   {{2026, 10, 8}, true, false},
      {{2026, 10, 10}, true, false},  {{2026, 10, 11}, true, false},
      {{2026, 10, 17}, false, false}, {{2026, 12, 31}, true, false},  // a Thursday after all ranges
  };
  for (const Day& day : days) {
    INFO(env::format_date(date(day.civil)));
    CHECK(is_workday(program, date(day.civil)) == day.worked);
    CHECK(is_holiday(program, date(day.civil)) == day.holiday);
  }
}

TEST_CASE("another calendar than the policy's says nothing; a day in both lists is worked") {
  program::Program program = shop();
  program.policy.calendar = "other";
  CHECK(is_workday(program, date({2026, 10, 5})));
  CHECK_FALSE(is_holiday(program, date({2026, 10, 5})));
  program.calendars[1].holidays = {range({2026, 5, 1}, {2026, 5, 5})};
  program.calendars[1].workdays = {range({2026, 5, 3}, {2026, 5, 3})};
  CHECK(is_workday(program, date({2026, 5, 3})));
  CHECK_FALSE(is_holiday(program, date({2026, 5, 3})));
}

}  // namespace
}  // namespace tend::journey
