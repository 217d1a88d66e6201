// Zones as tables of periods; the only file that sees Howard Hinnant's library.
#include "engine/env/zone.hpp"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <optional>

#include "engine/env/floor.hpp"

namespace tend::env {
namespace {

constexpr Moment kFirst = std::numeric_limits<Moment>::min();
constexpr Moment kLast = std::numeric_limits<Moment>::max();
/// No zone's clock was ever further from UTC than this (Manila's and Alaska's local mean times come near 16 hours).
constexpr std::int64_t kOffsetMax = kDay;

Moment to_moment(::date::sys_seconds at) { return at.time_since_epoch().count() * kSecond; }

/// All periods between 1800 and 2500; those that differ only in their abbreviation are joined.
std::vector<ZonePeriod> periods_of(const ::date::time_zone& source) {
  using namespace ::date::literals;
  const ::date::sys_seconds until = ::date::sys_days{2500_y / 1 / 1};
  ::date::sys_seconds at = ::date::sys_days{1800_y / 1 / 1};
  std::vector<ZonePeriod> periods;
  while (at < until) {
    const ::date::sys_info info = source.get_info(at);
    const std::int64_t offset = static_cast<std::int64_t>(info.offset.count()) * kSecond;
    if (periods.empty()) {
      periods.push_back({kFirst, kLast, offset});
    } else if (periods.back().offset != offset) {
      periods.back().end = to_moment(at);
      periods.push_back({to_moment(at), kLast, offset});
    }
    if (info.end <= at) break;
    at = info.end;
  }
  return periods;
}

std::optional<std::vector<ZonePeriod>> load(std::string_view name) {
  // The library answers an unknown name with an exception; it goes no further than here.
  try {
    return periods_of(*::date::locate_zone(name));
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

struct Registry {
  std::mutex mutex;
  std::map<std::string, const Zone*, std::less<>> by_name;  // null: known to be unknown
  std::deque<Zone> zones;                                   // addresses stay
};

Registry& registry() {
  static auto* const instance = new Registry;  // never destroyed: zones live as long as the process
  return *instance;
}

/// Names that are looked up and not found are remembered up to this many, so that a hostile input cannot fill the
/// memory.
constexpr std::size_t kUnknownNamesMax = 1000;

/// The period that `moment` falls into. Each thread remembers the last answer of a few zones: neighbouring calls ask
/// for neighbouring moments.
const ZonePeriod& period_at(const Zone& zone, Moment moment) {
  struct Slot {
    const Zone* zone = nullptr;
    const ZonePeriod* period = nullptr;
  };
  thread_local std::array<Slot, 16> slots;
  if (zone.periods.size() == 1) return zone.periods.front();
  Slot& slot = slots[zone.number % slots.size()];
  if (slot.zone == &zone && moment >= slot.period->begin && moment < slot.period->end) return *slot.period;
  const auto after = std::upper_bound(zone.periods.begin(), zone.periods.end(), moment,
                                      [](Moment m, const ZonePeriod& period) { return m < period.begin; });
  slot = {&zone, &*(after - 1)};
  return *slot.period;
}

}  // namespace

const Zone& utc() {
  static const auto* const zone = new Zone{"UTC", 0, {{kFirst, kLast, 0}}};
  return *zone;
}

const Zone* find_zone(std::string_view name) {
  if (name == "UTC") return &utc();
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  if (const auto known = all.by_name.find(name); known != all.by_name.end()) return known->second;
  std::optional<std::vector<ZonePeriod>> periods = load(name);
  if (!periods) {
    if (all.by_name.size() < all.zones.size() + kUnknownNamesMax) all.by_name.emplace(name, nullptr);
    return nullptr;
  }
  const auto number = static_cast<std::uint32_t>(all.zones.size() + 1);
  const Zone& zone = all.zones.emplace_back(Zone{std::string(name), number, std::move(*periods)});
  all.by_name.emplace(name, &zone);
  return &zone;
}

// Starting with the period in which the clock surely has not come to that time yet, the first period that does not end
// before it is the one: either it shows the time, or it begins with a later one, and then its begin is the end of the
// gap.
Moment clock(const Zone& zone, Date date, std::int64_t ms_of_day) {
  const Moment local = static_cast<Moment>(date) * kDay + ms_of_day;
  const ZonePeriod* period = &period_at(zone, local - kOffsetMax);
  while (local - period->offset >= period->end) ++period;
  return std::max(local - period->offset, period->begin);
}

Date date_of(const Zone& zone, Moment moment) {
  return static_cast<Date>(floor_div(moment + period_at(zone, moment).offset, kDay));
}

std::int32_t time_of_day(const Zone& zone, Moment moment) {
  return static_cast<std::int32_t>(floor_mod(moment + period_at(zone, moment).offset, kDay));
}

Moment add(const Zone& zone, Moment moment, std::int32_t months, std::int64_t ms) {
  if (months == 0) return moment + ms;
  const Civil from = civil(date_of(zone, moment));
  const std::int64_t month_count =
      static_cast<std::int64_t>(from.year) * 12 + static_cast<std::int64_t>(from.month) - 1 + months;
  const auto year = static_cast<int>(floor_div(month_count, 12));
  const auto month = static_cast<unsigned>(floor_mod(month_count, 12) + 1);
  const Date to = date({year, month, std::min(from.day, days_in_month(year, month))});
  return clock(zone, to, time_of_day(zone, moment)) + ms;
}

Date anniversary(Date day, int year) {
  const Civil c = civil(day);
  return date({year, c.month, std::min(c.day, days_in_month(year, c.month))});
}

int age_in_years(Date birthday, Date today) {
  const int year = civil(today).year;
  const int years = year - civil(birthday).year;
  return anniversary(birthday, year) <= today ? years : years - 1;
}

Date next_anniversary_after(Date birthday, Date today) {
  const int year = civil(today).year;
  const Date this_year = anniversary(birthday, year);
  return this_year > today ? this_year : anniversary(birthday, year + 1);
}

}  // namespace tend::env
