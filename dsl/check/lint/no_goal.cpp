// A playbook without a goal.
#include <algorithm>

#include "dsl/check/lint/lints.hpp"
#include "dsl/check/report.hpp"

namespace tend::check {

void lint_no_goal(Workspace& workspace) {
  for (const auto& [name, declaration] : workspace.schema.playbooks) {
    const auto& statements = declaration->block.statements;
    const bool has_goal = std::any_of(statements.begin(), statements.end(), [](const syntax::StmtPtr& statement) {
      return statement && statement->kind == syntax::StmtKind::goal;
    });
    if (!has_goal) workspace.sink.report(mistake(601, declaration->name.span, {name}));
  }
}

}  // namespace tend::check
