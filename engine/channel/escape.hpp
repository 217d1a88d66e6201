// Text of customers and authors made safe for where it goes: a JSON string, a line on a terminal.
#pragma once
#include <string>
#include <string_view>

namespace tend::channel {

/// Appends `text` as a JSON string with its quotes. The result is valid UTF-8 and has no control characters: those and
/// `"` and `\` are escaped, bytes that are not UTF-8 become U+FFFD, one for each byte that fits nothing.
void append_json_string(std::string& out, std::string_view text);

/// Appends `text` so that it stays on one line and moves no cursor: a line end becomes ⏎ (with the carriage return
/// before it), other ASCII controls their picture (␛, ␀, …), C1 controls and those that turn the direction of text
/// `\u202e`; bytes that are not UTF-8 become U+FFFD.
void append_visible(std::string& out, std::string_view text);

}  // namespace tend::channel
