// Steps: what each does when a journey reaches it.
#include <algorithm>

#include "dsl/text/must.hpp"
#include "engine/env/draw.hpp"
#include "engine/journey/turn.hpp"

namespace tend::journey {

using env::Moment;
using program::kNone;
using program::Playbook;
using program::Step;
using program::StepKind;
using program::Value;
using state::Journey;
using state::JourneyStatus;
using state::kNever;

void Turn::go_on(std::uint32_t j, std::uint32_t step) {
  Journey& journey = state_.journey(j);
  const auto& steps = program_.playbooks[journey.playbook].steps;
  while (step < steps.size() && steps[step].kind == StepKind::jump) step = steps[step].target;
  journey.step = step;
  journey.channel = 0;
  journey.flags &= static_cast<std::uint8_t>(~state::kPausedSend);
  journey.status = JourneyStatus::runnable;
  journey.due = kNever;
  if (step >= steps.size()) return end(j, JourneyStatus::finished, {});
  // The end of a round that has nothing to wait for, behind the last thing done, is no step of its own.
  if (steps[step].kind == StepKind::round_end) end_round(j, steps[step]);
}

void Turn::refuse(std::uint32_t j) {
  const Journey& journey = state_.journey(j);
  const Step& step = program_.playbooks[journey.playbook].steps[journey.step];
  go_on(j, step.target == kNone ? journey.step + 1 : step.target);
}

/// As refuse, told where nothing else tells it.
void Turn::refuse_saying(std::uint32_t j, const char* why) {
  const Journey& journey = state_.journey(j);
  if (tracer_ != nullptr)
    note(NoteKind::skipped, &journey, {.kind = NoteKind::skipped, .step = journey.step, .detail = why});
  refuse(j);
}

void Turn::run_step(std::uint32_t j) {
  Journey& journey = state_.journey(j);
  const Playbook& playbook = program_.playbooks[journey.playbook];
  if (journey.step >= playbook.steps.size()) return end(j, JourneyStatus::finished, {});  // a playbook without steps
  const Step& step = playbook.steps[journey.step];
  if (step.kind == StepKind::repeat) return repeat(j, step);
  if (step.kind == StepKind::round_end) return end_round(j, step);  // the first step of a body without steps
  ++state_.figures[journey.playbook].reached[journey.step];
  journey.reached = now_;
  if (tracer_ != nullptr) note(NoteKind::step, &journey, {.kind = NoteKind::step, .step = journey.step});
  expr::Context c = context(&journey);
  switch (step.kind) {
    case StepKind::send:
    case StepKind::ask: journey.status = JourneyStatus::at_send; return;
    case StepKind::task:
    case StepKind::transfer: return ask_staff(j, step);
    case StepKind::grant:
    case StepKind::credit: return grant_or_credit(j, step);
    case StepKind::start: return start(j, step);
    case StepKind::wait: return wait(j, expr::add_duration(c, now_, value_of(c, step.expression).dur()));
    case StepKind::wait_until: return wait(j, next_clock(step, now_));
    case StepKind::wait_up_to: return wait_up_to(j, step);
    case StepKind::wait_until_date: return aim(j);
    case StepKind::wait_until_condition: return wait_until_condition(j, step);
    case StepKind::branch: return branch(j, step);
    case StepKind::split: return split(j, step);
    case StepKind::let: return let(j, step);
    case StepKind::tag: return change_tag(j, step, true);
    case StepKind::untag: return change_tag(j, step, false);
    case StepKind::set: return set(j, step);
    case StepKind::emit: return emit(j, step);
    case StepKind::stop: {
      std::string reason;
      expr::render(reason, c, step.text);
      return end(j, JourneyStatus::finished, reason);
    }
    case StepKind::jump:
    case StepKind::repeat:
    case StepKind::round_end: break;
  }
  CHECK_OR_DIE(false, "every step has a meaning");
}

void Turn::branch(std::uint32_t j, const Step& step) {
  const Journey& journey = state_.journey(j);
  expr::Context c = context(&journey);
  const bool truth = value_of(c, step.expression).truth();
  if (tracer_ != nullptr) {
    note(NoteKind::branch, &journey,
         {.kind = NoteKind::branch,
          .step = journey.step,
          .expression = step.expression,
          .truth = truth,
          .readings = readings(step.expression, &journey, false)});
  }
  go_on(j, truth ? journey.step + 1 : step.target);
}

void Turn::split(std::uint32_t j, const Step& step) {
  const std::uint32_t number = state_.journey(j).playbook;
  const Playbook& playbook = program_.playbooks[number];
  std::string labels;
  for (std::uint32_t i = 0; i < step.arms; ++i) {
    if (i > 0) labels += '\x1E';
    labels += playbook.shares[step.first_arm + i].name;
  }
  const std::uint32_t drawn = env::draw({"split", playbook.name, labels, state_.customer_id(customer_)});
  std::uint32_t sum = 0;
  for (std::uint32_t i = 0; i < step.arms; ++i) {
    const program::Share& share = playbook.shares[step.first_arm + i];
    sum += share.hundredths;
    if (drawn >= sum) continue;
    const auto field = static_cast<std::uint16_t>(state::kKeptArm + step.first_arm);
    const bool held_out = (state_.journey(j).flags & state::kHeldOut) != 0;
    if (!held_out && state_.kept(state_.journey(j), field).missing()) {
      state_.keep(j, field, Value::number(i));
      ++state_.figures[number].arm_entered[step.first_arm + i];
      if ((state_.journey(j).flags & state::kGoalNoted) != 0) ++state_.figures[number].arm_goal[step.first_arm + i];
    }
    const Journey& journey = state_.journey(j);
    if (tracer_ != nullptr)
      note(NoteKind::arm, &journey, {.kind = NoteKind::arm, .step = journey.step, .detail = share.name});
    return go_on(j, share.target);
  }
  CHECK_OR_DIE(false, "shares sum to 100%");
}

/// Before a round: comes here from the step before, and from the end of the last round.
void Turn::repeat(std::uint32_t j, const Step& step) {
  const std::uint32_t self = state_.journey(j).step;
  const auto round_field = static_cast<std::uint16_t>(state::kKeptRound + self);
  const auto began_field = static_cast<std::uint16_t>(state::kKeptRoundBegan + self);
  const Value before = state_.kept(state_.journey(j), round_field);
  const auto rounds = before.missing() ? 0u : static_cast<std::uint32_t>(before.d);
  if (rounds == 0) {
    ++state_.figures[state_.journey(j).playbook].reached[self];
    if (tracer_ != nullptr) note(NoteKind::step, &state_.journey(j), {.kind = NoteKind::step, .step = self});
  }
  state_.journey(j).reached = now_;
  if (rounds >= step.times) return end_loop(j, self, "times");
  if (step.expression != kNone) {
    expr::Context c = context(&state_.journey(j));
    if (value_of(c, step.expression).truth()) return end_loop(j, self, "until");
  }
  if (tracer_ != nullptr) {
    note(NoteKind::round, &state_.journey(j),
         {.kind = NoteKind::round, .step = self, .truth = true, .count = rounds + 1});
  }
  state_.keep(j, round_field, Value::number(rounds + 1));
  state_.keep(j, began_field, Value::moment(now_));
  ++state_.journey(j).visit;  // the steps of this round are begun anew
  go_on(j, self + 1);
}

/// Out of a loop: what it kept is forgotten, and on behind it.
void Turn::end_loop(std::uint32_t j, std::uint32_t loop, const char* why) {
  const Step& step = program_.playbooks[state_.journey(j).playbook].steps[loop];
  state_.keep(j, static_cast<std::uint16_t>(state::kKeptRound + loop), {});
  state_.keep(j, static_cast<std::uint16_t>(state::kKeptRoundBegan + loop), {});
  if (tracer_ != nullptr) {
    Note extra{.kind = NoteKind::round, .step = loop, .truth = false, .detail = why};
    if (step.expression != kNone && std::string_view(why) == "until") {
      extra.expression = step.expression;
      extra.readings = readings(step.expression, &state_.journey(j), false);
    }
    note(NoteKind::round, &state_.journey(j), std::move(extra));
  }
  go_on(j, step.target);
}

/// Behind a round: the next begins D after this one began, at once if it took longer; none after the last.
void Turn::end_round(std::uint32_t j, const Step& end) {
  const Journey& journey = state_.journey(j);
  const Step& step = program_.playbooks[journey.playbook].steps[end.target];
  const Value rounds = state_.kept(journey, static_cast<std::uint16_t>(state::kKeptRound + end.target));
  const Value began = state_.kept(journey, static_cast<std::uint16_t>(state::kKeptRoundBegan + end.target));
  const bool last = rounds.missing() || static_cast<std::uint32_t>(rounds.d) >= step.times;
  if (last) return end_loop(j, end.target, "times");  // at once: nothing of the loop is left to do
  Moment next = now_;
  if (step.every && !began.missing()) {
    expr::Context c = context(&journey);
    next = expr::add_duration(c, began.i, *step.every);
  }
  if (next > now_) return stand_until(j, JourneyStatus::waiting, next);
  Journey& on = state_.journey(j);
  on.step = end.target;
  on.status = JourneyStatus::runnable;
  on.due = kNever;
}

void Turn::let(std::uint32_t j, const Step& step) {
  expr::Context c = context(&state_.journey(j));
  const Value value = value_of(c, step.expression);
  std::string told;
  if (tracer_ != nullptr) expr::append_text(told, c, value);
  state_.keep(j, static_cast<std::uint16_t>(state::kKeptLet + step.slot), value);
  const Journey& journey = state_.journey(j);
  if (tracer_ != nullptr) note(NoteKind::let, &journey, {.kind = NoteKind::let, .step = journey.step, .detail = told});
  go_on(j);
}

void Turn::change_tag(std::uint32_t j, const Step& step, bool on) {
  Journey& journey = state_.journey(j);
  expr::Context c = context(&journey);
  std::string tag;
  expr::render(tag, c, step.text);
  const bool changed = set_tag(tag, on);
  if (changed && tracer_ != nullptr) {
    const NoteKind kind = on ? NoteKind::tagged : NoteKind::untagged;
    note(kind, &journey, {.kind = kind, .step = journey.step, .detail = tag});
  }
  go_on(j);  // done before what it changes is worked out
  if (!changed) return;
  change_ = {};
  change_.tags = true;
  react();
}

void Turn::set(std::uint32_t j, const Step& step) {
  expr::Context c = context(&state_.journey(j));
  const Value value = value_of(c, step.expression);
  std::string told;
  if (tracer_ != nullptr) expr::append_text(told, c, value);
  // The value may be a text of this very state; setting it may move the texts.
  std::string text;
  Value kept = value;
  if (value.kind == program::ValueKind::text) {
    text = value.str();
    kept = Value::string(text);
  }
  std::string blob;
  state::append_field(blob, 0, kept);
  state::FieldReader reader(blob);
  std::uint16_t ignored = 0;
  reader.next(ignored, kept);
  change_ = {};
  const bool changed = set_attribute(step.attribute, kept);
  if (changed && tracer_ != nullptr)
    note(NoteKind::set, &state_.journey(j), {.kind = NoteKind::set, .step = state_.journey(j).step, .detail = told});
  go_on(j);
  if (!changed) return;
  aim_schedules(true);
  react();
}

void Turn::emit(std::uint32_t j, const Step& step) {
  const Journey& journey = state_.journey(j);
  std::string fields;
  for (const program::FieldSet& set : step.fields) {
    expr::Context c = context(&journey);
    const Value value = value_of(c, set.expression);
    if (!value.missing()) state::append_field(fields, static_cast<std::uint16_t>(set.field), value);
  }
  if (tracer_ != nullptr) {
    note(NoteKind::emitted, &journey,
         {.kind = NoteKind::emitted, .step = journey.step, .event = step.event, .detail = fields});
  }
  cause({.event = step.event, .fields = std::move(fields)});
  go_on(j);
}

/// What he causes himself comes right after this turn, first in, first out.
void Turn::cause(state::Caused caused) {
  caused.before = state_.at(customer_).outstanding;
  state_.caused[customer_].push_back(std::move(caused));
}

/// Another journey's step, or a goal, may end one whose message is on its way: the message is not taken back.
void Turn::keep_what_is_out(const Journey& journey) {
  Journey out = journey;
  for (std::uint32_t* block : {&out.entry, &out.arms, &out.kept}) {
    if (*block != state::kNoBlock) *block = state_.pool.keep(std::string(state_.pool.text(*block)));
  }
  state_.ended_out.push_back(out);
}

void Turn::end(std::uint32_t j, JourneyStatus status, std::string_view why) {
  Journey& journey = state_.journey(j);
  if (journey.status == JourneyStatus::sending) keep_what_is_out(journey);
  journey.flags &= static_cast<std::uint8_t>(~(state::kWithChannel | state::kCalled));
  // A person who was asked to send it sends nothing now: its place under the caps is free again.
  const bool asked = journey.status == JourneyStatus::confirming || journey.status == JourneyStatus::asking;
  if (asked) state_.remove_contact(customer_, contact_of(journey));
  journey.status = status;
  journey.due = kNever;
  const Playbook& playbook = program_.playbooks[journey.playbook];
  state::PlaybookFigures& figures = state_.figures[journey.playbook];
  // A goal that was noted on the way is what the journey counts as, whatever ends it.
  const bool counted = (journey.flags & state::kGoalNoted) != 0;
  if (!counted) {
    if (status == JourneyStatus::goal) count_goal(j);
    if (status == JourneyStatus::left) ++figures.left;
    if (status == JourneyStatus::finished) ++figures.finished;
  }
  if (tracer_ != nullptr) {
    const NoteKind kind = status == JourneyStatus::goal   ? NoteKind::goal
                          : status == JourneyStatus::left ? NoteKind::left
                                                          : NoteKind::finished;
    Note extra{.kind = kind, .step = journey.step, .event = event_, .detail = std::string(why)};
    if (kind == NoteKind::left && why.empty()) {
      extra.expression = playbook.leave;
      extra.readings = readings(playbook.leave, &journey, false);
    }
    note(kind, &journey, std::move(extra));
  }
  const bool watched = status == JourneyStatus::finished && !counted && playbook.goal.has_value();
  if (counted) journey.status = JourneyStatus::goal;
  state_.pool.release(journey.arms);
  journey.arms = state::kNoBlock;
  if (watched) return;
  state_.pool.release(journey.entry);
  journey.entry = state::kNoBlock;
  // Whose `per` it was is known for as long as the record is.
  const Value key = plan_.keyed[journey.playbook] ? state_.kept(journey, state::kKeptKey) : Value();
  const std::string text = key.missing() ? std::string() : std::string(key.str());
  state_.pool.release(journey.kept);
  journey.kept = state::kNoBlock;
  if (!text.empty()) state_.keep(j, state::kKeptKey, Value::string(text));
}

void Turn::stop(std::uint32_t family) {
  const auto of_it = [&](std::uint32_t playbook) { return plan_.layout.family[playbook] == family; };
  if (const auto of = state_.entries.find(customer_); of != state_.entries.end()) {
    std::erase_if(of->second, [&](const state::PendingEntry& entry) {
      if (!of_it(entry.playbook)) return false;
      if (tracer_ != nullptr) {
        note(NoteKind::refused, nullptr,
             {.kind = NoteKind::refused, .playbook = entry.playbook, .enter = entry.enter, .detail = "stopped"});
      }
      return true;
    });
    if (of->second.empty()) state_.entries.erase(of);
  }
  for (std::uint32_t j = state_.at(customer_).first_journey; j != kNone; j = state_.journey(j).next) {
    if (of_it(state_.journey(j).playbook) && is_live(state_.journey(j).status)) end(j, JourneyStatus::left, "stopped");
  }
  agenda();
  finish_turn(false);
}

void Turn::end_all(std::string_view why) {
  for (std::uint32_t j = state_.at(customer_).first_journey; j != kNone; j = state_.journey(j).next) {
    if (is_live(state_.journey(j).status)) end(j, JourneyStatus::left, why);
  }
}

}  // namespace tend::journey
