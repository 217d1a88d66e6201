#include "engine/journey/turn.hpp"

#include <algorithm>
#include <cstring>

#include "dsl/text/must.hpp"
#include "engine/env/draw.hpp"
#include "engine/journey/render_send.hpp"

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

namespace {
constexpr Moment kLate = 24 * env::kHour;  // an event older than this when it is taken is late
}

Turn::Turn(const Plan& plan, state::State& state, std::uint32_t customer, Moment now, Effects& effects, Tracer* tracer)
    : plan_(plan),
      program_(plan.program),
      state_(state),
      customer_(customer),
      now_(now),
      effects_(effects),
      tracer_(tracer) {}

// ---- the four kinds of turns
// ------------------------------------------------------------------------------------------------

void Turn::timer() {
  change_.time = true;
  leave();
  // Wake: what is due goes on; a `wait up to` that nothing ended takes `else`.
  for (std::uint32_t j = state_.at(customer_).first_journey; j != kNone; j = state_.journey(j).next) {
    Journey& journey = state_.journey(j);
    if (journey.status != JourneyStatus::waiting || journey.due > now_) continue;
    const Step& step = program_.playbooks[journey.playbook].steps[journey.step];
    const bool timed_out = step.kind == StepKind::wait_up_to || step.kind == StepKind::wait_until_condition;
    if (timed_out && tracer_ != nullptr)
      note(NoteKind::arm, &journey, {.kind = NoteKind::arm, .step = journey.step, .detail = "else"});
    go_on(j, timed_out && step.target != kNone ? step.target : journey.step + 1);
  }
  arms_and_conditions(false);
  edges();
  agenda();
  finish_turn(true);
}

void Turn::event(const state::EventInput& input, bool is_new) {
  late_ = now_ - input.at > kLate;
  ++state_.events_taken;
  if (tracer_ != nullptr) {
    note(NoteKind::input_event, nullptr,
         {.kind = NoteKind::input_event,
          .event = input.event,
          .truth = late_,
          .until = input.at,
          .detail = std::string(input.fields)});
  }
  take_event(input.event, input.at, input.fields);
  if (!state_.deployed) return;
  change_.everything = is_new;
  if (is_new && late_) return set_bits();
  goals();
  leave();
  arms_and_conditions(true);
  enter_on();
  edges();
  agenda();
  finish_turn(false);
}

void Turn::attributes(const state::AttributesInput& input, bool is_new) {
  if (tracer_ != nullptr)
    note(NoteKind::input_attributes, nullptr,
         {.kind = NoteKind::input_attributes, .detail = std::string(input.fields)});
  state::FieldReader reader(input.fields);
  std::uint16_t index = 0;
  Value value;
  while (reader.next(index, value)) {
    switch (index) {
      case state::kTagAdd: change_.tags |= state_.set_tag(customer_, value.str(), true); break;
      case state::kTagRemove: change_.tags |= state_.set_tag(customer_, value.str(), false); break;
      case state::kConsentGiven: change_.consent |= state_.set_consent(customer_, value.str(), true); break;
      case state::kConsentWithdrawn: change_.consent |= state_.set_consent(customer_, value.str(), false); break;
      default:
        if (state_.set_attribute(customer_, index, value)) change_.attributes.push_back(index);
    }
  }
  if (!state_.deployed) return;
  change_.everything = is_new;
  react();
  agenda();
  finish_turn(false);
}

void Turn::outcome(const state::OutcomeInput& input) {
  state::Customer& row = state_.at(customer_);
  if (row.outstanding > 0) --row.outstanding;
  const bool accepted =
      input.outcome != state::OutcomeKind::rejected_recipient && input.outcome != state::OutcomeKind::rejected_request;
  if (tracer_ != nullptr) {
    std::string detail(accepted ? "accepted" : "rejected");
    if (!accepted && !input.reason.empty()) detail += ": " + std::string(input.reason);
    note(NoteKind::outcome, nullptr,
         {.kind = NoteKind::outcome,
          .playbook = input.playbook,
          .journey = input.journey,
          .truth = accepted,
          .detail = detail});
  }
  state::SendFigures& figures = state_.send_figures(input.playbook, input.message, input.channel);
  ++(accepted ? figures.accepted : figures.rejected);
  for (std::uint32_t j = row.first_journey; j != kNone; j = state_.journey(j).next) {
    Journey& journey = state_.journey(j);
    if (journey.playbook != input.playbook || journey.number != input.journey ||
        journey.status != JourneyStatus::sending)
      continue;
    const Step& step = program_.playbooks[journey.playbook].steps[journey.step];
    if (!accepted && channel_tried(journey) + 1u < channel_count(plan_, step)) {
      ++journey.channel;
      journey.status = JourneyStatus::at_send;
      continue;
    }
    go_on(j, accepted || step.target == kNone ? journey.step + 1 : step.target);
  }
  std::string fields;  // an accepted send is an event, countable like others
  if (accepted) {
    state::append_field(fields, 0, Value::string(program_.messages[input.message].name));
    state::append_field(fields, 1, Value::string(input.channel));
    state::append_field(fields, 2, Value::string(program_.playbooks[input.playbook].name));
    take_event(program::kEventSent, now_, fields);
    goals();
    leave();
    arms_and_conditions(true);
    enter_on();
    edges();
  }
  agenda();
  finish_turn(false);
}

