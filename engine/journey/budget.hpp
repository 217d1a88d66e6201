// By which periods a budget is counted: calendar periods on the clock of the policy's zone.
#pragma once
#include <optional>

#include "dsl/program/program.hpp"
#include "engine/env/zone.hpp"
#include "engine/state/state.hpp"

namespace tend::journey {

enum class Period : std::uint8_t {
  whole,
  day,
  week,
  month,
  year
};  // a number in keys of State::spent: never reuse one
inline constexpr std::uint8_t kPeriods = 5;

Period period_of(const std::optional<program::Duration>& per);
/// A week begins on Monday. Of `whole` both are day 0.
env::Date first_day(Period period, env::Date day);
env::Date last_day(Period period, env::Date day);

/// The second part of a key of State::spent and State::spent_on.
inline std::int64_t period_key(Period period, env::Date day) {
  return std::int64_t{first_day(period, day)} * 8 + static_cast<std::int64_t>(period);
}

/// The day on which the policy's clock counts a moment.
env::Date budget_day(const program::Program& program, env::Moment moment);

/// Counts a job that a person was given.
void count_job(const program::Program& program, state::State& state, std::string_view person, env::Moment moment);

/// Counts what a budget paid for a customer at `moment`; a reversal counts less than nothing.
void count_spending(const program::Program& program, state::State& state, std::uint32_t customer,
                    std::string_view budget, std::int64_t amount, env::Moment moment);

}  // namespace tend::journey
