// How the grammar says what it expected: problems, thrown to the nearest place that can go on.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/syntax/state.hpp"

namespace tend::syntax {

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

/// What stands before `at` on its line, over blanks (line breaks too inside brackets), and where that ends; empty at a
/// line's begin.
std::string_view token_before(const State& state, std::uint32_t at, std::uint32_t& end);

}  // namespace tend::syntax
