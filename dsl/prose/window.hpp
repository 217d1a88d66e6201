// Event windows in plain words; for phrase.cpp and clause.cpp.
#pragma once
#include "dsl/prose/phrase.hpp"

namespace tend::prose {

/// An aggregate as a noun phrase. Requires: not happened or silent.
std::string window_value(const Context& context, const program::Window& window);
/// `happened` and `silent` as clauses.
std::string window_clause(const Context& context, const program::Window& window, bool holds);
/// "they had at least 3 orders in the last 90 days": between `least` and `most` times; most < 0: no upper end.
std::string count_clause(const Context& context, const program::Window& window, std::int64_t least, std::int64_t most);

}  // namespace tend::prose
