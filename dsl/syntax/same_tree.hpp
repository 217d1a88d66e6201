// Are two trees the same but for places and for the tongue they were written in?
#pragma once
#include "dsl/syntax/tree.hpp"

namespace tend::syntax {

/// Compares everything but spans, comments, back-quotes and the tongue of built-in names (客户 is customer). What the
/// formatter promises.
bool same_tree(const File& a, const File& b);
bool same_tree(const Stmt& a, const Stmt& b);
bool same_tree(const Expr& a, const Expr& b);

}  // namespace tend::syntax
