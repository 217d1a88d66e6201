// `not customer.level = "gold"`: a comparison with a missing value is false, so its `not` takes in everybody without
// one.
#include <functional>
#include <set>
#include <string>

#include "dsl/check/lint/lints.hpp"
#include "dsl/check/report.hpp"

namespace tend::check {
namespace {

using syntax::Expr;
using syntax::ExprKind;
using syntax::Stmt;

const Expr* ungrouped(const Expr* expr) {
  while (expr && expr->kind == ExprKind::group && !expr->args.empty()) expr = expr->args[0].get();
  return expr;
}

/// `customer.level`: an attribute as it is.
const Expr* attribute_of(const Workspace& workspace, const Expr* expr) {
  const Expr* path = ungrouped(expr);
  if (!path || path->kind != ExprKind::path || path->path.size() != 2) return nullptr;
  if (canonical(path->path[0].text, Builtin::root) != "customer") return nullptr;
  return attribute_named(workspace.schema, path->path[1].text) ? path : nullptr;
}

using Names = std::set<std::string, std::less<>>;

/// The attributes of which `and` says beside the rest that they are there.
void take_present(const Workspace& workspace, const Expr* expr, Names& present) {
  expr = ungrouped(expr);
  if (!expr) return;
  if (expr->kind == ExprKind::and_) {
    for (const syntax::ExprPtr& arg : expr->args) take_present(workspace, arg.get(), present);
  }
  if (expr->kind != ExprKind::is_not_missing || expr->args.empty()) return;
  if (const Expr* attribute = attribute_of(workspace, expr->args[0].get())) present.insert(attribute->path[1].text);
}

const Expr* may_be_missing(const Workspace& workspace, const Expr& comparison, const Names& present) {
  for (const syntax::ExprPtr& side : comparison.args) {
    const Expr* attribute = attribute_of(workspace, side.get());
    if (attribute && !present.contains(attribute->path[1].text)) return attribute;
  }
  return nullptr;
}

void look(Workspace& workspace, const Expr* expr, const Names& present = {}) {
  if (!expr) return;
  if (expr->kind == ExprKind::not_ && !expr->args.empty()) {
    const Expr* inner = ungrouped(expr->args[0].get());
    if (inner && inner->kind == ExprKind::compare) {
      if (const Expr* attribute = may_be_missing(workspace, *inner, present)) {
        const std::string name = "customer." + attribute->path[1].text;
        workspace.sink.report(mistake(604, expr->span, {name}, 32, {name}));
      }
    }
  }
  Names within = present;
  take_present(workspace, expr, within);
  for (const syntax::ExprPtr& arg : expr->args) look(workspace, arg.get(), within);
  look(workspace, expr->where.get());
}

void look(Workspace& workspace, const Stmt& statement) {
  look(workspace, statement.condition.get());
  look(workspace, statement.value.get());
  look(workspace, statement.where.get());
  for (const syntax::StmtPtr& inner : statement.block.statements) look(workspace, *inner);
  for (const syntax::StmtPtr& inner : statement.else_block.statements) look(workspace, *inner);
}

}  // namespace

void lint_not_missing(Workspace& workspace) {
  for (const syntax::File& file : workspace.files) {
    for (const syntax::StmtPtr& declaration : file.declarations) look(workspace, *declaration);
  }
}

}  // namespace tend::check
