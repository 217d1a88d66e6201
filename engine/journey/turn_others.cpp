// What crosses customers: money out of budgets, jobs for people, playbooks started for somebody else. A step asks, the
// answer is an input.
#include <algorithm>

#include "engine/journey/budget.hpp"
#include "engine/journey/render_send.hpp"
#include "engine/journey/turn.hpp"

namespace tend::journey {

using env::Moment;
using program::kNone;
using program::Person;
using program::Playbook;
using program::Step;
using program::StepKind;
using program::Value;
using program::ValueKind;
using state::AnswerKind;
using state::Journey;
using state::JourneyStatus;
using state::kNever;

namespace {

AskEffect ask_of(const Journey& journey, AnswerKind kind, Moment at) {
  return {.kind = kind,
          .at = at,
          .customer = journey.customer,
          .playbook = journey.playbook,
          .journey = journey.number,
          .step = journey.step,
          .visit = journey.visit};
}

}  // namespace

/// What `grant` and `credit` ask for. False where the amount or the account cannot be said.
bool Turn::money_of(std::uint32_t j, const Step& step, AskEffect& ask) {
  const Journey& journey = state_.journey(j);
  ask = ask_of(journey, step.kind == StepKind::grant ? AnswerKind::grant : AnswerKind::credit, now_);
  expr::Context c = context(&journey);
  const Value amount = value_of(c, step.expression);
  ask.budget = step.budget;
  if (amount.kind != ValueKind::money || amount.i <= 0 || amount.extra != program_.budgets[step.budget].currency)
    return false;
  ask.amount = amount.i;
  ask.currency = amount.extra;
  if (step.kind == StepKind::grant) {
    ask.account = "customer:" + std::string(state_.customer_id(customer_));
  } else if (step.person.kind == Person::Kind::partner) {
    ask.account = "partner:" + program_.partners[step.person.partner].name;
  } else if (step.person.kind == Person::Kind::reference) {
    const Value who = value_of(c, step.person.expression);
    if (who.kind != ValueKind::text || who.str().empty()) return true;
    const std::uint32_t root = program_.expressions[step.person.expression].root;
    const bool staff = program_.nodes[root].type == program::Type::staff;
    ask.account = (staff ? "staff:" : "customer:") + std::string(who.str());
  }
  return true;
}

void Turn::grant_or_credit(std::uint32_t j, const Step& step) {
  Journey& journey = state_.journey(j);
  if ((journey.flags & state::kHeldOut) != 0) return go_on(j);
  AskEffect ask;
  if (!money_of(j, step, ask)) return refuse_saying(j, "no_amount");
  const bool nobody = ask.account.empty();
  if (tracer_ != nullptr) {
    const NoteKind kind = nobody ? NoteKind::message_sent : NoteKind::asked;
    note(kind, &journey,
         {.kind = kind,
          .step = journey.step,
          .detail = ask.account,
          .about = program_.budgets[step.budget].name,
          .amount = ask.amount,
          .currency = ask.currency});
  }
  if (nobody) return go_on(j);  // told, and nothing happens
  journey.status = JourneyStatus::asking;
  journey.due = now_;
  effects_.asks.push_back(std::move(ask));
}

/// Whom `task`, `transfer` and `ask` are about. False where there is no such person.
bool Turn::staff_of(std::uint32_t j, const Step& step, AskEffect& ask) {
  const Journey& journey = state_.journey(j);
  ask = ask_of(journey, AnswerKind::staff, now_);
  ask.job = step.kind == StepKind::task;
  if (step.person.kind == Person::Kind::team) {
    ask.team = step.person.team;
  } else if (step.person.kind == Person::Kind::reference) {
    expr::Context c = context(&journey);
    const Value who = value_of(c, step.person.expression);
    if (who.kind == ValueKind::text) ask.account = who.str();
  }
  if (ask.team.empty()) return !ask.account.empty();
  return std::any_of(plan_.teams.begin(), plan_.teams.end(),
                     [&](const Team& team) { return team.name == ask.team && !team.members.empty(); });
}

/// Nobody does it. An `ask` is a send that is refused.
void Turn::refuse_staff(std::uint32_t j, const char* why) {
  const Journey& journey = state_.journey(j);
  const Step& step = program_.playbooks[journey.playbook].steps[journey.step];
  if (step.kind == StepKind::ask) {
    state_.remove_contact(customer_, contact_of(journey));
    count_skip(j, channel_at(plan_, step, journey.channel), state::Refusal::rejected);
  }
  if (why != nullptr) return refuse_saying(j, why);
  refuse(j);
}

/// `task`, `transfer`, and `ask` of a team: who, and whether he has room, is answered for all together.
void Turn::ask_staff(std::uint32_t j, const Step& step) {
  Journey& journey = state_.journey(j);
  if ((journey.flags & state::kHeldOut) != 0 && step.kind != StepKind::ask) return go_on(j);
  AskEffect ask;
  if (!staff_of(j, step, ask)) return refuse_staff(j, "no_person");
  if (ask.team.empty() && step.kind == StepKind::transfer)
    return staff_found(j, step, ask.account);  // nothing to share out
  journey.status = JourneyStatus::asking;
  journey.due = now_;
  if (tracer_ != nullptr) {
    note(NoteKind::asked, &journey,
         {.kind = NoteKind::asked,
          .step = journey.step,
          .until = given_up(journey, step),
          .about = ask.team.empty() ? ask.account : ask.team});
  }
  effects_.asks.push_back(std::move(ask));
}

void Turn::staff_found(std::uint32_t j, const Step& step, std::string_view person) {
  if (step.kind == StepKind::ask) return ask_person(j, step, person);
  if (step.kind == StepKind::transfer) {
    go_on(j);
    if (plan_.owner == kNone) return;
    change_ = {};
    const std::string who(person), before = owner();
    if (!set_attribute(plan_.owner, Value::string(who))) return;
    if (effects_.told != nullptr && effects_.told->transfers && !before.empty()) {
      effects_.changes.push_back({.kind = ChangeEffect::Kind::transfer,
                                  .customer = customer_,
                                  .position = effects_.position,
                                  .what = before,
                                  .to = who,
                                  .attribute = program_.attributes[plan_.owner].name});
    }
    if (tracer_ != nullptr) note(NoteKind::set, &state_.journey(j), {.kind = NoteKind::set, .detail = who});
    react();
    return;
  }
  const Journey& journey = state_.journey(j);
  state::Job job{.person = std::string(person),
                 .label = step.name,
                 .since = now_,
                 .due = given_up(journey, step),
                 .playbook = journey.playbook,
                 .journey = journey.number};
  expr::Context c = context(&journey);
  expr::render(job.text, c, step.text);
  if (state_.recorded) flip_ = std::min(flip_, job.since + kPersonTakes);
  state_.jobs[customer_].push_back(std::move(job));
  go_on(j);
}

/// In recorded time a job is done two hours after it was given.
void Turn::do_jobs() {
  if (!state_.recorded || state_.jobs.empty()) return;
  const auto open = state_.jobs.find(customer_);
  if (open == state_.jobs.end()) return;
  for (const state::Job& job : open->second) {
    if (job.since + kPersonTakes != now_) continue;
    state::Caused done{.event = program::kEventTaskDone};
    if (!job.label.empty()) state::append_field(done.fields, 0, Value::string(job.label));
    cause(std::move(done));
  }
  std::erase_if(open->second, [&](const state::Job& job) { return job.since + kPersonTakes <= now_; });
  if (open->second.empty()) state_.jobs.erase(open);
}

void Turn::start(std::uint32_t j, const Step& step) {
  const Journey& journey = state_.journey(j);
  if ((journey.flags & state::kHeldOut) != 0 || step.playbook == kNone) return go_on(j);
  if (step.expression == kNone) {
    cause({.playbook = step.playbook});
    return go_on(j);
  }
  expr::Context c = context(&journey);
  const Value who = value_of(c, step.expression);
  const bool known = who.kind == ValueKind::text && !who.str().empty();
  if (tracer_ != nullptr) {
    note(NoteKind::message_sent, &journey,
         {.kind = NoteKind::message_sent,
          .step = journey.step,
          .truth = known,
          .about = known ? std::string(who.str()) : std::string()});
  }
  if (known) {
    state::Outgoing outgoing{.number = ++state_.messages_sent, .receiver = std::string(who.str())};
    encode(outgoing.payload, state::MessageInput{.moment = now_,
                                                 .customer = outgoing.receiver,
                                                 .playbook = step.playbook,
                                                 .from = state_.customer_id(customer_),
                                                 .by_playbook = journey.playbook,
                                                 .journey = journey.number,
                                                 .step = journey.step,
                                                 .visit = journey.visit,
                                                 .partition = state_.partition(),
                                                 .number = outgoing.number});
    state_.outgoing.push_back(std::move(outgoing));
    effects_.messages = true;
  }
  go_on(j);
}

void Turn::ask_anew(std::uint32_t j) {
  const Journey& journey = state_.journey(j);
  const Step& step = program_.playbooks[journey.playbook].steps[journey.step];
  const bool money = step.kind == StepKind::grant || step.kind == StepKind::credit;
  AskEffect ask;
  const bool known = money ? money_of(j, step, ask) && !ask.account.empty() : staff_of(j, step, ask);
  ask.hopeless = !known;
  effects_.asks.push_back(std::move(ask));
}

// ---- answers
// ----------------------------------------------------------------------------------------------------------------

void Turn::answer(const state::AnswerInput& input) {
  const bool money = input.kind == AnswerKind::grant || input.kind == AnswerKind::credit;
  // What was paid is paid, also where the journey has ended meanwhile.
  if (money && input.granted) count_spending(program_, state_, customer_, input.budget, input.amount, input.moment);
  if (input.kind == AnswerKind::rank) {
    answer_rank(input);
    if (!waits_for_rank()) timer();
    return;
  }
  for (std::uint32_t j = state_.at(customer_).first_journey; j != kNone; j = state_.journey(j).next) {
    const Journey& journey = state_.journey(j);
    if (journey.playbook != input.playbook || journey.number != input.journey || journey.step != input.step ||
        journey.status != JourneyStatus::asking)
      continue;
    if (input.kind == AnswerKind::staff) {
      answer_staff(j, input);
    } else {
      answer_money(j, input);
    }
    break;
  }
  agenda();
  finish_turn(false);
}

void Turn::answer_money(std::uint32_t j, const state::AnswerInput& input) {
  const Journey& journey = state_.journey(j);
  const Step& step = program_.playbooks[journey.playbook].steps[journey.step];
  if (tracer_ != nullptr) {
    note(NoteKind::answered, &journey,
         {.kind = NoteKind::answered,
          .step = journey.step,
          .truth = input.granted,
          .detail = std::string(input.granted ? input.account : input.reason),
          .about = std::string(input.budget),
          .amount = input.amount,
          .currency = input.currency});
  }
  if (!input.granted) return refuse(j);
  if (step.slot != kNone) {
    state_.keep(j, static_cast<std::uint16_t>(state::kKeptGrantAmount + step.slot),
                Value::money(input.amount, input.currency));
    state_.keep(j, static_cast<std::uint16_t>(state::kKeptGrantExpires + step.slot),
                input.expires == state::kMissingDay ? Value() : Value::date(input.expires));
  }
  go_on(j);
}

void Turn::answer_staff(std::uint32_t j, const state::AnswerInput& input) {
  const Journey& journey = state_.journey(j);
  const Step& step = program_.playbooks[journey.playbook].steps[journey.step];
  const std::string person(input.account);
  Note answered{.kind = NoteKind::answered,
                .step = journey.step,
                .truth = input.granted,
                .until = input.until,
                .detail = std::string(input.reason),
                .about = person};
  if (tracer_ != nullptr && input.granted && step.kind == StepKind::task) {
    expr::Context c = context(&journey);
    expr::render(answered.detail, c, step.text);
  }
  if (tracer_ != nullptr) note(NoteKind::answered, &journey, std::move(answered));
  if (!input.granted) {
    const bool later = input.until > now_ && input.until != kNever;
    if (!later) return refuse_staff(j, nullptr);
    return stand_until(j, JourneyStatus::put_off, std::min(input.until, given_up(journey, step)));
  }
  if (step.kind == StepKind::task) count_job(program_, state_, person, now_);
  staff_found(j, step, person);
}

// ---- jobs
// ------------------------------------------------------------------------------------------------------------------

std::string Turn::owner() const {
  if (plan_.owner == kNone) return {};
  const Value value = state_.attribute(customer_, plan_.owner);
  return value.missing() ? std::string() : std::string(value.str());
}

/// The customer's open job of this label is done or refused.
void Turn::close_job(std::string_view label) {
  const auto open = state_.jobs.find(customer_);
  if (open == state_.jobs.end()) return;
  const auto job =
      std::find_if(open->second.begin(), open->second.end(), [&](const state::Job& one) { return one.label == label; });
  if (job != open->second.end()) open->second.erase(job);
  if (open->second.empty()) state_.jobs.erase(open);
}

/// The customer has somebody else now: his open jobs go with him.
void Turn::move_jobs(std::string_view from, std::string_view to) {
  const auto open = state_.jobs.find(customer_);
  if (open == state_.jobs.end() || from.empty() || to.empty()) return;
  for (state::Job& job : open->second) {
    if (job.person == from) job.person = to;
  }
}

}  // namespace tend::journey
