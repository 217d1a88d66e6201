// Numbers and money as people write them. The common case (plain ASCII digits) is read where it stands; everything else
// is first brought to narrow letters.
#include "engine/run/decimal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>

#include "dsl/program/money.hpp"

namespace tend::run {
namespace {

using program::Currency;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// True for bytes that can be no blank nor part of one: nearly all that cells begin and end with.
bool is_ink(char c) { return c > ' ' && c <= '~'; }

/// The length of the blank at the front of `text`, 0 if there is none.
std::size_t blank_at_front(std::string_view text) {
  if (is_ink(text.front())) return 0;
  if (text.front() == ' ' || text.front() == '\t') return 1;
  if (text.starts_with("\u00a0")) return 2;
  return text.starts_with("\u3000") ? 3 : 0;
}

std::size_t blank_at_back(std::string_view text) {
  if (is_ink(text.back())) return 0;
  if (text.back() == ' ' || text.back() == '\t') return 1;
  if (text.ends_with("\u00a0")) return 2;
  return text.ends_with("\u3000") ? 3 : 0;
}

// decimal ::= [sign] (digits | group (',' three)+) ['.' digits] [exponent]     with '_' between digits
/// The same without separators, for from_chars; empty if it is no decimal.
std::string without_separators(std::string_view text) {
  std::string plain;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    if (text.front() == '-') plain += '-';
    text.remove_prefix(1);
  }
  std::size_t i = 0;
  std::size_t digits = 0;
  std::size_t in_group = 0;
  bool grouped = false;
  for (; i < text.size(); ++i) {
    if (is_digit(text[i])) {
      plain += text[i];
      ++digits;
      ++in_group;
    } else if (text[i] == ',') {
      if (in_group == 0 || in_group > 3 || (grouped && in_group != 3)) return {};
      grouped = true;
      in_group = 0;
    } else if (text[i] == '_') {
      if (i == 0 || i + 1 == text.size() || !is_digit(text[i - 1]) || !is_digit(text[i + 1])) return {};
    } else {
      break;
    }
  }
  if (grouped && in_group != 3) return {};
  if (i < text.size() && text[i] == '.') {
    plain += '.';
    for (++i; i < text.size() && is_digit(text[i]); ++i) {
      plain += text[i];
      ++digits;
    }
    if (plain.back() == '.') plain += '0';
  }
  if (digits == 0) return {};
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    plain += 'e';
    if (++i < text.size() && (text[i] == '+' || text[i] == '-')) {
      if (text[i] == '-') plain += '-';
      ++i;
    }
    if (i == text.size()) return {};
    for (; i < text.size() && is_digit(text[i]); ++i) plain += text[i];
  }
  return i == text.size() ? plain : std::string();
}

enum class Scaled { fine, no_decimal, exponent, too_many_digits, too_large };

/// decimal ::= ['-'] digits ['.' digits], as without_separators gives it.
Scaled scale_plain(std::string_view text, int digits, std::int64_t& value) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  std::int64_t sum = 0;
  std::size_t i = 0;
  bool too_large = false;
  // Counted downwards, because there is one more negative number than positive ones.
  const auto add_digit = [&](int digit) {
    too_large |= __builtin_mul_overflow(sum, 10, &sum) || __builtin_sub_overflow(sum, digit, &sum);
  };
  for (; i < text.size() && is_digit(text[i]); ++i) add_digit(text[i] - '0');
  const std::size_t before_point = i;
  int after_point = 0;
  bool finer = false;
  if (i < text.size() && text[i] == '.') {
    for (++i; i < text.size() && is_digit(text[i]); ++i) {
      if (after_point < digits) {
        add_digit(text[i] - '0');
        ++after_point;
      } else {
        finer |= text[i] != '0';
      }
    }
    if (i == before_point + 1) return Scaled::no_decimal;
  }
  if (i < text.size() && text[i] == 'e') return Scaled::exponent;
  if (i != text.size() || (before_point == 0 && i == 0)) return Scaled::no_decimal;
  if (finer) return Scaled::too_many_digits;
  for (; after_point < digits; ++after_point) add_digit(0);
  if (!negative) too_large |= __builtin_sub_overflow(std::int64_t{0}, sum, &sum);
  if (too_large) return Scaled::too_large;
  value = sum;
  return Scaled::fine;
}

