// The desk: what many customers ask of one queue is answered here, for all of a moment together. Budgets are never
// overspent, a person never gets more jobs than his load, ranks are by draw. Pure, but for what it remembers of its
// own answers.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/journey/effects.hpp"
#include "engine/journey/plan.hpp"

namespace tend::journey {

/// A question and whose partition it comes from.
struct Question {
  std::uint16_t partition = 0;
  AskEffect ask;
};

/// Who answers is one for all partitions, and stands between their batches: so no part of a budget lies idle in a
/// partition while another refuses, and a grant costs an addition (docs/decisions/013-one-desk.md).
/// Thread: one at a time, while no partition is being applied.
class Desk {
 public:
  using States = std::vector<std::unique_ptr<state::State>>;
  /// Lifetime: both outlive the desk.
  Desk(const Plan& plan, const States& states) : plan_(plan), states_(states) {}

  /// What the partitions know of spendings and jobs is summed up anew at the next question.
  void forget() { known_ = false; }

  /// Answers all of them, in the order of (moment, customer id, playbook, journey, step, visit); `moment` gives when an
  /// answer is taken, given when it was asked. The views in an answer live until the next one.
  void answer(std::vector<Question> questions, const std::function<env::Moment(env::Moment)>& moment,
              const std::function<void(std::uint16_t, const state::AnswerInput&)>& take);

 private:
  void sum_up();
  void answer_money(const Question& question, state::AnswerInput& answer);
  void answer_staff(const Question& question, state::AnswerInput& answer);
  void answer_ranks(std::vector<Question>& questions, const std::function<env::Moment(env::Moment)>& moment,
                    const std::function<void(std::uint16_t, const state::AnswerInput&)>& take);
  std::int64_t jobs_of(const std::string& person, env::Date day) const;
  std::string_view id_of(const Question& question) const;

  const Plan& plan_;
  const States& states_;
  bool known_ = false;
  std::map<std::pair<std::string, std::int64_t>, std::int64_t> spent_;
  std::map<std::tuple<std::string, std::string, std::int64_t>, std::int64_t> spent_on_;  // of answers not yet applied
  std::map<std::pair<std::string, std::int64_t>, std::int64_t> given_;                   // jobs by person and period
  std::string account_;
};

/// Every question that a state says is open: what a restart has to ask again.
void collect_asks(const Plan& plan, state::State& state, std::vector<AskEffect>& asks);

}  // namespace tend::journey
