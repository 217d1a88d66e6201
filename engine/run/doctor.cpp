#include "engine/run/doctor.hpp"

#include <algorithm>
#include <map>

#include "engine/expr/evaluate.hpp"

namespace tend::run {
namespace {

using env::Moment;
using program::kNone;
using state::Journey;
using state::JourneyStatus;
using state::kNever;

/// A condition whose wake-up lies further ahead than this is not looked at beyond it.
constexpr Moment kHorizon = 3650 * env::kDay;

/// What a journey stands for, in one place: whatever statuses there are, doctor asks only this.
enum class Stands { over, for_time, for_answer, for_resume, for_nothing };

Stands stands(const Journey& journey) {
  switch (journey.status) {
    case JourneyStatus::finished:
    case JourneyStatus::goal:
    case JourneyStatus::left: return Stands::over;
    case JourneyStatus::put_off:
      return journey.due == kNever && (journey.flags & state::kPausedSend) != 0 ? Stands::for_resume : Stands::for_time;
    case JourneyStatus::confirming:  // a person's answer has a deadline
    case JourneyStatus::waiting: return Stands::for_time;
    case JourneyStatus::asking:
    case JourneyStatus::sending: return Stands::for_answer;
    case JourneyStatus::runnable:
    case JourneyStatus::at_send: return Stands::for_nothing;  // within a turn only
  }
  return Stands::for_nothing;
}

/// A customer under examination.
struct Case {
  const journey::Plan& plan;
  const state::State& state;
  std::uint32_t customer;
  std::vector<Finding>& findings;

  const program::Program& program() const { return plan.program; }
  bool stands_still() const { return state.at(customer).outstanding > 0; }
  bool is_paused(std::uint32_t playbook) const {
    return !state.paused.empty() && state.is_paused("playbook", program().playbooks[playbook].name);
  }

  void find(const char* check, std::string what, const Journey* journey = nullptr) {
    if (findings.size() >= kFindingsMax) return;
    Finding finding{.check = check,
                    .partition = state.partition(),
                    .customer = std::string(state.customer_id(customer)),
                    .playbook = {},
                    .journey = 0,
                    .what = std::move(what)};
    if (journey != nullptr) {
      if (journey->playbook < program().playbooks.size())
        finding.playbook = program().playbooks[journey->playbook].name;
      finding.journey = journey->number;
    }
    findings.push_back(std::move(finding));
  }

