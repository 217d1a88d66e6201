#include "engine/channel/platform/china.hpp"

#include <cctype>

#include "engine/env/zone.hpp"

namespace tend::channel {
namespace {

constexpr std::int64_t kAhead = 8 * env::kHour;

env::Date day_of(env::Moment moment) { return env::date_of(env::utc(), moment + kAhead); }
env::Moment start_of(env::Date day) { return day * env::kDay - kAhead; }

}  // namespace

std::string china_day(env::Moment moment) {
  std::string out = env::format_date(day_of(moment));
  std::erase(out, '-');
  return out;
}

env::Moment china_midnight_after(env::Moment moment) { return start_of(day_of(moment) + 1); }

env::Moment china_month_after(env::Moment moment) {
  env::Civil civil = env::civil(day_of(moment));
  civil.day = 1;
  civil.year += civil.month == 12 ? 1 : 0;
  civil.month = civil.month == 12 ? 1 : civil.month + 1;
  return start_of(env::date(civil));
}

env::Moment next_opening(const Limits& limits, env::Moment moment) {
  if (limits.open_from < 0 || limits.open_to < 0 || limits.open_from == limits.open_to) return moment;
  const env::Moment midnight = start_of(day_of(moment));
  const std::int64_t time = moment - midnight;
  const bool over_night = limits.open_to < limits.open_from;
  const bool open = over_night ? time >= limits.open_from || time < limits.open_to
                               : time >= limits.open_from && time < limits.open_to;
  if (open) return moment;
  return midnight + limits.open_from + (time < limits.open_from ? 0 : env::kDay);
}

env::Moment read_china_time(std::string_view text) {
  if (text.size() != 19) return env::kNoMoment;
  // Without an offset it is read on the clock of the zone given: as UTC, then put right.
  const auto read = env::parse_moment(text, env::utc());
  return read ? *read - kAhead : env::kNoMoment;
}

}  // namespace tend::channel
