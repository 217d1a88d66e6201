// Calendars: the days that are not what their weekday says.
#pragma once
#include <string_view>
#include <vector>

#include "dsl/check/schema.hpp"

namespace tend::check {

/// Checks all `calendar` declarations. Shape: in the order of their names, as `Named::index` counts them.
std::vector<program::Calendar> calendars_of(Workspace& workspace);

enum class DayKind : std::uint8_t { workday, holiday, lunar };

/// May `kind` stand at `use`? Without a calendar in the policy the workdays are Monday to Friday and the lunar year is
/// the Chinese one, which is the same everywhere; which days are holidays only a calendar says.
/// Errors: false, reported: a holiday without a calendar (T0234), a calendar of the policy that leaves the lunar days
/// out (T0235).
bool days_are_known(Workspace& workspace, Span use, DayKind kind);

}  // namespace tend::check