void Turn::set_bits() {
  change_.everything = true;
  for (std::uint32_t bit = 0; bit < plan_.layout.conditions.size(); ++bit) {
    const bool holds = asks(plan_.layout.conditions[bit].expression, nullptr, false);
    state_.set_bit(customer_, bit, holds);
  }
  finish_turn(true);
}

void Turn::appear() {
  for (std::uint32_t bit = 0; bit < plan_.layout.conditions.size(); ++bit) state_.set_bit(customer_, bit, false);
  change_.everything = true;
  react();
  agenda();
  finish_turn(true);
}

// ---- conditions
// -------------------------------------------------------------------------------------------------------------

expr::Context Turn::context(const Journey* journey) {
  expr::Context context{.tables = &plan_.tables, .state = &state_, .customer = customer_, .now = now_};
  context.journey = journey;
  context.lists = &lists_;
  return context;
}

Value Turn::value_of(expr::Context& context, std::uint32_t expression) {
  return expr::evaluate(context, program_.expressions[expression].root);
}

bool Turn::asks(std::uint32_t expression, const Journey* journey, bool with_event) {
  if (expression == kNone) return true;
  expr::Context c = context(journey);
  if (with_event) {
    c.event = {.event = event_, .at = event_at_, .fields = event_fields_};
    if (journey == nullptr) {  // who asks to enter: this event is what would let him in
      c.entry_event = event_;
      c.entry_fields = event_fields_;
      c.entered = now_;
    }
  }
  const bool truth = value_of(c, expression).truth();
  flip_ = std::min(flip_, c.flip);
  return truth;
}

bool Turn::affected(std::uint32_t expression) const {
  return affects(change_, program_.expressions[expression].dependencies);
}

// ---- the parts of a turn
// ----------------------------------------------------------------------------------------------------

void Turn::take_event(std::uint32_t event, Moment at, std::string_view fields) {
  event_ = event;
  event_at_ = at;
  event_fields_ = fields;
  change_.event = event;
  if (plan_.is_activity[event]) {
    state::Customer& row = state_.at(customer_);
    row.last_activity = std::max(row.last_activity, at);
    change_.activity = true;
  }
  state_.keep_event(customer_, event, at, fields, now_);
}

void Turn::react() {
  leave();
  arms_and_conditions(false);
  edges();
}

void Turn::goals() {
  for (std::uint32_t j = state_.at(customer_).first_journey; j != kNone; j = state_.journey(j).next) {
    Journey& journey = state_.journey(j);
    const auto& goal = program_.playbooks[journey.playbook].goal;
    if (!goal || goal->event != event_) continue;
    if (!is_live(journey.status) && journey.status != JourneyStatus::finished) continue;
    if (event_at_ < journey.entered) continue;
    if (goal->within) {
      expr::Context c = context(&journey);
      const Moment until = expr::add_duration(c, journey.entered, *goal->within);
      if (event_at_ >= until || now_ >= until) continue;
    }
    if (!asks(goal->filter, &journey, true)) continue;
    if (goal->stay && is_live(journey.status)) {
      if (journey.goal_noted) continue;
      journey.goal_noted = true;
      ++state_.figures[journey.playbook].goal;
      if (tracer_ != nullptr)
        note(NoteKind::goal, &journey, {.kind = NoteKind::goal, .step = journey.step, .event = event_});
      continue;
    }
    if (journey.status == JourneyStatus::finished) --state_.figures[journey.playbook].finished;
    end(j, JourneyStatus::goal, {});
  }
}