  bool holds(std::uint32_t expression, Moment at, const Journey* journey) const {
    expr::Lists lists;
    expr::Context context{.tables = &plan.tables, .state = &state, .customer = customer, .now = at};
    context.journey = journey;
    context.lists = &lists;
    return expr::evaluate(context, program().expressions[expression].root).truth();
  }
};

/// His journeys by their list; false where it does not add up and nothing more can be asked.
bool list_journeys(Case& c, std::vector<const Journey*>& journeys) {
  const Journey* before = nullptr;
  for (std::uint32_t j = c.state.at(c.customer).first_journey; j != kNone;) {
    if (j >= c.state.journey_count() || journeys.size() >= c.state.journey_count()) {
      c.find("journey", "the list of his journeys leads nowhere");
      return false;
    }
    const Journey& journey = c.state.journey(j);
    if (journey.customer != c.customer || journey.playbook >= c.program().playbooks.size()) {
      c.find("journey", "a journey in his list is another's, or of a playbook that is not there");
      return false;
    }
    const bool sorted = before == nullptr || before->playbook < journey.playbook ||
                        (before->playbook == journey.playbook && before->number < journey.number);
    if (!sorted) c.find("journey", "it stands behind a later one in his list", &journey);
    journeys.push_back(&journey);
    before = &journey;
    j = journey.next;
  }
  return true;
}

void check_journey(Case& c, const Journey& journey) {
  const auto& steps = c.program().playbooks[journey.playbook].steps;
  const Stands stand = stands(journey);
  if (stand == Stands::over) {
    if (journey.due != kNever)
      c.find("wake", "it is over, and would be woken at " + env::format_moment(journey.due), &journey);
    return;
  }
  if (journey.step >= steps.size()) {
    c.find("journey", "it is not over and stands behind the last step", &journey);
    return;
  }
  const std::string where = "`" + steps[journey.step].label + "`";
  if (stand == Stands::for_nothing) c.find("wake", "it stands at " + where + " and goes on by nothing", &journey);
  if (stand == Stands::for_time && journey.due == kNever)
    c.find("wake", "it waits at " + where + " and nothing wakes it", &journey);
  if (stand == Stands::for_resume && c.state.paused.empty())
    c.find("wake", "it waits at " + where + " to be resumed, and nothing is paused", &journey);
  if (stand == Stands::for_answer && journey.due == kNever)
    c.find("answer", "it waits for an answer at " + where + " and does not know when it asked", &journey);
}

bool waits_for_rank(const Case& c) {
  const auto entries = c.state.entries.find(c.customer);
  if (entries == c.state.entries.end()) return false;
  return std::any_of(entries->second.begin(), entries->second.end(),
                     [](const state::PendingEntry& entry) { return entry.moment == kNever; });
}

/// When a schedule, or his turn after one, lets him in at the earliest.
Moment earliest_entry(const Case& c) {
  Moment earliest = kNever;
  for (std::uint32_t s = 0; s < c.plan.layout.schedules.size(); ++s)
    earliest = std::min(earliest, c.state.occurrence(c.customer, s).next);
  const auto entries = c.state.entries.find(c.customer);
  if (entries == c.state.entries.end()) return earliest;
  for (const state::PendingEntry& entry : entries->second) earliest = std::min(earliest, entry.moment);
  return earliest;
}

/// That the conditions are as they were last seen until the moment at which he is looked at next.
void check_conditions(Case& c, const std::vector<const Journey*>& journeys) {
  const state::Customer& row = c.state.at(c.customer);
  Moment latest = std::max({c.state.clock, row.first_seen, row.last_activity});
  for (const Journey* journey : journeys) latest = std::max({latest, journey->entered, journey->reached});
  const Moment at = row.due == kNever ? latest + kHorizon : std::min(row.due - 1, latest + kHorizon);
  const auto when = [&] { return " at " + env::format_moment(at) + ", before he is looked at again"; };
  const auto& conditions = c.plan.layout.conditions;
  for (std::uint32_t bit = 0; bit < conditions.size(); ++bit) {
    const bool seen = c.state.bit(c.customer, bit);
    if (c.holds(conditions[bit].expression, at, nullptr) == seen) continue;
    c.find("condition", "way in " + std::to_string(conditions[bit].enter + 1) + " of playbook `" +
                            c.program().playbooks[conditions[bit].playbook].name + "` was last seen " +
                            (seen ? "true" : "false") + " and is not" + when());
  }
  for (const Journey* journey : journeys) {
    if (stands(*journey) == Stands::over || c.is_paused(journey->playbook)) continue;
    const program::Playbook& playbook = c.program().playbooks[journey->playbook];
    if (playbook.leave != kNone && c.holds(playbook.leave, at, journey))
      c.find("condition", "its `leave when` holds" + when(), journey);
    const program::Step& step = playbook.steps[journey->step];
    if (journey->status != JourneyStatus::waiting) continue;
    if (step.kind == program::StepKind::wait_until_condition && c.holds(step.expression, at, journey))
      c.find("condition", "what it waits for at `" + step.label + "` holds" + when(), journey);
    if (step.kind != program::StepKind::wait_up_to) continue;
    for (std::uint32_t a = 0; a < step.arms; ++a) {
      const program::Arm& arm = playbook.arms[step.first_arm + a];
      if (!arm.on_event && c.holds(arm.condition, at, journey))
        c.find("condition", "what it waits for at `" + step.label + "` holds" + when(), journey);
    }
  }
}

}  // namespace

std::string text_of(const Finding& finding) {
  std::string text = finding.customer.empty() ? "partition " + std::to_string(finding.partition)
                                              : "customer `" + finding.customer + "`";
  if (!finding.playbook.empty())
    text += ", playbook `" + finding.playbook + "`, journey " + std::to_string(finding.journey);
  return text + ": " + finding.what;
}

void check_customer(const journey::Plan& plan, const state::State& state, std::uint32_t customer,
                    std::vector<Finding>& findings) {
  if (state.is_gone(customer)) return;
  Case c{plan, state, customer, findings};
  const std::size_t before = findings.size();
  std::vector<const Journey*> journeys;
  if (!list_journeys(c, journeys)) return;
  const state::Customer& row = state.at(customer);
  Moment earliest = kNever;
  std::uint32_t out = 0;
  for (const Journey* journey : journeys) {
    check_journey(c, *journey);
    if (journey->status == JourneyStatus::sending && (journey->flags & state::kWithChannel) == 0) ++out;
    const bool wakes = stands(*journey) == Stands::for_time && !c.is_paused(journey->playbook);
    if (wakes) earliest = std::min(earliest, journey->due);
  }
  for (const Journey& ended : state.ended_out)
    out += ended.customer == customer && (ended.flags & state::kWithChannel) == 0 ? 1 : 0;
  if (out != row.outstanding) {
    c.find("answer", std::to_string(out) + " of his journeys stand still for a channel's answer, and " +
                         std::to_string(row.outstanding) + " answers are outstanding");
  }
  if (!state.deployed || waits_for_rank(c)) return;  // the answer goes on with his turn
  const Moment entry = earliest_entry(c);
  if (entry < row.due)
    c.find("wake", "a way in is due at " + env::format_moment(entry) + ", before he is looked at again");
  if (earliest < row.due) {
    c.find("wake", "a journey is due at " + env::format_moment(earliest) + " and he " +
                       (row.due == kNever ? std::string("never") : "only at " + env::format_moment(row.due)));
  }
  const Moment timer = c.stands_still() ? kNever : row.due;
  if (state.wheel.due(customer) != timer) {
    const auto said = [](Moment due) { return due == kNever ? std::string("nothing") : env::format_moment(due); };
    c.find("wheel", "the wheel has " + said(state.wheel.due(customer)) + " for him and should have " + said(timer));
  }
  if (c.stands_still()) return;
  if (row.due <= state.clock) {
    // Live, what fell due while a message was out comes with the next tick: the wheel has it.
    if (state.recorded) {
      c.find("wake",
             "he was due at " + env::format_moment(row.due) + ", and time is at " + env::format_moment(state.clock));
    }
    return;
  }
  if (state.caused.contains(customer)) c.find("pending", "something that he caused himself has not happened");
  // After a finding it would only say the same again.
  if (findings.size() == before) check_conditions(c, journeys);
}

void check_partition(const journey::Plan& plan, const state::State& state, std::vector<Finding>& findings) {
  const auto find = [&](const char* check, std::string what) {
    if (findings.size() < kFindingsMax)
      findings.push_back({.check = check,
                          .partition = state.partition(),
                          .customer = {},
                          .playbook = {},
                          .journey = 0,
                          .what = std::move(what)});
  };
  if (state.wheel.count() != state.customer_count())
    find("wheel", "the wheel has " + std::to_string(state.wheel.count()) + " timers for " +
                      std::to_string(state.customer_count()) + " customers");

  std::uint32_t listed = 0;
  for (std::uint32_t customer = 0; customer < state.customer_count(); ++customer) {
    for (std::uint32_t j = state.at(customer).first_journey;
         j < state.journey_count() && listed <= state.journey_count(); j = state.journey(j).next)
      ++listed;
  }
  std::uint32_t kept = 0;  // without those of customers who are forgotten
  for (std::uint32_t j = 0; j < state.journey_count(); ++j) kept += state.journey(j).customer != kNone ? 1 : 0;
  if (listed != kept)
    find("journey", std::to_string(kept) + " journeys are kept, and " + std::to_string(listed) +
                        " stand in the lists of customers");

  std::vector<std::uint64_t> live(plan.program.playbooks.size(), 0);
  std::vector<std::uint32_t> blocks;
  for (std::uint32_t j = 0; j < state.journey_count(); ++j) {
    const Journey& journey = state.journey(j);
    const bool counted = (journey.flags & state::kGoalNoted) != 0;  // as `goal`, though it goes on
    if (journey.playbook < live.size() && stands(journey) != Stands::over && !counted) ++live[journey.playbook];
    for (const std::uint32_t block : {journey.entry, journey.arms, journey.kept}) {
      if (block != state::kNoBlock) blocks.push_back(block);
    }
  }
  std::sort(blocks.begin(), blocks.end());
  if (std::adjacent_find(blocks.begin(), blocks.end()) != blocks.end())
    find("journey", "two journeys keep their events in one place");
  for (std::size_t p = 0; p < live.size() && p < state.figures.size(); ++p) {
    const state::PlaybookFigures& figures = state.figures[p];
    const std::uint64_t said = figures.entered - figures.goal - figures.left - figures.finished;
    if (said != live[p])
      find("figures", "by the figures " + std::to_string(said) + " are inside playbook `" +
                          plan.program.playbooks[p].name + "`, and " + std::to_string(live[p]) + " journeys are");
  }
  for (const auto& [customer, inputs] : state.pending) {
    if (customer < state.customer_count() && state.has_out(customer)) continue;
    find("pending", "inputs wait for an answer that nobody owes");
  }
}

void check_state(const journey::Plan& plan, const state::State& state, std::vector<Finding>& findings) {
  check_partition(plan, state, findings);
  for (std::uint32_t customer = 0; customer < state.customer_count() && findings.size() < kFindingsMax; ++customer)
    check_customer(plan, state, customer, findings);
}

std::uint32_t Rounds::step(const journey::Plan& plan, const std::vector<const state::State*>& states,
                           std::uint32_t count, std::vector<Finding>& findings) {
  std::uint32_t looked = 0;
  for (std::size_t ends = 0; looked < count && ends <= states.size();) {
    if (state_ >= states.size()) {
      state_ = 0;
      ++rounds_;
    }
    if (states.empty()) return 0;
    const state::State& state = *states[state_];
    if (customer_ < state.customer_count()) {
      check_customer(plan, state, customer_++, findings);
      ++looked;
      continue;
    }
    check_partition(plan, state, findings);
    ++state_;
    ++ends;
    customer_ = 0;
  }
  return looked;
}

}  // namespace tend::run
