// Reading a statement's parts: what stands behind which keyword. For the statements whose content the tree keeps as
// `Stmt::parts`, in the order of the English spelling whatever the tongue.
#pragma once
#include "dsl/syntax/keywords.hpp"
#include "dsl/syntax/tree.hpp"

namespace tend::syntax {

using Part = Stmt::Part;

/// Does the statement have this keyword?
bool has(const Stmt& statement, Keyword keyword);
/// The first part of this kind anywhere; null where there is none.
const Part* first(const Stmt& statement, Part::What what);
/// The part right behind a keyword; null where the keyword is missing or the last.
const Part* behind(const Stmt& statement, Keyword keyword);
/// The first part of this kind behind a keyword, before the next keyword; null where there is none.
const Part* behind(const Stmt& statement, Keyword keyword, Part::What what);

/// The same as expressions, texts and blocks; null where there is none, or where it could not be read.
const Expr* expression_behind(const Stmt& statement, Keyword keyword);
const Text* text_behind(const Stmt& statement, Keyword keyword);
const Block* block_behind(const Stmt& statement, Keyword keyword);

/// What stands at place `index`, if it is of this kind.
const Part* part_at(const Stmt& statement, std::size_t index, Part::What what);

bool is(const Part& part, Keyword keyword);

}  // namespace tend::syntax