void Turn::leave() {
  for (std::uint32_t j = state_.at(customer_).first_journey; j != kNone; j = state_.journey(j).next) {
    const Journey& journey = state_.journey(j);
    const std::uint32_t leave = program_.playbooks[journey.playbook].leave;
    if (leave == kNone || !is_live(journey.status) || !affected(leave)) continue;
    if (asks(leave, &journey, false)) end(j, JourneyStatus::left, {});
  }
}

void Turn::arms_and_conditions(bool with_event) {
  for (std::uint32_t j = state_.at(customer_).first_journey; j != kNone; j = state_.journey(j).next) {
    const Journey& journey = state_.journey(j);
    if (journey.status != JourneyStatus::waiting) continue;
    const Step& step = program_.playbooks[journey.playbook].steps[journey.step];
    if (step.kind == StepKind::wait_up_to) take_arm(j, with_event);
    if (step.kind == StepKind::wait_until_condition && affected(step.expression) &&
        asks(step.expression, &journey, false)) {
      go_on(j, journey.step + 1);
    }
    if (step.kind == StepKind::wait_until_date && affected(step.expression)) aim(j);
  }
}

void Turn::enter_on() {
  if (late_) return;
  for (const EnterRef& ref : plan_.enters_on[event_]) {
    if (asks(program_.playbooks[ref.playbook].enters[ref.enter].filter, nullptr, true))
      attempt(ref.playbook, ref.enter, true, false);
  }
}

void Turn::edges() {
  for (std::uint32_t bit = 0; bit < plan_.layout.conditions.size(); ++bit) {
    const state::Condition& condition = plan_.layout.conditions[bit];
    if (!affected(condition.expression)) continue;
    const bool holds = asks(condition.expression, nullptr, false);
    const bool held = state_.bit(customer_, bit);
    if (holds == held) continue;
    state_.set_bit(customer_, bit, holds);
    if (tracer_ != nullptr) {
      note(holds ? NoteKind::turned_true : NoteKind::turned_false, nullptr,
           {.kind = holds ? NoteKind::turned_true : NoteKind::turned_false,
            .playbook = condition.playbook,
            .enter = condition.enter,
            .expression = condition.expression,
            .readings = readings(condition.expression, nullptr, false)});
    }
    if (holds) attempt(condition.playbook, condition.enter, false, false);
  }
}

void Turn::agenda() {
  for (;;) {
    std::uint32_t next = first_of(JourneyStatus::runnable);
    if (next != kNone) {
      run_step(next);
      continue;
    }
    next = first_of(JourneyStatus::at_send);
    if (next != kNone) {
      attempt_send(next);
      continue;
    }
    if (!ask_again()) return;
  }
}

void Turn::finish_turn(bool recompute_due) {
  state::Customer& row = state_.at(customer_);
  Moment due = recompute_due ? flip_ : std::min(row.due, flip_);
  if (recompute_due) {
    for (std::uint32_t j = row.first_journey; j != kNone; j = state_.journey(j).next)
      due = std::min(due, state_.journey(j).due);
  }
  row.due = due;
  const bool stands_still = state_.recorded && row.outstanding > 0;
  state_.wheel.set(customer_, stands_still ? kNever : due);
}

// ---- entry
// ------------------------------------------------------------------------------------------------------------------

void Turn::attempt(std::uint32_t p, std::uint32_t e, bool with_event, bool once_more) {
  const Playbook& playbook = program_.playbooks[p];
  const auto refuse = [&](const char* why, std::uint32_t expression = kNone) {
    if (tracer_ == nullptr) return;
    Note extra{.kind = NoteKind::refused, .playbook = p, .enter = e, .expression = expression, .detail = why};
    if (expression != kNone) extra.readings = readings(expression, nullptr, with_event);
    note(NoteKind::refused, nullptr, std::move(extra));
  };

  const Journey* last = nullptr;
  for (std::uint32_t j = state_.at(customer_).first_journey; j != kNone; j = state_.journey(j).next) {
    if (state_.journey(j).playbook == p) last = &state_.journey(j);
  }
  if (last != nullptr && is_live(last->status)) {
    refuse("live");
    if (!once_more) refused_.push_back({p, e, with_event});
    return;
  }
  if (last != nullptr && last->entered == now_) return refuse("this_moment");
  if (last != nullptr && playbook.again == program::Again::never) return refuse("again");
  expr::Context c = context();
  if (last != nullptr && playbook.again == program::Again::after &&
      now_ < expr::add_duration(c, last->entered, playbook.again_after)) {
    return refuse("again");
  }
  c.entered = now_;
  if (with_event) {
    c.entry_event = event_;
    c.entry_fields = event_fields_;
    if (once_more && !asks(playbook.enters[e].filter, nullptr, true)) return refuse("where", playbook.enters[e].filter);
  }
  for (const std::uint32_t where : {playbook.enters[e].where, playbook.where}) {
    if (where != kNone && !value_of(c, where).truth()) return refuse("where", where);
  }
  if (playbook.leave != kNone) {
    c.flip = kNever;
    const bool leaves = value_of(c, playbook.leave).truth();
    flip_ = std::min(flip_, c.flip);
    if (leaves) return refuse("leave", playbook.leave);
  }
  enter(p, e, with_event);
}

