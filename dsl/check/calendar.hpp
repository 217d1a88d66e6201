// Calendars: the days that are not what their weekday says.
#pragma once
#include <string_view>
#include <vector>

#include "dsl/check/schema.hpp"

namespace tend::check {

/// Checks all `calendar` declarations. Shape: in the order of their names, as `Named::index` counts them.
std::vector<program::Calendar> calendars_of(Workspace& workspace);

/// The calendar of the policy, which `what` (a keyword: `workday`, `holiday`, `lunar`) at `use` stands on.
/// Errors: null, reported: the policy names none (T0234), or it does not have the lunar days (T0235). Silent where the
/// policy's calendar has a mistake of its own.
const program::Calendar* calendar_of(Workspace& workspace, Span use, std::string_view what, bool lunar = false);

}  // namespace tend::check
