#include "engine/state/state.hpp"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "dsl/text/must.hpp"
#include "engine/env/draw.hpp"
#include "engine/state/bytes.hpp"
#include "engine/state/scrub.hpp"

namespace tend::state {
namespace {

using program::Type;
using program::Value;
using program::ValueKind;

bool is_text(Type type) {
  return type == Type::text || type == Type::one_of || type == Type::staff || type == Type::customer;
}

ValueKind kind_of(Type type) {
  switch (type) {
    case Type::boolean: return ValueKind::boolean;
    case Type::number: return ValueKind::number;
    case Type::money: return ValueKind::money;
    case Type::percent: return ValueKind::percent;
    case Type::date: return ValueKind::date;
    case Type::time_of_day: return ValueKind::time_of_day;
    case Type::moment: return ValueKind::moment;
    case Type::duration: return ValueKind::duration;
    case Type::list: return ValueKind::list;
    case Type::none: return ValueKind::missing;
    default: return ValueKind::text;
  }
}

/// The encoded elements of a list that a FieldReader gave, so that equal lists are one text.
std::string encoded_elements(const Value& value) {
  std::vector<Value> elements;
  read_list(value, elements);
  std::string blob;
  append_field(blob, 0, Value::of_list(elements.data(), value.extra));
  return blob.substr(5);  // u16 index, u8 kind, u16 count
}

std::int64_t number_bits(double number) { return std::bit_cast<std::int64_t>(number == 0 ? 0.0 : number); }

}  // namespace

bool State::has_extra(Type type) { return type == Type::money || type == Type::duration || type == Type::list; }

State::State(const program::Program& program, const Layout& layout, std::uint16_t partition)
    : program_(&program), layout_(&layout), partition_(partition), policy_zone_(env::find_zone(program.timezone)) {
  CHECK_OR_DIE(policy_zone_ != nullptr, "the checker admits only zones that exist");
  columns_.resize(program.attributes.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) columns_[i].type = program.attributes[i].type.type;
  figures.resize(program.playbooks.size());
  for (std::size_t i = 0; i < figures.size(); ++i) {
    figures[i].reached.assign(program.playbooks[i].steps.size(), 0);
    figures[i].arm_entered.assign(program.playbooks[i].shares.size(), 0);
    figures[i].arm_goal.assign(program.playbooks[i].shares.size(), 0);
  }
}

std::string_view refusal_word(Refusal refusal) {
  static constexpr std::string_view kWords[] = {"paused", "erased", "suppressed", "held_out", "consent", "quiet",
                                                "cap",    "window", "quota",      "too_late", "rejected"};
  return kWords[static_cast<std::size_t>(refusal)];
}

std::string withdrawal_of(std::string_view purpose) { return "\x02" + std::string(purpose); }

std::string suppression_of(std::string_view channel) { return "\x01" + std::string(channel); }

bool State::is_paused(std::string_view sort, std::string_view name) const {
  if (paused.empty()) return false;
  if (paused.contains(std::string_view())) return true;
  return paused.contains(std::string(sort) + ":" + std::string(name));
}

std::pair<const State*, std::uint32_t> State::find_anywhere(std::string_view id) const {
  const State* state = this;
  if (peers != nullptr) state = (*peers)[env::partition_of(id, static_cast<unsigned>(peers->size()))].get();
  const std::uint32_t customer = state->find_customer(id);
  return {customer == kNoText ? nullptr : state, customer};
}

std::uint32_t State::customer(std::string_view id, Moment moment, bool& is_new) {
  const std::uint32_t before = customers_.count();
  const std::uint32_t number = customers_.intern(id);
  is_new = number == before;
  if (!is_new && is_gone(number)) {
    is_new = true;
    rows_[number].first_seen = moment;
    --gone_;
    return number;
  }
  if (!is_new) return number;
  rows_.push_back({.first_seen = moment});
  for (Column& column : columns_) {
    column.cells.push_back(kMissingCell);
    if (has_extra(column.type)) column.extra.push_back(0);
  }
  bits_.resize(bits_.size() + layout_->bit_words, 0);
  tags_.resize(tags_.size() + tag_words_, 0);
  consents_.resize(consents_.size() + consent_words_, 0);
  rings_.resize(rings_.size() + layout_->stored.size());
  if (layout_->keeps_contacts) contacts_.resize(customers_.count());
  occurrences_.resize(std::size_t{customers_.count()} * layout_->schedules.size());
  wheel.resize(customers_.count());
  return number;
}

Value State::attribute(std::uint32_t customer, std::uint32_t attribute) const {
  const Column& column = columns_[attribute];
  const std::int64_t cell = column.cells[customer];
  if (cell == kMissingCell) return {};
  if (is_text(column.type)) return Value::string(texts_.text(static_cast<std::uint32_t>(cell)));
  Value value;
  value.kind = kind_of(column.type);
  value.i = cell;
  if (has_extra(column.type)) value.extra = column.extra[customer];
  if (column.type == Type::list) value.text = texts_.text(static_cast<std::uint32_t>(cell)).data();
  return value;
}

bool State::set_attribute(std::uint32_t customer, std::uint32_t attribute, const Value& value) {
  Column& column = columns_[attribute];
  std::int64_t cell = kMissingCell;
  std::uint32_t extra = 0;
  if (!value.missing()) {
    CHECK_OR_DIE(value.kind == kind_of(column.type), "intake gives values of the attribute's type");
    if (is_text(column.type)) {
      cell = texts_.intern(value.str());
    } else if (column.type == Type::list) {
      cell = texts_.intern(encoded_elements(value));
      extra = value.extra;
    } else if (column.type == Type::number) {
      cell = number_bits(value.d);
    } else {
      cell = value.i;
      if (has_extra(column.type)) extra = value.extra;
    }
  }
  if (column.cells[customer] == cell && (!has_extra(column.type) || column.extra[customer] == extra)) return false;
  column.cells[customer] = cell;
  if (has_extra(column.type)) column.extra[customer] = extra;
  return true;
}

const env::Zone& State::zone(std::uint32_t customer) const {
  const std::int64_t cell = columns_[program::kTimezoneAttribute].cells[customer];
  if (cell == kMissingCell) return *policy_zone_;
  const env::Zone* zone = env::find_zone(texts_.text(static_cast<std::uint32_t>(cell)));
  return zone == nullptr ? *policy_zone_ : *zone;
}

bool State::has_flag(const std::vector<std::uint64_t>& words, std::uint32_t stride, const Interner& names,
                     std::uint32_t customer, std::string_view name) const {
  const std::uint32_t number = names.find(name);
  if (number == kNoText || number / 64 >= stride) return false;
  return (words[std::size_t{customer} * stride + number / 64] >> (number % 64)) & 1;
}

bool State::set_flag(std::vector<std::uint64_t>& words, std::uint32_t& stride, Interner& names, std::uint32_t customer,
                     std::string_view name, bool on) {
  const std::uint32_t number = on ? names.intern(name) : names.find(name);
  if (number == kNoText) return false;
  if (number / 64 >= stride) {
    if (!on) return false;
    std::vector<std::uint64_t> wider(std::size_t{customer_count()} * (stride + 1), 0);
    for (std::uint32_t c = 0; c < customer_count(); ++c) {
      std::copy_n(words.begin() + std::ptrdiff_t{c} * stride, stride, wider.begin() + std::ptrdiff_t{c} * (stride + 1));
    }
    words = std::move(wider);
    ++stride;
  }
  std::uint64_t& word = words[std::size_t{customer} * stride + number / 64];
  const std::uint64_t bit = 1ull << (number % 64);
  if (((word & bit) != 0) == on) return false;
  word ^= bit;
  return true;
}

bool State::has_tag(std::uint32_t customer, std::string_view tag) const {
  return has_flag(tags_, tag_words_, tag_names_, customer, tag);
}

bool State::set_tag(std::uint32_t customer, std::string_view tag, bool on) {
  return set_flag(tags_, tag_words_, tag_names_, customer, tag, on);
}

bool State::has_consent(std::uint32_t customer, std::string_view purpose) const {
  return has_flag(consents_, consent_words_, consent_names_, customer, purpose);
}

bool State::set_consent(std::uint32_t customer, std::string_view purpose, bool on) {
  return set_flag(consents_, consent_words_, consent_names_, customer, purpose, on);
}

std::vector<std::string_view> State::flags(const std::vector<std::uint64_t>& words, std::uint32_t stride,
                                           const Interner& names, std::uint32_t customer) {
  std::vector<std::string_view> set;
  for (std::uint32_t number = 0; number < names.count() && number / 64 < stride; ++number) {
    if ((words[std::size_t{customer} * stride + number / 64] >> (number % 64)) & 1) set.push_back(names.text(number));
  }
  std::sort(set.begin(), set.end());
  return set;
}

std::vector<std::string_view> State::tags(std::uint32_t customer) const {
  return flags(tags_, tag_words_, tag_names_, customer);
}

std::vector<std::string_view> State::consents(std::uint32_t customer) const {
  return flags(consents_, consent_words_, consent_names_, customer);
}

void State::set_bit(std::uint32_t customer, std::uint32_t condition, bool on) {
  std::uint64_t& word = bits_[std::size_t{customer} * layout_->bit_words + condition / 64];
  const std::uint64_t bit = 1ull << (condition % 64);
  word = on ? word | bit : word & ~bit;
}

void State::forget_old(Ring& ring, const StoredEvent& stored, Moment now) {
  if (stored.forever) return;
  const std::uint32_t size = record_bytes(stored);
  // A month is at most 31 days: what is older than that bound no window can see. In records near a month's end the head
  // need not be the first to go, so the bound is generous and the exact question is asked where a window is read.
  const std::int64_t keep_ms = stored.keep.months * (31 * env::kDay + env::kHour * 2) + stored.keep.ms;
  while (ring.count > 0) {
    Moment at = 0;
    std::memcpy(&at, events_.at(ring.block) + std::size_t{ring.begin} * size, sizeof at);
    if (now < at + keep_ms) return;
    ++ring.begin;
    --ring.count;
  }
}

void State::keep_event(std::uint32_t customer, std::uint32_t event, Moment at, std::string_view fields, Moment now) {
  const std::uint32_t index = layout_->stored_of_event[event];
  if (index == kNone) return;
  const StoredEvent& stored = layout_->stored[index];
  const std::uint32_t size = record_bytes(stored);
  Ring& ring = rings_[ring_index(customer, index)];
  forget_old(ring, stored, now);

  std::uint32_t capacity = ring.block == kNoBlock ? 0 : Pool::size_of(ring.block) / size;
  if (ring.begin + ring.count == capacity) {
    if (ring.count > 0 && ring.begin > 0 && ring.begin >= capacity / 2) {
      std::memmove(events_.at(ring.block), events_.at(ring.block) + std::size_t{ring.begin} * size,
                   std::size_t{ring.count} * size);
      ring.begin = 0;
    } else if (ring.count == 0 && capacity > 0) {
      ring.begin = 0;
    } else {
      const std::uint32_t larger = events_.take(std::max(size, (ring.count + std::max(1u, ring.count / 2)) * size));
      if (ring.count > 0)
        std::memcpy(events_.at(larger), events_.at(ring.block) + std::size_t{ring.begin} * size,
                    std::size_t{ring.count} * size);
      events_.release(ring.block);
      ring.block = larger;
      ring.begin = 0;
    }
  }
  // By (at, order of coming): behind everything that is not later.
  std::uint32_t place = ring.count;
  char* base = events_.at(ring.block) + std::size_t{ring.begin} * size;
  while (place > 0) {
    Moment before = 0;
    std::memcpy(&before, base + std::size_t{place - 1} * size, sizeof before);
    if (before <= at) break;
    --place;
  }
  std::memmove(base + std::size_t{place + 1} * size, base + std::size_t{place} * size,
               std::size_t{ring.count - place} * size);
  char* record = base + std::size_t{place} * size;
  std::memcpy(record, &at, sizeof at);
  std::memset(record + sizeof at, 0, size - sizeof at);
  ++ring.count;
  if (stored.fields.empty()) return;

  FieldReader reader(fields);
  std::uint16_t field = 0;
  Value value;
  while (reader.next(field, value)) {
    const std::uint32_t slot = layout_->slot_of(index, field);
    if (slot == kNone) continue;
    StoredField cell{.cell = value.i, .extra = value.extra, .kind = static_cast<std::uint32_t>(value.kind)};
    if (value.kind == ValueKind::text) cell = {.cell = texts_.intern(value.str()), .extra = 0, .kind = cell.kind};
    if (value.kind == ValueKind::number) cell.cell = number_bits(value.d);
    if (value.kind == ValueKind::list) cell.cell = texts_.intern(encoded_elements(value));
    std::memcpy(record + sizeof at + std::size_t{slot} * sizeof cell, &cell, sizeof cell);
  }
}

void State::drop_events(std::uint32_t customer, std::uint32_t event) {
  const std::uint32_t index = layout_->stored_of_event[event];
  if (index == kNone) return;
  Ring& ring = rings_[ring_index(customer, index)];
  events_.release(ring.block);
  ring = {};
}

Moment State::kept_at(std::uint32_t customer, std::uint32_t stored, std::uint32_t i) const {
  const Ring& ring = rings_[ring_index(customer, stored)];
  Moment at = 0;
  std::memcpy(&at, events_.at(ring.block) + std::size_t{ring.begin + i} * record_bytes(layout_->stored[stored]),
              sizeof at);
  return at;
}

Value State::kept_field(std::uint32_t customer, std::uint32_t stored, std::uint32_t i, std::uint32_t slot) const {
  const Ring& ring = rings_[ring_index(customer, stored)];
  StoredField cell;
  std::memcpy(&cell,
              events_.at(ring.block) + std::size_t{ring.begin + i} * record_bytes(layout_->stored[stored]) +
                  sizeof(Moment) + std::size_t{slot} * sizeof cell,
              sizeof cell);
  Value value;
  value.kind = static_cast<ValueKind>(cell.kind);
  if (value.kind == ValueKind::text) return Value::string(texts_.text(static_cast<std::uint32_t>(cell.cell)));
  value.extra = cell.extra;
  value.i = cell.cell;
  if (value.kind == ValueKind::list) value.text = texts_.text(static_cast<std::uint32_t>(cell.cell)).data();
  return value;
}

Contact State::contact(std::uint32_t customer, std::uint32_t i) const {
  const Ring& ring = contacts_[customer];
  Contact contact;
  std::memcpy(&contact, events_.at(ring.block) + std::size_t{ring.begin + i} * sizeof contact, sizeof contact);
  return contact;
}

void State::add_contact(std::uint32_t customer, Contact contact) {
  if (!layout_->keeps_contacts) return;
  Ring& ring = contacts_[customer];
  // What no cap can see any more goes; a month is at most 31 days, the exact question is asked where a cap is.
  const program::Duration keep = layout_->contacts_keep;
  const std::int64_t keep_ms = keep.months * (31 * env::kDay + env::kHour * 2) + keep.ms;
  while (ring.count > layout_->contacts_last && this->contact(customer, 0).at + keep_ms <= contact.at) {
    ++ring.begin;
    --ring.count;
  }
  const auto capacity =
      static_cast<std::uint32_t>(ring.block == kNoBlock ? 0 : Pool::size_of(ring.block) / sizeof contact);
  if (ring.begin + ring.count == capacity) {
    if (ring.begin > 0 && ring.begin >= capacity / 2) {
      std::memmove(events_.at(ring.block), events_.at(ring.block) + std::size_t{ring.begin} * sizeof contact,
                   std::size_t{ring.count} * sizeof contact);
    } else {
      const std::uint32_t larger = events_.take((ring.count + std::max(1u, ring.count / 2)) * sizeof contact);
      if (ring.count > 0)
        std::memcpy(events_.at(larger), events_.at(ring.block) + std::size_t{ring.begin} * sizeof contact,
                    std::size_t{ring.count} * sizeof contact);
      events_.release(ring.block);
      ring.block = larger;
    }
    ring.begin = 0;
  }
  std::memcpy(events_.at(ring.block) + std::size_t{ring.begin + ring.count} * sizeof contact, &contact, sizeof contact);
  ++ring.count;
}

void State::remove_contact(std::uint32_t customer, const Contact& same) {
  for (std::uint32_t i = contact_count(customer); i-- > 0;) {
    const Contact contact = this->contact(customer, i);
    if (contact.playbook != same.playbook || contact.journey != same.journey || contact.step != same.step ||
        contact.visit != same.visit)
      continue;
    Ring& ring = contacts_[customer];
    char* base = events_.at(ring.block) + std::size_t{ring.begin} * sizeof contact;
    std::memmove(base + std::size_t{i} * sizeof contact, base + std::size_t{i + 1} * sizeof contact,
                 std::size_t{ring.count - i - 1} * sizeof contact);
    --ring.count;
    return;
  }
}

void State::forget(std::uint32_t customer) {
  Customer& row = rows_[customer];
  for (std::uint32_t j = row.first_journey; j != kNone; j = journeys_[j].next) {
    for (std::uint32_t* block : {&journeys_[j].entry, &journeys_[j].arms, &journeys_[j].kept}) {
      pool.release(*block);
      *block = kNoBlock;
    }
  }
  for (std::uint32_t j = row.first_journey; j != kNone; j = journeys_[j].next) {
    journeys_[j].customer = kNone;
    journeys_[j].status = JourneyStatus::left;  // nobody asks for it or hands it over again
    journeys_[j].due = kNever;
  }
  row = {};  // no moment at which he was first seen: gone
  ++gone_;
  for (Column& column : columns_) {
    column.cells[customer] = kMissingCell;
    if (has_extra(column.type)) column.extra[customer] = 0;
  }
  std::fill_n(bits_.begin() + std::ptrdiff_t{customer} * layout_->bit_words, layout_->bit_words, 0);
  std::fill_n(tags_.begin() + std::ptrdiff_t{customer} * tag_words_, tag_words_, 0);
  std::fill_n(consents_.begin() + std::ptrdiff_t{customer} * consent_words_, consent_words_, 0);
  const auto clear = [&](Ring& ring) {
    events_.release(ring.block);
    ring = {};
  };
  for (std::uint32_t s = 0; s < layout_->stored.size(); ++s) clear(rings_[ring_index(customer, s)]);
  if (!contacts_.empty()) clear(contacts_[customer]);
  for (std::uint32_t s = 0; s < layout_->schedules.size(); ++s) occurrence(customer, s) = {};
  entries.erase(customer);
  jobs.erase(customer);
  caused.erase(customer);
  pending.erase(customer);
  wheel.set(customer, kNever);
}

std::uint32_t State::add_journey(std::uint32_t customer, std::uint32_t playbook, std::uint32_t number) {
  const auto index = static_cast<std::uint32_t>(journeys_.size());
  Journey journey;
  journey.customer = customer;
  journey.playbook = playbook;
  journeys_.push_back(journey);
  link(index, number);
  return index;
}

void State::link(std::uint32_t index, std::uint32_t number) {
  Journey& journey = journeys_[index];
  journey.number = number;
  const std::uint32_t family = layout_->family[journey.playbook];
  std::uint32_t* link = &rows_[journey.customer].first_journey;
  while (*link != kNone) {
    Journey& other = journeys_[*link];
    const std::uint32_t of_other = layout_->family[other.playbook];
    if (of_other > family || (of_other == family && other.number > number)) break;
    link = &other.next;
  }
  journey.next = *link;
  *link = index;
}

void State::renumber(std::uint32_t index, std::uint32_t number) {
  std::uint32_t* link = &rows_[journeys_[index].customer].first_journey;
  while (*link != index) link = &journeys_[*link].next;
  *link = journeys_[index].next;
  this->link(index, number);
}

Value State::kept(const Journey& journey, std::uint16_t index) const {
  return find_field(pool.text(journey.kept), index);
}

void State::keep(std::uint32_t index, std::uint16_t field, const Value& value) {
  std::string kept;
  FieldReader reader(pool.text(journeys_[index].kept));
  std::uint16_t other = 0;
  Value before;
  while (reader.next(other, before)) {
    if (other != field) append_field(kept, other, before);
  }
  if (!value.missing()) append_field(kept, field, value);
  pool.release(journeys_[index].kept);
  journeys_[index].kept = kept.empty() ? kNoBlock : pool.keep(kept);
}

SendFigures& State::send_figures(std::uint32_t playbook, std::uint32_t message, std::string_view channel) {
  const std::uint32_t number = channels_.intern(channel);
  for (SendFigures& figures_of : sends) {
    if (figures_of.playbook == playbook && figures_of.message == message && figures_of.channel == number)
      return figures_of;
  }
  sends.push_back({.playbook = playbook, .message = message, .channel = number});
  return sends.back();
}

State::Memory State::memory() const {
  Memory memory;
  memory.customers = customers_.memory() + texts_.memory() + rows_.capacity() * sizeof(Customer) +
                     bits_.capacity() * 8 + tags_.capacity() * 8 + consents_.capacity() * 8 +
                     std::size_t{wheel.count()} * 16;
  for (const Column& column : columns_) memory.customers += column.cells.capacity() * 8 + column.extra.capacity() * 4;
  memory.events = (rings_.capacity() + contacts_.capacity()) * sizeof(Ring) + events_.memory();
  memory.customers += occurrences_.capacity() * sizeof(Occurrence);
  memory.journeys = journeys_.capacity() * sizeof(Journey) + pool.memory();
  return memory;
}

std::string State::save() const {
  CHECK_OR_DIE(caused.empty(), "a snapshot is taken when nobody stands still");
  std::string out;
  put(out, clock);
  put(out, deployed);
  put(out, recorded);
  put(out, events_taken);
  put(out, gone_);
  const std::size_t names_at = out.size();
  for (const Interner* names : {&customers_, &texts_, &tag_names_, &consent_names_, &channels_}) names->save(out);
  // Nobody who was erased comes back by what was only forgotten: names that nobody has any more are not written.
  std::vector<bool> ids(customers_.count()), texts(texts_.count()), tag_names(tag_names_.count());
  for (std::uint32_t c = 0; c < customers_.count(); ++c) ids[c] = !is_gone(c) || pending.contains(c);
  for (const Journey& journey : ended_out) {
    if (journey.customer < ids.size()) ids[journey.customer] = true;
  }
  for (const Column& column : columns_) {
    if (!is_text(column.type) && column.type != Type::list) continue;
    for (const std::int64_t cell : column.cells) {
      if (cell != kMissingCell) texts[static_cast<std::size_t>(cell)] = true;
    }
  }
  const auto mark_kept = [&](std::uint32_t customer, std::uint32_t s) {
    const StoredEvent& stored = layout_->stored[s];
    const Ring& ring = rings_[ring_index(customer, s)];
    const std::uint32_t size = record_bytes(stored);
    for (std::uint32_t i = 0; i < ring.count; ++i) {
      const char* record = events_.at(ring.block) + std::size_t{ring.begin + i} * size + sizeof(Moment);
      for (std::size_t slot = 0; slot < stored.fields.size(); ++slot) {
        StoredField cell;
        std::memcpy(&cell, record + slot * sizeof cell, sizeof cell);
        const auto kind = static_cast<ValueKind>(cell.kind);
        if (kind == ValueKind::text || kind == ValueKind::list) texts[static_cast<std::size_t>(cell.cell)] = true;
      }
    }
  };
  for (std::uint32_t c = 0; c < customers_.count(); ++c) {
    for (std::uint32_t s = 0; s < layout_->stored.size(); ++s) mark_kept(c, s);
  }
  for (std::size_t i = 0; i < tags_.size(); ++i) {
    for (std::uint64_t word = tags_[i]; word != 0; word &= word - 1)
      tag_names[(i % tag_words_) * 64 + static_cast<std::size_t>(std::countr_zero(word))] = true;
  }
  std::size_t at = scrub_texts(out, names_at, ids);
  at = scrub_texts(out, at, texts);
  scrub_texts(out, at, tag_names);
  put_vector(out, rows_);
  for (const Column& column : columns_) {
    put_vector(out, column.cells);
    put_vector(out, column.extra);
  }
  put_vector(out, bits_);
  put(out, tag_words_);
  put_vector(out, tags_);
  put(out, consent_words_);
  put_vector(out, consents_);
  put_vector(out, rings_);
  put_vector(out, contacts_);
  put_vector(out, occurrences_);
  std::unordered_map<std::uint32_t, UsedBytes> windows;  // looked up only
  const auto add_window = [&](const Ring& ring, std::size_t size) {
    if (ring.block != kNoBlock) windows[ring.block] = {ring.begin * size, (ring.begin + ring.count) * size};
  };
  for (std::uint32_t c = 0; c < customers_.count(); ++c) {
    for (std::uint32_t s = 0; s < layout_->stored.size(); ++s)
      add_window(rings_[ring_index(c, s)], record_bytes(layout_->stored[s]));
    if (!contacts_.empty()) add_window(contacts_[c], sizeof(Contact));
  }
  const std::size_t events_at = out.size();
  events_.save(out);
  scrub_pool(out, events_at, [&](std::uint32_t handle, std::size_t, const char*) {
    const auto window = windows.find(handle);
    return window == windows.end() ? UsedBytes{} : window->second;
  });
  const std::size_t pool_at = out.size();
  pool.save(out);
  scrub_pool(out, pool_at, [](std::uint32_t, std::size_t, const char* block) {
    std::uint32_t length = 0;
    std::memcpy(&length, block, sizeof length);
    return UsedBytes{0, sizeof length + length};
  });
  put_vector(out, journeys_);
  for (const PlaybookFigures& figure : figures) {
    put(out, figure.entered);
    put(out, figure.goal);
    put(out, figure.left);
    put(out, figure.finished);
    put(out, figure.held_out);
    put(out, figure.held_out_goal);
    put_vector(out, figure.reached);
    put_vector(out, figure.arm_entered);
    put_vector(out, figure.arm_goal);
  }
  put_vector(out, sends);
  save_rare(out);
  return out;
}

bool State::load(std::string_view in) {
  if (!take(in, clock) || !take(in, deployed) || !take(in, recorded) || !take(in, events_taken) || !take(in, gone_))
    return false;
  for (Interner* names : {&customers_, &texts_, &tag_names_, &consent_names_, &channels_}) {
    if (!names->load(in)) return false;
  }
  const std::size_t count = customers_.count();
  if (!take_vector(in, rows_) || rows_.size() != count) return false;
  for (Column& column : columns_) {
    if (!take_vector(in, column.cells) || !take_vector(in, column.extra) || column.cells.size() != count) return false;
    if (column.extra.size() != (has_extra(column.type) ? count : 0)) return false;
  }
  if (!take_vector(in, bits_) || bits_.size() != count * layout_->bit_words) return false;
  if (!take(in, tag_words_) || !take_vector(in, tags_) || tags_.size() != count * tag_words_) return false;
  if (!take(in, consent_words_) || !take_vector(in, consents_) || consents_.size() != count * consent_words_)
    return false;
  if (!take_vector(in, rings_) || rings_.size() != count * layout_->stored.size()) return false;
  if (!take_vector(in, contacts_) || contacts_.size() != (layout_->keeps_contacts ? count : 0)) return false;
  if (!take_vector(in, occurrences_) || occurrences_.size() != count * layout_->schedules.size()) return false;
  if (!events_.load(in) || !pool.load(in) || !take_vector(in, journeys_)) return false;
  for (PlaybookFigures& figure : figures) {
    const std::size_t steps = figure.reached.size();
    const std::size_t arms = figure.arm_entered.size();
    for (std::uint64_t* number :
         {&figure.entered, &figure.goal, &figure.left, &figure.finished, &figure.held_out, &figure.held_out_goal}) {
      if (!take(in, *number)) return false;
    }
    if (!take_vector(in, figure.reached) || figure.reached.size() != steps) return false;
    if (!take_vector(in, figure.arm_entered) || figure.arm_entered.size() != arms) return false;
    if (!take_vector(in, figure.arm_goal) || figure.arm_goal.size() != arms) return false;
  }
  if (!take_vector(in, sends) || !load_rare(in) || !in.empty()) return false;
  wheel.resize(customers_.count());
  if (clock != env::kNoMoment) wheel.advance(clock, [](std::uint32_t) {});
  for (std::uint32_t c = 0; c < count; ++c) wheel.set(c, rows_[c].outstanding == 0 ? rows_[c].due : kNever);
  return true;
}

}  // namespace tend::state
