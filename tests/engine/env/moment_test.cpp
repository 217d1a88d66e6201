// Moments and dates: the calendar and the printed form.
#include "engine/env/moment.hpp"

#include "engine/env/floor.hpp"
#include "tests/support/test.hpp"

namespace tend::env {
namespace {

TEST_CASE("moments are printed with milliseconds only where there are some") {
  CHECK(format_moment(0) == "1970-01-01T00:00:00Z");
  CHECK(format_moment(1772359200000) == "2026-03-01T10:00:00Z");
  CHECK(format_moment(1772359200250) == "2026-03-01T10:00:00.250Z");
  CHECK(format_moment(1772359200007) == "2026-03-01T10:00:00.007Z");
  CHECK(format_moment(-1) == "1969-12-31T23:59:59.999Z");
  CHECK(format_moment(253402300799999) == "9999-12-31T23:59:59.999Z");
  CHECK(format_moment(253402300800000) == "10000-01-01T00:00:00Z");
  CHECK(format_moment(kNoMoment) == "none");
  std::string line = "at ";
  append_moment(line, 0);
  CHECK(line == "at 1970-01-01T00:00:00Z");
}

TEST_CASE("dates and civil dates are each other's inverse, day by day") {
  Civil expected{1600, 1, 1};
  for (Date day = date({1600, 1, 1}); day <= date({2400, 12, 31}); ++day) {
    const Civil c = civil(day);
    if (!(c == expected) || date(c) != day || weekday(day) != static_cast<int>(floor_mod(day + 3, 7))) {
      FAIL("day " << day << " is " << format_date(day));
    }
    if (++expected.day > days_in_month(expected.year, expected.month)) {
      expected.day = 1;
      if (++expected.month > 12) expected = {expected.year + 1, 1, 1};
    }
  }
  CHECK(date({1970, 1, 1}) == 0);
  CHECK(date({2000, 2, 29}) == 11016);
}

TEST_CASE("months have their days, weeks begin on Monday") {
  CHECK(days_in_month(2024, 2) == 29);
  CHECK(days_in_month(2026, 2) == 28);
  CHECK(days_in_month(1900, 2) == 28);
  CHECK(days_in_month(2000, 2) == 29);
  CHECK(days_in_month(2026, 4) == 30);
  CHECK(days_in_month(2026, 12) == 31);
  CHECK(weekday(date({2026, 3, 2})) == 0);
  CHECK(weekday(date({2026, 3, 1})) == 6);
  CHECK(weekday(date({1969, 12, 31})) == 2);
  CHECK(format_date(date({2026, 3, 1})) == "2026-03-01");
  CHECK(format_date(kNoDate) == "none");
}

}  // namespace
}  // namespace tend::env
