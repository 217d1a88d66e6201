// Literals and operators in the text.
#include "dsl/syntax/scan_literal.hpp"

#include <algorithm>

#include "dsl/syntax/scan.hpp"

namespace tend::syntax {
namespace {

constexpr UnitRow kUnits[] = {
    {"milliseconds", Unit::millisecond, false, true},
    {"millisecond", Unit::millisecond, true, true},
    {"seconds", Unit::second, false, true},
    {"second", Unit::second, true, true},
    {"minutes", Unit::minute, false, true},
    {"minute", Unit::minute, true, true},
    {"hours", Unit::hour, false, true},
    {"hour", Unit::hour, true, true},
    {"days", Unit::day, false, true},
    {"day", Unit::day, true, true},
    {"weeks", Unit::week, false, true},
    {"week", Unit::week, true, true},
    {"months", Unit::month, false, true},
    {"month", Unit::month, true, true},
    {"years", Unit::year, false, true},
    {"year", Unit::year, true, true},
    {"毫秒", Unit::millisecond, true, true},
    {"秒", Unit::second, true, true},
    {"分钟", Unit::minute, true, true},
    {"小时", Unit::hour, true, true},
    {"个小时", Unit::hour, false, true},
    {"天", Unit::day, true, true},
    {"日", Unit::day, true, false},
    {"周", Unit::week, true, true},
    {"个星期", Unit::week, false, true},
    {"星期", Unit::week, true, true},
    {"个月", Unit::month, false, true},
    {"月", Unit::month, true, false},
    {"年", Unit::year, true, true},
};

/// End of `least` to `most` digits at `at`; 0 where there are fewer, or where another digit follows.
std::uint32_t digits(std::string_view source, std::uint32_t at, int least, int most) {
  int count = 0;
  std::uint32_t length = 0;
  while (count < most && digit_at(source, at, length) >= 0) {
    at += length;
    ++count;
  }
  if (count < least || digit_at(source, at, length) >= 0) return 0;
  return at;
}

std::uint32_t time_end(std::string_view source, std::uint32_t at) {
  std::uint32_t end = digits(source, at, 1, 2);
  if (end == 0) return 0;
  for (int part = 0; part < 2; ++part) {
    const std::uint32_t colon = match_mark(source, end, ':');
    const std::uint32_t next = colon == 0 ? 0 : digits(source, end + colon, 2, 2);
    if (next == 0) return part == 0 ? 0 : end;
    end = next;
  }
  return end;
}

std::uint32_t zone_end(std::string_view source, std::uint32_t at) {
  if (stands(source, at, "Z")) return word_end(source, at) == at + 1 ? at + 1 : 0;
  if (!stands(source, at, "+") && !stands(source, at, "-")) return 0;
  if (const std::uint32_t both = digits(source, at + 1, 4, 4)) return both;
  const std::uint32_t hours = digits(source, at + 1, 2, 2);
  if (hours == 0 || match_mark(source, hours, ':') == 0) return 0;
  return digits(source, hours + match_mark(source, hours, ':'), 2, 2);
}

std::uint32_t date_end(std::string_view source, std::uint32_t at) {
  const std::uint32_t year = digits(source, at, 4, 4);
  if (year == 0) return 0;
  const bool chinese = stands(source, year, "年");
  const std::uint32_t dash = chinese ? 3 : match_mark(source, year, '-');
  if (dash == 0) return 0;
  const std::uint32_t month = digits(source, year + dash, 1, 2);
  if (month == 0) return 0;
  const std::uint32_t second = chinese ? (stands(source, month, "月") ? 3 : 0) : match_mark(source, month, '-');
  if (second == 0) return 0;
  const std::uint32_t day = digits(source, month + second, 1, 2);
  if (day == 0 || !chinese) return day;
  return stands(source, day, "日") || stands(source, day, "号") ? day + 3 : 0;
}

bool is_currency(std::string_view word) {
  if (word.size() < 3 || word.size() > 4 || word[0] < 'A' || word[0] > 'Z') return false;
  return std::all_of(word.begin(), word.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

}  // namespace

std::span<const UnitRow> unit_rows() { return kUnits; }

std::uint32_t number_end(std::string_view source, std::uint32_t at) {
  std::uint32_t length = 0;
  const auto run = [&] {
    while (at < source.size()) {
      if (digit_at(source, at, length) >= 0) {
        at += length;
      } else if (source[at] == '_' && digit_at(source, at + 1, length) >= 0) {
        ++at;
      } else {
        break;
      }
    }
  };
  if (digit_at(source, at, length) < 0) return 0;
  run();
  const std::uint32_t dot = match_mark(source, at, '.');
  if (dot != 0 && digit_at(source, at + dot, length) >= 0) {
    at += dot;
    run();
  }
  if (stands(source, at, "万") || stands(source, at, "亿")) at += 3;
  return at;
}

std::uint32_t match_unit(const State& state, std::uint32_t at, bool bare, Unit& unit) {
  if (at >= state.source.size()) return 0;
  if (static_cast<unsigned char>(state.source[at]) < 0x80) {
    std::uint32_t end = at;
    const std::string_view word = repaired_word(state, at, end);
    for (const UnitRow& candidate : kUnits) {
      if (candidate.word != word || !(bare ? candidate.bare : candidate.counted)) continue;
      unit = candidate.unit;
      return end - at;
    }
    return 0;
  }
  for (const UnitRow& candidate : kUnits) {
    if (!(bare ? candidate.bare : candidate.counted) || !stands(state.source, at, candidate.word)) continue;
    const auto end = at + static_cast<std::uint32_t>(candidate.word.size());
    const bool glued = !bare && (stands(state.source, end, "内") || stands(state.source, end, "前") ||
                                 stands(state.source, end, "后"));
    if (!glued && !ends_word(state, end)) continue;
    unit = candidate.unit;
    return end - at;
  }
  return 0;
}

Literal match_literal(const State& state, std::uint32_t at) {
  const std::string_view source = state.source;
  Literal literal;
  std::uint32_t length = 0;
  if (digit_at(source, at, length) < 0) return literal;
  if (const std::uint32_t date = date_end(source, at)) {
    const std::uint32_t next = stands(source, date, "T") ? date + 1 : blanks(source, date);
    const std::uint32_t time = time_end(source, next);
    literal.kind = time == 0 ? LiteralKind::date : LiteralKind::moment;
    std::uint32_t end = time == 0 ? date : time;
    if (time != 0)
      if (const std::uint32_t zone = zone_end(source, time)) end = zone;
    literal.length = end - at;
    return literal;
  }
  if (const std::uint32_t time = time_end(source, at)) {
    literal.kind = LiteralKind::time_of_day;
    literal.length = time - at;
    return literal;
  }
  const std::uint32_t end = number_end(source, at);
  literal.kind = LiteralKind::number;
  literal.length = literal.number_length = end - at;
  const std::uint32_t next = blanks(source, end);
  if (const std::uint32_t percent = match_mark(source, next, '%')) {
    literal.kind = LiteralKind::percent;
    literal.length = next + percent - at;
    return literal;
  }
  if (stands(source, next, "元") && ends_word(state, next + 3)) {
    literal.kind = LiteralKind::money;
    literal.length = next + 3 - at;
    return literal;
  }
  if (const std::string_view word = word_at(source, next); is_currency(word)) {
    literal.kind = LiteralKind::money;
    literal.length = next + static_cast<std::uint32_t>(word.size()) - at;
    return literal;
  }
  if (const std::uint32_t unit = match_unit(state, next, false, literal.unit)) {
    literal.kind = LiteralKind::duration;
    literal.length = next + unit - at;
  }
  return literal;
}

std::uint32_t match_comparison(std::string_view source, std::uint32_t at, Word& word, bool& doubled) {
  doubled = false;
  const auto found = [&](Word value, std::uint32_t length) {
    word = value;
    return length;
  };
  if (stands(source, at, "≠")) return found(Word::not_equal, 3);
  if (stands(source, at, "≥")) return found(Word::greater_equal, 3);
  if (stands(source, at, "≤")) return found(Word::less_equal, 3);
  const Folded first = fold(source, at);
  const std::uint32_t equal = match_mark(source, at + first.length, '=');
  switch (first.value) {
    case '!': return equal == 0 ? 0 : found(Word::not_equal, first.length + equal);
    case '<': return found(equal == 0 ? Word::less : Word::less_equal, first.length + equal);
    case '>': return found(equal == 0 ? Word::greater : Word::greater_equal, first.length + equal);
    case '=': doubled = equal != 0; return found(Word::equal, first.length + equal);
    default: return 0;
  }
}

std::uint32_t match_lunar_day(std::string_view source, std::uint32_t at) {
  const std::uint32_t month = digits(source, at, 1, 2);
  const std::uint32_t dash = month == 0 ? 0 : match_mark(source, month, '-');
  const std::uint32_t day = dash == 0 ? 0 : digits(source, month + dash, 1, 2);
  return day == 0 ? 0 : day - at;
}

}  // namespace tend::syntax
