// Problems in the words of the catalogue.
#include "dsl/syntax/mistake.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "dsl/syntax/scan.hpp"
#include "dsl/syntax/scan_literal.hpp"
#include "dsl/syntax/sync.hpp"
#include "dsl/text/utf8.hpp"

namespace tend::syntax {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

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
  if (text_at(state.source, at)) {
    const std::uint32_t end = skip_text(state, at);
    if (end - at <= 60) return end;
  }
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
  if (closer && nothing) problem.at = problem.resume = begin;  // the line above is the broken one
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
    problem.diagnostic.help = 3;
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

}  // namespace tend::syntax
