// Functions of one's own, written in Lua: what they take and give, and calls of them. Pure, so that a condition that
// calls one can change only when what is handed over does.
#pragma once
#include "dsl/check/expression.hpp"

namespace tend::check {

/// A call. It may always come to nothing: the function may give none, or fail. Errors: null, reported.
IrPtr call_of(Workspace& workspace, const syntax::Expr& expr, const Reach& reach);

/// Appends all functions, in the order of their names. Errors: types that Lua has no values for, parameters with
/// defaults, files that are missing or not Lua; reported.
void lower_functions(Workspace& workspace, program::Program& program);

}  // namespace tend::check
