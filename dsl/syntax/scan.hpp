// Bytes to words: blanks, names, keywords, punctuation, literals. Everything below the grammar, free of PEGTL; and the
// state that a parse carries along.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/diagnostic/catalogue.hpp"
#include "dsl/syntax/keywords.hpp"
#include "dsl/syntax/limits.hpp"
#include "dsl/syntax/node.hpp"
#include "dsl/syntax/tree.hpp"

namespace tend::syntax {

using diagnostic::Phrase;

/// A mistake on its way to the nearest place that can go on: thrown inside dsl/syntax only.
struct Problem {
  diagnostic::Diagnostic diagnostic;
  std::uint32_t at = 0;      // the word that was not understood begins here
  std::uint32_t resume = 0;  // skipping begins here
};

/// A guess at what a word was meant to be. Either another spelling, or where its words should be parted.
struct Repair {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::string replacement;          // empty: parted at `cuts`
  std::vector<std::uint32_t> cuts;  // where its parts end, the last at `end`
};

struct State {
  std::string_view source;
  std::uint32_t file = 0;
  bool joined = false;   // line breaks are blanks: a ( [ or {{ is open
  bool closing = false;  // a missing } has been reported: the blocks around close without a word
  std::uint32_t depth = 0;
  std::uint32_t block_end = ~0u;    // where the last block ended: a statement may end there
  std::uint32_t quiet_brace = ~0u;  // a head was skipped up to here: a missing { has been spoken for
  std::size_t repair_cost = 0;      // bytes read again for the sake of guesses
  Nodes nodes;
  std::vector<diagnostic::Diagnostic> problems;
  std::vector<diagnostic::Diagnostic> repaired;
  std::vector<Repair> repairs;
  std::vector<Comment> comments;

  const char* begin() const { return source.data(); }
  const char* end() const { return source.data() + source.size(); }
  std::uint32_t offset(const char* p) const { return static_cast<std::uint32_t>(p - source.data()); }
  Span span(std::uint32_t from, std::uint32_t to) const { return {file, from, to}; }
  bool full() const { return problems.size() + repaired.size() >= kSyntaxDiagnosticsMax; }

  /// Forgets what failed alternatives left behind.
  void drop_stale(std::uint32_t at) {
    while (!nodes.empty() && nodes.back().end > at) nodes.pop_back();
  }
  void leaf(NodeKind kind, std::uint16_t aux, std::uint32_t from, std::uint32_t to) {
    drop_stale(from);
    nodes.push_back({kind, aux, from, to, static_cast<std::uint32_t>(nodes.size())});
  }
};

// ---- characters
/// Length of one blank at `at` (space, tab, no-break and ideographic space, stray BOM, control characters), 0 where
/// none.
std::size_t blank_length(std::string_view source, std::size_t at);
/// Bytes of the character at `at`. Requires: at < source.size().
std::uint32_t character_length(std::string_view source, std::size_t at);
/// The ASCII twin of the character at `at` and its length; 0 where there is no such punctuation.
struct Folded {
  char value = 0;
  std::uint32_t length = 0;
};
Folded fold(std::string_view source, std::size_t at);
/// Length of the punctuation `wanted`, ASCII or full-width; `,` is `、` as well. 0 where it does not stand there.
std::uint32_t match_mark(std::string_view source, std::size_t at, char wanted);

// ---- words
/// Skips blanks; with `lines` line breaks and comments too (which are noted down).
std::uint32_t skip(State& state, std::uint32_t at, bool lines);
/// End of the run of letters and digits at `at` (repairs aside); `at` where none begins.
std::uint32_t word_end(std::string_view source, std::uint32_t at);
/// The word at `at`, empty where none begins.
std::string_view word_at(std::string_view source, std::uint32_t at);
/// Length of a name at `at`, back-quoted ones too; 0 where none.
std::uint32_t match_name(const State& state, std::uint32_t at);
/// Length of a keyword at `at`; 0 where it does not stand there. A keyword ends where no letter follows.
std::uint32_t match_keyword(const State& state, std::uint32_t at, const KeywordRow& keyword);
/// The longest Chinese keyword, or unit of time, that `text` begins with; 0 where none.
std::size_t chinese_prefix(std::string_view text);

// ---- literals
enum class LiteralKind : std::uint8_t { none, number, money, percent, duration, date, time_of_day, moment };
enum class Unit : std::uint8_t { millisecond, second, minute, hour, day, week, month, year };

struct Literal {
  LiteralKind kind = LiteralKind::none;
  std::uint32_t length = 0;
  std::uint32_t number_length = 0;  // of the digits in front, 万 included
  Unit unit = Unit::day;
};
Literal match_literal(const State& state, std::uint32_t at);
/// A bare unit of time (`month`, 月): its length, 0 where none.
std::uint32_t match_unit(const State& state, std::uint32_t at, bool bare, Unit& unit);
/// Length of an operator, and which; 0 where none.
std::uint32_t match_comparison(std::string_view source, std::uint32_t at, Word& word, bool& doubled);
/// Length of `8-15`.
std::uint32_t match_lunar_day(std::string_view source, std::uint32_t at);

// ---- mistakes
/// What is expected at `at` does not stand there.
[[noreturn]] void raise_expected(const State& state, std::uint32_t at, Phrase phrase);
/// Something stands at `at` where a statement should end.
[[noreturn]] void raise_left_over(const State& state, std::uint32_t at);
/// A statement of the kind `phrase` should begin at `at`.
[[noreturn]] void raise_no_item(const State& state, std::uint32_t at, Phrase phrase);
/// A number ends at `after_number`: raises if a word follows that is no unit, no currency and no word of the language.
void raise_unknown_unit(const State& state, std::uint32_t after_number);
[[noreturn]] void raise(const State& state, std::uint16_t code, std::uint32_t from, std::uint32_t to,
                        std::vector<std::string> arguments = {});
/// Reports unless the file has had its share.
void report(State& state, diagnostic::Diagnostic diagnostic);

// ---- going on after a mistake
/// Past the text that begins at `at`, holes and all.
std::uint32_t skip_text(std::string_view source, std::uint32_t at);
/// The `{` on this line at or after `at`; otherwise where the line's statement ends.
std::uint32_t sync_brace(State& state, std::uint32_t at);
/// The end of this statement, its own blocks included.
std::uint32_t sync_statement(State& state, std::uint32_t at);
/// Past the `}}` on this line; `at` where there is none.
std::uint32_t sync_hole(std::string_view source, std::uint32_t at);
/// Whether a declaration seems to begin at `at`: a keyword of one and then a name, a text or a `{`.
bool declaration_at(const State& state, std::uint32_t at);
/// Guesses at what would let the parse go on after `problem`, the likeliest first.
std::vector<Repair> guess(const State& state, const Problem& problem);
/// The problem as it is told once `repair` is known to help.
diagnostic::Diagnostic repaired(const State& state, const Problem& problem, const Repair& repair);

}  // namespace tend::syntax
