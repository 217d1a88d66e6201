// Currencies: those of ISO 4217, and those that the workspace declares.
#pragma once
#include <optional>
#include <string>

#include "dsl/check/schema.hpp"

namespace tend::check {

/// Reads the `currency` declarations into `Schema::own_currencies`. Before any expression is looked at.
void take_currencies(Workspace& workspace);

/// The amount of a money literal, in the minor units of its currency.
/// Errors: nullopt, reported: nobody knows the currency (T0230), or it has fewer digits (T0122).
std::optional<Constant> money_of(Workspace& workspace, const syntax::Expr& literal);

/// An amount as an author writes it: `30 CNY`, `0.05 USD`.
std::string money_words(const Workspace& workspace, std::int64_t minor, Currency currency);

}  // namespace tend::check