/// Plain digits as they stand, or else brought to them.
Scaled scale(std::string_view text, int digits, std::int64_t& value) {
  const Scaled direct = scale_plain(text, digits, value);
  if (direct != Scaled::no_decimal) return direct;
  const std::string plain = without_separators(trim_blanks(to_narrow(text)));
  return plain.empty() ? Scaled::no_decimal : scale_plain(plain, digits, value);
}

/// A sign or name of money and the currencies that it can stand for, the commonest first.
struct Mark {
  std::string_view text;
  std::initializer_list<std::string_view> codes;
};

// Longer marks stand before those that they contain.
const Mark kMarks[] = {
    {"US$", {"USD"}},
    {"HK$", {"HKD"}},
    {"NT$", {"TWD"}},
    {"S$", {"SGD"}},
    {"A$", {"AUD"}},
    {"C$", {"CAD"}},
    {"RMB", {"CNY"}},
    {"人民币", {"CNY"}},
    {"美元", {"USD"}},
    {"港元", {"HKD"}},
    {"港币", {"HKD"}},
    {"新台币", {"TWD"}},
    {"日元", {"JPY"}},
    {"欧元", {"EUR"}},
    {"英镑", {"GBP"}},
    {"元", {"CNY", "HKD", "TWD", "MOP"}},
    {"圆", {"CNY", "JPY"}},
    {"円", {"JPY"}},
    {"\u00a5", {"CNY", "JPY"}},
    {"$", {"USD", "HKD", "TWD", "SGD", "AUD", "CAD", "NZD", "MXN"}},
    {"€", {"EUR"}},
    {"£", {"GBP"}},
    {"₩", {"KRW"}},
    {"₹", {"INR"}},
    {"฿", {"THB"}},
    {"₫", {"VND"}},
    {"₽", {"RUB"}},
};

/// The currency that a mark or a code stands for; 0 if it is none.
Currency currency_of(std::string_view mark, Currency expected, Declared own) {
  for (const Mark& known : kMarks) {
    if (mark != known.text) continue;
    for (const std::string_view code : known.codes) {
      if (program::pack_currency(code) == expected) return expected;
    }
    return program::pack_currency(*known.codes.begin());
  }
  for (const program::DeclaredCurrency& declared : own) {
    if (mark == program::currency_code(declared.code) || (!mark.empty() && mark == declared.title))
      return declared.code;
  }
  if (mark.empty() || mark.size() > 4 || !std::all_of(mark.begin(), mark.end(), is_letter)) return 0;
  std::string code(mark);
  std::transform(code.begin(), code.end(), code.begin(),
                 [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
  const Currency currency = program::pack_currency(code);
  // Three capitals are a code; `12 pcs` is none, unless the field says that it is its currency.
  return currency == expected || (code == mark && code.size() == 3) ? currency : 0;
}

bool is_number_byte(char c) { return is_digit(c) || c == '.' || c == ',' || c == '_' || c == '+' || c == '-'; }

}  // namespace

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = blank_at_front(text);
    if (size == 0) break;
    text.remove_prefix(size);
  }
  while (!text.empty()) {
    const std::size_t size = blank_at_back(text);
    if (size == 0) break;
    text.remove_suffix(size);
  }
  return text;
}

std::string to_narrow(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    std::size_t size = 1;
    // U+FF01 to U+FF5E, the full-width ASCII, are EF BC 81 to EF BD 9E.
    if (text.size() >= 3 && byte(0) == 0xEF &&
        ((byte(1) == 0xBC && byte(2) >= 0x81) || (byte(1) == 0xBD && byte(2) <= 0x9E))) {
      const unsigned code = (byte(1) & 3U) << 6 | (byte(2) & 0x3FU);
      out += static_cast<char>(code + 0x20);
      size = 3;
    } else if (text.starts_with("\uffe5")) {  // full-width yen
      out += "\u00a5";
      size = 3;
    } else if (text.starts_with("\u2212")) {  // minus
      out += '-';
      size = 3;
    } else if (const std::size_t blank = blank_at_front(text); blank > 0) {
      out += ' ';
      size = blank;
    } else {
      out += text.front();
    }
    text.remove_prefix(size);
  }
  return out;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kBytesMax = 40;
  const bool cut = text.size() > kBytesMax;
  if (cut) {
    std::size_t end = kBytesMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
    text = text.substr(0, end);
  }
  std::string out = "`";
  for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  out += cut ? "…`" : "`";
  return out;
}

