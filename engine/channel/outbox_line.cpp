// Writing and recognising the lines of an outbox.
#include "engine/channel/outbox_line.hpp"

#include <cstring>

#include "engine/channel/escape.hpp"
#include "engine/env/moment.hpp"

namespace tend::channel {
namespace {

constexpr std::string_view kKeyField = "\"key\":\"";
constexpr std::size_t kHalfDigits = 16;

void append_hex(std::string& out, std::uint64_t value) {
  char digits[kHalfDigits];
  for (std::size_t i = kHalfDigits; i-- > 0; value >>= 4) digits[i] = "0123456789abcdef"[value & 0xF];
  out.append(digits, kHalfDigits);
}

bool parse_hex(const char* digits, std::uint64_t& value) {
  value = 0;
  for (std::size_t i = 0; i < kHalfDigits; ++i) {
    const char digit = digits[i];
    std::uint64_t nibble = 0;
    if (digit >= '0' && digit <= '9') {
      nibble = static_cast<std::uint64_t>(digit - '0');
    } else if (digit >= 'a' && digit <= 'f') {
      nibble = static_cast<std::uint64_t>(digit - 'a') + 10;
    } else {
      return false;
    }
    value = value << 4 | nibble;
  }
  return true;
}

std::size_t count_of_kind(std::span<const run::RenderedItem> items, std::string_view kind) {
  std::size_t count = 0;
  for (const run::RenderedItem& item : items) count += item.kind == kind && item.field.empty() ? 1 : 0;
  return count;
}

/// The values handed to a part, by name: `"template_fields":{"name":"…"}`.
void append_fields(std::string& out, std::string_view kind, std::span<const run::RenderedItem> items) {
  bool first = true;
  for (const run::RenderedItem& item : items) {
    if (item.kind != kind || item.field.empty()) continue;
    if (first) {
      out += ',';
      append_json_string(out, std::string(kind) + "_fields");
      out += ":{";
    } else {
      out += ',';
    }
    first = false;
    append_json_string(out, item.field);
    out += ':';
    append_json_string(out, item.text);
  }
  if (!first) out += '}';
}

void append_items(std::string& out, std::span<const run::RenderedItem> items) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string_view kind = items[i].kind;
    if (!items[i].field.empty()) continue;
    if (count_of_kind(items.first(i), kind) > 0) continue;  // written with the first of its kind
    out += ',';
    append_json_string(out, kind);
    out += ':';
    if (count_of_kind(items, kind) == 1) {
      append_json_string(out, items[i].text);
      append_fields(out, kind, items);
      continue;
    }
    char before = '[';
    for (const run::RenderedItem& item : items.subspan(i)) {
      if (item.kind != kind || !item.field.empty()) continue;
      out += before;
      append_json_string(out, item.text);
      before = ',';
    }
    out += ']';
  }
}

}  // namespace

void append_outbox_line(std::string& out, const run::Send& send) {
  out += kLineStart;
  env::append_moment(out, send.at);
  out += "\",\"customer\":";
  append_json_string(out, send.customer);
  out += ",\"playbook\":";
  append_json_string(out, send.playbook);
  out += ",\"message\":";
  append_json_string(out, send.message);
  out += ",\"channel\":";
  append_json_string(out, send.channel);
  out += ',';
  out += kKeyField;
  append_hex(out, send.key.high);
  append_hex(out, send.key.low);
  out += '"';
  append_items(out, send.items);
  out += "}\n";
}

bool key_of_line(std::string_view line, state::SendKey& key) {
  if (!line.starts_with(kLineStart) || !line.ends_with('}')) return false;
  // Within a JSON string the quotes would be escaped, so the first place that looks like the field is the field.
  const void* field = memmem(line.data(), line.size(), kKeyField.data(), kKeyField.size());
  if (field == nullptr) return false;
  const char* digits = static_cast<const char*>(field) + kKeyField.size();
  if (line.data() + line.size() - digits < static_cast<std::ptrdiff_t>(2 * kHalfDigits + 1)) return false;
  if (digits[2 * kHalfDigits] != '"') return false;
  if (!parse_hex(digits, key.high) || !parse_hex(digits + kHalfDigits, key.low)) return false;
  // A machine that lost its power can leave zeros within a line.
  return std::memchr(line.data(), 0, line.size()) == nullptr;
}

}  // namespace tend::channel
