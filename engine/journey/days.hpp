// Which days are worked and which are holidays, by the calendar that the policy names.
#pragma once
#include "dsl/program/program.hpp"
#include "engine/env/moment.hpp"

namespace tend::journey {

/// A day that the calendar lists as worked, or from Monday to Friday one that it does not list as a holiday. Without a
/// calendar Monday to Friday.
/// Source: docs/decisions/011-days-without-a-calendar.md.
bool is_workday(const program::Program& program, env::Date date);

/// A day that the calendar lists as a holiday; a weekend alone is none. Without a calendar no day is.
bool is_holiday(const program::Program& program, env::Date date);

}  // namespace tend::journey
