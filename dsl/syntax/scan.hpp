// Bytes to words: blanks, names, keywords, punctuation. With scan_literal.hpp everything below the grammar, free of
// PEGTL.
#pragma once
#include <cstdint>
#include <string_view>

#include "dsl/syntax/keywords.hpp"
#include "dsl/syntax/state.hpp"

namespace tend::syntax {

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

/// Whether `piece` stands at `at`.
bool stands(std::string_view source, std::size_t at, std::string_view piece);
/// The value of the digit at `at`, ASCII or full-width, and its length; -1 where none.
int digit_at(std::string_view source, std::size_t at, std::uint32_t& length);
/// Whether a text's opening quotes stand at `at`.
bool text_at(std::string_view source, std::uint32_t at);

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

/// Past blanks, this line only.
std::uint32_t blanks(std::string_view source, std::uint32_t at);
/// `customer` of `customer.id`, `wait` of `wait until`: up to the first blank.
std::string_view first_word(std::string_view words);
/// Rows that hold names, not keywords.
bool is_builtin(const KeywordRow& row);

// ---- words under repair
/// The repair that respells the word at `at`; null where none.
const Repair* repair_at(const State& state, std::uint32_t at);
/// The repair that parts the words around `at`; null where none.
const Repair* parted_around(const State& state, std::uint32_t at);
/// Whether a Chinese word may end at `end`: no letter follows, or a repair parts the words there.
bool ends_word(const State& state, std::uint32_t end);
/// The word at `at` as repairs have it, and where it ends in the source.
std::string_view repaired_word(const State& state, std::uint32_t at, std::uint32_t& end);

}  // namespace tend::syntax
