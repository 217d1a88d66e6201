// Going on after a mistake: where the next statement, block or piece of text begins.
#pragma once
#include <cstdint>

#include "dsl/syntax/state.hpp"

namespace tend::syntax {

/// Past the text that begins at `at`, holes and all.
std::uint32_t skip_text(const State& state, std::uint32_t at);
/// The `{` on this line at or after `at`; otherwise where the line's statement ends.
std::uint32_t sync_brace(State& state, std::uint32_t at);
/// The end of this statement, its own blocks included.
std::uint32_t sync_statement(State& state, std::uint32_t at);
/// Past the `}}` on this line; `at` where there is none.
std::uint32_t sync_hole(const State& state, std::uint32_t at);
/// Whether a declaration seems to begin at `at`: a keyword of one and then a name, a text or a `{`.
bool declaration_at(const State& state, std::uint32_t at);

}  // namespace tend::syntax
