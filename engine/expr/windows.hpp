// What a window gives at a moment: aggregates, `E within D`, `no E for D`, over the events that a customer's ring
// keeps.
#pragma once
#include "engine/expr/evaluate.hpp"

namespace tend::expr {

/// Source: docs/semantics.md §5 (windows are [0, D) in age), §6 (flips), §14 (values).
Value evaluate_window(Context& context, std::uint32_t window);

}  // namespace tend::expr
