// UTF-8, one code point at a time, and what a name may be made of.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace tend::text {

/// One decoded code point. `valid` is false for a byte that begins no well-formed sequence: then `length` is 1.
struct CodePoint {
  char32_t value = 0xFFFD;
  std::uint32_t length = 1;
  bool valid = false;
};

/// Requires: offset < text.size(). Overlong forms, surrogates and values above U+10FFFF are not valid.
CodePoint decode(std::string_view text, std::size_t offset);

/// Appends `value` in UTF-8.
void append_utf8(std::string& out, char32_t value);

/// A Unicode letter or `_`: what a name begins with.
bool is_name_start(char32_t value);
/// A letter, `_`, a digit (full-width ones too) or a combining mark.
bool is_name_part(char32_t value);

}  // namespace tend::text
