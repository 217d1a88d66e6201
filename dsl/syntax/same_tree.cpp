// Two trees side by side.
#include "dsl/syntax/same_tree.hpp"

#include <algorithm>
#include <memory>

#include "dsl/syntax/keywords.hpp"

namespace tend::syntax {
namespace {

/// A name's spelling in English if it could be a built-in one of any group.
std::string_view canonical(std::string_view name) {
  for (const BuiltinGroup group : {BuiltinGroup::root, BuiltinGroup::customer_field, BuiltinGroup::entry_field,
                                   BuiltinGroup::event, BuiltinGroup::event_field, BuiltinGroup::filter})
    if (const std::string_view found = canonical_builtin(name, group); !found.empty()) return found;
  return name;
}

bool same(const Name& a, const Name& b) { return a.text == b.text || canonical(a.text) == canonical(b.text); }
bool same(const Expr& a, const Expr& b);
bool same(const Stmt& a, const Stmt& b);
bool same(const TypeExpr& a, const TypeExpr& b);
bool same(const Text& a, const Text& b);
bool same(const Piece& a, const Piece& b);
bool same(const Filter& a, const Filter& b);
bool same(const FieldDecl& a, const FieldDecl& b);
bool same(const FieldValue& a, const FieldValue& b);
bool same(const Stmt::Part& a, const Stmt::Part& b);

template <typename T>
bool same(const std::unique_ptr<T>& a, const std::unique_ptr<T>& b) {
  return (a == nullptr) == (b == nullptr) && (a == nullptr || same(*a, *b));
}

template <typename T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const T& x, const T& y) { return same(x, y); });
}

bool same(const Filter& a, const Filter& b) { return same(a.name, b.name) && same(a.arguments, b.arguments); }
bool same(const Piece& a, const Piece& b) {
  return a.literal == b.literal && same(a.hole, b.hole) && same(a.filters, b.filters);
}
bool same(const Text& a, const Text& b) { return same(a.pieces, b.pieces); }
bool same(const std::optional<Text>& a, const std::optional<Text>& b) {
  return a.has_value() == b.has_value() && (!a || same(*a, *b));
}

bool same(const program::Constant& a, const program::Constant& b) {
  return a.kind == b.kind && a.integer == b.integer && a.number == b.number && a.extra == b.extra && a.text == b.text;
}

bool same(const Expr& a, const Expr& b) {
  return a.kind == b.kind && a.word == b.word && same(a.value, b.value) && a.spelling == b.spelling &&
         a.time_ms == b.time_ms && same(a.path, b.path) && same(a.text, b.text) && same(a.args, b.args) &&
         same(a.arg_names, b.arg_names) && same(a.where, b.where) && same(a.over, b.over) &&
         same(a.duration, b.duration);
}

bool same(const TypeExpr& a, const TypeExpr& b) {
  return a.word == b.word && same(a.members, b.members) && same(a.element, b.element);
}
bool same(const FieldDecl& a, const FieldDecl& b) {
  return same(a.name, b.name) && same(a.type, b.type) && a.is_private == b.is_private && same(a.initial, b.initial);
}
bool same(const FieldValue& a, const FieldValue& b) { return same(a.name, b.name) && same(a.value, b.value); }
bool same(const Block& a, const Block& b) { return same(a.statements, b.statements); }

bool same(const Stmt::Part& a, const Stmt::Part& b) {
  return a.what == b.what && a.keyword == b.keyword && same(a.name, b.name) && same(a.expression, b.expression) &&
         same(a.text, b.text) && a.punctuation == b.punctuation && same(a.block, b.block) && same(a.values, b.values) &&
         same(a.fields, b.fields);
}

bool same(const Stmt& a, const Stmt& b) {
  return a.kind == b.kind && same(a.name, b.name) && same(a.path, b.path) && same(a.names, b.names) &&
         same(a.channels, b.channels) && same(a.text, b.text) && same(a.condition, b.condition) &&
         same(a.value, b.value) && same(a.duration, b.duration) && same(a.where, b.where) && a.time_ms == b.time_ms &&
         a.weekday == b.weekday && a.next == b.next && a.stay == b.stay && a.while_open == b.while_open &&
         a.else_if == b.else_if && a.has_else == b.has_else && same(a.label, b.label) && same(a.block, b.block) &&
         same(a.else_block, b.else_block) && same(a.fields, b.fields) && same(a.values, b.values) &&
         a.message_word == b.message_word && a.message_class == b.message_class && same(a.parts, b.parts);
}

}  // namespace

bool same_tree(const Expr& a, const Expr& b) { return same(a, b); }
bool same_tree(const Stmt& a, const Stmt& b) { return same(a, b); }
bool same_tree(const File& a, const File& b) { return same(a.declarations, b.declarations); }

}  // namespace tend::syntax
