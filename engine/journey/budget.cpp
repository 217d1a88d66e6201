#include "engine/journey/budget.hpp"

#include <algorithm>

namespace tend::journey {

using env::Date;

Period period_of(const std::optional<program::Duration>& per) {
  if (!per) return Period::whole;
  if (per->months >= 12) return Period::year;
  if (per->months > 0) return Period::month;
  return per->ms >= 7 * env::kDay ? Period::week : Period::day;
}

Date first_day(Period period, Date day) {
  const env::Civil civil = env::civil(day);
  switch (period) {
    case Period::whole: return 0;
    case Period::day: return day;
    case Period::week: return day - env::weekday(day);
    case Period::month: return env::date({civil.year, civil.month, 1});
    case Period::year: return env::date({civil.year, 1, 1});
  }
  return 0;
}

Date last_day(Period period, Date day) {
  const env::Civil civil = env::civil(day);
  switch (period) {
    case Period::whole: return 0;
    case Period::day: return day;
    case Period::week: return day - env::weekday(day) + 6;
    case Period::month: return env::date({civil.year, civil.month, env::days_in_month(civil.year, civil.month)});
    case Period::year: return env::date({civil.year, 12, 31});
  }
  return 0;
}

Date budget_day(const program::Program& program, env::Moment moment) {
  return env::date_of(*env::find_zone(program.timezone), moment);
}

void count_job(const program::Program& program, state::State& state, std::string_view person, env::Moment moment) {
  const Date day = budget_day(program, moment);
  for (std::uint8_t period = 0; period < kPeriods; ++period)
    ++state.given[{std::string(person), period_key(static_cast<Period>(period), day)}];
}

void count_spending(const program::Program& program, state::State& state, std::uint32_t customer,
                    std::string_view budget, std::int64_t amount, env::Moment moment) {
  const Date day = budget_day(program, moment);
  const std::string name(budget);
  for (std::uint8_t period = 0; period < kPeriods; ++period)
    state.spent[{name, period_key(static_cast<Period>(period), day)}] += amount;
  if (customer == state::kNoText) return;  // of a customer whom nobody knows any more only the budget counts
  const auto of = std::find_if(program.budgets.begin(), program.budgets.end(),
                               [&](const program::Budget& one) { return one.name == budget; });
  if (of == program.budgets.end()) return;
  for (const program::BudgetLimit& limit : of->limits) {
    if (limit.per_customer) state.spent_on[{customer, name, period_key(period_of(limit.per), day)}] += amount;
  }
}

}  // namespace tend::journey
