// `not customer.level = "gold"`: a comparison with a missing value is false, so its `not` takes in everybody without
// one.
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

const Expr* bare_attribute(const Workspace& workspace, const Expr& comparison) {
  for (const syntax::ExprPtr& side : comparison.args) {
    const Expr* path = ungrouped(side.get());
    if (!path || path->kind != ExprKind::path || path->path.size() != 2) continue;
    if (canonical(path->path[0].text, Builtin::root) != "customer") continue;
    if (attribute_named(workspace.schema, path->path[1].text)) return path;
  }
  return nullptr;
}

void look(Workspace& workspace, const Expr* expr) {
  if (!expr) return;
  if (expr->kind == ExprKind::not_ && !expr->args.empty()) {
    const Expr* inner = ungrouped(expr->args[0].get());
    if (inner && inner->kind == ExprKind::compare) {
      if (const Expr* attribute = bare_attribute(workspace, *inner)) {
        const std::string name = "customer." + attribute->path[1].text;
        workspace.sink.report(mistake(604, expr->span, {name}, 32, {name}));
      }
    }
  }
  for (const syntax::ExprPtr& arg : expr->args) look(workspace, arg.get());
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
