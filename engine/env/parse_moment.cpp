// Reading dates and moments as people and machines write them. Whatever the script, a text is first brought to plain
// ASCII, with a letter of its own for each Chinese unit, so that one small reader does for all.
#include <array>
#include <utility>

#include "engine/env/moment.hpp"
#include "engine/env/zone.hpp"

namespace tend::env {
namespace {

/// Longer texts are no dates.
constexpr std::size_t kTextMax = 64;

/// What the units become. Letters that mean something in ISO 8601 (T, Z) are not among them.
constexpr char kYear = 'a', kMonth = 'b', kDayOfMonth = 'c', kHourUnit = 'd', kMinuteUnit = 'e', kSecondUnit = 'f';

constexpr std::array<std::pair<std::string_view, char>, 14> kUnits{{{"年", kYear},
                                                                    {"月", kMonth},
                                                                    {"日", kDayOfMonth},
                                                                    {"号", kDayOfMonth},
                                                                    {"號", kDayOfMonth},
                                                                    {"时", kHourUnit},
                                                                    {"時", kHourUnit},
                                                                    {"点", kHourUnit},
                                                                    {"點", kHourUnit},
                                                                    {"分", kMinuteUnit},
                                                                    {"秒", kSecondUnit},
                                                                    {"\u3000", ' '},
                                                                    {"\u2212", '-'},
                                                                    {"\u00a0", ' '}}};

/// The ASCII character that the character at the start of `text` stands for, and how many bytes it has; 0 bytes if it
/// has no business in a date.
std::pair<char, std::size_t> plain(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) {
    // The letters of the units must not come in from outside.
    if (first >= 'a' && first <= 'f') return {0, 0};
    return {text[0], 1};
  }
  for (const auto& [unit, letter] : kUnits) {
    if (text.starts_with(unit)) return {letter, unit.size()};
  }
  // Full-width ASCII: U+FF01 to U+FF5E are EF BC 81 to EF BD 9E.
  if (first != 0xEF || text.size() < 3) return {0, 0};
  const unsigned code =
      (static_cast<unsigned char>(text[1]) & 0x3FU) << 6 | (static_cast<unsigned char>(text[2]) & 0x3FU);
  if (code < 0xF01 || code > 0xF5E) return {0, 0};
  const char letter = static_cast<char>(code - 0xF00 + 0x20);
  if (letter >= 'a' && letter <= 'f') return {0, 0};
  return {letter, 3};
}

/// A text brought to ASCII, without the spaces around it.
struct Plain {
  std::array<char, kTextMax> bytes;
  std::size_t length = 0;
  std::string_view view() const { return {bytes.data(), length}; }
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool to_plain(std::string_view text, Plain& out) {
  while (!text.empty()) {
    const auto [letter, bytes] = plain(text);
    if (bytes == 0 || out.length == kTextMax) return false;
    out.bytes[out.length++] = letter;
    text.remove_prefix(bytes);
  }
  return true;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads what stands at its front and moves on, or leaves all as it is.
struct Reader {
  std::string_view left;

  bool take(char c) {
    if (left.empty() || left.front() != c) return false;
    left.remove_prefix(1);
    return true;
  }
  /// A whole number of `min` to `max` digits; another digit after them is no number.
  bool number(std::size_t min, std::size_t max, unsigned& value) {
    std::size_t digits = 0;
    unsigned sum = 0;
    while (digits < left.size() && is_digit(left[digits])) {
      if (digits == max) return false;
      sum = sum * 10 + static_cast<unsigned>(left[digits++] - '0');
    }
    if (digits < min) return false;
    left.remove_prefix(digits);
    value = sum;
    return true;
  }
  /// Exactly `digits` digits, whatever follows.
  bool fixed(std::size_t digits, unsigned& value) {
    if (left.size() < digits) return false;
    unsigned sum = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (!is_digit(left[i])) return false;
      sum = sum * 10 + static_cast<unsigned>(left[i] - '0');
    }
    left.remove_prefix(digits);
    value = sum;
    return true;
  }
  std::size_t digits_ahead() const {
    std::size_t count = 0;
    while (count < left.size() && is_digit(left[count])) ++count;
    return count;
  }
  void skip_spaces() {
    while (take(' ') || take('\t')) {
    }
  }
};

std::optional<Date> valid_date(unsigned year, unsigned month, unsigned day) {
  if (year < static_cast<unsigned>(kYearMin) || year > static_cast<unsigned>(kYearMax)) return std::nullopt;
  if (month < 1 || month > 12 || day < 1) return std::nullopt;
  const auto y = static_cast<int>(year);
  if (day > days_in_month(y, month)) return std::nullopt;
  return date({y, month, day});
}

// date ::= Y4 ('-' M '-' D | '/' M '/' D | '.' M '.' D | 年 M 月 D 日) | Y4 M2 D2
std::optional<Date> read_date(Reader& in) {
  unsigned year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (in.digits_ahead() == 8) {
    if (!in.fixed(4, year) || !in.fixed(2, month) || !in.fixed(2, day)) return std::nullopt;
    return valid_date(year, month, day);
  }
  if (!in.number(4, 4, year)) return std::nullopt;
  if (in.take(kYear)) {
    in.skip_spaces();
    if (!in.number(1, 2, month) || !in.take(kMonth)) return std::nullopt;
    in.skip_spaces();
    if (!in.number(1, 2, day) || !in.take(kDayOfMonth)) return std::nullopt;
    return valid_date(year, month, day);
  }
  const char separator = in.left.empty() ? '\0' : in.left.front();
  if (separator != '-' && separator != '/' && separator != '.') return std::nullopt;
  in.take(separator);
  if (!in.number(1, 2, month) || !in.take(separator) || !in.number(1, 2, day)) return std::nullopt;
  return valid_date(year, month, day);
}

/// The milliseconds of digits after the point; what is finer is cut.
bool read_fraction(Reader& in, unsigned& ms) {
  const std::size_t digits = in.digits_ahead();
  if (digits == 0) return false;
  unsigned scale = 100;
  for (std::size_t i = 0; i < digits && i < 3; ++i, scale /= 10) ms += static_cast<unsigned>(in.left[i] - '0') * scale;
  in.left.remove_prefix(digits);
  return true;
}

// time ::= H ':' MM [':' SS ['.' digits]] | HHMM [SS] | H 时 [M 分 [S 秒]]
std::optional<std::int32_t> read_time(Reader& in) {
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  unsigned ms = 0;
  const std::size_t digits = in.digits_ahead();
  if (digits == 4 || digits == 6) {
    if (!in.fixed(2, hour) || !in.fixed(2, minute)) return std::nullopt;
    if (digits == 6 && !in.fixed(2, second)) return std::nullopt;
    if (digits == 6 && (in.take('.') || in.take(',')) && !read_fraction(in, ms)) return std::nullopt;
  } else if (!in.number(1, 2, hour)) {
    return std::nullopt;
  } else if (in.take(kHourUnit)) {
    if (in.digits_ahead() > 0 && (!in.number(1, 2, minute) || !in.take(kMinuteUnit))) return std::nullopt;
    if (in.digits_ahead() > 0 && (!in.number(1, 2, second) || !in.take(kSecondUnit))) return std::nullopt;
  } else {
    if (!in.take(':') || !in.number(2, 2, minute)) return std::nullopt;
    if (in.take(':')) {
      if (!in.number(2, 2, second)) return std::nullopt;
      if ((in.take('.') || in.take(',')) && !read_fraction(in, ms)) return std::nullopt;
    }
  }
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return static_cast<std::int32_t>(((hour * 60 + minute) * 60 + second) * 1000 + ms);
}

// offset ::= 'Z' | ('+' | '-') HH [[':'] MM]
std::optional<std::int64_t> read_offset(Reader& in) {
  if (in.take('Z') || in.take('z')) return 0;
  const bool behind = in.take('-');
  if (!behind && !in.take('+')) return std::nullopt;
  unsigned hours = 0;
  unsigned minutes = 0;
  if (!in.fixed(2, hours)) return std::nullopt;
  const bool colon = in.take(':');
  if ((colon || in.digits_ahead() > 0) && !in.fixed(2, minutes)) return std::nullopt;
  if (hours > 23 || minutes > 59) return std::nullopt;
  const std::int64_t offset = static_cast<std::int64_t>(hours) * kHour + static_cast<std::int64_t>(minutes) * kMinute;
  return behind ? -offset : offset;
}

/// The commonest of all, `2026-03-01T10:00:00` with `T` or a space, in one look; leaves the reader behind it.
bool read_iso_seconds(Reader& in, std::optional<Date>& day, std::int32_t& time) {
  const std::string_view s = in.left;
  if (s.size() < 19 || s[4] != '-' || s[7] != '-' || (s[10] != 'T' && s[10] != ' ') || s[13] != ':' || s[16] != ':') {
    return false;
  }
  for (const std::size_t at : {0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18}) {
    if (!is_digit(s[at])) return false;
  }
  const auto two = [&](std::size_t at) {
    return static_cast<unsigned>(s[at] - '0') * 10 + static_cast<unsigned>(s[at + 1] - '0');
  };
  if (two(11) > 23 || two(14) > 59 || two(17) > 59) return false;
  day = valid_date(two(0) * 100 + two(2), two(5), two(8));
  time = static_cast<std::int32_t>(((two(11) * 60 + two(14)) * 60 + two(17)) * 1000);
  in.left.remove_prefix(19);
  return true;
}

/// The commonest of all dates, `2026-03-01`, in one look; none says nothing about other forms.
std::optional<Date> read_iso_date(std::string_view s) {
  if (s.size() != 10 || s[4] != '-' || s[7] != '-') return std::nullopt;
  Reader in{s};
  unsigned year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (!in.fixed(4, year)) return std::nullopt;
  in.left.remove_prefix(1);
  if (!in.fixed(2, month)) return std::nullopt;
  in.left.remove_prefix(1);
  if (!in.fixed(2, day)) return std::nullopt;
  return valid_date(year, month, day);
}

/// What follows a date in a moment: a `T`, spaces, or nothing after 日.
bool take_separator(Reader& in, bool after_unit) {
  if (in.take('T') || in.take('t')) return true;
  if (in.take(' ')) {
    in.skip_spaces();
    return true;
  }
  return after_unit;
}

bool all_ascii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

}  // namespace

std::optional<Date> parse_date(std::string_view text) {
  if (const std::optional<Date> day = read_iso_date(text)) return day;
  Plain buffer;
  if (!to_plain(trimmed(text), buffer)) return std::nullopt;
  Reader in{trimmed(buffer.view())};
  const std::optional<Date> day = read_date(in);
  return in.left.empty() ? day : std::nullopt;
}

std::optional<Moment> parse_moment(std::string_view text, const Zone& default_zone) {
  Plain buffer;
  text = trimmed(text);
  // Digits of any fineness may follow the seconds, so only texts that need rewriting are bound to the buffer's length.
  Reader in{text};
  std::optional<Date> day;
  std::int32_t time = 0;
  if (all_ascii(text) && read_iso_seconds(in, day, time)) {
    if (!day) return std::nullopt;
    unsigned ms = 0;
    if ((in.take('.') || in.take(',')) && !read_fraction(in, ms)) return std::nullopt;
    time += static_cast<std::int32_t>(ms);
  } else if (const std::optional<Date> alone = read_iso_date(text)) {
    return clock(default_zone, *alone, 0);
  } else {
    if (!to_plain(text, buffer)) return std::nullopt;
    const std::string_view whole = trimmed(buffer.view());
    in.left = whole;
    day = read_date(in);
    if (!day) return std::nullopt;
    if (in.left.empty()) return clock(default_zone, *day, 0);
    const bool after_unit = whole[whole.size() - in.left.size() - 1] == kDayOfMonth;
    if (!take_separator(in, after_unit)) return std::nullopt;
    const std::optional<std::int32_t> read = read_time(in);
    if (!read) return std::nullopt;
    time = *read;
  }
  in.skip_spaces();
  if (in.left.empty()) return clock(default_zone, *day, time);
  const std::optional<std::int64_t> offset = read_offset(in);
  if (!offset || !in.left.empty()) return std::nullopt;
  return static_cast<Moment>(*day) * kDay + time - *offset;
}

}  // namespace tend::env
