// Trees hold what is below them alone, so a copy is made node by node; every slot of tree.hpp stands here.
#include "dsl/syntax/clone.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace tend::syntax {
namespace {

Filter copy(const Filter& from);
Piece copy(const Piece& from);
FieldDecl copy(const FieldDecl& from);
FieldValue copy(const FieldValue& from);
Stmt::Part copy(const Stmt::Part& from);
Text copy(const Text& from);
ExprPtr copy(const ExprPtr& from);
StmtPtr copy(const StmtPtr& from);

template <typename T>
std::vector<T> each(const std::vector<T>& list) {
  std::vector<T> copies;
  copies.reserve(list.size());
  for (const T& one : list) copies.push_back(copy(one));
  return copies;
}

Filter copy(const Filter& from) { return {from.name, each(from.arguments)}; }

Piece copy(const Piece& from) { return {from.span, from.literal, copy(from.hole), each(from.filters)}; }

TypeExpr copy(const TypeExpr& from) {
  TypeExpr to;
  to.word = from.word;
  to.span = from.span;
  to.members = each(from.members);
  if (from.element) to.element = std::make_unique<TypeExpr>(copy(*from.element));
  return to;
}

FieldDecl copy(const FieldDecl& from) {
  return {from.span, from.name, copy(from.type), from.is_private, copy(from.initial)};
}

FieldValue copy(const FieldValue& from) { return {from.span, from.name, copy(from.value)}; }

Block copy(const Block& from) { return {from.span, each(from.statements)}; }

std::optional<Text> copy(const std::optional<Text>& from) {
  if (!from) return std::nullopt;
  return copy(*from);
}

Stmt::Part copy(const Stmt::Part& from) {
  Stmt::Part to;
  to.what = from.what;
  to.keyword = from.keyword;
  to.name = from.name;
  to.expression = copy(from.expression);
  to.text = copy(from.text);
  to.punctuation = from.punctuation;
  to.block = copy(from.block);
  to.values = each(from.values);
  to.fields = each(from.fields);
  return to;
}

Text copy(const Text& from) { return {from.span, from.multiline, each(from.pieces)}; }

ExprPtr copy(const ExprPtr& from) {
  if (!from) return nullptr;
  auto to = std::make_unique<Expr>();
  to->kind = from->kind;
  to->span = from->span;
  to->word = from->word;
  to->fix_equal = from->fix_equal;
  to->value = from->value;
  to->spelling = from->spelling;
  to->height = from->height;
  to->time_ms = from->time_ms;
  to->path = from->path;
  to->text = copy(from->text);
  to->args = each(from->args);
  to->arg_names = from->arg_names;
  to->where = copy(from->where);
  to->over = copy(from->over);
  to->duration = copy(from->duration);
  return to;
}

StmtPtr copy(const StmtPtr& from) {
  if (!from) return nullptr;
  auto to = std::make_unique<Stmt>();
  to->kind = from->kind;
  to->span = from->span;
  to->head = from->head;
  to->name = from->name;
  to->path = from->path;
  to->names = from->names;
  to->channels = from->channels;
  to->text = copy(from->text);
  to->condition = copy(from->condition);
  to->value = copy(from->value);
  to->duration = copy(from->duration);
  to->where = copy(from->where);
  to->time_ms = from->time_ms;
  to->weekday = from->weekday;
  to->next = from->next;
  to->stay = from->stay;
  to->while_open = from->while_open;
  to->else_if = from->else_if;
  to->has_else = from->has_else;
  to->label = from->label;
  to->block = copy(from->block);
  to->else_block = copy(from->else_block);
  to->fields = each(from->fields);
  to->values = each(from->values);
  to->message_word = from->message_word;
  to->message_class = from->message_class;
  to->cap_class = from->cap_class;
  to->parts = each(from->parts);
  return to;
}

}  // namespace

Text clone(const Text& text) { return copy(text); }
ExprPtr clone(const ExprPtr& expr) { return copy(expr); }
StmtPtr clone(const StmtPtr& statement) { return copy(statement); }

}  // namespace tend::syntax
