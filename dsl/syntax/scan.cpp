// Bytes to words.
#include "dsl/syntax/scan.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "dsl/diagnostic/suggest.hpp"
#include "dsl/text/utf8.hpp"

namespace tend::syntax {
namespace {

bool starts(std::string_view source, std::size_t at, std::string_view piece) {
  return source.substr(std::min(at, source.size()), piece.size()) == piece;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Twin {
  std::string_view full;
  char ascii;
};

// Source: LANGUAGE §2. `、` and `，` are both commas.
constexpr Twin kTwins[] = {
    {"，", ','}, {"、", ','}, {"､", ','},  {"；", ';'}, {"：", ':'}, {"（", '('}, {"）", ')'}, {"｛", '{'},
    {"｝", '}'}, {"［", '['}, {"］", ']'}, {"＝", '='}, {"＞", '>'}, {"＜", '<'}, {"％", '%'}, {"．", '.'},
    {"｜", '|'}, {"＋", '+'}, {"－", '-'}, {"×", '*'},  {"÷", '/'},  {"！", '!'}, {"／", '/'}, {"＊", '*'},
};

struct UnitRow {
  std::string_view word;
  Unit unit;
  bool bare;     // after `per`, `every`
  bool counted;  // after a number
};

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

const Repair* repair_at(const State& state, std::uint32_t at) {
  for (const Repair& repair : state.repairs)
    if (!repair.replacement.empty() && repair.begin == at) return &repair;
  return nullptr;
}

const Repair* parted_around(const State& state, std::uint32_t at) {
  for (const Repair& repair : state.repairs)
    if (!repair.cuts.empty() && repair.begin <= at && at < repair.end) return &repair;
  return nullptr;
}

/// Whether a Chinese word may end at `end`: no letter follows, or a repair parts the words there.
bool ends_word(const State& state, std::uint32_t end) {
  if (end >= state.source.size() || !text::is_name_start(text::decode(state.source, end).value)) return true;
  if (state.repairs.empty()) return false;
  const Repair* parted = parted_around(state, end);
  return parted != nullptr && std::find(parted->cuts.begin(), parted->cuts.end(), end) != parted->cuts.end();
}

/// The word at `at` as repairs have it, and where it ends in the source.
std::string_view repaired_word(const State& state, std::uint32_t at, std::uint32_t& end) {
  end = word_end(state.source, at);
  if (state.repairs.empty()) return state.source.substr(at, end - at);
  if (const Repair* repair = repair_at(state, at)) {
    end = repair->end;
    return repair->replacement;
  }
  if (const Repair* parted = parted_around(state, at))
    for (const std::uint32_t cut : parted->cuts)
      if (cut > at) {
        end = std::min(end, cut);
        break;
      }
  return state.source.substr(at, end - at);
}

/// Folds one digit; -1 where none.
int digit_at(std::string_view source, std::size_t at, std::uint32_t& length) {
  if (at >= source.size()) return -1;
  if (is_digit(source[at])) {
    length = 1;
    return source[at] - '0';
  }
  if (starts(source, at, "\xEF\xBC") && at + 2 < source.size()) {
    const int value = static_cast<unsigned char>(source[at + 2]) - 0x90;
    if (value >= 0 && value <= 9) {
      length = 3;
      return value;
    }
  }
  return -1;
}

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

std::uint32_t blanks(std::string_view source, std::uint32_t at) {
  while (const std::size_t length = blank_length(source, at)) at += static_cast<std::uint32_t>(length);
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
  if (starts(source, at, "Z")) return word_end(source, at) == at + 1 ? at + 1 : 0;
  if (!starts(source, at, "+") && !starts(source, at, "-")) return 0;
  if (const std::uint32_t both = digits(source, at + 1, 4, 4)) return both;
  const std::uint32_t hours = digits(source, at + 1, 2, 2);
  if (hours == 0 || match_mark(source, hours, ':') == 0) return 0;
  return digits(source, hours + match_mark(source, hours, ':'), 2, 2);
}

std::uint32_t date_end(std::string_view source, std::uint32_t at) {
  const std::uint32_t year = digits(source, at, 4, 4);
  if (year == 0) return 0;
  const bool chinese = starts(source, year, "年");
  const std::uint32_t dash = chinese ? 3 : match_mark(source, year, '-');
  if (dash == 0) return 0;
  const std::uint32_t month = digits(source, year + dash, 1, 2);
  if (month == 0) return 0;
  const std::uint32_t second = chinese ? (starts(source, month, "月") ? 3 : 0) : match_mark(source, month, '-');
  if (second == 0) return 0;
  const std::uint32_t day = digits(source, month + second, 1, 2);
  if (day == 0 || !chinese) return day;
  return starts(source, day, "日") || starts(source, day, "号") ? day + 3 : 0;
}

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
  if (starts(source, at, "万") || starts(source, at, "亿")) at += 3;
  return at;
}

bool is_currency(std::string_view word) {
  if (word.size() < 3 || word.size() > 4 || word[0] < 'A' || word[0] > 'Z') return false;
  return std::all_of(word.begin(), word.end(), [](char c) { return (c >= 'A' && c <= 'Z') || is_digit(c); });
}

std::string_view first_word(std::string_view words) { return words.substr(0, words.find(' ')); }

bool is_builtin(const KeywordRow& row) { return row.group.substr(0, 8) == "built-in"; }

bool begins_keyword(std::string_view word) {
  if (word.empty()) return false;
  if (static_cast<unsigned char>(word[0]) >= 0x80) return chinese_prefix(word) > 0;
  return std::any_of(std::begin(kKeywords), std::end(kKeywords),
                     [&](const KeywordRow& row) { return !is_builtin(row) && first_word(row.en) == word; });
}

/// End of whatever stands at `at`: a word, a number, a mark.
std::uint32_t token_end(const State& state, std::uint32_t at) {
  if (at >= state.source.size() || state.source[at] == '\n') return at;
  if (const std::uint32_t name = match_name(state, at)) return at + name;
  if (const Literal literal = match_literal(state, at); literal.kind != LiteralKind::none) return at + literal.length;
  return at + text::decode(state.source, at).length;
}

std::string token_at(const State& state, std::uint32_t at) {
  return std::string(state.source.substr(at, token_end(state, at) - at));
}

bool known_mark(const State& state, std::uint32_t at) {
  const text::CodePoint point = text::decode(state.source, at);
  if (text::is_name_start(point.value) || point.value == U'“' || point.value == U'”') return true;
  if (point.value >= 0x80)
    return fold(state.source, at).length != 0 || blank_length(state.source, at) != 0 || point.value == U'≥' ||
           point.value == U'≤' || point.value == U'≠';
  return is_digit(static_cast<char>(point.value)) ||
         std::string_view("{}()[],;:.=<>!%|+-*/\"#` \t\r\n").find(static_cast<char>(point.value)) !=
             std::string_view::npos;
}

bool at_line_end(const State& state, std::uint32_t at) {
  return at >= state.source.size() || state.source[at] == '\n' || state.source[at] == '#';
}

/// Goes back over blanks (line breaks too inside brackets) to what stands before `at`; 0 length at a line's begin.
std::string_view token_before(const State& state, std::uint32_t at, std::uint32_t& end) {
  const std::string_view source = state.source;
  end = at;
  const auto back = [&](std::uint32_t from) {
    --from;
    while (from > 0 && (static_cast<unsigned char>(source[from]) & 0xC0) == 0x80) --from;
    return from;
  };
  while (end > 0) {
    const std::uint32_t previous = back(end);
    if (blank_length(source, previous) == 0 && !(state.joined && source[previous] == '\n')) break;
    end = previous;
  }
  if (end == 0) return {};
  std::uint32_t begin = back(end);
  if (source[begin] == '\n') return {};
  if (text::is_name_part(text::decode(source, begin).value))
    while (begin > 0) {
      const std::uint32_t previous = back(begin);
      if (!text::is_name_part(text::decode(source, previous).value)) break;
      begin = previous;
    }
  return source.substr(begin, end - begin);
}

bool wants_name(Phrase phrase) {
  switch (phrase) {
    case Phrase::name:
    case Phrase::field:
    case Phrase::event:
    case Phrase::message:
    case Phrase::segment:
    case Phrase::label:
    case Phrase::channel:
    case Phrase::budget:
    case Phrase::playbook: return true;
    default: return false;
  }
}

void raise_bad_character(const State& state, std::uint32_t at) {
  const std::uint32_t length = text::decode(state.source, at).length;
  raise(state, 144, at, at + length, {std::string(state.source.substr(at, length))});
}

}  // namespace

void children_of(const Nodes& nodes, std::uint32_t parent, std::vector<std::uint32_t>& out) {
  const std::size_t from = out.size();
  for (std::uint32_t next = parent; next > nodes[parent].first;) {
    const std::uint32_t child = next - 1;
    out.push_back(child);
    next = nodes[child].first;
  }
  std::reverse(out.begin() + static_cast<std::ptrdiff_t>(from), out.end());
}

// ---- characters

std::size_t blank_length(std::string_view source, std::size_t at) {
  if (at >= source.size()) return 0;
  const auto c = static_cast<unsigned char>(source[at]);
  if (c < 0x80) return (c <= ' ' && c != '\n') || c == 0x7F ? 1 : 0;
  if (c == 0xC2) return starts(source, at, "\xC2\xA0") ? 2 : 0;
  if (c == 0xE3) return starts(source, at, "\xE3\x80\x80") ? 3 : 0;
  if (c == 0xEF) return starts(source, at, "\xEF\xBB\xBF") ? 3 : 0;
  if (c == 0xE2) {  // the widths of U+2000 to U+200B, U+202F, U+205F
    if (starts(source, at, "\xE2\x80") && at + 2 < source.size()) {
      const auto last = static_cast<unsigned char>(source[at + 2]);
      return last <= 0x8B || last == 0xAF ? 3 : 0;
    }
    return starts(source, at, "\xE2\x81\x9F") ? 3 : 0;
  }
  return 0;
}

std::uint32_t character_length(std::string_view source, std::size_t at) { return text::decode(source, at).length; }

Folded fold(std::string_view source, std::size_t at) {
  if (at >= source.size()) return {};
  const auto c = static_cast<unsigned char>(source[at]);
  if (c < 0x80) return {source[at], 1};
  if (c != 0xEF && c != 0xE3 && c != 0xC3) return {};
  for (const Twin& twin : kTwins)
    if (starts(source, at, twin.full)) return {twin.ascii, static_cast<std::uint32_t>(twin.full.size())};
  return {};
}

std::uint32_t match_mark(std::string_view source, std::size_t at, char wanted) {
  const Folded folded = fold(source, at);
  return folded.value == wanted ? folded.length : 0;
}

// ---- words

std::uint32_t skip(State& state, std::uint32_t at, bool lines) {
  const std::string_view source = state.source;
  for (;;) {
    at = blanks(source, at);
    if (!lines || at >= source.size()) return at;
    if (source[at] == '\n') {
      ++at;
      continue;
    }
    if (source[at] != '#') return at;
    std::uint32_t end = static_cast<std::uint32_t>(std::min(source.find('\n', at), source.size()));
    const std::uint32_t next = end;
    if (end > at && source[end - 1] == '\r') --end;
    if (state.comments.empty() || state.comments.back().span.begin < at) {
      std::uint32_t line = at;
      while (line > 0 && source[line - 1] != '\n') --line;
      state.comments.push_back({state.span(at, end), blanks(source, line) == at});
    }
    at = next;
  }
}

std::uint32_t word_end(std::string_view source, std::uint32_t at) {
  if (at >= source.size()) return at;
  text::CodePoint point = text::decode(source, at);
  if (!text::is_name_start(point.value)) return at;
  do {
    at += point.length;
    if (at >= source.size()) break;
    point = text::decode(source, at);
  } while (text::is_name_part(point.value));
  return at;
}

std::string_view word_at(std::string_view source, std::uint32_t at) {
  return source.substr(std::min<std::size_t>(at, source.size()), word_end(source, at) - at);
}

std::uint32_t match_name(const State& state, std::uint32_t at) {
  if (at >= state.source.size()) return 0;
  if (state.source[at] == '`') {
    const std::size_t close = state.source.find_first_of("`\n", at + 1);
    if (close == std::string_view::npos || state.source[close] == '\n' || close == at + 1) return 0;
    return static_cast<std::uint32_t>(close + 1 - at);
  }
  if (state.repairs.empty()) return word_end(state.source, at) - at;
  std::uint32_t end = at;
  repaired_word(state, at, end);
  return end - at;
}

std::uint32_t match_keyword(const State& state, std::uint32_t at, const KeywordRow& keyword) {
  const std::string_view source = state.source;
  if (at >= source.size()) return 0;
  std::uint32_t end = at;
  std::string_view rest = keyword.en;
  if (!state.repairs.empty()) {
    if (const Repair* repair = repair_at(state, at)) {
      if (repair->replacement == keyword.zh || repair->replacement == keyword.en) return repair->end - at;
      if (first_word(keyword.en) != repair->replacement) return 0;
      rest.remove_prefix(repair->replacement.size());
      end = repair->end;
    }
  }
  if (static_cast<unsigned char>(source[at]) < 0x80) {
    for (const char& c : rest) {
      if (c == ' ') {
        const std::uint32_t next = blanks(source, end);
        if (next == end) return 0;
        end = next;
        if (const Repair* repair = state.repairs.empty() ? nullptr : repair_at(state, end)) {
          if (std::string_view(repair->replacement) == rest.substr(static_cast<std::size_t>(&c - rest.data()) + 1))
            return repair->end - at;
          return 0;
        }
      } else if (end >= source.size() || source[end] != c) {
        return 0;
      } else {
        ++end;
      }
    }
    if (end < source.size() && text::is_name_part(text::decode(source, end).value)) return 0;
    return end - at;
  }
  for (const std::string_view word : {keyword.zh, keyword.alias_zh}) {
    if (word.empty() || !starts(source, at, word)) continue;
    end = at + static_cast<std::uint32_t>(word.size());
    if (ends_word(state, end) || (keyword.glue && parted_around(state, at) == nullptr)) return end - at;
  }
  return 0;
}

std::size_t chinese_prefix(std::string_view text) {
  std::size_t longest = 0;
  const auto consider = [&](std::string_view word) {
    if (!word.empty() && static_cast<unsigned char>(word[0]) >= 0x80 && word.size() > longest &&
        text.substr(0, word.size()) == word)
      longest = word.size();
  };
  for (const KeywordRow& row : kKeywords) {
    if (is_builtin(row)) continue;
    consider(row.zh);
    consider(row.alias_zh);
  }
  for (const UnitRow& unit : kUnits)
    if (unit.counted) consider(unit.word);
  return longest;
}

// ---- literals

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
    if (!(bare ? candidate.bare : candidate.counted) || !starts(state.source, at, candidate.word)) continue;
    const auto end = at + static_cast<std::uint32_t>(candidate.word.size());
    const bool glued = !bare && (starts(state.source, end, "内") || starts(state.source, end, "前") ||
                                 starts(state.source, end, "后"));
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
    const std::uint32_t next = starts(source, date, "T") ? date + 1 : blanks(source, date);
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
  if (starts(source, next, "元") && ends_word(state, next + 3)) {
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
  if (starts(source, at, "≠")) return found(Word::not_equal, 3);
  if (starts(source, at, "≥")) return found(Word::greater_equal, 3);
  if (starts(source, at, "≤")) return found(Word::less_equal, 3);
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

// ---- mistakes

void raise(const State& state, std::uint16_t code, std::uint32_t from, std::uint32_t to,
           std::vector<std::string> arguments) {
  throw Problem{diagnostic::make(code, state.span(from, to), std::move(arguments)), from, from};
}

void raise_expected(const State& state, std::uint32_t at, Phrase phrase) {
  std::uint32_t before_end = at;
  const std::string_view before = token_before(state, at, before_end);
  const bool closer = phrase == Phrase::closing_parenthesis || phrase == Phrase::closing_bracket;
  const bool nothing =
      at_line_end(state, at) ||
      (closer && state.source.substr(before_end, at - before_end).find('\n') != std::string_view::npos);
  Problem problem;
  problem.at = problem.resume = at;
  const std::uint32_t begin = nothing ? before_end : at;
  const text::Span span = state.span(begin, nothing ? begin : token_end(state, at));
  if (!nothing && !known_mark(state, at)) raise_bad_character(state, at);
  if (!nothing && phrase == Phrase::duration) {
    const Literal literal = match_literal(state, at);
    if (literal.kind == LiteralKind::number) {
      raise_unknown_unit(state, at + literal.length);
      problem.diagnostic = diagnostic::make(126, span, {token_at(state, at)});
      problem.diagnostic.help = 5;
      throw problem;
    }
  }
  const std::string_view word = word_at(state.source, at);
  if (wants_name(phrase) && is_reserved(word)) {
    problem.diagnostic = diagnostic::make(106, span, {std::string(word)});
    problem.diagnostic.help = 2;
    problem.diagnostic.help_arguments = {"`" + std::string(word) + "`"};
    problem.diagnostic.fixes = {{span, "`" + std::string(word) + "`"}};
    throw problem;
  }
  const bool quote = !before.empty() && (before.back() == '"' || before == "“" || before == "”");
  if (before.empty() || quote)
    problem.diagnostic = diagnostic::make(101, span, {diagnostic::argument(phrase)});
  else
    problem.diagnostic = diagnostic::make(102, span, {diagnostic::argument(phrase), std::string(before)});
  throw problem;
}

void raise_unknown_unit(const State& state, std::uint32_t after_number) {
  const std::uint32_t at = blanks(state.source, after_number);
  if (!state.repairs.empty() && (repair_at(state, at) != nullptr || parted_around(state, at) != nullptr)) return;
  const std::string_view word = word_at(state.source, at);
  if (word.empty() || begins_keyword(word) || is_reserved(word)) return;
  raise(state, 125, at, at + static_cast<std::uint32_t>(word.size()), {std::string(word)});
}

void raise_left_over(const State& state, std::uint32_t at) {
  if (at < state.source.size() && !known_mark(state, at)) raise_bad_character(state, at);
  Word word = Word::none;
  bool doubled = false;
  if (const std::uint32_t length = match_comparison(state.source, at, word, doubled))
    raise(state, 109, at, at + length);
  raise(state, 104, at, token_end(state, at), {token_at(state, at)});
}

void raise_no_item(const State& state, std::uint32_t at, Phrase phrase) {
  const std::string_view word = word_at(state.source, at);
  if (word.empty()) raise_expected(state, at, phrase);
  raise(state, 103, at, at + static_cast<std::uint32_t>(word.size()),
        {std::string(word), diagnostic::argument(phrase)});
}

void report(State& state, diagnostic::Diagnostic diagnostic) {
  if (!state.full()) state.problems.push_back(std::move(diagnostic));
}

// ---- going on after a mistake

std::uint32_t skip_text(std::string_view source, std::uint32_t at) {
  const auto size = static_cast<std::uint32_t>(source.size());
  if (starts(source, at, "\"\"\"")) {
    const std::size_t close = source.find("\"\"\"", at + 3);
    return close == std::string_view::npos ? size : static_cast<std::uint32_t>(close + 3);
  }
  const bool curly = source[at] != '"';
  at += curly ? 3 : 1;
  bool holes = true;
  while (at < size && source[at] != '\n') {
    if (source[at] == '\\') {
      at += 1 + (at + 1 < size ? text::decode(source, at + 1).length : 0);
      continue;
    }
    if (curly ? starts(source, at, "“") || starts(source, at, "”") : source[at] == '"') return at + (curly ? 3 : 1);
    if (holes && (starts(source, at, "{{") || starts(source, at, "｛｛"))) {
      const std::uint32_t close = sync_hole(source, at);
      holes = close > at;
      if (holes) {
        at = close;
        continue;
      }
    }
    at += text::decode(source, at).length;
  }
  return at;
}

std::uint32_t sync_hole(std::string_view source, std::uint32_t at) {
  const std::uint32_t from = at;
  for (; at < source.size() && source[at] != '\n'; ++at) {
    if (starts(source, at, "}}")) return at + 2;
    if (starts(source, at, "｝｝")) return at + 6;
  }
  return from;
}

namespace {

bool text_at(std::string_view source, std::uint32_t at) {
  return starts(source, at, "\"") || starts(source, at, "“") || starts(source, at, "”");
}

/// Past what stands at `at` and is no brace: a text, a comment, one character.
std::uint32_t step_over(State& state, std::uint32_t at) {
  if (text_at(state.source, at)) return skip_text(state.source, at);
  if (state.source[at] == '#') {
    const auto end = static_cast<std::uint32_t>(std::min(state.source.find('\n', at), state.source.size()));
    return end;
  }
  return at + text::decode(state.source, at).length;
}

}  // namespace

std::uint32_t sync_brace(State& state, std::uint32_t at) {
  const std::string_view source = state.source;
  std::uint32_t line_end = at;
  while (line_end < source.size() && source[line_end] != '\n') {
    const char mark = fold(source, line_end).value;
    if (mark == '{') return line_end;
    if (mark == '}' || mark == ';' || mark == '#') break;
    line_end = step_over(state, line_end);
  }
  return std::min<std::uint32_t>(line_end, static_cast<std::uint32_t>(source.size()));
}

std::uint32_t sync_statement(State& state, std::uint32_t at) {
  const std::string_view source = state.source;
  std::uint32_t depth = 0;
  while (at < source.size()) {
    const Folded folded = fold(source, at);
    switch (folded.value) {
      case '\n':
        if (depth == 0 || declaration_at(state, at + 1)) return at;
        break;
      case ';':
        if (depth == 0) return at;
        break;
      case '{': ++depth; break;
      case '}': {
        if (depth == 0) return at;
        at += folded.length;
        if (--depth > 0) continue;
        const std::uint32_t next = skip(state, at, true);
        if (match_keyword(state, next, row(Keyword::else_)) == 0) return at;
        at = next;
        continue;
      }
      default: break;
    }
    at = step_over(state, at);
  }
  return static_cast<std::uint32_t>(source.size());
}

bool declaration_at(const State& state, std::uint32_t at) {
  static constexpr Keyword kDeclarations[] = {
      Keyword::playbook, Keyword::customer, Keyword::event,  Keyword::activity_is, Keyword::trait_,
      Keyword::segment,  Keyword::message,  Keyword::policy, Keyword::budget,      Keyword::template_,
      Keyword::use,      Keyword::test,     Keyword::party,  Keyword::currency,    Keyword::extern_function};
  for (const Keyword keyword : kDeclarations) {
    const std::uint32_t length = match_keyword(state, at, row(keyword));
    if (length == 0) continue;
    const std::uint32_t next = blanks(state.source, at + length);
    return match_name(state, next) != 0 || text_at(state.source, next) || match_mark(state.source, next, '{') != 0;
  }
  return false;
}

namespace {

/// Where the words of a Chinese run without blanks end: keywords and numbers with their units as long as possible,
/// names between.
std::vector<std::uint32_t> cuts_of(const State& state, std::uint32_t begin, std::uint32_t end) {
  std::vector<std::uint32_t> cuts;
  std::uint32_t length = 0;
  for (std::uint32_t at = begin; at < end;) {
    const std::string_view rest = state.source.substr(at, end - at);
    if (digit_at(state.source, at, length) >= 0) {
      while (at < end && digit_at(state.source, at, length) >= 0) at += length;
      for (const UnitRow& unit : kUnits)
        if (unit.counted && starts(state.source, at, unit.word) && at + unit.word.size() <= end) {
          at += static_cast<std::uint32_t>(unit.word.size());
          break;
        }
    } else if (const std::size_t keyword = chinese_prefix(rest)) {
      at += static_cast<std::uint32_t>(keyword);
    } else {  // a name: up to a number, or a keyword of more than one character
      do at += text::decode(state.source, at).length;
      while (at < end && digit_at(state.source, at, length) < 0 &&
             chinese_prefix(state.source.substr(at, end - at)) <= 3);
    }
    cuts.push_back(at);
  }
  return cuts;
}

std::string parted_text(const State& state, const Repair& repair) {
  std::string out;
  std::uint32_t from = repair.begin;
  for (const std::uint32_t cut : repair.cuts) {
    if (!out.empty()) out += ' ';
    out += state.source.substr(from, cut - from);
    from = cut;
  }
  return out;
}

void guess_parting(const State& state, std::uint32_t at, std::vector<Repair>& out) {
  const std::uint32_t end = word_end(state.source, at);
  if (end == at || static_cast<unsigned char>(state.source[at]) < 0x80 || parted_around(state, at) != nullptr) return;
  const std::size_t prefix = chinese_prefix(state.source.substr(at, end - at));
  if (prefix == 0 || at + prefix >= end) return;
  out.push_back({at, end, {}, cuts_of(state, at, end)});
}

/// Whether `word` is, as it stands, a word of some keyword or a unit.
bool is_word_of_language(std::string_view word) {
  for (const KeywordRow& row : kKeywords) {
    if (is_builtin(row)) continue;
    if (row.zh == word || row.alias_zh == word) return true;
    for (std::string_view words = row.en; !words.empty();) {
      const std::string_view one = first_word(words);
      if (one == word) return true;
      words.remove_prefix(std::min(words.size(), one.size() + 1));
    }
  }
  return std::any_of(std::begin(kUnits), std::end(kUnits), [&](const UnitRow& unit) { return unit.word == word; });
}

void guess_spelling(const State& state, std::uint32_t at, std::vector<Repair>& out) {
  const std::uint32_t end = word_end(state.source, at);
  if (end == at || repair_at(state, at) != nullptr) return;
  const std::string_view word = state.source.substr(at, end - at);
  if (is_word_of_language(word)) return;  // well spelt, in a place where it does not belong
  std::vector<std::tuple<std::uint32_t, std::size_t, std::string_view>> near;
  const auto points = static_cast<std::size_t>(
      std::count_if(word.begin(), word.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  const auto limit = static_cast<std::uint32_t>(std::max<std::size_t>(1, points / 3));
  const auto consider = [&](std::string_view candidate) {
    if (candidate.empty() || candidate == word ||
        (static_cast<unsigned char>(candidate[0]) < 0x80) != (static_cast<unsigned char>(word[0]) < 0x80))
      return;
    const std::uint32_t distance = diagnostic::edit_distance(word, candidate);
    if (distance <= limit && distance < points)
      near.emplace_back(distance, std::max(candidate.size(), word.size()) - std::min(candidate.size(), word.size()),
                        candidate);
  };
  for (const KeywordRow& row : kKeywords) {
    if (is_builtin(row)) continue;
    for (std::string_view words = row.en; !words.empty();) {
      const std::string_view one = first_word(words);
      consider(one);
      words.remove_prefix(std::min(words.size(), one.size() + 1));
    }
    consider(row.zh);
  }
  for (const UnitRow& unit : kUnits) consider(unit.word);
  std::sort(near.begin(), near.end());
  near.erase(std::unique(near.begin(), near.end()), near.end());
  if (near.size() > 6) near.resize(6);
  for (const auto& [distance, difference, candidate] : near) out.push_back({at, end, std::string(candidate), {}});
}

}  // namespace

std::vector<Repair> guess(const State& state, const Problem& problem) {
  std::vector<Repair> out;
  guess_parting(state, problem.at, out);
  std::uint32_t end = 0;
  const std::string_view before = token_before(state, problem.at, end);
  if (!before.empty()) guess_parting(state, end - static_cast<std::uint32_t>(before.size()), out);
  guess_spelling(state, problem.at, out);
  if (!before.empty()) guess_spelling(state, end - static_cast<std::uint32_t>(before.size()), out);
  return out;
}

diagnostic::Diagnostic repaired(const State& state, const Problem& problem, const Repair& repair) {
  const text::Span span = state.span(repair.begin, repair.end);
  if (!repair.cuts.empty()) {
    const std::string parted = parted_text(state, repair);
    diagnostic::Diagnostic diagnostic = diagnostic::make(
        105, span, {std::string(state.source.substr(repair.begin, repair.end - repair.begin)), parted});
    diagnostic.fixes = {{span, parted}};
    return diagnostic;
  }
  diagnostic::Diagnostic diagnostic = problem.diagnostic;
  if (repair.begin != problem.at)
    diagnostic =
        diagnostic::make(115, span, {std::string(state.source.substr(repair.begin, repair.end - repair.begin))});
  diagnostic.span = span;
  diagnostic.help = 1;
  diagnostic.help_arguments = {repair.replacement};
  diagnostic.fixes = {{span, repair.replacement}};
  return diagnostic;
}

}  // namespace tend::syntax