Result<double> parse_number(std::string_view text) {
  double value = 0;
  const auto read = [&](std::string_view plain) {
    const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
    return end == plain.data() + plain.size() ? error : std::errc::invalid_argument;
  };
  std::errc error = std::errc::invalid_argument;
  // from_chars also reads `inf` and `nan`; a digit or point first says that it is a number.
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  if (text.size() > first && is_digit(text[first])) error = read(text);
  if (error == std::errc::invalid_argument) {
    const std::string plain = without_separators(trim_blanks(to_narrow(text)));
    if (!plain.empty()) error = read(plain);
  }
  if (error == std::errc::result_out_of_range)
    return fail(ErrorCode::invalid, quoted(text) + " is out of the range of numbers");
  if (error != std::errc()) return fail(ErrorCode::invalid, quoted(text) + " is not a number");
  return value;
}

Result<std::int64_t> parse_scaled(std::string_view text, int digits) {
  std::int64_t value = 0;
  switch (scale(text, digits, value)) {
    case Scaled::fine: return value;
    case Scaled::no_decimal: return fail(ErrorCode::invalid, quoted(text) + " is not a number");
    case Scaled::exponent:
      return fail(ErrorCode::invalid, quoted(text) + " is written with an exponent, so digits of it may be lost");
    case Scaled::too_many_digits:
      return fail(ErrorCode::invalid,
                  quoted(text) + " has more than " + std::to_string(digits) + " digits after the point");
    case Scaled::too_large: break;
  }
  return fail(ErrorCode::invalid, quoted(text) + " is too large");
}

// money ::= [sign] [mark] [sign] decimal [mark]
Result<Money> parse_money(std::string_view text, Currency expected, Declared own) {
  const auto refuse = [&](const std::string& why) { return fail(ErrorCode::invalid, quoted(text) + why); };
  std::int64_t minor = 0;
  if (expected != 0 && scale_plain(text, program::currency_digits(own, expected), minor) == Scaled::fine)
    return Money{minor, expected};

  const std::string narrow = to_narrow(text);
  std::string_view rest = trim_blanks(narrow);
  bool negative = false;
  const auto take_sign = [&] {
    if (rest.empty() || (rest.front() != '-' && rest.front() != '+')) return false;
    negative = rest.front() == '-';
    rest = trim_blanks(rest.substr(1));
    return true;
  };
  const bool signed_before = take_sign();
  const std::size_t number_begin = std::min(
      static_cast<std::size_t>(std::find_if(rest.begin(), rest.end(), is_number_byte) - rest.begin()), rest.size());
  const std::string_view before = trim_blanks(rest.substr(0, number_begin));
  rest.remove_prefix(number_begin);
  if (!signed_before) take_sign();
  const std::size_t number_end =
      static_cast<std::size_t>(std::find_if_not(rest.begin(), rest.end(), is_number_byte) - rest.begin());
  std::string_view number = rest.substr(0, number_end);
  std::string_view after = trim_blanks(rest.substr(number_end));
  if (number.empty() || number.front() == '-' || number.front() == '+') return refuse(" is not money");
  if (after.size() > 1 && (after[0] == 'E' || after[0] == 'e') &&
      (is_digit(after[1]) || after[1] == '+' || after[1] == '-')) {
    return refuse(" is written with an exponent, so digits of it may be lost");
  }

  Currency currency = expected;
  bool marked = false;
  for (const std::string_view mark : {before, after}) {
    if (mark.empty()) continue;
    const Currency named = currency_of(mark, expected, own);
    if (named == 0) return refuse(" is not money");
    if (marked && named != currency) return refuse(" names two currencies");
    if (expected != 0 && named != expected)
      return refuse(" is not in " + program::currency_code(expected) + ", the currency of this column");
    currency = named;
    marked = true;
  }
  const int digits = currency == 0 ? 0 : program::currency_digits(own, currency);
  const std::string plain = without_separators(number);
  if (plain.empty()) return refuse(" is not money");
  if (currency == 0) return refuse(" names no currency, and the column has none either");
  switch (scale_plain(negative ? "-" + plain : plain, digits, minor)) {
    case Scaled::fine: return Money{minor, currency};
    case Scaled::too_many_digits:
      return refuse(" has more digits than " + program::currency_code(currency) + " has (" + std::to_string(digits) +
                    ")");
    case Scaled::too_large: return refuse(" is too large");
    case Scaled::exponent:
    case Scaled::no_decimal: break;
  }
  return refuse(" is not money");
}

}  // namespace tend::run
