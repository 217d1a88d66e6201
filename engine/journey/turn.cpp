// What is taken in a turn, and who reacts to it in which order.
#include "engine/journey/turn.hpp"

#include <algorithm>

#include "dsl/text/must.hpp"
#include "engine/journey/render_send.hpp"
#include "engine/journey/schedule.hpp"
#include "engine/state/consent.hpp"

namespace tend::journey {

using env::Moment;
using program::kNone;
using program::Step;
using program::StepKind;
using program::Value;
using state::Journey;
using state::JourneyStatus;
using state::kNever;

namespace {
/// What waits for an answer keeps as its `due` when it asked: nothing wakes it.
bool waits_for_answer(const Journey& journey) {
  return journey.status == JourneyStatus::sending || journey.status == JourneyStatus::asking;
}

constexpr Moment kLate = 24 * env::kHour;  // an event older than this when it is taken is late

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void tell(Effects& effects, ChangeEffect::Kind kind, std::uint32_t customer, std::string_view what) {
  effects.changes.push_back({kind, customer, effects.position, std::string(what), {}, {}});
}
}  // namespace

Turn::Turn(const Plan& plan, state::State& state, std::uint32_t customer, Moment now, Effects& effects, Tracer* tracer)
    : plan_(plan),
      program_(plan.program),
      state_(state),
      customer_(customer),
      now_(now),
      effects_(effects),
      tracer_(tracer) {}

// ---- the kinds of turns
// ------------------------------------------------------------------------------------------------

void Turn::timer() {
  change_.time = true;
  leave();
  wake();
  arms_and_conditions(false);
  schedules();
  if (waits_for_rank()) return stand_until_ranked();
  due_entries();
  edges();
  agenda();
  do_jobs();
  finish_turn(true);
}

/// Whether a ranking that he takes part in is not answered. Then the turn goes no further, for who is the first of it
/// enters in this turn; the answer comes at this moment and takes the turn up anew. What was done finds nothing to do.
bool Turn::waits_for_rank() const {
  if (state_.entries.empty()) return false;
  const auto of = state_.entries.find(customer_);
  return of != state_.entries.end() &&
         std::any_of(of->second.begin(), of->second.end(), [](const auto& entry) { return entry.moment == kNever; });
}

void Turn::stand_until_ranked() {
  state_.at(customer_).due = kNever;
  state_.wheel.set(customer_, kNever);
}

void Turn::resume() {
  for (std::uint32_t j = state_.at(customer_).first_journey; j != kNone; j = state_.journey(j).next) {
    Journey& journey = state_.journey(j);
    if (journey.status == JourneyStatus::put_off && (journey.flags & state::kPausedSend) != 0) journey.due = now_;
  }
  timer();
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
  if (is_new) aim_schedules(false);
  if (is_new && late_) {
    set_bits(nullptr, nullptr);
    return finish_turn(true);
  }
  after_event();
  agenda();
  finish_turn(false);
}

void Turn::attributes(const state::AttributesInput& input, bool is_new) {
  if (tracer_ != nullptr)
    note(NoteKind::input_attributes, nullptr,
         {.kind = NoteKind::input_attributes, .detail = std::string(input.fields)});
  take_attributes(input.fields);
  if (!state_.deployed) return;
  change_.everything = is_new;
  aim_schedules(!is_new);
  react();
  agenda();
  finish_turn(false);
}

void Turn::outcome(const state::OutcomeInput& input, Journey* ended) {
  std::uint32_t j = state_.at(customer_).first_journey;
  while (j != kNone && (state_.journey(j).playbook != input.playbook || state_.journey(j).number != input.journey ||
                        state_.journey(j).status != JourneyStatus::sending))
    j = state_.journey(j).next;
  Journey* const out = j != kNone ? &state_.journey(j) : ended;
  std::uint16_t& outstanding = state_.at(customer_).outstanding;
  const bool stood_still = out == nullptr || (out->flags & state::kWithChannel) == 0;
  if (stood_still && outstanding > 0) --outstanding;
  if (out != nullptr) {
    out->flags &= static_cast<std::uint8_t>(~(state::kWithChannel | state::kCalled));
    if (!is_answer(input.outcome)) out->flags |= state::kWithChannel;
    if (input.outcome == state::OutcomeKind::called) out->flags |= state::kCalled;
  }
  if (!is_answer(input.outcome)) return finish_turn(false);

  const bool accepted = state::is_accepted(input.outcome);
  if (tracer_ != nullptr) {
    std::string detail(!accepted                                               ? "rejected"
                       : input.outcome == state::OutcomeKind::unknown_accepted ? "unknown"
                                                                               : "accepted");
    if (!accepted && !input.reason.empty()) detail += ": " + std::string(input.reason);
    note(NoteKind::outcome, nullptr,
         {.kind = NoteKind::outcome,
          .playbook = input.playbook,
          .journey = input.journey,
          .truth = accepted,
          .detail = detail,
          .channel = std::string(input.channel)});
  }
  if (input.outcome == state::OutcomeKind::rejected_account)
    effects_.broken_channels.push_back(state_.channel_name(state_.channel_number(input.channel)));
  if (j != kNone) take_answer(j, input);
  if (!accepted && ended != nullptr) refused_after_the_end(*ended, input);
  if (accepted) this->accepted(input.playbook, input.message, input.channel);
  agenda();
  finish_turn(false);
}

void Turn::take_answer(std::uint32_t j, const state::OutcomeInput& input) {
  if (state::is_accepted(input.outcome)) return go_on(j);
  Journey& journey = state_.journey(j);
  state_.remove_contact(customer_, contact_of(journey));
  if (input.outcome == state::OutcomeKind::rejected_account)
    return put_off(j, kNever, state::Refusal::paused, {}, nullptr, input.channel);
  skip(j, input.channel, state::Refusal::rejected);
  const Step& step = program_.playbooks[journey.playbook].steps[journey.step];
  if (journey.channel + 1u >= channel_count(plan_, step)) return refuse(j);
  ++journey.channel;
  journey.status = JourneyStatus::at_send;
}

/// Where the journey ended while its message was out, the refusal counts all the same.
void Turn::refused_after_the_end(const Journey& ended, const state::OutcomeInput& input) {
  state_.remove_contact(customer_, contact_of(ended));
  ++state_.send_figures(ended.playbook, input.message, input.channel)
        .skipped[static_cast<std::size_t>(state::Refusal::rejected)];
}

/// An accepted send is counted, and is an event like others.
void Turn::accepted(std::uint32_t playbook, std::uint32_t message, std::string_view channel) {
  ++state_.send_figures(playbook, message, channel).accepted;
  sent_fields_.clear();
  state::append_field(sent_fields_, 0, Value::string(program_.messages[message].name));
  state::append_field(sent_fields_, 1, Value::string(channel));
  state::append_field(sent_fields_, 2, Value::string(program_.playbooks[playbook].name));
  take_event(program::kEventSent, now_, sent_fields_);
  after_event();
}

void Turn::caused(const state::Caused& caused) {
  if (caused.event == kNone) {
    attempt({.playbook = caused.playbook}, false);
  } else {
    if (tracer_ != nullptr) {
      note(NoteKind::input_event, nullptr,
           {.kind = NoteKind::input_event, .event = caused.event, .until = now_, .detail = caused.fields});
    }
    take_event(caused.event, now_, caused.fields);
    after_event();
  }
  agenda();
  finish_turn(false);
}

void Turn::message(const state::MessageInput& input) {
  if (tracer_ != nullptr) {
    note(NoteKind::message_taken, nullptr,
         {.kind = NoteKind::message_taken,
          .playbook = input.playbook,
          .of_playbook = input.by_playbook,
          .about = std::string(input.from)});
  }
  attempt({.playbook = input.playbook, .from = input.from}, false);
  agenda();
  finish_turn(false);
}

/// Another customer became him: whatever that changes is worked out as after any input.
void Turn::joined(const state::MessageInput& input, bool is_new) {
  if (tracer_ != nullptr) {
    note(NoteKind::merged, nullptr, {.kind = NoteKind::merged, .about = std::string(input.from)});
  }
  change_.everything = true;
  aim_schedules(!is_new);
  react();
  agenda();
  finish_turn(true);
}

void Turn::entry(std::uint32_t playbook) {
  attempt({.playbook = playbook}, false);
  agenda();
  finish_turn(false);
}

void Turn::deploy(const std::vector<bool>* changed) {
  change_.everything = true;
  std::vector<std::uint32_t> turned;
  aim_again();
  leave();
  wake();
  arms_and_conditions(false);
  set_bits(changed, &turned);
  aim_schedules(false);
  backfill(turned);
  if (waits_for_rank()) return stand_until_ranked();
  agenda();
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

bool Turn::is_paused(std::uint32_t playbook) const {
  return !state_.paused.empty() && state_.is_paused("playbook", program_.playbooks[playbook].name);
}

/// Whether what falls due for it has to wait for the end of a pause. What a person does no pause keeps back: in
/// recorded time that is due by time.
bool Turn::waits_for_resume(const Journey& journey) {
  if (!is_paused(journey.playbook)) return false;
  if (!state_.recorded || journey.status != JourneyStatus::confirming) return true;
  return journey.due >= given_up(journey, program_.playbooks[journey.playbook].steps[journey.step]);
}

// ---- the parts of a turn
// ----------------------------------------------------------------------------------------------------

void Turn::take_event(std::uint32_t event, Moment at, std::string_view fields) {
  event_ = event;
  event_at_ = at;
  event_fields_ = fields;
  change_ = {};
  change_.event = event;
  if (plan_.is_activity[event]) {
    state::Customer& row = state_.at(customer_);
    row.last_activity = std::max(row.last_activity, at);
    change_.activity = true;
  }
  state_.keep_event(customer_, event, at, fields, now_);
  if (!state_.jobs.empty() && (event == program::kEventTaskDone || event == program::kEventTaskRefused)) {
    const Value label = state::find_field(fields, 0);
    // In recorded time a job that has no label is closed where it is done.
    if (!label.missing() || !state_.recorded) close_job(label.missing() ? std::string_view() : label.str());
  }
}

void Turn::take_attributes(std::string_view fields) {
  state::FieldReader reader(fields);
  std::uint16_t index = 0;
  Value value;
  const auto suppress = [&](bool on) {
    change_.consent |= state_.set_consent(customer_, state::suppression_of(value.str()), on);
  };
  while (reader.next(index, value)) {
    switch (index) {
      case state::kTagAdd: change_.tags |= set_tag(value.str(), true); break;
      case state::kTagRemove: change_.tags |= set_tag(value.str(), false); break;
      case state::kConsentGiven:
        change_.consent |= state_.set_consent(customer_, value.str(), true);
        state_.set_consent(customer_, state::withdrawal_of(value.str()), false);
        break;
      case state::kConsentWithdrawn:
        change_.consent |= state_.set_consent(customer_, value.str(), false);
        state_.set_consent(customer_, state::withdrawal_of(value.str()), true);  // known when two become one
        break;
      case state::kSuppressed: suppress(true); break;
      case state::kUnsuppressed: suppress(false); break;
      case state::kConsentText:
      case state::kConsentEvidence:
      case state::kConsentSource: break;  // for the ledger of consents
      default: set_attribute(index, value);
    }
  }
}

/// True if that changed it.
bool Turn::set_tag(std::string_view tag, bool on) {
  if (!state_.set_tag(customer_, tag, on)) return false;
  if (effects_.told != nullptr && has(effects_.told->tags, tag))
    tell(effects_, ChangeEffect::Kind::tag, customer_, tag);
  return true;
}

/// An attribute has a new value: what hangs on it is noted. True if it changed.
bool Turn::set_attribute(std::uint32_t attribute, const Value& value) {
  const bool moves_jobs = attribute == plan_.owner && !state_.jobs.empty();
  const std::string before = moves_jobs ? owner() : std::string();
  if (!state_.set_attribute(customer_, attribute, value)) return false;
  change_.attributes.push_back(attribute);
  change_.zone |= attribute == program::kTimezoneAttribute;
  const std::string& name = program_.attributes[attribute].name;
  if (effects_.told != nullptr && has(effects_.told->attributes, name))
    tell(effects_, ChangeEffect::Kind::identity, customer_, name);
  if (moves_jobs) move_jobs(before, owner());
  return true;
}

void Turn::after_event() {
  goals();
  leave();
  arms_and_conditions(true);
  enter_on();
  edges();
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
    if ((journey.flags & state::kWatchOver) != 0) continue;
    if (event_at_ < journey.entered) continue;
    if (goal->within) {
      expr::Context c = context(&journey);
      const Moment until = expr::add_duration(c, journey.entered, *goal->within);
      if (event_at_ >= until || now_ >= until) continue;
    }
    if (!asks(goal->filter, &journey, true)) continue;
    if (goal->stay && is_live(journey.status)) {
      if ((journey.flags & state::kGoalNoted) != 0) continue;
      journey.flags |= state::kGoalNoted;
      count_goal(j);
      if (tracer_ != nullptr) {
        note(NoteKind::goal, &journey,
             {.kind = NoteKind::goal, .step = journey.step, .event = event_, .detail = "stay"});
      }
      continue;
    }
    if (journey.status == JourneyStatus::finished) --state_.figures[journey.playbook].finished;
    end(j, JourneyStatus::goal, {});
  }
}

void Turn::count_goal(std::uint32_t j) {
  const Journey& journey = state_.journey(j);
  state::PlaybookFigures& figures = state_.figures[journey.playbook];
  ++figures.goal;
  if ((journey.flags & state::kHeldOut) != 0) ++figures.held_out_goal;
  if (figures.arm_goal.empty() || (journey.flags & state::kHeldOut) != 0) return;
  state::FieldReader reader(state_.pool.text(journey.kept));
  std::uint16_t index = 0;
  Value value;
  while (reader.next(index, value)) {
    if (index < state::kKeptArm || index >= state::kKeptKey) continue;
    const std::size_t share = index - state::kKeptArm + static_cast<std::size_t>(value.d);
    if (share < figures.arm_goal.size()) ++figures.arm_goal[share];
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

/// What is due by time goes on.
void Turn::wake() {
  for (std::uint32_t j = state_.at(customer_).first_journey; j != kNone; j = state_.journey(j).next) {
    const Journey& journey = state_.journey(j);
    if (journey.due > now_ || waits_for_answer(journey) || !is_live(journey.status)) continue;
    if (waits_for_resume(journey)) continue;
    wake_journey(j);
  }
}

void Turn::wake_journey(std::uint32_t j) {
  Journey& journey = state_.journey(j);
  const Step& step = program_.playbooks[journey.playbook].steps[journey.step];
  switch (journey.status) {
    case JourneyStatus::put_off: {
      const bool given_up = now_ >= this->given_up(journey, step);
      if (given_up && step.kind != StepKind::task && step.kind != StepKind::transfer) {
        skip(j, channel_at(plan_, step, journey.channel), state::Refusal::too_late);
        return refuse(j);
      }
      if (given_up) return refuse(j);
      journey.due = kNever;
      journey.flags &= static_cast<std::uint8_t>(~state::kPausedSend);
      if (step.kind == StepKind::task || step.kind == StepKind::transfer) return ask_staff(j, step);
      journey.status = JourneyStatus::at_send;
      return;
    }
    case JourneyStatus::confirming:
      if (now_ >= given_up(journey, step)) {
        state_.remove_contact(customer_, contact_of(journey));
        skip(j, channel_at(plan_, step, journey.channel), state::Refusal::too_late);
        return refuse(j);
      }
      return handed_over(j);  // in recorded time a person has confirmed by now
    case JourneyStatus::waiting: break;
    default: return;
  }
  const bool timed_out = step.kind == StepKind::wait_up_to || step.kind == StepKind::wait_until_condition;
  if (timed_out && tracer_ != nullptr)
    note(NoteKind::arm, &journey, {.kind = NoteKind::arm, .step = journey.step, .detail = "else"});
  if (timed_out || step.kind == StepKind::round_end)
    return go_on(j, step.target != kNone ? step.target : journey.step + 1);
  go_on(j);
}

void Turn::arms_and_conditions(bool with_event) {
  for (std::uint32_t j = state_.at(customer_).first_journey; j != kNone; j = state_.journey(j).next) {
    const Journey& journey = state_.journey(j);
    if (journey.status != JourneyStatus::waiting) continue;
    const Step& step = program_.playbooks[journey.playbook].steps[journey.step];
    if (step.kind == StepKind::wait_up_to) take_arm(j, with_event);
    if (step.kind == StepKind::wait_until_condition && affected(step.expression) &&
        asks(step.expression, &journey, false)) {
      go_on(j);
    }
    if (step.kind == StepKind::wait_until_date && !change_.time && affected(step.expression)) aim(j);
  }
}

void Turn::enter_on() {
  if (late_) return;
  for (const EnterRef& ref : plan_.enters_on[event_]) {
    if (asks(program_.playbooks[ref.playbook].enters[ref.enter].filter, nullptr, true))
      attempt({.playbook = ref.playbook, .enter = ref.enter, .with_event = true}, false);
  }
}

/// Ways in by the calendar whose moment has come.
void Turn::schedules() {
  for (std::uint32_t s = 0; s < plan_.layout.schedules.size(); ++s) {
    if (state_.occurrence(customer_, s).next > now_) continue;
    const state::Schedule& schedule = plan_.layout.schedules[s];
    const program::Enter& enter = program_.playbooks[schedule.playbook].enters[schedule.enter];
    Way way{.playbook = schedule.playbook, .enter = schedule.enter};
    // What it goes by is the occurrence just before the next: worked out again, so that it need not be kept.
    state::Occurrence& occurrence = state_.occurrence(customer_, s);
    expr::Context c = context();
    const Value date = enter.date == kNone ? Value() : value_of(c, enter.date);
    const NextOccurrence now =
        next_occurrence(program_, enter, state_.zone(customer_), now_ - 1, occurrence.last, date);
    if (now.moment != now_) {  // it moved away
      aim_schedule(s, true);
      continue;
    }
    way.entry_date = now.entry_date;
    occurrence.last = now.local;
    aim_schedule(s, true);
    attempt(way, false);
  }
}

/// Whose turn has come after a ranking.
void Turn::due_entries() {
  if (state_.entries.empty()) return;
  const auto of = state_.entries.find(customer_);
  if (of == state_.entries.end()) return;
  std::vector<state::PendingEntry> due;
  std::erase_if(of->second, [&](const state::PendingEntry& entry) {
    if (entry.moment > now_) {
      flip_ = std::min(flip_, entry.moment);
      return false;
    }
    due.push_back(entry);
    return true;
  });
  if (of->second.empty()) state_.entries.erase(of);
  std::sort(due.begin(), due.end(), [](const state::PendingEntry& a, const state::PendingEntry& b) {
    return a.playbook != b.playbook ? a.playbook < b.playbook : a.enter < b.enter;
  });
  for (const state::PendingEntry& entry : due) {
    const program::Enter& enter = program_.playbooks[entry.playbook].enters[entry.enter];
    if (enter.kind == program::EnterKind::when && !asks(enter.condition, nullptr, false)) continue;
    attempt({.playbook = entry.playbook, .enter = entry.enter, .ranked = true, .entry_date = entry.entry_date}, false);
  }
}

/// Where every schedule stands. `again`: only those that the change of this turn moves.
void Turn::aim_schedules(bool again) {
  for (std::uint32_t s = 0; s < plan_.layout.schedules.size(); ++s) {
    const std::uint32_t date = plan_.schedule_dates[s];
    if (again && !change_.zone && (date == kNone || !affected(date))) continue;
    aim_schedule(s, again);
  }
}

void Turn::aim_schedule(std::uint32_t s, bool again) {
  const state::Schedule& schedule = plan_.layout.schedules[s];
  const program::Enter& enter = program_.playbooks[schedule.playbook].enters[schedule.enter];
  state::Occurrence& occurrence = state_.occurrence(customer_, s);
  if (!again) occurrence.last = env::kNoDate;
  expr::Context c = context();
  const Value date = enter.date == kNone ? Value() : value_of(c, enter.date);
  occurrence.next = next_occurrence(program_, enter, state_.zone(customer_), now_, occurrence.last, date).moment;
  flip_ = std::min(flip_, occurrence.next);
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
    if (holds) attempt({.playbook = condition.playbook, .enter = condition.enter}, false);
  }
}

/// Bits as the conditions stand, without an edge. `turned`: those that were set to 1 just now.
void Turn::set_bits(const std::vector<bool>* changed, std::vector<std::uint32_t>* turned) {
  for (std::uint32_t bit = 0; bit < plan_.layout.conditions.size(); ++bit) {
    const bool holds = asks(plan_.layout.conditions[bit].expression, nullptr, false);
    if (changed != nullptr && !(*changed)[bit]) continue;
    if (holds && turned != nullptr) turned->push_back(bit);
    state_.set_bit(customer_, bit, holds);
  }
}

void Turn::backfill(const std::vector<std::uint32_t>& turned) {
  for (const std::uint32_t bit : turned) {
    const state::Condition& condition = plan_.layout.conditions[bit];
    const Way way{.playbook = condition.playbook, .enter = condition.enter};
    switch (program_.playbooks[condition.playbook].backfill) {
      case program::Backfill::none: break;
      case program::Backfill::all: attempt(way, false); break;
      case program::Backfill::per_day: ask_for_rank(way, true); break;
    }
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
    for (std::uint32_t j = row.first_journey; j != kNone; j = state_.journey(j).next) {
      const Journey& journey = state_.journey(j);
      if (journey.due < due && !waits_for_answer(journey) && !waits_for_resume(journey)) due = journey.due;
    }
    for (std::uint32_t s = 0; s < plan_.layout.schedules.size(); ++s)
      due = std::min(due, state_.occurrence(customer_, s).next);
    if (state_.recorded && !state_.jobs.empty()) {
      const auto open = state_.jobs.find(customer_);
      if (open != state_.jobs.end()) {
        for (const state::Job& job : open->second) due = std::min(due, job.since + kPersonTakes);
      }
    }
    if (!state_.entries.empty()) {
      const auto of = state_.entries.find(customer_);
      if (of != state_.entries.end()) {
        for (const state::PendingEntry& entry : of->second) due = std::min(due, entry.moment);
      }
    }
  }
  row.due = due;
  state_.wheel.set(customer_, row.outstanding > 0 ? kNever : due);
}

// ---- the agenda
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

}  // namespace tend::journey
