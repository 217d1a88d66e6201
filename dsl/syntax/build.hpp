// The builder: from the grammar's flat nodes to the typed tree.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "dsl/syntax/keywords.hpp"
#include "dsl/syntax/mistake.hpp"
#include "dsl/syntax/state.hpp"
#include "dsl/syntax/tree.hpp"

namespace tend::syntax {

class Builder {
 public:
  explicit Builder(State& state) : state_(state) {}

  /// The whole tree. Values that cannot be (30 February) are reported to the state.
  File file();

  using Index = std::uint32_t;
  using Kids = std::vector<Index>;

  const Node& at(Index i) const { return state_.nodes[i]; }
  Kids kids(Index i) const;
  Span span(Index i) const { return state_.span(at(i).begin, at(i).end); }
  std::string_view source(Index i) const { return state_.source.substr(at(i).begin, at(i).end - at(i).begin); }
  bool is(Index i, NodeKind kind) const { return at(i).kind == kind; }
  bool is_keyword(Index i, Keyword keyword) const {
    return is(i, NodeKind::keyword) && at(i).aux == static_cast<std::uint16_t>(keyword);
  }
  void problem(diagnostic::Diagnostic diagnostic) { report(state_, std::move(diagnostic)); }
  /// A clause written twice.
  void twice(Index i);

  // build_expression.cpp
  bool is_expression(Index i) const;
  ExprPtr expression(Index i);
  ExprPtr error_expression(Span span) const;
  Name name(Index i) const;
  std::vector<Name> path(Index i) const;
  Text text(Index i);

  // build_statement.cpp
  StmtPtr statement(Index i);
  Block block(Index i);
  TypeExpr type(Index i);
  FieldDecl field(Index i);
  std::vector<FieldDecl> fields(Index i);
  std::vector<FieldValue> values(Index i);

  // build_parts.cpp: statements without typed slots
  void parts(Stmt& out, const Kids& list);

 private:
  /// Gives `expr` its height; too high a tree is reported and replaced.
  ExprPtr finish(ExprPtr expr);
  ExprPtr make(ExprKind kind, Span span, std::vector<ExprPtr> args, Word word = Word::none);
  ExprPtr chain(const Kids& list, ExprKind kind);
  ExprPtr comparison(Index i);
  ExprPtr aggregate(Index i);
  ExprPtr call(Index i);
  void event(Index i, Expr& out);

  void supported(Stmt& out, StmtKind kind, const Kids& list);
  void wait_until(Stmt& out, const Kids& list);
  void if_chain(Stmt& out, const Kids& list);
  void message(Stmt& out, const Kids& list);
  void message_item(Stmt& out, const Kids& list);
  void playbook(Stmt& out, const Kids& list);
  void clause(Stmt& out, Index i);

  State& state_;
  bool too_high_ = false;
};

}  // namespace tend::syntax
