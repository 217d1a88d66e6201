// How often a playbook can write to one customer at worst.
#include "dsl/program/worst_case.hpp"

#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::program;

namespace {

constexpr std::int64_t kDay = 86'400'000;

/// One playbook that is entered on an event; messages m (marketing, on sms) and t (transactional).
Program make() {
  Program program;
  program.messages = {{"m", MessageClass::marketing, {"sms"}, {}}, {"t", MessageClass::transactional, {"sms"}, {}}};
  Playbook& playbook = program.playbooks.emplace_back();
  playbook.name = "p";
  playbook.enters.push_back({.kind = EnterKind::on_event, .event = 0});
  return program;
}

Step step(StepKind kind) {
  Step one;
  one.kind = kind;
  return one;
}

Step send(std::uint32_t message) {
  Step one = step(StepKind::send);
  one.message = message;
  return one;
}

Step to(StepKind kind, std::uint32_t target) {
  Step one = step(kind);
  one.target = target;
  return one;
}

}  // namespace

TEST_CASE("the longest way through a playbook counts") {
  Program program = make();
  // 0 branch (else 3) · 1 m · 2 jump 5 · 3 m · 4 m · 5 end
  program.playbooks[0].steps = {to(StepKind::branch, 3), send(0), to(StepKind::jump, 5), send(0), send(0)};
  CHECK(worst_case(program, 0).per_journey == 2);
  // A refused send runs its `else`: 0 m (refused: 2) · 1 jump 3 · 2 m · 3 m
  program.playbooks[0].steps = {send(0), to(StepKind::jump, 3), send(0), send(0)};
  program.playbooks[0].steps[0].target = 2;
  CHECK(worst_case(program, 0).per_journey == 3);
  program.playbooks[0].steps = {send(0), step(StepKind::stop), send(0)};
  CHECK(worst_case(program, 0).per_journey == 1);
  // Loops in loops: 0 repeat 3 (after 6) · 1 m · 2 repeat 5 (after 5) · 3 t · 4 round_end · 5 round_end · 6 m
  program.playbooks[0].steps = {
      to(StepKind::repeat, 6),    send(0), to(StepKind::repeat, 5), send(1), to(StepKind::round_end, 2),
      to(StepKind::round_end, 0), send(0)};
  program.playbooks[0].steps[0].times = 3;
  program.playbooks[0].steps[2].times = 5;
  CHECK(worst_case(program, 0).per_journey == 3 * (1 + 5) + 1);
  program.playbooks[0].steps.clear();
  CHECK(worst_case(program, 0).per_day.limit == Limit::silent);
}

TEST_CASE("entries bound how many messages there are in a period") {
  Program program = make();
  Playbook& playbook = program.playbooks[0];
  playbook.steps = {send(0), send(0)};
  CHECK(worst_case(program, 0).per_30_days.messages == 2);
  CHECK(worst_case(program, 0).per_30_days.limit == Limit::once);
  playbook.enters[0].per_field = 0;  // one journey for each value
  CHECK_FALSE(worst_case(program, 0).per_30_days.messages);
  playbook.enters[0].per_field = kNone;
  playbook.again = Again::always;
  CHECK_FALSE(worst_case(program, 0).per_day.messages);
  CHECK(worst_case(program, 0).per_day.limit == Limit::none);
  playbook.again = Again::after;
  playbook.again_after = {0, 10 * kDay};
  CHECK(worst_case(program, 0).per_30_days.messages == (3 + 1) * 2);  // one that began before
  CHECK(worst_case(program, 0).per_30_days.limit == Limit::again);
  playbook.again = Again::always;
  playbook.enters[0] = {.kind = EnterKind::schedule};
  playbook.enters[0].every = Every::weekday;
  CHECK(worst_case(program, 0).per_30_days.limit == Limit::schedule);
  CHECK(worst_case(program, 0).per_30_days.messages == (5 + 1) * 2);
  // Another playbook can start it between the mondays.
  Step start = step(StepKind::start);
  start.playbook = 0;
  program.playbooks.emplace_back().steps = {start};
  CHECK_FALSE(worst_case(program, 0).per_30_days.messages);
}

TEST_CASE("caps bound what they count") {
  Program program = make();
  program.playbooks[0].again = Again::always;
  program.playbooks[0].steps = {send(0)};
  const auto month = [&] { return worst_case(program, 0).per_30_days; };
  program.policy.caps = {{.count = 2, .per = {0, 7 * kDay}}};
  CHECK(month().messages == 10);
  CHECK(month().limit == Limit::policy_cap);
  CHECK(worst_case(program, 0).per_day.messages == 2);
  program.playbooks[0].caps = {{.count = 1, .per = {1, 0}}};  // a month may have 28 days
  CHECK(month().messages == 2);
  CHECK(month().limit == Limit::playbook_cap);
  program.playbooks[0].caps.clear();
  CHECK(is_capped(program, program.playbooks[0], program.playbooks[0].steps[0]));
  program.policy.caps[0].channel = "email";
  CHECK_FALSE(is_capped(program, program.playbooks[0], program.playbooks[0].steps[0]));
  CHECK_FALSE(month().messages);
  program.policy.caps[0].channel = "sms";
  CHECK(month().messages == 10);
  program.policy.caps[0].message_class = MessageClass::care;
  CHECK_FALSE(month().messages);
  program.policy.caps[0].message_class = MessageClass::marketing;
  CHECK(month().messages == 10);
  program.playbooks[0].steps.push_back(send(1));  // transactional messages pass caps
  CHECK_FALSE(month().messages);
  program.playbooks[0].again = Again::never;
  CHECK(month().messages == 2);
  program.playbooks[0].steps = {send(0)};
  program.playbooks[0].again = Again::always;
  program.policy.caps = {{.count = 1, .per = {}, .in_last = 4}};
  CHECK_FALSE(month().messages);
}
