#include "dsl/syntax/parts.hpp"

namespace tend::syntax {

bool is(const Part& part, Keyword keyword) {
  return part.what == Part::What::keyword && part.keyword == static_cast<std::uint16_t>(keyword);
}

bool has(const Stmt& statement, Keyword keyword) {
  for (const Part& part : statement.parts) {
    if (is(part, keyword)) return true;
  }
  return false;
}

const Part* first(const Stmt& statement, Part::What what) {
  for (const Part& part : statement.parts) {
    if (part.what == what) return &part;
  }
  return nullptr;
}

const Part* behind(const Stmt& statement, Keyword keyword) {
  for (std::size_t i = 0; i + 1 < statement.parts.size(); ++i) {
    if (is(statement.parts[i], keyword)) return &statement.parts[i + 1];
  }
  return nullptr;
}

const Part* behind(const Stmt& statement, Keyword keyword, Part::What what) {
  bool seen = false;
  for (const Part& part : statement.parts) {
    if (seen && part.what == what) return &part;
    if (seen && part.what == Part::What::keyword) return nullptr;
    seen = seen || is(part, keyword);
  }
  return nullptr;
}

const Expr* expression_behind(const Stmt& statement, Keyword keyword) {
  const Part* part = behind(statement, keyword, Part::What::expression);
  return part ? part->expression.get() : nullptr;
}

const Text* text_behind(const Stmt& statement, Keyword keyword) {
  const Part* part = behind(statement, keyword, Part::What::text);
  return part && part->text ? &*part->text : nullptr;
}

const Block* block_behind(const Stmt& statement, Keyword keyword) {
  const Part* part = behind(statement, keyword, Part::What::block);
  return part ? &part->block : nullptr;
}

const Part* part_at(const Stmt& statement, std::size_t index, Part::What what) {
  if (index >= statement.parts.size() || statement.parts[index].what != what) return nullptr;
  return &statement.parts[index];
}

}  // namespace tend::syntax
