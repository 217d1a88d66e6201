// Characters that are not seen: those that turn the direction of writing round, and those without width. A playbook is
// read by people before it runs, so what they read must be what runs.
#pragma once
#include <cstdint>
#include <string_view>

#include "dsl/syntax/state.hpp"

namespace tend::syntax {

/// The length of a character that shows nothing at `at`; 0 where there is none. Outside of texts such characters are
/// blanks.
std::uint32_t hidden_length(std::string_view source, std::size_t at);

/// Reports, for a file that has been read: characters that turn the direction outside of texts and comments (T0145), or
/// left open in them (T0146); characters without width inside a word (T0147); letters that look like others (T0139).
/// Shape: mistakes that the parser has found on such a line are dropped: they are echoes.
/// Source: "Trojan Source: Invisible Vulnerabilities" (CVE-2021-42574, CVE-2021-42694); UAX #9 for what has to be
/// closed.
void check_hidden(State& state);

}  // namespace tend::syntax
