// Messages: whether one may go out now (docs/semantics.md §11), and what happens to it.
#include <algorithm>

#include "dsl/text/must.hpp"
#include "engine/journey/render_send.hpp"
#include "engine/journey/turn.hpp"

namespace tend::journey {

using env::Moment;
using program::kNone;
using program::MessageClass;
using program::Playbook;
using program::Step;
using program::StepKind;
using state::Journey;
using state::JourneyStatus;
using state::kNever;
using state::Refusal;

namespace {
/// Live, somebody who is given no deadline has so long.
constexpr Moment kPersonAtMost = 30 * env::kDay;
}  // namespace

/// When a send, or a job for somebody, is given up.
Moment Turn::given_up(const Journey& journey, const Step& step) {
  expr::Context c = context(&journey);
  return journey::given_up(c, journey, step);
}

void Turn::attempt_send(std::uint32_t j) {
  const Journey& journey = state_.journey(j);
  const Playbook& playbook = program_.playbooks[journey.playbook];
  const Step& step = playbook.steps[journey.step];
  const MessageClass message_class = program_.messages[step.message].message_class;
  const bool free = message_class == MessageClass::transactional;
  const bool capped = is_promotion(message_class);
  const std::uint32_t count = channel_count(plan_, step);
  AskEffect whom;
  const bool held_back = (journey.flags & state::kHeldOut) != 0 && !free;
  if (step.kind == StepKind::ask && !held_back && !staff_of(j, step, whom)) return refuse_staff(j, "no_person");
  if (is_paused(journey.playbook))
    return put_off(j, kNever, Refusal::paused, {}, nullptr, channel_at(plan_, step, journey.channel));
  for (std::uint32_t i = journey.channel; i < count; ++i) {
    const std::string_view channel = channel_at(plan_, step, i);
    if (!state_.paused.empty() && state_.is_paused("channel", channel))
      return put_off(j, kNever, Refusal::paused, {}, nullptr, channel);
    if (is_suppressed(state_, customer_, channel)) {
      skip(j, channel, Refusal::suppressed);
      continue;
    }
    if (held_back) {
      skip(j, channel, Refusal::held_out);
      return go_on(j);
    }
    Clause clause;
    if (!free && lacks_consent(program_, state_, customer_, message_class, channel, clause)) {
      skip(j, channel, Refusal::consent, clause);
      continue;
    }
    if (capped) {
      const Moment end =
          quiet_until(program_, playbook, journey.playbook, channel, state_.zone(customer_), now_, clause);
      if (end > now_) return put_off(j, end, Refusal::quiet, clause, nullptr, channel);
      expr::Context c = context(&journey);
      CapAnswer caps = ask_caps(c, journey.playbook, message_class, channel, tracer_ != nullptr);
      if (caps.full && !caps.skip) return put_off(j, caps.until, Refusal::cap, caps.clause, &caps, channel);
      if (caps.full) {
        skip(j, channel, Refusal::cap, caps.clause, &caps);
        continue;
      }
    }
    state_.journey(j).channel = static_cast<std::uint16_t>(i);
    return hand_over(j);
  }
  refuse(j);
}

state::Contact Turn::contact_of(const Journey& journey) const {
  return {.at = now_,
          .playbook = journey.playbook,
          .journey = journey.number,
          .step = journey.step,
          .visit = journey.visit};
}

/// The send takes its place under the caps, and goes to the channel, or to the person who has to send it.
void Turn::hand_over(std::uint32_t j) {
  const Journey& journey = state_.journey(j);
  const Step& step = program_.playbooks[journey.playbook].steps[journey.step];
  const MessageClass message_class = program_.messages[step.message].message_class;
  if (plan_.layout.keeps_contacts && message_class != MessageClass::transactional) {
    state::Contact contact = contact_of(journey);
    contact.message = step.message;
    contact.channel = state_.channel_number(channel_at(plan_, step, journey.channel));
    contact.message_class = static_cast<std::uint8_t>(message_class);
    state_.add_contact(customer_, contact);
  }
  if (step.kind != StepKind::ask) return handed_over(j);
  if (step.person.kind == program::Person::Kind::team) return ask_staff(j, step);
  AskEffect whom;
  CHECK_OR_DIE(staff_of(j, step, whom), "who does not know whom to ask is refused before");
  ask_person(j, step, whom.account);
}

/// A person has to send it, or to let it be.
void Turn::ask_person(std::uint32_t j, const Step& step, std::string_view person) {
  const Journey& journey = state_.journey(j);
  const Moment limit = given_up(journey, step);
  const Moment until = state_.recorded ? now_ + kPersonTakes : limit == kNever ? now_ + kPersonAtMost : limit;
  if (tracer_ != nullptr) {
    note(NoteKind::asked, &journey,
         {.kind = NoteKind::asked, .step = journey.step, .until = limit, .about = std::string(person)});
  }
  state_.keep(j, state::kKeptPerson, program::Value::string(person));  // whose work it is
  stand_until(j, JourneyStatus::confirming, std::min(until, limit));
}

void Turn::handed_over(std::uint32_t j) {
  Journey& journey = state_.journey(j);
  const SendEffect& send = append_send(plan_, state_, journey, now_, lists_, effects_);
  journey.status = JourneyStatus::sending;
  state::Customer& row = state_.at(customer_);
  if (row.outstanding == 0) row.made = 0;
  journey.due = state::handed_over(now_, row.made++);  // no wake-up
  ++row.outstanding;
  if (tracer_ != nullptr) {
    note(NoteKind::send, &journey,
         {.kind = NoteKind::send,
          .step = journey.step,
          .detail = state::format_key(send.key),
          .channel = std::string(send.channel)});
  }
}

/// What a person did about it, as his platform says.
void Turn::confirm(const state::ConfirmInput& input) {
  for (std::uint32_t j = state_.at(customer_).first_journey; j != kNone; j = state_.journey(j).next) {
    const Journey& journey = state_.journey(j);
    if (journey.playbook != input.playbook || journey.number != input.journey ||
        journey.status != JourneyStatus::confirming)
      continue;
    const Step& step = program_.playbooks[journey.playbook].steps[journey.step];
    const std::string channel(channel_at(plan_, step, journey.channel));
    if (tracer_ != nullptr) {
      note(
          NoteKind::answered, &journey,
          {.kind = NoteKind::answered, .step = journey.step, .truth = input.done, .detail = std::string(input.reason)});
    }
    if (!input.done) {
      state_.remove_contact(customer_, contact_of(journey));
      skip(j, channel, Refusal::rejected);
      refuse(j);
      break;
    }
    const std::uint32_t message = step.message;
    go_on(j);
    accepted(input.playbook, message, channel);
    break;
  }
  agenda();
  finish_turn(false);
}

void Turn::put_off(std::uint32_t j, Moment until, Refusal why, const Clause& clause, CapAnswer* full,
                   std::string_view channel) {
  Journey& journey = state_.journey(j);
  const Step& step = program_.playbooks[journey.playbook].steps[journey.step];
  if (why == Refusal::paused) journey.flags |= state::kPausedSend;
  stand_until(j, JourneyStatus::put_off, std::min(until, given_up(journey, step)));
  if (tracer_ == nullptr) return;
  Note extra{.kind = NoteKind::put_off,
             .step = journey.step,
             .until = until,
             .detail = std::string(state::refusal_word(why)),
             .clause_kind = clause.kind,
             .clause = clause.number,
             .of_playbook = clause.of_playbook,
             .channel = std::string(channel)};
  if (full != nullptr) extra.others = std::move(full->others);
  note(NoteKind::put_off, &journey, std::move(extra));
}

void Turn::count_skip(std::uint32_t j, std::string_view channel, Refusal why) {
  const Journey& journey = state_.journey(j);
  const Step& step = program_.playbooks[journey.playbook].steps[journey.step];
  ++state_.send_figures(journey.playbook, step.message, channel).skipped[static_cast<std::size_t>(why)];
}

void Turn::skip(std::uint32_t j, std::string_view channel, Refusal why, const Clause& clause, CapAnswer* full) {
  const Journey& journey = state_.journey(j);
  count_skip(j, channel, why);
  if (tracer_ == nullptr) return;
  Note extra{.kind = NoteKind::skipped,
             .step = journey.step,
             .detail = std::string(state::refusal_word(why)),
             .clause_kind = clause.kind,
             .clause = clause.number,
             .of_playbook = clause.of_playbook,
             .channel = std::string(channel)};
  if (clause.kind == ClauseKind::consent) {
    const auto& names = std::binary_search(program_.policy.consent.begin(), program_.policy.consent.end(), channel) &&
                                !state_.has_consent(customer_, channel)
                            ? program_.policy.consent
                            : program_.policy.purposes;
    if (clause.number < names.size()) extra.about = names[clause.number];
  }
  if (full != nullptr) extra.others = std::move(full->others);
  note(NoteKind::skipped, &journey, std::move(extra));
}

}  // namespace tend::journey
