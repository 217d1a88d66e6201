// Copies of trees: what a template's use is put together from.
#pragma once
#include "dsl/syntax/tree.hpp"

namespace tend::syntax {

/// A tree of its own with the same spans. Null for null.
ExprPtr clone(const ExprPtr& expr);
StmtPtr clone(const StmtPtr& statement);
Text clone(const Text& text);

}  // namespace tend::syntax
