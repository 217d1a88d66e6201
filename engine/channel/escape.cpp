// Escaping for JSON and for terminals. Runs of ordinary bytes are copied whole: millions of lines pass here.
#include "engine/channel/escape.hpp"

#include <array>

#include "dsl/text/utf8.hpp"

namespace tend::channel {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kHex = "0123456789abcdef";

/// Bytes that go into a JSON string as they are: ASCII without controls, `"` and `\`.
constexpr std::array<bool, 256> kPlainJson = [] {
  std::array<bool, 256> plain{};
  for (unsigned byte = 0x20; byte < 0x80; ++byte) plain[byte] = byte != '"' && byte != '\\';
  return plain;
}();

/// Bytes that a terminal shows as they are: ASCII without controls.
constexpr std::array<bool, 256> kPlainVisible = [] {
  std::array<bool, 256> plain{};
  for (unsigned byte = 0x20; byte < 0x7F; ++byte) plain[byte] = true;
  return plain;
}();

std::size_t plain_bytes(const std::array<bool, 256>& plain, std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && plain[static_cast<unsigned char>(text[count])]) ++count;
  return count;
}

void append_u(std::string& out, char32_t code) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(code >> shift) & 0xF];
}

void append_json_control(std::string& out, char byte) {
  switch (byte) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: append_u(out, static_cast<unsigned char>(byte));
  }
}

/// C1 controls, line and paragraph separators, and the marks that turn the direction of the text after them.
bool is_hidden(char32_t code) {
  return (code >= 0x80 && code <= 0x9F) || code == 0x200E || code == 0x200F || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

/// Appends the code point at the front of `text`, returns how many bytes of `text` are done.
std::size_t append_visible_sequence(std::string& out, std::string_view text) {
  const text::CodePoint point = text::decode(text, 0);
  if (!point.valid) {
    out += kReplacement;
  } else if (is_hidden(point.value)) {
    append_u(out, point.value);
  } else {
    out += text.substr(0, point.length);
  }
  return point.length;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t plain = plain_bytes(kPlainJson, text);
    out.append(text.data(), plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    if (static_cast<unsigned char>(text[0]) < 0x80) {
      append_json_control(out, text[0]);
      text.remove_prefix(1);
      continue;
    }
    const text::CodePoint point = text::decode(text, 0);
    out.append(point.valid ? text.substr(0, point.length) : kReplacement);
    text.remove_prefix(point.length);
  }
  out += '"';
}

void append_visible(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t plain = plain_bytes(kPlainVisible, text);
    out.append(text.data(), plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    const auto byte = static_cast<unsigned char>(text[0]);
    if (byte >= 0x80) {
      text.remove_prefix(append_visible_sequence(out, text));
      continue;
    }
    if (text.starts_with("\r\n")) text.remove_prefix(1);
    if (text[0] == '\n') {
      out += "⏎";
    } else if (byte == 0x7F) {
      out += "␡";
    } else {
      out += "\xE2\x90";  // U+2400 onwards are the pictures of the controls
      out += static_cast<char>(0x80 + byte);
    }
    text.remove_prefix(1);
  }
}

}  // namespace tend::channel