void Turn::enter(std::uint32_t p, std::uint32_t e, bool with_event) {
  const Playbook& playbook = program_.playbooks[p];
  std::uint32_t index = kNone;
  for (std::uint32_t j = state_.at(customer_).first_journey; j != kNone; j = state_.journey(j).next) {
    if (state_.journey(j).playbook == p) index = j;
  }
  if (index == kNone) index = state_.add_journey(customer_, p, 0);
  Journey& journey = state_.journey(index);
  ++journey.number;
  journey.entered = now_;
  journey.reached = now_;
  journey.due = kNever;
  journey.step = 0;
  journey.visit = 0;
  journey.channel = 0;
  journey.goal_noted = false;
  journey.status = JourneyStatus::runnable;
  for (std::uint32_t* block : {&journey.entry, &journey.arms, &journey.lets}) {
    state_.pool.release(*block);
    *block = state::kNoBlock;
  }
  if (with_event && playbook.reads_entry) {
    std::string entry(reinterpret_cast<const char*>(&event_), sizeof event_);
    entry += event_fields_;
    journey.entry = state_.pool.keep(entry);
  }
  ++state_.figures[p].entered;
  if (tracer_ != nullptr) {
    note(NoteKind::entered, &journey, {.kind = NoteKind::entered, .enter = e, .event = with_event ? event_ : kNone});
  }
}

bool Turn::ask_again() {
  if (refused_.empty()) return false;
  const std::vector<Refused> refused = std::move(refused_);
  refused_.clear();
  bool entered = false;
  for (const Refused& r : refused) {
    bool live = false;
    for (std::uint32_t j = state_.at(customer_).first_journey; j != kNone; j = state_.journey(j).next) {
      live |= state_.journey(j).playbook == r.playbook && is_live(state_.journey(j).status);
    }
    if (live) continue;
    const std::uint64_t before = state_.figures[r.playbook].entered;
    attempt(r.playbook, r.enter, r.with_event, true);
    entered |= state_.figures[r.playbook].entered != before;
  }
  return entered;
}

// ---- steps
// ------------------------------------------------------------------------------------------------------------------

std::uint32_t Turn::first_of(JourneyStatus status) const {
  std::uint32_t first = kNone;
  for (std::uint32_t j = state_.at(customer_).first_journey; j != kNone; j = state_.journey(j).next) {
    const Journey& journey = state_.journey(j);
    if (journey.status != status) continue;
    if (first == kNone) {
      first = j;
      continue;
    }
    // The list stands by (playbook name, number), so only what goes before that is compared.
    const Journey& best = state_.journey(first);
    const std::int32_t priority = program_.playbooks[journey.playbook].priority;
    const std::int32_t best_priority = program_.playbooks[best.playbook].priority;
    const bool longer_due = status == JourneyStatus::at_send && journey.reached < best.reached;
    if (priority > best_priority || (priority == best_priority && longer_due)) first = j;
  }
  return first;
}

void Turn::go_on(std::uint32_t j, std::uint32_t step) {
  Journey& journey = state_.journey(j);
  const auto& steps = program_.playbooks[journey.playbook].steps;
  while (step < steps.size() && steps[step].kind == StepKind::jump) step = steps[step].target;
  journey.step = step;
  journey.channel = 0;
  journey.status = JourneyStatus::runnable;
  journey.due = kNever;
  if (step >= steps.size()) end(j, JourneyStatus::finished, {});
}

