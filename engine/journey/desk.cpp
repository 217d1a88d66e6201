#include "engine/journey/desk.hpp"

#include <algorithm>
#include <tuple>

#include "engine/env/draw.hpp"
#include "engine/expr/arithmetic.hpp"
#include "engine/journey/budget.hpp"
#include "engine/journey/turn.hpp"

namespace tend::journey {
namespace {

using env::Moment;
using program::kNone;
using state::AnswerInput;
using state::AnswerKind;
using state::kNever;

}  // namespace

std::string_view Desk::id_of(const Question& question) const {
  return states_[question.partition]->customer_id(question.ask.customer);
}

void Desk::sum_up() {
  known_ = true;
  spent_.clear();
  given_.clear();
  for (const auto& state : states_) {
    for (const auto& [key, amount] : state->spent) spent_[key] += amount;
    for (const auto& [key, count] : state->given) given_[key] += count;
  }
}

void Desk::answer(std::vector<Question> questions, const std::function<Moment(Moment)>& moment,
                  const std::function<void(std::uint16_t, const AnswerInput&)>& take) {
  if (questions.empty()) return;
  if (!known_) sum_up();
  spent_on_.clear();
  std::sort(questions.begin(), questions.end(), [&](const Question& a, const Question& b) {
    if (a.ask.at != b.ask.at) return a.ask.at < b.ask.at;
    const int order = id_of(a).compare(id_of(b));
    if (order != 0) return order < 0;
    return std::tie(a.ask.playbook, a.ask.journey, a.ask.step, a.ask.visit, a.ask.enter) <
           std::tie(b.ask.playbook, b.ask.journey, b.ask.step, b.ask.visit, b.ask.enter);
  });
  std::vector<Question> ranks;
  for (Question& question : questions) {
    const AskEffect& ask = question.ask;
    if (ask.kind == AnswerKind::rank) {
      ranks.push_back(std::move(question));
      continue;
    }
    AnswerInput answer{.moment = moment(ask.at),
                       .customer = id_of(question),
                       .playbook = ask.playbook,
                       .journey = ask.journey,
                       .step = ask.step,
                       .visit = ask.visit,
                       .kind = ask.kind,
                       .by_playbook = plan_.program.playbooks[ask.playbook].name};
    if (ask.kind == AnswerKind::staff) {
      answer_staff(question, answer);
    } else {
      answer_money(question, answer);
    }
    take(question.partition, answer);
  }
  answer_ranks(ranks, moment, take);
}

/// All or nothing: every limit of the budget has to have room for the amount.
void Desk::answer_money(const Question& question, AnswerInput& answer) {
  const AskEffect& ask = question.ask;
  if (ask.hopeless) return;
  const program::Budget& budget = plan_.program.budgets[ask.budget];
  const env::Date day = budget_day(plan_.program, answer.moment);
  const std::string id(answer.customer);
  answer.amount = ask.amount;
  answer.currency = ask.currency;
  answer.budget = budget.name;
  account_ = ask.account;
  answer.account = account_;
  answer.expires = state::kMissingDay;
  if (!budget.limits.empty() && budget.limits.front().per) {
    const Period period = period_of(budget.limits.front().per);
    answer.period = first_day(period, day);
    answer.expires = last_day(period, day);
  }
  const state::State& state = *states_[question.partition];
  constexpr std::string_view kOfCustomer = "customer:";
  if (ask.kind == AnswerKind::credit && account_.starts_with(kOfCustomer) &&
      state.find_anywhere(std::string_view(account_).substr(kOfCustomer.size())).first == nullptr) {
    // Nobody there: told, and nothing happens. Asked here, where all partitions stand at one moment.
    answer.granted = true;
    answer.amount = 0;
    answer.reason = "unknown";
    return;
  }
  const auto spent_on = [&](std::int64_t key) {
    std::int64_t sum = 0;
    if (const auto known = state.spent_on.find({ask.customer, budget.name, key}); known != state.spent_on.end())
      sum += known->second;
    if (const auto fresh = spent_on_.find({id, budget.name, key}); fresh != spent_on_.end()) sum += fresh->second;
    return sum;
  };
  for (const program::BudgetLimit& limit : budget.limits) {
    const std::int64_t key = period_key(period_of(limit.per), day);
    const std::int64_t used = limit.per_customer ? spent_on(key) : spent_[{budget.name, key}];
    if (ask.amount <= limit.amount && used <= limit.amount - ask.amount) continue;
    answer.reason = limit.per_customer ? "customer_limit" : "budget_used_up";
    return;
  }
  answer.granted = true;
  for (std::uint8_t period = 0; period < kPeriods; ++period)
    spent_[{budget.name, period_key(static_cast<Period>(period), day)}] += ask.amount;
  for (const program::BudgetLimit& limit : budget.limits) {
    if (limit.per_customer) spent_on_[{id, budget.name, period_key(period_of(limit.per), day)}] += ask.amount;
  }
}

/// How many jobs a person has had in the period that the policy's load counts by; without one, ever.
std::int64_t Desk::jobs_of(const std::string& person, env::Date day) const {
  const auto& load = plan_.program.policy.load;
  const Period period = load ? period_of(load->per) : Period::whole;
  const auto jobs = given_.find({person, period_key(period, day)});
  return jobs == given_.end() ? 0 : jobs->second;
}

/// The least loaded who has room, of equals the first by (draw, id); where nobody has, when the next period begins.
void Desk::answer_staff(const Question& question, AnswerInput& answer) {
  const AskEffect& ask = question.ask;
  const auto& load = plan_.program.policy.load;
  const env::Date day = budget_day(plan_.program, answer.moment);
  std::vector<std::string> members;
  if (ask.team.empty()) {
    if (!ask.account.empty()) members.push_back(ask.account);
  } else {
    for (const Team& team : plan_.teams) {
      if (team.name == ask.team) members = team.members;
    }
  }
  answer.until = kNever;
  answer.reason = "no_person";
  const bool bounded = load && plan_.program.playbooks[ask.playbook].steps[ask.step].kind != program::StepKind::ask;
  std::tuple<std::int64_t, unsigned, std::string> best;
  bool found = false;
  for (const std::string& person : members) {
    const std::int64_t jobs = jobs_of(person, day);
    if (bounded && jobs >= load->count) {
      answer.reason = "load";
      const env::Date next = last_day(period_of(load->per), day) + 1;
      answer.until = env::clock(*env::find_zone(plan_.program.timezone), next, 0);
      continue;
    }
    std::tuple<std::int64_t, unsigned, std::string> one{jobs, env::draw({"staff", person, answer.customer}), person};
    if (!found || one < best) best = std::move(one);
    found = true;
  }
  if (!found) return;
  account_ = std::get<2>(best);
  answer.account = account_;
  answer.granted = true;
  answer.reason = {};
  if (!ask.job) return;
  for (std::uint8_t period = 0; period < kPeriods; ++period)
    ++given_[{account_, period_key(static_cast<Period>(period), day)}];
}

/// Everybody whom one way in let in at one moment, by draw: rank r has his turn r places after it.
void Desk::answer_ranks(std::vector<Question>& questions, const std::function<Moment(Moment)>& moment,
                        const std::function<void(std::uint16_t, const AnswerInput&)>& take) {
  struct Ranked {
    const Question* question;
    unsigned drawn;
    std::string_view id;
  };
  std::vector<Ranked> ranked;
  for (const Question& question : questions) {
    const std::string& playbook = plan_.program.playbooks[question.ask.playbook].name;
    const std::string_view id = id_of(question);
    ranked.push_back({&question, env::draw({question.ask.backfill ? "backfill" : "pace", playbook, id}), id});
  }
  const auto group = [](const Ranked& r) {
    const AskEffect& ask = r.question->ask;
    return std::tie(ask.at, ask.playbook, ask.enter, ask.backfill);
  };
  std::sort(ranked.begin(), ranked.end(), [&](const Ranked& a, const Ranked& b) {
    if (group(a) != group(b)) return group(a) < group(b);
    return a.drawn != b.drawn ? a.drawn < b.drawn : a.id < b.id;
  });
  const env::Zone& zone = *env::find_zone(plan_.program.timezone);
  std::int64_t rank = 0;
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    rank = i > 0 && group(ranked[i]) == group(ranked[i - 1]) ? rank + 1 : 0;
    const AskEffect& ask = ranked[i].question->ask;
    const program::Playbook& playbook = plan_.program.playbooks[ask.playbook];
    Moment turn = ask.at;
    if (ask.backfill) {
      turn += rank / playbook.backfill_per_day * env::kDay;
    } else {
      const program::Pace& pace = *playbook.pace;
      const std::int64_t whole = env::add(zone, ask.at, pace.per.months, pace.per.ms) - ask.at;
      turn += static_cast<std::int64_t>(static_cast<expr::Wide>(rank) * whole / pace.count);
    }
    take(ranked[i].question->partition, AnswerInput{.moment = moment(ask.at),
                                                    .customer = ranked[i].id,
                                                    .playbook = ask.playbook,
                                                    .journey = ask.enter,
                                                    .kind = AnswerKind::rank,
                                                    .granted = true,
                                                    .until = turn,
                                                    .by_playbook = playbook.name});
  }
}

void collect_asks(const Plan& plan, state::State& state, std::vector<AskEffect>& asks) {
  Effects effects;
  effects.render = false;
  for (std::uint32_t j = 0; j < state.journey_count(); ++j) {
    const state::Journey& journey = state.journey(j);
    if (journey.status != state::JourneyStatus::asking) continue;
    Turn(plan, state, journey.customer, journey.due, effects, nullptr).ask_anew(j);
  }
  for (const auto& [customer, entries] : state.entries) {
    for (const state::PendingEntry& entry : entries) {
      if (entry.moment != kNever) continue;
      const auto kind = plan.program.playbooks[entry.playbook].enters[entry.enter].kind;
      effects.asks.push_back({.kind = AnswerKind::rank,
                              .at = entry.occurrence,
                              .customer = customer,
                              .playbook = entry.playbook,
                              .enter = entry.enter,
                              .backfill = kind == program::EnterKind::when});
    }
  }
  asks.insert(asks.end(), std::make_move_iterator(effects.asks.begin()), std::make_move_iterator(effects.asks.end()));
}

}  // namespace tend::journey
