// Bytes to words.
#include "dsl/syntax/scan.hpp"

#include <algorithm>
#include <iterator>

#include "dsl/syntax/hidden.hpp"
#include "dsl/syntax/scan_literal.hpp"
#include "dsl/text/utf8.hpp"

namespace tend::syntax {
namespace {

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

bool stands(std::string_view source, std::size_t at, std::string_view piece) {
  return source.substr(std::min(at, source.size()), piece.size()) == piece;
}

std::size_t blank_length(std::string_view source, std::size_t at) {
  if (at >= source.size()) return 0;
  const auto c = static_cast<unsigned char>(source[at]);
  if (c < 0x80) return (c <= ' ' && c != '\n') || c == 0x7F ? 1 : 0;
  if (c == 0xC2 && stands(source, at, "\xC2\xA0")) return 2;
  if (c == 0xE3) return stands(source, at, "\xE3\x80\x80") ? 3 : 0;
  if (c == 0xE2) {  // the widths of U+2000 to U+200A, U+202F, U+205F
    if (stands(source, at, "\xE2\x81\x9F")) return 3;
    if (stands(source, at, "\xE2\x80") && at + 2 < source.size()) {
      const auto last = static_cast<unsigned char>(source[at + 2]);
      if (last <= 0x8A || last == 0xAF) return 3;
    }
  }
  return hidden_length(source, at);
}

std::uint32_t character_length(std::string_view source, std::size_t at) { return text::decode(source, at).length; }

Folded fold(std::string_view source, std::size_t at) {
  if (at >= source.size()) return {};
  const auto c = static_cast<unsigned char>(source[at]);
  if (c < 0x80) return {source[at], 1};
  if (c != 0xEF && c != 0xE3 && c != 0xC3) return {};
  for (const Twin& twin : kTwins)
    if (stands(source, at, twin.full)) return {twin.ascii, static_cast<std::uint32_t>(twin.full.size())};
  return {};
}

std::uint32_t match_mark(std::string_view source, std::size_t at, char wanted) {
  const Folded folded = fold(source, at);
  return folded.value == wanted ? folded.length : 0;
}

int digit_at(std::string_view source, std::size_t at, std::uint32_t& length) {
  if (at >= source.size()) return -1;
  if (source[at] >= '0' && source[at] <= '9') {
    length = 1;
    return source[at] - '0';
  }
  if (stands(source, at, "\xEF\xBC") && at + 2 < source.size()) {
    const int value = static_cast<unsigned char>(source[at + 2]) - 0x90;
    if (value >= 0 && value <= 9) {
      length = 3;
      return value;
    }
  }
  return -1;
}

bool text_at(std::string_view source, std::uint32_t at) {
  return stands(source, at, "\"") || stands(source, at, "“") || stands(source, at, "”");
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
    if (word.empty() || !stands(source, at, word)) continue;
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
  for (const UnitRow& unit : unit_rows())
    if (unit.counted) consider(unit.word);
  return longest;
}

std::uint32_t blanks(std::string_view source, std::uint32_t at) {
  while (const std::size_t length = blank_length(source, at)) at += static_cast<std::uint32_t>(length);
  return at;
}

std::string_view first_word(std::string_view words) { return words.substr(0, words.find(' ')); }

bool is_builtin(const KeywordRow& row) { return row.group.substr(0, 8) == "built-in"; }

// ---- words under repair

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

bool ends_word(const State& state, std::uint32_t end) {
  if (end >= state.source.size() || !text::is_name_start(text::decode(state.source, end).value)) return true;
  if (state.repairs.empty()) return false;
  const Repair* parted = parted_around(state, end);
  return parted != nullptr && std::find(parted->cuts.begin(), parted->cuts.end(), end) != parted->cuts.end();
}

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

}  // namespace tend::syntax
