// What literals are worth: exact money, exact percentages, days that exist.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "dsl/syntax/scan_literal.hpp"

namespace tend::syntax {

/// Fills kind, value, time_ms and spelling of `expr` from the literal at expr.span; on a mistake (no such day, too many
/// digits, …) the kind becomes error and the problem is returned.
std::optional<diagnostic::Diagnostic> read_literal(const State& state, Expr& expr);

/// A duration of one unit, as in `per month`.
void read_unit(Unit unit, Expr& expr);

/// Full-width digits and letters' twins as ASCII; what names are compared by.
std::string fold_digits(std::string_view text);

/// `3 days`, `1 day`: the English spelling of a number of units.
std::string duration_spelling(std::string_view number, Unit unit);

}  // namespace tend::syntax
