// Budgets and partners: what can be given away, and who besides customers and staff can be credited.
#pragma once
#include <optional>

#include "dsl/check/schema.hpp"

namespace tend::check {

/// Checks all budgets; Shape: in the order of their names, as `Named::index` counts them.
void lower_budgets(Workspace& workspace, program::Program& program, program::Places& places);
void lower_partners(Workspace& workspace, program::Program& program);

/// The currency that a budget is kept in, as far as its declaration says one; what is granted from it must fit.
/// Errors: nullopt, not reported here.
std::optional<Currency> currency_of_budget(const syntax::Stmt& budget);

}  // namespace tend::check