void Turn::wait(std::uint32_t j, Moment until) {
  Journey& journey = state_.journey(j);
  if (until <= now_) return go_on(j, journey.step + 1);
  journey.status = JourneyStatus::waiting;
  journey.due = until;
  flip_ = std::min(flip_, until);
  if (tracer_ != nullptr)
    note(NoteKind::waits, &journey, {.kind = NoteKind::waits, .step = journey.step, .until = until});
}

void Turn::run_step(std::uint32_t j) {
  Journey& journey = state_.journey(j);
  const Playbook& playbook = program_.playbooks[journey.playbook];
  if (journey.step >= playbook.steps.size()) return end(j, JourneyStatus::finished, {});  // a playbook without steps
  const Step& step = playbook.steps[journey.step];
  ++state_.figures[journey.playbook].reached[journey.step];
  journey.reached = now_;
  if (tracer_ != nullptr) note(NoteKind::step, &journey, {.kind = NoteKind::step, .step = journey.step});
  expr::Context c = context(&journey);
  switch (step.kind) {
    case StepKind::send: journey.status = JourneyStatus::at_send; return;
    case StepKind::wait: return wait(j, expr::add_duration(c, now_, value_of(c, step.expression).dur()));
    case StepKind::wait_until: return wait(j, next_clock(step.time_of_day, step.weekday));
    case StepKind::wait_up_to: {
      journey.status = JourneyStatus::waiting;
      if (take_arm(j, false)) return;
      const Moment until = expr::add_duration(c, now_, value_of(c, step.expression).dur());
      if (until <= now_) return go_on(j, step.target);
      journey.due = until;
      flip_ = std::min(flip_, until);
      if (tracer_ != nullptr)
        note(NoteKind::waits, &journey, {.kind = NoteKind::waits, .step = journey.step, .until = until});
      return;
    }
    case StepKind::wait_until_date: return aim(j);
    case StepKind::wait_until_condition: {
      journey.status = JourneyStatus::waiting;
      if (asks(step.expression, &journey, false)) return go_on(j, journey.step + 1);
      const Moment until = expr::add_duration(c, now_, value_of(c, step.duration).dur());
      journey.due = until;
      flip_ = std::min(flip_, until);
      if (tracer_ != nullptr)
        note(NoteKind::waits, &journey, {.kind = NoteKind::waits, .step = journey.step, .until = until});
      return;
    }
    case StepKind::split: return split(j, step);
    case StepKind::let: return let(j, step);
    case StepKind::branch: {
      const bool truth = value_of(c, step.expression).truth();
      if (tracer_ != nullptr) {
        note(NoteKind::branch, &journey,
             {.kind = NoteKind::branch,
              .step = journey.step,
              .expression = step.expression,
              .truth = truth,
              .readings = readings(step.expression, &journey, false)});
      }
      return go_on(j, truth ? journey.step + 1 : step.target);
    }
    case StepKind::tag: return change_tag(j, step, true);
    case StepKind::untag: return change_tag(j, step, false);
    case StepKind::set: {
      const Value value = value_of(c, step.expression);
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
      const bool changed = state_.set_attribute(customer_, step.attribute, kept);
      if (changed && tracer_ != nullptr)
        note(NoteKind::set, &state_.journey(j), {.kind = NoteKind::set, .step = state_.journey(j).step});
      go_on(j, state_.journey(j).step + 1);
      if (!changed) return;
      change_ = {};
      change_.attributes.push_back(step.attribute);
      react();
      return;
    }
    case StepKind::stop: {
      std::string reason;
      expr::render(reason, c, step.text);
      return end(j, JourneyStatus::finished, reason);
    }
    default: break;  // a jump, or a step that not_run_yet refuses
  }
  CHECK_OR_DIE(false, "every step has a meaning");
}

void Turn::change_tag(std::uint32_t j, const Step& step, bool on) {
  Journey& journey = state_.journey(j);
  expr::Context c = context(&journey);
  std::string tag;
  expr::render(tag, c, step.text);
  const bool changed = state_.set_tag(customer_, tag, on);
  if (changed && tracer_ != nullptr) {
    const NoteKind kind = on ? NoteKind::tagged : NoteKind::untagged;
    note(kind, &journey, {.kind = kind, .step = journey.step, .detail = tag});
  }
  go_on(j, journey.step + 1);  // done before what it changes is worked out
  if (!changed) return;
  change_ = {};
  change_.tags = true;
  react();
}

