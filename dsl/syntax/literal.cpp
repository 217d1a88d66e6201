// Literals to values.
#include "dsl/syntax/literal.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>

#include "dsl/diagnostic/catalogue.hpp"
#include "dsl/syntax/scan.hpp"

namespace tend::syntax {
namespace {

using Problem = std::optional<diagnostic::Diagnostic>;

constexpr std::int64_t kMsPerDay = 86'400'000;

/// A decimal number, exactly: digits times ten to the minus `scale`.
struct Decimal {
  std::string digits;
  int scale = 0;
};

/// The literal with full-width characters and 年月日 folded: `2026-3-1 09:30`, `50000`, `12.5`.
std::string ascii_of(std::string_view source) {
  std::string out;
  for (std::size_t at = 0; at < source.size();) {
    const std::string_view rest = source.substr(at);
    if (rest.substr(0, 3) == "年" || rest.substr(0, 3) == "月") {
      out += '-';
      at += 3;
    } else if (rest.substr(0, 3) == "日" || rest.substr(0, 3) == "号") {
      out += ' ';
      at += 3;
    } else if (const Folded folded = fold(source, at); folded.length != 0) {
      out += folded.value;
      at += folded.length;
    } else {
      const std::uint32_t length = character_length(source, at);
      out += source.substr(at, length);
      at += length;
    }
  }
  return fold_digits(out);
}

Decimal decimal_of(std::string_view number) {
  Decimal decimal;
  int myriads = 0;
  bool point = false;
  for (std::size_t at = 0; at < number.size(); ++at) {
    const char c = number[at];
    if (number.substr(at, 3) == "万") myriads = 4;
    if (number.substr(at, 3) == "亿") myriads = 8;
    if (c == '.') point = true;
    if (c < '0' || c > '9') continue;
    decimal.digits += c;
    if (point) ++decimal.scale;
  }
  for (; myriads > 0; --myriads) {
    if (decimal.scale > 0)
      --decimal.scale;
    else
      decimal.digits += '0';
  }
  return decimal;
}

/// The number in units of ten to the minus `digits`; nullopt where that is not whole or does not fit.
std::optional<std::int64_t> scaled(const Decimal& decimal, int digits) {
  std::string text = decimal.digits;
  int scale = decimal.scale;
  for (; scale > digits && text.size() > 1 && text.back() == '0'; --scale) text.pop_back();
  if (scale > digits)
    return text.find_first_not_of('0') == std::string::npos ? std::optional<std::int64_t>(0) : std::nullopt;
  text.append(static_cast<std::size_t>(digits - scale), '0');
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// As written, `_` and all; 万 written out in groups of three.
std::string number_spelling(std::string_view number) {
  if (number.find("万") == std::string_view::npos && number.find("亿") == std::string_view::npos)
    return std::string(number);
  const Decimal decimal = decimal_of(number);
  std::string whole = decimal.digits.substr(0, decimal.digits.size() - static_cast<std::size_t>(decimal.scale));
  const std::string rest = decimal.digits.substr(whole.size());
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
  for (std::size_t at = whole.size(); at > 3; at -= 3) whole.insert(at - 3, "_");
  return rest.find_first_not_of('0') == std::string::npos ? whole : whole + "." + rest;
}

struct Clock {
  std::int32_t ms = 0;
  std::string spelling;
};

/// `9:30`, `09:30:15`; nullopt for times that no clock shows.
std::optional<Clock> clock_of(std::string_view text) {
  int parts[3] = {0, 0, 0};
  int count = 0;
  for (std::size_t at = 0; at < text.size() && count < 3; ++count) {
    const std::size_t colon = std::min(text.find(':', at), text.size());
    std::from_chars(text.data() + at, text.data() + colon, parts[count]);
    at = colon + 1;
  }
  if (parts[0] > 23 || parts[1] > 59 || parts[2] > 59) return std::nullopt;
  char buffer[16];
  std::snprintf(buffer, sizeof buffer, parts[2] != 0 ? "%02d:%02d:%02d" : "%02d:%02d", parts[0], parts[1], parts[2]);
  return Clock{((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1000, buffer};
}

struct Day {
  std::int64_t days = 0;
  std::string spelling;
};

std::optional<Day> day_of(std::string_view text) {
  int parts[3] = {0, 0, 0};
  std::size_t at = 0;
  for (int& part : parts) {
    const std::size_t dash = std::min(text.find('-', at), text.size());
    std::from_chars(text.data() + at, text.data() + dash, part);
    at = std::min(dash + 1, text.size());
  }
  const std::chrono::year_month_day date{std::chrono::year(parts[0]),
                                         std::chrono::month(static_cast<unsigned>(parts[1])),
                                         std::chrono::day(static_cast<unsigned>(parts[2]))};
  if (!date.ok()) return std::nullopt;
  char buffer[16];
  std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02d", parts[0], parts[1], parts[2]);
  return Day{std::chrono::sys_days(date).time_since_epoch().count(), buffer};
}

/// A literal under way: its expression, and how to complain about it.
struct Reading {
  const State& state;
  Expr& expr;
  std::string raw;

  Problem bad(std::uint16_t code, std::vector<std::string> arguments) const {
    expr.kind = ExprKind::error;
    return diagnostic::make(code, expr.span, std::move(arguments));
  }
};

Problem read_number(Reading& reading, std::string_view number) {
  std::string plain;
  const Decimal decimal = decimal_of(number);
  plain = decimal.digits + "e-" + std::to_string(decimal.scale);
  const double value = std::strtod(plain.c_str(), nullptr);
  if (!std::isfinite(value)) return reading.bad(124, {reading.raw});
  reading.expr.value.kind = program::ValueKind::number;
  reading.expr.value.number = value;
  reading.expr.spelling = number_spelling(number);
  return std::nullopt;
}

Problem read_money(Reading& reading, std::string_view number, std::string_view code) {
  const program::Currency currency = program::pack_currency(code);
  const bool known = program::is_iso_currency(currency);
  const int digits = known ? program::currency_digits(currency) : program::kDeclaredDigitsMax;
  const Decimal decimal = decimal_of(number);
  if (decimal.scale > digits) return reading.bad(122, {reading.raw, std::string(code)});
  const std::optional<std::int64_t> minor = scaled(decimal, digits);
  if (!minor) return reading.bad(124, {reading.raw});
  reading.expr.value.kind = program::ValueKind::money;
  reading.expr.value.integer = *minor;
  reading.expr.value.extra = currency;
  reading.expr.spelling = number_spelling(number) + " " + std::string(code);
  return std::nullopt;
}

Problem read_percent(Reading& reading, std::string_view number) {
  const Decimal decimal = decimal_of(number);
  if (decimal.scale > 6 && !scaled(decimal, 6)) return reading.bad(123, {reading.raw});
  const std::optional<std::int64_t> value = scaled(decimal, 6);
  if (!value) return reading.bad(124, {reading.raw});
  reading.expr.value.kind = program::ValueKind::percent;
  reading.expr.value.integer = *value;
  reading.expr.spelling = number_spelling(number) + "%";
  return std::nullopt;
}

constexpr std::int64_t kMsOf[] = {1, 1000, 60'000, 3'600'000, kMsPerDay, 7 * kMsPerDay};

Problem read_duration(Reading& reading, std::string_view number, Unit unit) {
  const Decimal decimal = decimal_of(number);
  reading.expr.value.kind = program::ValueKind::duration;
  reading.expr.spelling = duration_spelling(number_spelling(number), unit);
  const std::string whole = diagnostic::argument(Phrase::smallest_units);
  if (unit == Unit::month || unit == Unit::year) {
    const std::optional<std::int64_t> count = scaled(decimal, 0);
    if (!count) return decimal.scale > 0 ? reading.bad(127, {reading.raw, whole}) : reading.bad(124, {reading.raw});
    const std::int64_t per = unit == Unit::year ? 12 : 1;
    if (*count > INT32_MAX / per) return reading.bad(124, {reading.raw});
    reading.expr.value.extra = static_cast<std::uint32_t>(*count * per);
    return std::nullopt;
  }
  // Nine decimals are kept apart, so that 1.5 hours is exact: count * 1e9 * ms / 1e9.
  const std::optional<std::int64_t> count = scaled(decimal, 9);
  if (!count) return decimal.scale > 9 ? reading.bad(127, {reading.raw, whole}) : reading.bad(124, {reading.raw});
  std::int64_t product = 0;
  const std::int64_t whole_units = *count / 1'000'000'000;
  const std::int64_t rest = *count % 1'000'000'000;
  const std::int64_t ms = kMsOf[static_cast<std::size_t>(unit)];
  if (__builtin_mul_overflow(whole_units, ms, &product) || product > INT64_MAX / 4)
    return reading.bad(124, {reading.raw});
  if (rest * ms % 1'000'000'000 != 0) return reading.bad(127, {reading.raw, whole});
  reading.expr.value.integer = product + rest * ms / 1'000'000'000;
  return std::nullopt;
}

Problem read_time(Reading& reading, const std::string& text) {
  const std::optional<Clock> clock = clock_of(text);
  if (!clock) return reading.bad(121, {reading.raw});
  reading.expr.value.kind = program::ValueKind::time_of_day;
  reading.expr.value.integer = clock->ms;
  reading.expr.spelling = clock->spelling;
  return std::nullopt;
}

Problem read_date(Reading& reading, const std::string& text) {
  const std::optional<Day> day = day_of(text);
  if (!day) return reading.bad(120, {reading.raw});
  reading.expr.value.kind = program::ValueKind::date;
  reading.expr.value.integer = day->days;
  reading.expr.spelling = day->spelling;
  return std::nullopt;
}

/// Date, time and, it may be, an offset from UTC.
Problem read_moment(Reading& reading, const std::string& text) {
  // The date ends where its third number does.
  std::size_t at = text.find('-');
  at = text.find('-', at + 1) + 1;
  std::size_t date_end = at;
  while (date_end < text.size() && text[date_end] >= '0' && text[date_end] <= '9' && date_end < at + 2) ++date_end;
  const std::size_t time_begin = text.find_first_of("0123456789", date_end);
  const std::size_t time_end = std::min(text.find_first_not_of("0123456789:", time_begin), text.size());
  if (const Problem problem = read_date(reading, text.substr(0, date_end))) return problem;
  const std::optional<Clock> clock = clock_of(std::string_view(text).substr(time_begin, time_end - time_begin));
  if (!clock) return reading.bad(121, {text.substr(time_begin, time_end - time_begin)});
  reading.expr.spelling += " " + clock->spelling;
  reading.expr.time_ms = clock->ms;
  if (time_end == text.size()) {
    reading.expr.kind = ExprKind::moment_local;
    return std::nullopt;
  }
  std::int64_t offset_minutes = 0;
  std::string zone = "Z";
  if (text[time_end] != 'Z') {
    std::string digits;
    for (const char c : text.substr(time_end + 1))
      if (c != ':') digits += c;
    const int hours = std::atoi(digits.substr(0, 2).c_str());
    const int minutes = std::atoi(digits.substr(2).c_str());
    if (hours > 18 || minutes > 59) return reading.bad(121, {text.substr(time_end)});
    offset_minutes = (hours * 60 + minutes) * (text[time_end] == '-' ? -1 : 1);
    zone = text[time_end] + digits.substr(0, 2) + ":" + digits.substr(2);
  }
  reading.expr.value.kind = program::ValueKind::moment;
  reading.expr.value.integer = reading.expr.value.integer * kMsPerDay + clock->ms - offset_minutes * 60'000;
  reading.expr.time_ms = 0;
  reading.expr.spelling += zone;
  return std::nullopt;
}

}  // namespace

std::string fold_digits(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at, 2) == "\xEF\xBC" && at + 2 < text.size() && static_cast<unsigned char>(text[at + 2]) >= 0x90 &&
        static_cast<unsigned char>(text[at + 2]) <= 0x99) {
      out += static_cast<char>('0' + (static_cast<unsigned char>(text[at + 2]) - 0x90));
      at += 2;
    } else {
      out += text[at];
    }
  }
  return out;
}

std::string duration_spelling(std::string_view number, Unit unit) {
  static constexpr std::string_view kNames[] = {"millisecond", "second", "minute", "hour",
                                                "day",         "week",   "month",  "year"};
  return std::string(number) + " " + std::string(kNames[static_cast<std::size_t>(unit)]) + (number == "1" ? "" : "s");
}

std::optional<diagnostic::Diagnostic> read_literal(const State& state, Expr& expr) {
  const Literal literal = match_literal(state, expr.span.begin);
  Reading reading{state, expr, std::string(state.source.substr(expr.span.begin, expr.span.end - expr.span.begin))};
  expr.kind = ExprKind::literal;
  const std::string number = ascii_of(std::string_view(reading.raw).substr(0, literal.number_length));
  switch (literal.kind) {
    case LiteralKind::none: break;
    case LiteralKind::number: return read_number(reading, number);
    case LiteralKind::money: {
      const std::string_view word =
          word_at(reading.raw, static_cast<std::uint32_t>(reading.raw.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ")));
      return read_money(reading, number, word.empty() ? "CNY" : word);
    }
    case LiteralKind::percent: return read_percent(reading, number);
    case LiteralKind::duration: return read_duration(reading, number, literal.unit);
    case LiteralKind::date: return read_date(reading, ascii_of(reading.raw));
    case LiteralKind::time_of_day: return read_time(reading, ascii_of(reading.raw));
    case LiteralKind::moment: return read_moment(reading, ascii_of(reading.raw));
  }
  return std::nullopt;
}

void read_unit(Unit unit, Expr& expr) {
  expr.kind = ExprKind::literal;
  expr.value.kind = program::ValueKind::duration;
  expr.spelling = duration_spelling("1", unit);
  if (unit == Unit::month || unit == Unit::year)
    expr.value.extra = unit == Unit::year ? 12 : 1;
  else
    expr.value.integer = kMsOf[static_cast<std::size_t>(unit)];
}

}  // namespace tend::syntax
