// parse(): what a whole source must be, then the grammar, then the tree.
#include "dsl/syntax/parse.hpp"

#include <algorithm>
#include <utility>

#include "dsl/syntax/build.hpp"
#include "dsl/syntax/grammar.hpp"
#include "dsl/syntax/hidden.hpp"
#include "dsl/syntax/mistake.hpp"
#include "dsl/syntax/sizes.hpp"
#include "dsl/text/utf8.hpp"

namespace tend::syntax {
namespace {

/// The first bytes that are not UTF-8, as a diagnostic: the rest of such a file would only be echoes.
bool is_utf8(const State& state, diagnostic::Sink& sink) {
  const std::string_view source = state.source;
  for (std::size_t at = 0; at < source.size();) {
    if (static_cast<unsigned char>(source[at]) < 0x80) {
      ++at;
      continue;
    }
    const text::CodePoint point = text::decode(source, at);
    if (!point.valid) {
      std::size_t end = at;
      while (end < source.size() && !text::decode(source, end).valid) ++end;
      diagnostic::Diagnostic problem =
          diagnostic::make(142, state.span(static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end)));
      problem.help = 4;
      sink.report(std::move(problem));
      return false;
    }
    at += point.length;
  }
  return true;
}

/// A line that ends in CR alone: some editors show what follows as a line of its own, and a comment would swallow it.
bool has_whole_lines(const State& state, diagnostic::Sink& sink) {
  const std::string_view source = state.source;
  for (std::size_t at = source.find('\r'); at != std::string_view::npos; at = source.find('\r', at + 1)) {
    if (at + 1 < source.size() && source[at + 1] == '\n') continue;
    const auto begin = static_cast<std::uint32_t>(at);
    diagnostic::Diagnostic problem = diagnostic::make(143, state.span(begin, begin + 1), {"U+000D"});
    problem.help = 8;
    sink.report(std::move(problem));
    return false;
  }
  return true;
}

/// Control characters are said and then read as blanks.
void find_control_characters(State& state) {
  for (std::uint32_t at = 0; at < state.source.size() && !state.full(); ++at) {
    const auto c = static_cast<unsigned char>(state.source[at]);
    if ((c >= ' ' && c != 0x7F) || c == '\n' || c == '\t' || c == '\r') continue;
    char number[8];
    std::snprintf(number, sizeof number, "U+%04X", c);
    report(state, diagnostic::make(143, state.span(at, at + 1), {number}));
  }
}

}  // namespace

File parse(const text::Source& source, std::uint32_t file, diagnostic::Sink& sink) {
  File out;
  out.file = file;
  State state;
  state.source = source.text;
  state.file = file;
  if (source.text.size() > limits::kSourceBytesMax) {
    sink.report(diagnostic::make(140, state.span(0, 0),
                                 {std::to_string(source.text.size()), std::to_string(limits::kSourceBytesMax)}));
    return out;
  }
  if (!is_utf8(state, sink) || !has_whole_lines(state, sink)) return out;
  find_control_characters(state);
  state.nodes.reserve(source.text.size() / 2);
  match_file(state);
  check_hidden(state);
  check_sizes(state);
  out = Builder(state).file();
  for (diagnostic::Diagnostic& problem : state.repaired) sink.report(std::move(problem));
  for (diagnostic::Diagnostic& problem : state.problems) sink.report(std::move(problem));
  return out;
}

}  // namespace tend::syntax
