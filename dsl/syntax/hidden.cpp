// Looking for what nobody can see.
#include "dsl/syntax/hidden.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "dsl/syntax/mistake.hpp"
#include "dsl/syntax/scan.hpp"
#include "dsl/syntax/sync.hpp"
#include "dsl/text/utf8.hpp"

namespace tend::syntax {
namespace {

bool is_opening(char32_t c) { return c == 0x202A || c == 0x202B || c == 0x202D || c == 0x202E; }  // closed by U+202C
bool is_isolate(char32_t c) { return c >= 0x2066 && c <= 0x2068; }                                // closed by U+2069
bool turns_round(char32_t c) { return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }
/// Marks: they turn nothing that is open, but move what stands beside them.
bool is_mark(char32_t c) { return c == 0x200E || c == 0x200F || c == 0x061C; }
bool has_no_width(char32_t c) {
  return (c >= 0x200B && c <= 0x200D) || c == 0x2060 || c == 0xFEFF || c == 0x00AD || c == 0x180E;
}

std::string number_of(char32_t c) {
  char number[12];
  std::snprintf(number, sizeof number, "U+%04X", static_cast<unsigned>(c));
  return number;
}

/// The letter that `c` is mistaken for; 0 where there is none. Full-width letters, and the Greek and Cyrillic ones that
/// most typefaces draw as Latin.
char twin_of(char32_t c) {
  if (c >= 0xFF21 && c <= 0xFF3A) return static_cast<char>('A' + (c - 0xFF21));
  if (c >= 0xFF41 && c <= 0xFF5A) return static_cast<char>('a' + (c - 0xFF41));
  struct Pair {
    char32_t other;
    char latin;
  };
  static constexpr Pair kPairs[] = {
      {U'а', 'a'}, {U'е', 'e'}, {U'о', 'o'}, {U'р', 'p'}, {U'с', 'c'}, {U'у', 'y'}, {U'х', 'x'}, {U'ѕ', 's'},
      {U'і', 'i'}, {U'ј', 'j'}, {U'һ', 'h'}, {U'ԁ', 'd'}, {U'ԛ', 'q'}, {U'ԝ', 'w'}, {U'А', 'A'}, {U'В', 'B'},
      {U'Е', 'E'}, {U'К', 'K'}, {U'М', 'M'}, {U'Н', 'H'}, {U'О', 'O'}, {U'Р', 'P'}, {U'С', 'C'}, {U'Т', 'T'},
      {U'У', 'Y'}, {U'Х', 'X'}, {U'Ѕ', 'S'}, {U'І', 'I'}, {U'Ј', 'J'}, {U'Α', 'A'}, {U'Β', 'B'}, {U'Ε', 'E'},
      {U'Ζ', 'Z'}, {U'Η', 'H'}, {U'Ι', 'I'}, {U'Κ', 'K'}, {U'Μ', 'M'}, {U'Ν', 'N'}, {U'Ο', 'O'}, {U'Ρ', 'P'},
      {U'Τ', 'T'}, {U'Υ', 'Y'}, {U'Χ', 'X'}, {U'ο', 'o'}, {U'ν', 'v'}, {U'ɑ', 'a'}, {U'ɡ', 'g'}, {U'ı', 'i'},
  };
  for (const Pair& pair : kPairs)
    if (pair.other == c) return pair.latin;
  return 0;
}

struct Range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

// What stands before `at` in UTF-8.
char32_t before(std::string_view source, std::uint32_t at) {
  do --at;
  while (at > 0 && (static_cast<unsigned char>(source[at]) & 0xC0) == 0x80);
  return text::decode(source, at).value;
}

class Hidden {
 public:
  explicit Hidden(State& state) : state_(state), source_(state.source) {}

  void look() {
    for (std::uint32_t at = 0; at < source_.size();) {
      const std::uint32_t length = hidden_length(source_, at);
      if (length == 0) {
        ++at;  // the bytes inside a character begin none
      } else if (const Range* range = text_around(at)) {
        at = turns_round(text::decode(source_, at).value) ? rest_of_line(at, range->end) : at + length;
      } else {
        at = between_words(at);
      }
    }
    drop_echoes();
    for (diagnostic::Diagnostic& mistake : told_) report(state_, std::move(mistake));
  }

 private:
  /// The text or comment that holds `at`.
  const Range* text_around(std::uint32_t at) {
    if (!knows_texts_) find_texts();
    auto after = std::upper_bound(texts_.begin(), texts_.end(), at,
                                  [](std::uint32_t place, const Range& range) { return place < range.begin; });
    if (after == texts_.begin() || at >= (--after)->end) return nullptr;
    return &*after;
  }

