// Guesses by edit distance and by longest match.
#include "dsl/syntax/guess.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <tuple>

#include "dsl/diagnostic/suggest.hpp"
#include "dsl/syntax/mistake.hpp"
#include "dsl/syntax/scan.hpp"
#include "dsl/syntax/scan_literal.hpp"
#include "dsl/text/utf8.hpp"

namespace tend::syntax {
namespace {

std::size_t points_in(std::string_view word) {
  return static_cast<std::size_t>(
      std::count_if(word.begin(), word.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// Where the words of a Chinese run without blanks end: keywords and numbers with their units as long as possible,
/// names between.
std::vector<std::uint32_t> cuts_of(const State& state, std::uint32_t begin, std::uint32_t end) {
  std::vector<std::uint32_t> cuts;
  std::uint32_t length = 0;
  for (std::uint32_t at = begin; at < end;) {
    const std::string_view rest = state.source.substr(at, end - at);
    if (digit_at(state.source, at, length) >= 0) {
      while (at < end && digit_at(state.source, at, length) >= 0) at += length;
      for (const UnitRow& unit : unit_rows())
        if (unit.counted && stands(state.source, at, unit.word) && at + unit.word.size() <= end) {
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

/// The run with blanks between its words; 内 前 后 stay with their number, a number with the keyword that governs it.
std::string parted_text(const State& state, const Repair& repair) {
  std::string out;
  bool glue = true;
  std::uint32_t from = repair.begin;
  for (const std::uint32_t cut : repair.cuts) {
    const std::string_view part = state.source.substr(from, cut - from);
    std::uint32_t length = 0;
    const bool number = digit_at(state.source, from, length) >= 0;
    if (!out.empty() && part != "内" && part != "前" && part != "后" && !(glue && number)) out += ' ';
    out += part;
    glue = std::any_of(std::begin(kKeywords), std::end(kKeywords),
                       [&](const KeywordRow& row) { return row.glue && row.zh == part; });
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

/// A word that a misspelt one could have been meant to be.
struct Candidate {
  std::string_view word;
  std::size_t points;
};

/// Every word of every keyword in both tongues, and the units: sorted, each once.
const std::vector<Candidate>& candidates() {
  static const std::vector<Candidate> all = [] {
    std::vector<std::string_view> words;
    for (const KeywordRow& row : kKeywords) {
      if (is_builtin(row)) continue;
      for (std::string_view rest = row.en; !rest.empty();) {
        words.push_back(first_word(rest));
        rest.remove_prefix(std::min(rest.size(), words.back().size() + 1));
      }
      words.push_back(row.zh);
      if (!row.alias_zh.empty()) words.push_back(row.alias_zh);
    }
    for (const UnitRow& unit : unit_rows()) words.push_back(unit.word);
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    std::vector<Candidate> out;
    for (const std::string_view word : words) out.push_back({word, points_in(word)});
    return out;
  }();
  return all;
}

bool is_ascii(std::string_view word) { return static_cast<unsigned char>(word[0]) < 0x80; }

void guess_spelling(const State& state, std::uint32_t at, std::vector<Repair>& out) {
  const std::uint32_t end = word_end(state.source, at);
  if (end == at || repair_at(state, at) != nullptr) return;
  const std::string_view word = state.source.substr(at, end - at);
  const std::size_t points = points_in(word);
  const std::size_t limit = std::max<std::size_t>(1, points / 3);
  std::vector<std::tuple<std::uint32_t, std::size_t, std::string_view>> near;
  for (const Candidate& candidate : candidates()) {
    if (candidate.word == word) return;  // well spelt, in a place where it does not belong
    const std::size_t difference = std::max(candidate.points, points) - std::min(candidate.points, points);
    if (difference > limit || is_ascii(candidate.word) != is_ascii(word)) continue;
    const std::uint32_t distance = diagnostic::edit_distance(word, candidate.word);
    if (distance <= limit && distance < points) near.emplace_back(distance, difference, candidate.word);
  }
  std::sort(near.begin(), near.end());
  if (near.size() > 6) near.resize(6);
  for (const auto& [distance, difference, candidate] : near) out.push_back({at, end, std::string(candidate), {}});
}

}  // namespace

std::vector<Repair> guess(const State& state, const Problem& problem) {
  std::vector<Repair> out;
  guess_parting(state, problem.at, out);
  const std::uint32_t number = number_end(state.source, problem.at);
  if (number != 0) guess_parting(state, number, out);
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
  Unit unit = Unit::day;
  const bool meant_no_unit = diagnostic.code == 125 && match_unit(state, repair.begin, false, unit) == 0;
  if (repair.begin != problem.at || meant_no_unit)
    diagnostic =
        diagnostic::make(115, span, {std::string(state.source.substr(repair.begin, repair.end - repair.begin))});
  diagnostic.span = span;
  diagnostic.help = 1;
  diagnostic.help_arguments = {repair.replacement};
  diagnostic.fixes = {{span, repair.replacement}};
  return diagnostic;
}

}  // namespace tend::syntax
