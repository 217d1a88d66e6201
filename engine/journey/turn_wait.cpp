// Waits: until when, for what, and who ends them.
#include <algorithm>
#include <cstring>

#include "engine/journey/schedule.hpp"
#include "engine/journey/turn.hpp"

namespace tend::journey {

using env::Moment;
using program::Arm;
using program::kNone;
using program::Playbook;
using program::Step;
using program::StepKind;
using program::Value;
using state::Journey;
using state::JourneyStatus;
using state::kNever;

void Turn::stand_until(std::uint32_t j, JourneyStatus status, Moment until) {
  Journey& journey = state_.journey(j);
  journey.status = status;
  journey.due = until;
  flip_ = std::min(flip_, until);
  if (tracer_ != nullptr && status == JourneyStatus::waiting)
    note(NoteKind::waits, &journey, {.kind = NoteKind::waits, .step = journey.step, .until = until});
}

void Turn::wait(std::uint32_t j, Moment until) {
  if (until <= now_) return go_on(j);
  stand_until(j, JourneyStatus::waiting, until);
}

void Turn::wait_up_to(std::uint32_t j, const Step& step) {
  state_.journey(j).status = JourneyStatus::waiting;
  if (take_arm(j, false)) return;
  expr::Context c = context(&state_.journey(j));
  const Moment until = expr::add_duration(c, now_, value_of(c, step.expression).dur());
  if (until <= now_) return go_on(j, step.target);
  stand_until(j, JourneyStatus::waiting, until);
}

void Turn::wait_until_condition(std::uint32_t j, const Step& step) {
  if (asks(step.expression, &state_.journey(j), false)) return go_on(j);
  expr::Context c = context(&state_.journey(j));
  const Moment until = expr::add_duration(c, now_, value_of(c, step.duration).dur());
  if (until <= now_) return refuse(j);
  stand_until(j, JourneyStatus::waiting, until);
}

/// Waits for a date that the step works out, or goes on where it is past.
void Turn::aim(std::uint32_t j) {
  const Journey& journey = state_.journey(j);
  const Step& step = program_.playbooks[journey.playbook].steps[journey.step];
  expr::Context c = context(&journey);
  const Value value = value_of(c, step.expression);
  if (value.missing()) return end(j, JourneyStatus::finished, "no date");
  const Moment until =
      value.kind == program::ValueKind::date
          ? env::clock(state_.zone(customer_), static_cast<env::Date>(value.i), std::max(step.time_of_day, 0))
          : value.i;
  if (journey.status == JourneyStatus::waiting && journey.due == until) return;
  wait(j, until);
}

bool Turn::take_arm(std::uint32_t j, bool with_event) {
  const Journey& journey = state_.journey(j);
  const Playbook& playbook = program_.playbooks[journey.playbook];
  const Step& step = playbook.steps[journey.step];
  const bool just_reached = journey.due == kNever;
  for (std::uint32_t a = 0; a < step.arms; ++a) {
    const Arm& arm = playbook.arms[step.first_arm + a];
    if (arm.on_event) {
      if (!with_event || late_ || arm.event != event_ || event_at_ < journey.entered) continue;
      if (!asks(arm.condition, &journey, true)) continue;
      choose_arm(j, arm, true);
      return true;
    }
    if (!just_reached && !affected(arm.condition)) continue;
    if (!asks(arm.condition, &journey, false)) continue;
    choose_arm(j, arm, false);
    return true;
  }
  return false;
}

void Turn::choose_arm(std::uint32_t j, const Arm& arm, bool with_event) {
  const Journey& journey = state_.journey(j);
  const Playbook& playbook = program_.playbooks[journey.playbook];
  if (tracer_ != nullptr) {
    Note extra{.kind = NoteKind::arm,
               .step = journey.step,
               .event = with_event ? event_ : kNone,
               .expression = arm.condition,
               .detail = with_event ? "event" : "when"};
    if (arm.condition != kNone) extra.readings = readings(arm.condition, &journey, with_event);
    note(NoteKind::arm, &journey, std::move(extra));
  }
  if (with_event && std::binary_search(playbook.arm_events.begin(), playbook.arm_events.end(), event_))
    keep_arm_event(j);
  go_on(j, arm.target);
}

/// Keeps the event that chose the arm, in the place of an earlier one of its type: (u32 event, i64 at, u32 length,
/// fields)….
void Turn::keep_arm_event(std::uint32_t j) {
  Journey& journey = state_.journey(j);
  std::string kept;
  std::string_view before = state_.pool.text(journey.arms);
  while (before.size() >= 16) {
    std::uint32_t event = 0, length = 0;
    std::memcpy(&event, before.data(), 4);
    std::memcpy(&length, before.data() + 12, 4);
    if (event != event_) kept.append(before.substr(0, 16 + length));
    before.remove_prefix(16 + length);
  }
  const auto length = static_cast<std::uint32_t>(event_fields_.size());
  kept.append(reinterpret_cast<const char*>(&event_), 4);
  kept.append(reinterpret_cast<const char*>(&event_at_), 8);
  kept.append(reinterpret_cast<const char*>(&length), 4);
  kept.append(event_fields_);
  state_.pool.release(journey.arms);
  journey.arms = state_.pool.keep(kept);
}

/// Those who follow an edit: the wait under way is worked out anew from when it was reached; what that makes due goes
/// on.
void Turn::aim_again() {
  for (std::uint32_t j = state_.at(customer_).first_journey; j != kNone; j = state_.journey(j).next) {
    Journey& journey = state_.journey(j);
    if (journey.status == JourneyStatus::runnable && tracer_ != nullptr)
      note(NoteKind::moved, &journey, {.kind = NoteKind::moved, .step = journey.step, .detail = "move"});
    if ((journey.flags & state::kAimed) == 0) continue;
    journey.flags &= static_cast<std::uint8_t>(~state::kAimed);
    if (tracer_ != nullptr)
      note(NoteKind::moved, &journey, {.kind = NoteKind::moved, .step = journey.step, .detail = "follow"});
    if (journey.status != JourneyStatus::waiting) continue;
    const Step& step = program_.playbooks[journey.playbook].steps[journey.step];
    expr::Context c = context(&journey);
    switch (step.kind) {
      case StepKind::wait:
      case StepKind::wait_up_to:
        journey.due = expr::add_duration(c, journey.reached, value_of(c, step.expression).dur());
        break;
      case StepKind::wait_until_condition:
        journey.due = expr::add_duration(c, journey.reached, value_of(c, step.duration).dur());
        break;
      case StepKind::wait_until: journey.due = next_clock(step, journey.reached); break;
      case StepKind::wait_until_date: aim(j); continue;
      case StepKind::round_end: end_round(j, step); continue;
      default: continue;
    }
    flip_ = std::min(flip_, journey.due);
    if (tracer_ != nullptr)
      note(NoteKind::waits, &journey, {.kind = NoteKind::waits, .step = journey.step, .until = journey.due});
  }
}

/// The first moment, `from` included, at which his clock shows the step's time on a day that fits.
Moment Turn::next_clock(const Step& step, Moment from) {
  const env::Zone& zone = state_.zone(customer_);
  constexpr env::Date kDaysAhead = 4000;  // beyond a calendar's end no holiday comes
  const env::Date first = env::date_of(zone, from) + (step.next ? 1 : 0);
  for (env::Date date = first; date < first + kDaysAhead; ++date) {
    if (!fits_day(program_, step.weekday, date)) continue;
    const Moment moment = env::clock(zone, date, std::max(step.time_of_day, 0));
    if (moment >= from) return moment;
  }
  return from;
}

}  // namespace tend::journey
