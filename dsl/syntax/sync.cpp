// Skipping to where reading can go on.
#include "dsl/syntax/sync.hpp"

#include <algorithm>

#include "dsl/syntax/scan.hpp"

namespace tend::syntax {
namespace {

/// Past what stands at `at` and is no brace: a text, a comment, one character.
std::uint32_t step_over(State& state, std::uint32_t at) {
  if (text_at(state.source, at)) return skip_text(state, at);
  if (state.source[at] == '#') {
    const auto end = static_cast<std::uint32_t>(std::min(state.source.find('\n', at), state.source.size()));
    return end;
  }
  return at + character_length(state.source, at);
}

}  // namespace

std::uint32_t skip_text(const State& state, std::uint32_t at) {
  const std::string_view source = state.source;
  const auto size = static_cast<std::uint32_t>(source.size());
  if (stands(source, at, "\"\"\"")) {
    const std::size_t close = source.find("\"\"\"", at + 3);
    return close == std::string_view::npos ? size : static_cast<std::uint32_t>(close + 3);
  }
  const bool curly = source[at] != '"';
  at += curly ? 3 : 1;
  bool holes = true;
  while (at < size && source[at] != '\n') {
    if (source[at] == '\\') {
      at += 1 + (at + 1 < size ? character_length(source, at + 1) : 0);
      continue;
    }
    if (curly ? stands(source, at, "“") || stands(source, at, "”") : source[at] == '"') return at + (curly ? 3 : 1);
    if (holes && (stands(source, at, "{{") || stands(source, at, "｛｛"))) {
      const std::uint32_t close = sync_hole(state, at);
      holes = close > at;
      if (holes) {
        at = close;
        continue;
      }
    }
    at += character_length(source, at);
  }
  return at;
}

std::uint32_t sync_hole(const State& state, std::uint32_t at) {
  if (at >= state.unclosed_from && at < state.unclosed_to) return at;
  const std::string_view source = state.source;
  const std::uint32_t from = at;
  for (; at < source.size() && source[at] != '\n'; ++at) {
    if (source[at] == '}' && stands(source, at, "}}")) return at + 2;
    if (source[at] == '\xEF' && stands(source, at, "｝｝")) return at + 6;
  }
  state.unclosed_from = from;
  state.unclosed_to = at;
  return from;
}

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

}  // namespace tend::syntax
