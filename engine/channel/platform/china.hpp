// The clock that Chinese platforms count and write by. It has been eight hours ahead of UTC since 1991, all year.
#pragma once
#include <string>
#include <string_view>

#include "engine/channel/limits.hpp"
#include "engine/env/moment.hpp"

namespace tend::channel {

/// `20260105`.
std::string china_day(env::Moment moment);
/// The next 00:00 there.
env::Moment china_midnight_after(env::Moment moment);
/// The next 00:00 of a first day of a month.
env::Moment china_month_after(env::Moment moment);
/// When a channel with these hours takes marketing next: `moment` itself where it does now, or has no hours.
env::Moment next_opening(const Limits& limits, env::Moment moment);
/// `2026-01-05 10:00:00`; kNoMoment for anything else.
env::Moment read_china_time(std::string_view text);

}  // namespace tend::channel
