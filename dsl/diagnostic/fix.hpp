// Fixes put into the text: what `check --fix` does, without its files.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "dsl/diagnostic/diagnostic.hpp"
#include "dsl/text/source.hpp"

namespace tend::diagnostic {

/// What came of one round.
struct Applied {
  std::map<std::uint32_t, std::string> texts;  // of the files that change, by their index
  std::vector<std::size_t> diagnostics;        // whose fixes were applied, in order
};

/// Puts in the fixes of each diagnostic, all of them or none. Of two that touch the same text the first wins; the other
/// is for the next round, when the text was checked anew. Shape: `may_change` says of a file's index whether its text
/// may be touched. Requires: spans lie in their sources.
Applied apply_fixes(std::span<const text::Source> sources, std::span<const Diagnostic> diagnostics,
                    const std::function<bool(std::uint32_t file)>& may_change);

}  // namespace tend::diagnostic
