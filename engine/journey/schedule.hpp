// When a way in that goes by the calendar comes next: `enter every`, `enter on DATE`, `enter 7 days before …`.
#pragma once
#include "dsl/program/program.hpp"
#include "engine/env/zone.hpp"
#include "engine/state/state.hpp"

namespace tend::journey {

struct NextOccurrence {
  env::Moment moment = state::kNever;
  env::Date local = env::kNoDate;                // the local date that it uses
  std::int64_t entry_date = state::kMissingDay;  // of a relative one: the date that it goes by
};

/// The first occurrence strictly later than `after`, on a local date later than `used`, on the clock of `zone`.
/// `date` is the value of Enter::date (missing: never). Source: docs/semantics.md §7, decisions 010 and 011.
NextOccurrence next_occurrence(const program::Program& program, const program::Enter& enter, const env::Zone& zone,
                               env::Moment after, env::Date used, const program::Value& date);

/// Does a day fit `workday` (7), `holiday` (8) or a weekday (0 Monday … 6)? -1 fits all.
bool fits_day(const program::Program& program, std::int32_t weekday, env::Date date);

}  // namespace tend::journey
