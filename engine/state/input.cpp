// The bytes of the inputs (docs/formats/inputs.md): little endian, written and read by memcpy, every read checked
// against the end.
#include "engine/state/input.hpp"

#include <bit>

#include "dsl/text/must.hpp"

namespace tend::state {
namespace {

using program::Value;
using program::ValueKind;

static_assert(std::endian::native == std::endian::little,
              "the bytes on disk are little endian and are written as they stand");
// The kinds are bytes on disk: an entry may be added at the end, none moved.
static_assert(static_cast<int>(ValueKind::missing) == 0 && static_cast<int>(ValueKind::boolean) == 1 &&
              static_cast<int>(ValueKind::number) == 2 && static_cast<int>(ValueKind::money) == 3 &&
              static_cast<int>(ValueKind::percent) == 4 && static_cast<int>(ValueKind::text) == 5 &&
              static_cast<int>(ValueKind::date) == 6 && static_cast<int>(ValueKind::time_of_day) == 7 &&
              static_cast<int>(ValueKind::moment) == 8 && static_cast<int>(ValueKind::duration) == 9 &&
              static_cast<int>(ValueKind::list) == 10);

template <typename T>
void put(std::string& out, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

template <typename T>
bool take(std::string_view& rest, T& value) {
  if (rest.size() < sizeof(T)) return false;
  std::memcpy(&value, rest.data(), sizeof(T));
  rest.remove_prefix(sizeof(T));
  return true;
}

bool take_bytes(std::string_view& rest, std::size_t size, std::string_view& bytes) {
  if (rest.size() < size) return false;
  bytes = rest.substr(0, size);
  rest.remove_prefix(size);
  return true;
}

bool take_text(std::string_view& rest, std::string_view& text) {
  std::uint32_t size = 0;
  return take(rest, size) && take_bytes(rest, size, text);
}

void put_value(std::string& out, const Value& value) {
  put(out, static_cast<std::uint8_t>(value.kind));
  switch (value.kind) {
    case ValueKind::missing: return;
    case ValueKind::boolean: return put(out, static_cast<std::uint8_t>(value.i != 0));
    case ValueKind::number: return put(out, value.d);
    case ValueKind::money: put(out, value.i); return put(out, value.extra);
    case ValueKind::percent:
    case ValueKind::date:
    case ValueKind::time_of_day:
    case ValueKind::moment: return put(out, value.i);
    case ValueKind::duration: put(out, static_cast<std::int32_t>(value.extra)); return put(out, value.i);
    case ValueKind::text: return put_text(out, value.str());
    case ValueKind::list:
      CHECK_OR_DIE(value.extra <= kListElementsMax, "a list is too long for its count");
      put(out, static_cast<std::uint16_t>(value.extra));
      for (std::uint32_t i = 0; i < value.extra; ++i) {
        CHECK_OR_DIE(value.list[i].kind != ValueKind::list, "a list holds a list");
        put_value(out, value.list[i]);
      }
      return;
  }
  CHECK_OR_DIE(false, "a value of no kind");
}

bool take_integer(std::string_view& rest, ValueKind kind, Value& value) {
  value.kind = kind;
  return take(rest, value.i);
}

bool take_value(std::string_view& rest, Value& value, bool in_list) {
  std::uint8_t kind = 0;
  if (!take(rest, kind) || kind > static_cast<std::uint8_t>(ValueKind::list)) return false;
  value = Value();
  switch (static_cast<ValueKind>(kind)) {
    case ValueKind::missing: return true;
    case ValueKind::boolean: {
      std::uint8_t truth = 0;
      if (!take(rest, truth) || truth > 1) return false;
      value = Value::boolean(truth == 1);
      return true;
    }
    case ValueKind::number: value.kind = ValueKind::number; return take(rest, value.d);
    case ValueKind::money: return take_integer(rest, ValueKind::money, value) && take(rest, value.extra);
    case ValueKind::percent:
    case ValueKind::date:
    case ValueKind::time_of_day:
    case ValueKind::moment: return take_integer(rest, static_cast<ValueKind>(kind), value);
    case ValueKind::duration: return take(rest, value.extra) && take_integer(rest, ValueKind::duration, value);
    case ValueKind::text: {
      std::string_view text;
      if (!take_text(rest, text)) return false;
      value = Value::string(text);
      return true;
    }
    case ValueKind::list: {
      std::uint16_t count = 0;
      if (in_list || !take(rest, count)) return false;
      value.kind = ValueKind::list;
      value.extra = count;
      value.text = rest.data();
      for (std::uint16_t i = 0; i < count; ++i) {
        Value element;
        if (!take_value(rest, element, true)) return false;
      }
      return true;
    }
  }
  return false;
}

/// True when `blob` is whole fields from its first byte to its last.
bool adds_up(std::string_view blob) {
  while (!blob.empty()) {
    std::uint16_t index = 0;
    Value value;
    if (!take(blob, index) || !take_value(blob, value, false)) return false;
  }
  return true;
}

// Every record about a customer starts alike, so that customer_of needs no more than the start.
void put_head(std::string& out, Moment moment, std::string_view customer) {
  put(out, moment);
  put_text(out, customer);
}

bool take_head(std::string_view& rest, Moment& moment, std::string_view& customer) {
  return take(rest, moment) && take_text(rest, customer);
}

}  // namespace

void append_field(std::string& blob, std::uint16_t index, const program::Value& value) {
  put(blob, index);
  put_value(blob, value);
}

bool FieldReader::next(std::uint16_t& index, program::Value& value) {
  std::string_view rest = rest_;
  if (!take(rest, index) || !take_value(rest, value, false)) return false;
  rest_ = rest;
  return true;
}

void read_list(const program::Value& encoded, std::vector<program::Value>& elements) {
  CHECK_OR_DIE(encoded.kind == ValueKind::list, "read_list of a value that is no list");
  elements.clear();
  // The reader that gave the list has walked it to its end: only that end is not known here any more.
  std::string_view rest(encoded.text, static_cast<std::size_t>(-1) / 2);
  for (std::uint32_t i = 0; i < encoded.extra; ++i) {
    Value element;
    CHECK_OR_DIE(take_value(rest, element, true), "a list that the reader admitted does not add up");
    elements.push_back(element);
  }
}

program::Value find_field(std::string_view blob, std::uint16_t index) {
  FieldReader reader(blob);
  std::uint16_t found = 0;
  Value value;
  while (reader.next(found, value)) {
    if (found == index) return value;
  }
  return Value();
}

std::string format_key(SendKey key) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(32, '0');
  for (int i = 0; i < 16; ++i) {
    text[i] = kDigits[(key.high >> (60 - 4 * i)) & 15];
    text[16 + i] = kDigits[(key.low >> (60 - 4 * i)) & 15];
  }
  return text;
}

void encode(std::string& out, const EventInput& input) {
  put_head(out, input.moment, input.customer);
  put(out, input.at);
  put(out, input.event);
  out.append(input.fields);
}

void encode(std::string& out, const AttributesInput& input) {
  put_head(out, input.moment, input.customer);
  out.append(input.fields);
}

void encode(std::string& out, const OutcomeInput& input) {
  put_head(out, input.moment, input.customer);
  put(out, input.playbook);
  put(out, input.journey);
  put(out, input.message);
  put(out, input.key.high);
  put(out, input.key.low);
  put(out, static_cast<std::uint8_t>(input.outcome));
  put_text(out, input.channel);
  put_text(out, input.reason);
}

void encode(std::string& out, const AnswerInput& input) {
  put_head(out, input.moment, input.customer);
  for (const std::uint32_t number : {input.playbook, input.journey, input.step, input.visit}) put(out, number);
  put(out, static_cast<std::uint8_t>(input.kind));
  put(out, static_cast<std::uint8_t>(input.granted));
  put(out, input.until);
  put(out, input.amount);
  put(out, input.currency);
  put(out, input.period);
  put(out, input.expires);
  for (const std::string_view text : {input.budget, input.account, input.reason, input.by_playbook})
    put_text(out, text);
}

void encode(std::string& out, const MessageInput& input) {
  put_head(out, input.moment, input.customer);
  put(out, static_cast<std::uint8_t>(input.what));
  put(out, input.playbook);
  put_text(out, input.from);
  for (const std::uint32_t number : {input.by_playbook, input.journey, input.step, input.visit}) put(out, number);
  put(out, input.partition);
  put(out, input.number);
  out.append(input.carried);
}

void encode(std::string& out, const EntryInput& input) {
  put_head(out, input.moment, input.customer);
  put_text(out, input.playbook);
}

void encode(std::string& out, const StopInput& input) {
  put_head(out, input.moment, input.customer);
  put_text(out, input.playbook);
}

void encode(std::string& out, const PauseInput& input) {
  put(out, input.moment);
  put(out, static_cast<std::uint8_t>(input.paused));
  put_text(out, input.what);
}

void encode(std::string& out, const ConfirmInput& input) {
  put_head(out, input.moment, input.customer);
  put(out, input.playbook);
  put(out, input.journey);
  put(out, static_cast<std::uint8_t>(input.done));
  put_text(out, input.reason);
}

void encode(std::string& out, const ForgetInput& input) { put_head(out, input.moment, input.customer); }

void encode(std::string& out, const SeenInput& input) {
  put(out, input.moment);
  out += input.ids;
}

void encode(std::string& out, const MergeInput& input) {
  put_head(out, input.moment, input.customer);
  put_text(out, input.into);
}

void encode(std::string& out, const PastInput& input) {
  put_head(out, input.moment, input.customer);
  put(out, input.event);
  out += input.events;
}

void append_past(std::string& events, Moment at, std::string_view fields) {
  put(events, at);
  put_text(events, fields);
}

bool take_past(std::string_view& events, Moment& at, std::string_view& fields) {
  return take(events, at) && take_text(events, fields) && adds_up(fields);
}

void encode_moment(std::string& out, Moment moment) { put(out, moment); }

void take_at(InputKind kind, std::span<char> payload, Moment moment) {
  DCHECK_OR_DIE(payload.size() >= sizeof moment + sizeof(std::uint32_t), "a payload with a head");
  std::memcpy(payload.data(), &moment, sizeof moment);
  if (kind != InputKind::event) return;
  std::uint32_t customer_bytes = 0;
  std::memcpy(&customer_bytes, payload.data() + sizeof moment, sizeof customer_bytes);
  const std::size_t place = sizeof moment + sizeof customer_bytes + customer_bytes;
  DCHECK_OR_DIE(place + sizeof moment <= payload.size(), "an event has its moments");
  Moment at = 0;
  std::memcpy(&at, payload.data() + place, sizeof at);
  if (at == env::kNoMoment || at > moment) std::memcpy(payload.data() + place, &moment, sizeof moment);
}

bool decode(std::string_view payload, EventInput& input) {
  if (!take_head(payload, input.moment, input.customer) || !take(payload, input.at) || !take(payload, input.event))
    return false;
  input.fields = payload;
  return !input.customer.empty() && adds_up(payload);
}

bool decode(std::string_view payload, AttributesInput& input) {
  if (!take_head(payload, input.moment, input.customer)) return false;
  input.fields = payload;
  return !input.customer.empty() && adds_up(payload);
}

bool decode(std::string_view payload, OutcomeInput& input) {
  std::uint8_t outcome = 0;
  if (!take_head(payload, input.moment, input.customer) || !take(payload, input.playbook) ||
      !take(payload, input.journey) || !take(payload, input.message) || !take(payload, input.key.high) ||
      !take(payload, input.key.low) || !take(payload, outcome) || !take_text(payload, input.channel) ||
      !take_text(payload, input.reason)) {
    return false;
  }
  if (outcome > static_cast<std::uint8_t>(OutcomeKind::returned)) return false;
  input.outcome = static_cast<OutcomeKind>(outcome);
  return !input.customer.empty() && payload.empty();
}

bool decode(std::string_view payload, AnswerInput& input) {
  std::uint8_t kind = 0, granted = 0;
  if (!take_head(payload, input.moment, input.customer)) return false;
  for (std::uint32_t* number : {&input.playbook, &input.journey, &input.step, &input.visit}) {
    if (!take(payload, *number)) return false;
  }
  if (!take(payload, kind) || !take(payload, granted) || !take(payload, input.until) || !take(payload, input.amount) ||
      !take(payload, input.currency) || !take(payload, input.period) || !take(payload, input.expires)) {
    return false;
  }
  for (std::string_view* text : {&input.budget, &input.account, &input.reason, &input.by_playbook}) {
    if (!take_text(payload, *text)) return false;
  }
  if (kind > static_cast<std::uint8_t>(AnswerKind::reversal) || granted > 1) return false;
  input.kind = static_cast<AnswerKind>(kind);
  input.granted = granted != 0;
  return !input.customer.empty() && payload.empty();
}

bool decode(std::string_view payload, MessageInput& input) {
  std::uint8_t what = 0;
  if (!take_head(payload, input.moment, input.customer) || !take(payload, what) || !take(payload, input.playbook) ||
      !take_text(payload, input.from))
    return false;
  for (std::uint32_t* number : {&input.by_playbook, &input.journey, &input.step, &input.visit}) {
    if (!take(payload, *number)) return false;
  }
  if (!take(payload, input.partition) || !take(payload, input.number) || input.customer.empty()) return false;
  input.what = static_cast<InputKind>(what);
  input.carried = payload;
  switch (input.what) {
    case InputKind::message: return payload.empty();
    case InputKind::event:
    case InputKind::attributes:
    case InputKind::merge: return true;
    default: return false;
  }
}

bool decode(std::string_view payload, EntryInput& input) {
  return take_head(payload, input.moment, input.customer) && take_text(payload, input.playbook) &&
         !input.customer.empty() && payload.empty();
}

bool decode(std::string_view payload, StopInput& input) {
  return take_head(payload, input.moment, input.customer) && take_text(payload, input.playbook) &&
         !input.customer.empty() && payload.empty();
}

bool decode(std::string_view payload, PauseInput& input) {
  std::uint8_t paused = 0;
  if (!take(payload, input.moment) || !take(payload, paused) || paused > 1 || !take_text(payload, input.what))
    return false;
  input.paused = paused != 0;
  return payload.empty();
}

bool decode(std::string_view payload, ConfirmInput& input) {
  std::uint8_t done = 0;
  if (!take_head(payload, input.moment, input.customer) || !take(payload, input.playbook) ||
      !take(payload, input.journey) || !take(payload, done) || done > 1 || !take_text(payload, input.reason)) {
    return false;
  }
  input.done = done != 0;
  return !input.customer.empty() && payload.empty();
}

bool decode(std::string_view payload, ForgetInput& input) {
  return take_head(payload, input.moment, input.customer) && !input.customer.empty() && payload.empty();
}

bool decode(std::string_view payload, MergeInput& input) {
  return take_head(payload, input.moment, input.customer) && take_text(payload, input.into) &&
         !input.customer.empty() && !input.into.empty() && payload.empty();
}

bool decode(std::string_view payload, PastInput& input) {
  if (!take_head(payload, input.moment, input.customer) || !take(payload, input.event)) return false;
  input.events = payload;
  Moment at = 0;
  std::string_view fields;
  while (take_past(payload, at, fields)) {
  }
  return !input.customer.empty() && payload.empty();
}

bool decode(std::string_view payload, SeenInput& input) {
  if (!take(payload, input.moment)) return false;
  input.ids = payload;
  return payload.size() % sizeof(SeenId) == 0;
}

SeenId seen_at(std::string_view ids, std::size_t index) {
  SeenId id;
  std::memcpy(id.data(), ids.data() + index * id.size(), id.size());
  return id;
}

bool decode_moment(std::string_view payload, Moment& moment) { return take(payload, moment) && payload.empty(); }

std::string_view customer_of(InputKind kind, std::string_view payload) {
  switch (kind) {
    case InputKind::event:
    case InputKind::attributes:
    case InputKind::outcome:
    case InputKind::answer:
    case InputKind::message:
    case InputKind::entry:
    case InputKind::confirm:
    case InputKind::forget:
    case InputKind::merge:
    case InputKind::stop:
    case InputKind::past: break;
    default: return {};
  }
  Moment moment = 0;
  std::string_view customer;
  return take_head(payload, moment, customer) ? customer : std::string_view{};
}

}  // namespace tend::state
