// Ways in: who may enter, and what a journey begins with.
#include <algorithm>

#include "engine/env/draw.hpp"
#include "engine/journey/turn.hpp"

namespace tend::journey {

using program::Enter;
using program::EnterKind;
using program::kNone;
using program::Playbook;
using program::Value;
using state::Journey;
using state::JourneyStatus;
using state::kNever;

/// The value of `per`, empty where the way in has none. False where the event lacks it.
bool Turn::key_of(const Way& way, std::string& key) {
  if (!way.with_event) return true;
  const Enter& enter = program_.playbooks[way.playbook].enters[way.enter];
  if (enter.per_field == kNone) return true;
  const Value value = state::find_field(event_fields_, static_cast<std::uint16_t>(enter.per_field));
  if (value.missing()) return false;
  expr::Context c = context();
  key.push_back(':');  // an empty text is a value too
  expr::append_text(key, c, value);
  return true;
}

/// The record of this customer's runs through this playbook (in any version) and key.
std::uint32_t Turn::record_of(std::uint32_t playbook, std::string_view key) const {
  const auto& family = plan_.layout.family;
  for (std::uint32_t j = state_.at(customer_).first_journey; j != kNone; j = state_.journey(j).next) {
    const Journey& journey = state_.journey(j);
    if (family[journey.playbook] != family[playbook]) continue;
    if (!plan_.keyed[playbook] && !plan_.keyed[journey.playbook]) return j;
    const Value kept = state_.kept(journey, state::kKeptKey);
    if ((kept.missing() ? std::string_view() : kept.str()) == key) return j;
  }
  return kNone;
}

void Turn::attempt(const Way& way, bool once_more) {
  const Playbook& playbook = program_.playbooks[way.playbook];
  const bool started = way.enter == kNone;
  const auto refuse = [&](const char* why, std::uint32_t expression = kNone) {
    if (tracer_ == nullptr) return;
    Note extra{.kind = NoteKind::refused,
               .playbook = way.playbook,
               .enter = way.enter,
               .expression = expression,
               .detail = why,
               .about = std::string(way.from)};
    if (expression != kNone) extra.readings = readings(expression, nullptr, way.with_event);
    note(NoteKind::refused, nullptr, std::move(extra));
  };

  if (playbook.superseded) return refuse("removed");
  if (is_paused(way.playbook)) return refuse("paused");
  std::string key;
  if (!key_of(way, key)) return refuse("no_key");
  const std::uint32_t record = record_of(way.playbook, key);
  const Journey* last = record == kNone ? nullptr : &state_.journey(record);
  if (last != nullptr && is_live(last->status)) {
    refuse("live");
    if (!once_more) refused_.push_back(way);
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
  c.entry_date = way.entry_date;
  if (way.with_event) {
    c.entry_event = event_;
    c.entry_fields = event_fields_;
    const std::uint32_t filter = playbook.enters[way.enter].filter;
    if (once_more && !asks(filter, nullptr, true)) return refuse("where", filter);
  }
  for (const std::uint32_t where : {started ? kNone : playbook.enters[way.enter].where, playbook.where}) {
    if (where != kNone && !value_of(c, where).truth()) return refuse("where", where);
  }
  if (playbook.leave != kNone) {
    c.flip = kNever;
    const bool leaves = value_of(c, playbook.leave).truth();
    flip_ = std::min(flip_, c.flip);
    if (leaves) return refuse("leave", playbook.leave);
  }
  const bool paced = playbook.pace && !started && !once_more && !way.ranked && !way.with_event &&
                     playbook.enters[way.enter].kind != EnterKind::when;
  if (paced) return ask_for_rank(way, false);
  enter(way, record, key);
}

/// His turn comes by a ranking of everybody who was let in at this moment.
void Turn::ask_for_rank(const Way& way, bool backfill) {
  state_.entries[customer_].push_back({.moment = kNever,
                                       .occurrence = now_,
                                       .playbook = way.playbook,
                                       .enter = way.enter,
                                       .entry_date = way.entry_date});
  effects_.asks.push_back({.kind = state::AnswerKind::rank,
                           .at = now_,
                           .customer = customer_,
                           .playbook = way.playbook,
                           .enter = way.enter,
                           .backfill = backfill});
}

void Turn::answer_rank(const state::AnswerInput& input) {
  const auto of = state_.entries.find(customer_);
  if (of == state_.entries.end()) return;
  for (state::PendingEntry& entry : of->second) {
    if (entry.moment != kNever || entry.playbook != input.playbook || entry.enter != input.journey) continue;
    entry.moment = input.until;
    if (tracer_ != nullptr && input.until > now_) {
      const bool backfill = program_.playbooks[entry.playbook].enters[entry.enter].kind == EnterKind::when;
      note(NoteKind::put_off, nullptr,
           {.kind = NoteKind::put_off,
            .playbook = entry.playbook,
            .enter = entry.enter,
            .until = input.until,
            .detail = backfill ? "backfill" : "pace"});
    }
  }
}

void Turn::enter(const Way& way, std::uint32_t record, std::string_view key) {
  const Playbook& playbook = program_.playbooks[way.playbook];
  const auto& family = plan_.layout.family;
  std::uint32_t number = 0;
  for (std::uint32_t j = state_.at(customer_).first_journey; j != kNone; j = state_.journey(j).next) {
    if (family[state_.journey(j).playbook] == family[way.playbook]) number = std::max(number, state_.journey(j).number);
  }
  ++number;
  std::uint32_t index = record;
  if (index == kNone) {
    index = state_.add_journey(customer_, way.playbook, number);
  } else if (state_.journey(index).number + 1 == number) {
    state_.journey(index).number = number;
  } else {
    state_.renumber(index, number);
  }
  Journey& journey = state_.journey(index);
  journey.playbook = way.playbook;
  journey.entered = now_;
  journey.reached = now_;
  journey.due = kNever;
  journey.step = 0;
  journey.visit = 0;
  journey.channel = 0;
  journey.flags = 0;
  journey.status = JourneyStatus::runnable;
  for (std::uint32_t* block : {&journey.entry, &journey.arms, &journey.kept}) {
    state_.pool.release(*block);
    *block = state::kNoBlock;
  }
  if (!key.empty()) state_.keep(index, state::kKeptKey, Value::string(key));
  if (way.entry_date != state::kMissingDay) state_.keep(index, state::kKeptEntryDate, Value::date(way.entry_date));
  if (way.with_event && playbook.reads_entry) {
    std::string entry(reinterpret_cast<const char*>(&event_), sizeof event_);
    entry += event_fields_;
    state_.journey(index).entry = state_.pool.keep(entry);
  }
  state::PlaybookFigures& figures = state_.figures[way.playbook];
  ++figures.entered;
  if (tracer_ != nullptr) {
    note(NoteKind::entered, &state_.journey(index),
         {.kind = NoteKind::entered,
          .enter = way.enter,
          .event = way.with_event ? event_ : kNone,
          .detail = std::string(key.empty() ? key : key.substr(1)),
          .about = std::string(way.from)});
  }
  const std::string_view id = state_.customer_id(customer_);
  const bool by_playbook = playbook.holdout > 0 && env::draw({"holdout", playbook.name, id}) < playbook.holdout;
  const std::uint32_t whole = program_.policy.holdout;
  const bool by_policy = !by_playbook && whole > 0 && env::draw({"holdout", "", id}) < whole;
  if (!by_playbook && !by_policy) return;
  state_.journey(index).flags |= state::kHeldOut;
  ++figures.held_out;
  if (tracer_ != nullptr) {
    note(NoteKind::held_out, &state_.journey(index),
         {.kind = NoteKind::held_out, .of_playbook = by_playbook ? way.playbook : kNone});
  }
}

bool Turn::ask_again() {
  if (refused_.empty()) return false;
  const std::vector<Way> refused = std::move(refused_);
  refused_.clear();
  bool entered = false;
  for (const Way& way : refused) {
    std::string key;
    if (!key_of(way, key)) continue;
    const std::uint32_t record = record_of(way.playbook, key);
    if (record != kNone && is_live(state_.journey(record).status)) continue;
    const std::uint64_t before = state_.figures[way.playbook].entered;
    attempt(way, true);
    entered |= state_.figures[way.playbook].entered != before;
  }
  return entered;
}

}  // namespace tend::journey