  /// Asked for only where there is something hidden. What was skipped after a mistake holds texts too.
  void find_texts() {
    knows_texts_ = true;
    for (const Comment& comment : state_.comments) texts_.push_back({comment.span.begin, comment.span.end});
    for (const Node& node : state_.nodes) {
      if (node.kind == NodeKind::chunk) texts_.push_back({node.begin, node.end});
      if (node.kind != NodeKind::error) continue;
      for (std::uint32_t at = node.begin; at < node.end;) {
        std::uint32_t end = at;
        if (text_at(source_, at)) end = skip_text(state_, at);
        if (source_[at] == '#') end = static_cast<std::uint32_t>(std::min(source_.find('\n', at), source_.size()));
        if (end > at) texts_.push_back({at, end});
        at = std::max(end, at + 1);
      }
    }
    std::sort(texts_.begin(), texts_.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
  }

  /// A run of hidden characters outside of texts. Returns its end.
  std::uint32_t between_words(std::uint32_t begin) {
    bool turning = false;
    std::uint32_t end = begin;
    while (const std::uint32_t length = hidden_length(source_, end)) {
      const char32_t c = text::decode(source_, end).value;
      if (turns_round(c) || is_mark(c)) {
        tell(145, end, end + length, c);
        turning = true;
      }
      end += length;
    }
    const bool word_before = begin > 0 && text::is_name_part(before(source_, begin));
    const bool word_after = end < source_.size() && text::is_name_part(text::decode(source_, end).value);
    if (word_before && word_after && !turning) tell(147, begin, end, text::decode(source_, begin).value);
    return end;
  }

  /// What is opened in a text or comment has to be closed on its line, the last opened first, and before any `{{`.
  /// Returns where the line or the text ends.
  std::uint32_t rest_of_line(std::uint32_t at, std::uint32_t end) {
    struct Open {
      std::uint32_t at;
      char32_t by;
    };
    std::vector<Open> open;
    const auto say = [&](std::uint32_t place) {
      const text::CodePoint point = text::decode(source_, place);
      tell(146, place, place + point.length, point.value);
    };
    while (at < end && source_[at] != '\n') {
      const text::CodePoint point = text::decode(source_, at);
      if (is_opening(point.value) || is_isolate(point.value)) {
        open.push_back({at, is_isolate(point.value) ? char32_t{0x2069} : char32_t{0x202C}});
      } else if (turns_round(point.value)) {
        if (open.empty() || open.back().by != point.value) {
          say(at);
        } else {
          open.pop_back();
        }
      }
      at += point.length;
    }
    for (const Open& one : open) say(one.at);
    return at;
  }

  void tell(std::uint16_t code, std::uint32_t from, std::uint32_t to, char32_t first) {
    if (told_.size() >= limits::kSyntaxDiagnosticsMax) return;
    diagnostic::Diagnostic mistake = diagnostic::make(code, state_.span(from, to), {number_of(first)});
    mistake.fixes = {{state_.span(from, to), ""}};
    told_.push_back(std::move(mistake));
  }

  /// Other mistakes on the line of a hidden character come from it, most likely.
  void drop_echoes() {
    if (told_.empty()) return;
    std::vector<std::uint32_t> places;
    for (const diagnostic::Diagnostic& one : told_) places.push_back(one.span.begin);
    std::sort(places.begin(), places.end());
    const auto echo = [&](const diagnostic::Diagnostic& one) {
      std::uint32_t line = one.span.begin;
      while (line > 0 && source_[line - 1] != '\n') --line;
      const std::size_t end = std::min(source_.find('\n', one.span.begin), source_.size());
      const auto place = std::lower_bound(places.begin(), places.end(), line);
      return place != places.end() && *place <= end;
    };
    std::erase_if(state_.problems, echo);
    std::erase_if(state_.repaired, echo);
  }

  State& state_;
  std::string_view source_;
  bool knows_texts_ = false;
  std::vector<Range> texts_;  // where such characters may stand: chunks of texts, comments; in order
  std::vector<diagnostic::Diagnostic> told_;
};

void check_look_alike(State& state, const Node& node, std::string_view name, bool latin) {
  std::string meant, first;
  char32_t other = 0;
  for (std::size_t at = 0; at < name.size();) {
    const text::CodePoint point = text::decode(name, at);
    const std::string_view character = name.substr(at, point.length);
    at += point.length;
    const char twin = latin || point.value >= 0xFF00 ? twin_of(point.value) : '\0';
    if (twin == 0) {
      meant += character;
      continue;
    }
    meant += twin;
    if (other != 0) continue;
    other = point.value;
    first = character;
  }
  if (other == 0) return;
  const text::Span span = state.span(node.begin, node.end);
  diagnostic::Diagnostic mistake = diagnostic::make(139, span, {std::string(name), first, number_of(other)});
  mistake.help = 2;
  mistake.help_arguments = {meant};
  mistake.fixes = {{span, meant}};
  report(state, std::move(mistake));
}

/// Full-width letters in any name; look-alikes in names that have Latin letters too.
void check_look_alikes(State& state) {
  for (const Node& node : state.nodes) {
    if (node.kind != NodeKind::name) continue;
    const std::string_view name = state.source.substr(node.begin, node.end - node.begin);
    bool latin = false, other = false;
    for (const char c : name) {
      latin = latin || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      other = other || static_cast<unsigned char>(c) >= 0x80;
    }
    if (other && !state.full()) check_look_alike(state, node, name, latin);
  }
}

}  // namespace

std::uint32_t hidden_length(std::string_view source, std::size_t at) {
  if (at >= source.size()) return 0;
  switch (static_cast<unsigned char>(source[at])) {
    case 0xC2:
    case 0xD8:
    case 0xE1:
    case 0xE2:
    case 0xEF: break;
    default: return 0;  // most characters, without decoding
  }
  const text::CodePoint point = text::decode(source, at);
  return turns_round(point.value) || is_mark(point.value) || has_no_width(point.value) ? point.length : 0;
}

void check_hidden(State& state) {
  Hidden(state).look();
  check_look_alikes(state);
}

}  // namespace tend::syntax