// Waits for a date that the step works out, or goes on where it is past.
void Turn::aim(std::uint32_t j) {
  Journey& journey = state_.journey(j);
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

void Turn::split(std::uint32_t j, const Step& step) {
  const Playbook& playbook = program_.playbooks[state_.journey(j).playbook];
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
    const Journey& journey = state_.journey(j);
    if (tracer_ != nullptr)
      note(NoteKind::arm, &journey, {.kind = NoteKind::arm, .step = journey.step, .detail = share.name});
    return go_on(j, share.target);
  }
  CHECK_OR_DIE(false, "shares sum to 100%");
}

void Turn::let(std::uint32_t j, const Step& step) {
  Journey& journey = state_.journey(j);
  expr::Context c = context(&journey);
  const Value value = value_of(c, step.expression);
  std::string kept;
  state::FieldReader reader(state_.pool.text(journey.lets));
  std::uint16_t slot = 0;
  Value before;
  while (reader.next(slot, before)) {
    if (slot != step.slot) state::append_field(kept, slot, before);
  }
  if (!value.missing()) state::append_field(kept, static_cast<std::uint16_t>(step.slot), value);
  state_.pool.release(journey.lets);
  journey.lets = kept.empty() ? state::kNoBlock : state_.pool.keep(kept);
  if (tracer_ != nullptr) note(NoteKind::set, &journey, {.kind = NoteKind::set, .step = journey.step});
  go_on(j, journey.step + 1);
}

bool Turn::take_arm(std::uint32_t j, bool with_event) {
  Journey& journey = state_.journey(j);
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
  Journey& journey = state_.journey(j);
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
  const std::uint32_t target = arm.target;
  if (with_event && std::binary_search(playbook.arm_events.begin(), playbook.arm_events.end(), event_))
    keep_arm_event(j);
  go_on(j, target);
}

void Turn::keep_arm_event(std::uint32_t j) {
  Journey& journey = state_.journey(j);
  // Keep the event that chose the arm, in the place of an earlier one of its type: (u32 event, i64 at, u32 length,
  // fields)….
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

Moment Turn::next_clock(std::int32_t time_of_day, std::int32_t weekday) {
  const env::Zone& zone = state_.zone(customer_);
  for (env::Date date = env::date_of(zone, now_);; ++date) {
    if (weekday >= 0 && env::weekday(date) != weekday) continue;
    const Moment moment = env::clock(zone, date, time_of_day);
    if (moment >= now_) return moment;
  }
}

void Turn::attempt_send(std::uint32_t j) {
  Journey& journey = state_.journey(j);
  const SendEffect& send = append_send(plan_, state_, journey, now_, lists_, effects_);
  journey.status = JourneyStatus::sending;
  ++state_.at(customer_).outstanding;
  if (tracer_ != nullptr)
    note(NoteKind::send, &journey,
         {.kind = NoteKind::send, .step = journey.step, .detail = state::format_key(send.key)});
}

void Turn::end(std::uint32_t j, JourneyStatus status, std::string_view why) {
  Journey& journey = state_.journey(j);
  journey.status = status;
  journey.due = kNever;
  state::PlaybookFigures& figures = state_.figures[journey.playbook];
  // A goal that was noted on the way is what the journey counts as, whatever ends it.
  const bool counted = journey.goal_noted;
  const NoteKind kind = status == JourneyStatus::goal   ? NoteKind::goal
                        : status == JourneyStatus::left ? NoteKind::left
                                                        : NoteKind::finished;
  if (!counted) {
    ++(status == JourneyStatus::goal ? figures.goal : status == JourneyStatus::left ? figures.left : figures.finished);
  }
  if (tracer_ != nullptr) {
    const std::uint32_t leave = program_.playbooks[journey.playbook].leave;
    Note extra{.kind = kind, .step = journey.step, .event = event_, .detail = std::string(why)};
    if (kind == NoteKind::left) {
      extra.expression = leave;
      extra.readings = readings(leave, &journey, false);
    }
    note(kind, &journey, std::move(extra));
  }
  const bool watched =
      status == JourneyStatus::finished && !counted && program_.playbooks[journey.playbook].goal.has_value();
  if (counted) journey.status = JourneyStatus::goal;
  state_.pool.release(journey.arms);
  journey.arms = state::kNoBlock;
  if (watched) return;
  for (std::uint32_t* block : {&journey.entry, &journey.lets}) {
    state_.pool.release(*block);
    *block = state::kNoBlock;
  }
}

}  // namespace tend::journey
