// The state that a parse carries along: where it is, what it has found, what went wrong.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/diagnostic/catalogue.hpp"
#include "dsl/text/limits.hpp"
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
  std::uint32_t block_end = ~0u;            // where the last block ended: a statement may end there
  std::uint32_t quiet_brace = ~0u;          // a head was skipped up to here: a missing { has been spoken for
  std::size_t repair_cost = 0;              // bytes read again for the sake of guesses
  mutable std::uint32_t unclosed_from = 0;  // from here to there no }} stands: looked for once, not again for each {{
  mutable std::uint32_t unclosed_to = 0;
  Nodes nodes;
  std::vector<diagnostic::Diagnostic> problems;
  std::vector<diagnostic::Diagnostic> repaired;
  std::vector<Repair> repairs;
  std::vector<Comment> comments;

  const char* begin() const { return source.data(); }
  const char* end() const { return source.data() + source.size(); }
  std::uint32_t offset(const char* p) const { return static_cast<std::uint32_t>(p - source.data()); }
  Span span(std::uint32_t from, std::uint32_t to) const { return {file, from, to}; }
  bool full() const { return problems.size() + repaired.size() >= limits::kSyntaxDiagnosticsMax; }

  /// Forgets what failed alternatives left behind.
  void drop_stale(std::uint32_t at) {
    while (!nodes.empty() && nodes.back().end > at) nodes.pop_back();
  }
  void leaf(NodeKind kind, std::uint16_t aux, std::uint32_t from, std::uint32_t to) {
    drop_stale(from);
    nodes.push_back({kind, aux, from, to, static_cast<std::uint32_t>(nodes.size())});
  }
};

}  // namespace tend::syntax
