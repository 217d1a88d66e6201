// Two customers become one: what one of them is and did, as bytes by name, and how the other takes it up.
#include <algorithm>
#include <cstring>

#include "engine/state/bytes.hpp"
#include "engine/state/state.hpp"

namespace tend::state {
namespace {

using program::Value;

bool is_withdrawal(std::string_view name) { return name.starts_with('\x02'); }
bool is_suppression(std::string_view name) { return name.starts_with('\x01'); }

}  // namespace

std::string State::take_out(std::uint32_t customer) const {
  std::string out, fields;
  put(out, rows_[customer].first_seen);
  put(out, rows_[customer].last_activity);
  for (std::uint32_t a = 0; a < columns_.size(); ++a) {
    Value value = attribute(customer, a);
    std::vector<Value> elements;
    if (value.kind == program::ValueKind::list) {
      read_list(value, elements);
      value = Value::of_list(elements.data(), value.extra);
    }
    if (!value.missing()) append_field(fields, static_cast<std::uint16_t>(a), value);
  }
  put_text(out, fields);
  const std::vector<std::string_view> tags_given = tags(customer);
  put(out, static_cast<std::uint64_t>(tags_given.size()));
  for (const std::string_view tag : tags_given) put_text(out, tag);
  std::vector<std::string_view> consents;
  for (std::uint32_t n = 0; n < consent_names_.count(); ++n) {
    if (has_consent(customer, consent_names_.text(n))) consents.push_back(consent_names_.text(n));
  }
  put(out, static_cast<std::uint64_t>(consents.size()));
  for (const std::string_view name : consents) put_text(out, name);
  for (std::uint32_t c = 0; c < layout_->conditions.size(); ++c) put(out, static_cast<std::uint8_t>(bit(customer, c)));
  for (std::uint32_t s = 0; s < layout_->stored.size(); ++s) {
    put(out, static_cast<std::uint64_t>(kept_count(customer, s)));
    for (std::uint32_t i = 0; i < kept_count(customer, s); ++i) {
      put(out, kept_at(customer, s, i));
      std::string kept;
      for (std::uint32_t f = 0; f < layout_->stored[s].fields.size(); ++f) {
        Value value = kept_field(customer, s, i, f);
        std::vector<Value> elements;
        if (value.kind == program::ValueKind::list) {
          read_list(value, elements);
          value = Value::of_list(elements.data(), value.extra);
        }
        if (!value.missing()) append_field(kept, static_cast<std::uint16_t>(layout_->stored[s].fields[f]), value);
      }
      put_text(out, kept);
    }
  }
  put(out, static_cast<std::uint64_t>(contact_count(customer)));
  for (std::uint32_t i = 0; i < contact_count(customer); ++i) {
    put(out, contact(customer, i));
    put_text(out, channel_name(contact(customer, i).channel));
  }
  for (std::uint32_t s = 0; s < layout_->schedules.size(); ++s) put(out, occurrence(customer, s));
  std::uint64_t count = 0;
  for (std::uint32_t j = rows_[customer].first_journey; j != kNone; j = journeys_[j].next) ++count;
  put(out, count);
  for (std::uint32_t j = rows_[customer].first_journey; j != kNone; j = journeys_[j].next) {
    put(out, journeys_[j]);
    for (const std::uint32_t block : {journeys_[j].entry, journeys_[j].arms, journeys_[j].kept})
      put_text(out, pool.text(block));
  }
  const auto waiting = entries.find(customer);
  put_vector(out, waiting == entries.end() ? std::vector<PendingEntry>{} : waiting->second);
  const auto open = jobs.find(customer);
  put(out, static_cast<std::uint64_t>(open == jobs.end() ? 0 : open->second.size()));
  if (open == jobs.end()) return out;
  for (const Job& job : open->second) {
    for (const std::string* text : {&job.person, &job.label, &job.text}) put_text(out, *text);
    put(out, job.since);
    put(out, job.due);
    put(out, job.playbook);
    put(out, job.journey);
  }
  return out;
}

/// One journey more or less in the figures.
void State::count(const Journey& journey, bool comes) {
  PlaybookFigures& of = figures[journey.playbook];
  const std::uint64_t one = comes ? 1 : ~std::uint64_t{0};  // wraps: less by one
  const bool goal = (journey.flags & kGoalNoted) != 0 || journey.status == JourneyStatus::goal;
  of.entered += one;
  if (goal) of.goal += one;
  if (!goal && journey.status == JourneyStatus::left) of.left += one;
  if (!goal && journey.status == JourneyStatus::finished) of.finished += one;
  if ((journey.flags & kHeldOut) == 0) return;
  of.held_out += one;
  if (goal) of.held_out_goal += one;
}

void State::count_away(std::uint32_t customer) {
  for (std::uint32_t j = rows_[customer].first_journey; j != kNone; j = journeys_[j].next) count(journeys_[j], false);
}

bool State::put_in(std::uint32_t customer, std::string_view in) {
  const std::uint32_t journeys_before = rows_[customer].first_journey;
  Moment seen = 0, active = 0;
  std::string text;
  std::uint64_t count = 0;
  if (!take(in, seen) || !take(in, active) || !take_text(in, text)) return false;
  rows_[customer].first_seen = std::min(rows_[customer].first_seen, seen);
  rows_[customer].last_activity = std::max(rows_[customer].last_activity, active);
  FieldReader attributes(text);
  std::uint16_t index = 0;
  Value value;
  while (attributes.next(index, value)) {
    if (index < columns_.size() && attribute(customer, index).missing()) set_attribute(customer, index, value);
  }
  if (!take(in, count)) return false;
  for (; count > 0; --count) {
    if (!take_text(in, text)) return false;
    set_tag(customer, text, true);
  }
  // The stricter consent: what either has taken back is taken back, else what either has given is given.
  if (!take(in, count)) return false;
  std::vector<std::string> consented;
  for (; count > 0; --count) {
    if (!take_text(in, text)) return false;
    if (is_withdrawal(text)) set_consent(customer, std::string_view(text).substr(1), false);
    if (is_withdrawal(text) || is_suppression(text)) set_consent(customer, text, true);
    if (!is_withdrawal(text) && !is_suppression(text)) consented.push_back(text);
  }
  for (const std::string& name : consented) {
    if (!has_consent(customer, withdrawal_of(name))) set_consent(customer, name, true);
  }
  for (std::uint32_t c = 0; c < layout_->conditions.size(); ++c) {
    std::uint8_t held = 0;
    if (!take(in, held)) return false;
    if (held != 0) set_bit(customer, c, true);
  }
  for (std::uint32_t s = 0; s < layout_->stored.size(); ++s) {
    if (!take(in, count)) return false;
    for (; count > 0; --count) {
      Moment at = 0;
      if (!take(in, at) || !take_text(in, text)) return false;
      keep_event(customer, layout_->stored[s].event, at, text, clock == env::kNoMoment ? at : clock);
    }
  }
  std::vector<Contact> contacts;
  for (std::uint32_t i = 0; i < contact_count(customer); ++i) contacts.push_back(contact(customer, i));
  if (!take(in, count)) return false;
  for (; count > 0; --count) {
    Contact contact;
    if (!take(in, contact) || !take_text(in, text)) return false;
    contact.channel = channel_number(text);
    contacts.push_back(contact);
  }
  std::stable_sort(contacts.begin(), contacts.end(), [](const Contact& a, const Contact& b) { return a.at < b.at; });
  if (!contacts_.empty()) contacts_[customer].count = 0;
  for (const Contact& contact : contacts) add_contact(customer, contact);
  for (std::uint32_t s = 0; s < layout_->schedules.size(); ++s) {
    Occurrence other;
    if (!take(in, other)) return false;
    Occurrence& mine = occurrence(customer, s);
    mine.last = std::max(mine.last, other.last);
  }
  std::map<std::uint32_t, std::uint32_t> numbers;  // family -> the last number before
  for (std::uint32_t j = journeys_before; j != kNone; j = journeys_[j].next) {
    std::uint32_t& number = numbers[layout_->family[journeys_[j].playbook]];
    number = std::max(number, journeys_[j].number);
  }
  if (!take(in, count)) return false;
  for (; count > 0; --count) {
    Journey journey;
    std::string blobs[3];
    if (!take(in, journey)) return false;
    for (std::string& blob : blobs) {
      if (!take_text(in, blob)) return false;
    }
    if (journey.playbook >= layout_->family.size()) return false;
    std::string_view views[3] = {blobs[0], blobs[1], blobs[2]};
    put_in_journey(customer, journey, views, numbers[layout_->family[journey.playbook]]);
  }
  std::vector<PendingEntry> waiting;
  if (!take_vector(in, waiting) || !take(in, count)) return false;
  for (; count > 0; --count) {
    Job job;
    for (std::string* part : {&job.person, &job.label, &job.text}) {
      if (!take_text(in, *part)) return false;
    }
    if (!take(in, job.since) || !take(in, job.due) || !take(in, job.playbook) || !take(in, job.journey)) return false;
    if (job.playbook >= layout_->family.size()) return false;
    job.journey += numbers[layout_->family[job.playbook]];
    auto& mine = jobs[customer];
    const auto later = [](const Job& a, const Job& b) { return a.since < b.since; };
    mine.insert(std::upper_bound(mine.begin(), mine.end(), job, later), std::move(job));
  }
  if (!in.empty()) return false;
  if (!waiting.empty()) {
    auto& mine = entries[customer];
    mine.insert(mine.end(), waiting.begin(), waiting.end());
  }
  return true;
}

/// Of two of one playbook and key the live one stays, of two live ones the earlier entered, of two ended ones the
/// later: the other, if it was live, is `left`.
void State::put_in_journey(std::uint32_t customer, Journey journey, std::string_view blobs[3],
                           std::uint32_t numbers_before) {
  const auto key_of = [](std::string_view kept) {
    const Value key = find_field(kept, kKeptKey);
    return key.missing() ? std::string_view() : key.str();
  };
  std::uint32_t same = rows_[customer].first_journey;
  for (; same != kNone; same = journeys_[same].next) {
    const Journey& other = journeys_[same];
    if (layout_->family[other.playbook] == layout_->family[journey.playbook] &&
        key_of(pool.text(other.kept)) == key_of(blobs[2]))
      break;
  }
  count(journey, true);
  const auto leave = [&](const Journey& loser) {
    if (is_live(loser.status) && (loser.flags & kGoalNoted) == 0) ++figures[loser.playbook].left;
    if (is_live(loser.status) && (loser.flags & kGoalNoted) != 0) return;  // counted as its goal
  };
  if (same != kNone) {
    const Journey& other = journeys_[same];
    const bool live = is_live(journey.status), other_live = is_live(other.status);
    const bool comes = live != other_live ? live
                       : live             ? journey.entered < other.entered
                                          : journey.entered > other.entered;
    if (!comes) {
      leave(journey);
      return;
    }
    leave(other);
    for (const std::uint32_t block : {other.entry, other.arms, other.kept}) pool.release(block);
  }
  const std::uint32_t number = numbers_before + journey.number;
  const std::uint32_t at = same == kNone ? add_journey(customer, journey.playbook, number) : same;
  journey.customer = customer;
  journey.next = journeys_[at].next;
  journey.number = journeys_[at].number;
  journey.entry = pool.keep(blobs[0]);
  journey.arms = pool.keep(blobs[1]);
  journey.kept = pool.keep(blobs[2]);
  journeys_[at] = journey;
  renumber(at, number);
}

}  // namespace tend::state
