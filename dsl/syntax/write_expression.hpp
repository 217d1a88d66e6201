// Expressions, texts and names written down in one tongue: the formatter's lower half.
#pragma once
#include <set>
#include <string>
#include <string_view>

#include "dsl/syntax/keywords.hpp"
#include "dsl/syntax/tree.hpp"

namespace tend::syntax {

/// The names that a file declares: a built-in name that equals one of them is left as it is.
std::set<std::string, std::less<>> declared_names(const File& file);

class ExpressionWriter {
 public:
  ExpressionWriter(Tongue tongue, const std::set<std::string, std::less<>>& declared)
      : tongue_(tongue), declared_(declared) {}

  bool chinese() const { return tongue_ == Tongue::zh; }
  std::string keyword(Keyword keyword) const { return std::string(spelling(keyword, tongue_)); }
  std::string expression(const Expr& expr);
  /// `indent`: of the statement, for the lines of a multiline text.
  std::string text(const Text& text, std::size_t indent);
  std::string name(const Name& name) const;
  std::string path(const std::vector<Name>& path) const;
  /// A path that names an event.
  std::string event(const std::vector<Name>& path) const;
  std::string type(const TypeExpr& type);
  std::string literal(const Expr& expr) const;
  /// A duration of one unit without its number, after `per` and `every`: `month`, 月. Empty for others.
  std::string bare_unit(const Expr& expr) const;
  /// A Chinese keyword that is glued to a literal, or a word and a blank: `满60天`, `for 60 days`.
  std::string governed(Keyword keyword, const Expr& expr);
  /// `within 30 days`, `30天内`.
  std::string within(const Expr& duration);
  /// `where` of an event's: bare names are that event's fields.
  std::string where(const std::vector<Name>& event, const Expr& condition);

 private:
  std::string builtin(const Name& name, BuiltinGroup group) const;
  std::string event_field(const Name& name) const;
  std::string piece(const Piece& piece);
  std::string join(const std::vector<ExprPtr>& list, std::string_view separator);
  std::string comparison_word(Word word) const;
  std::string event_or_filter(const Expr& expr);

  Tongue tongue_;
  const std::set<std::string, std::less<>>& declared_;
  bool builtin_event_ = false;  // inside the `where` of a built-in event
  bool any_event_ = false;      // inside the `where` of any
};

}  // namespace tend::syntax
