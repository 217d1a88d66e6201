// What the steps of all playbooks declare, gathered before any of them is lowered: names of kept values, playbooks that
// are started.
#include "dsl/check/lookup.hpp"
#include "dsl/check/schema.hpp"
#include "dsl/syntax/parts.hpp"

namespace tend::check {
namespace {

using syntax::Keyword;
using syntax::Part;
using syntax::Stmt;
using syntax::StmtKind;

void note(Schema& schema, const syntax::Block& block);

void note(Schema& schema, const Stmt& statement) {
  if (statement.kind == StmtKind::let) {
    if (const Part* name = syntax::first(statement, Part::What::name)) schema.kept_names.insert(name->name.text);
  }
  if (statement.kind == StmtKind::grant) {
    const Part* name = syntax::behind(statement, Keyword::as_, Part::What::name);
    if (name) schema.kept_names.insert(name->name.text);
  }
  if (statement.kind == StmtKind::start) {
    const Part* playbook = syntax::behind(statement, Keyword::start);
    if (playbook && playbook->expression) schema.started.insert(written(playbook->expression->path));
  }
  note(schema, statement.block);
  note(schema, statement.else_block);
  for (const Part& part : statement.parts) note(schema, part.block);
}

void note(Schema& schema, const syntax::Block& block) {
  for (const syntax::StmtPtr& statement : block.statements) {
    if (statement) note(schema, *statement);
  }
}

}  // namespace

void note_steps(Workspace& workspace) {
  for (const syntax::File& file : workspace.files) {
    for (const syntax::StmtPtr& declaration : file.declarations) {
      if (declaration) note(workspace.schema, *declaration);
    }
  }
}

}  // namespace tend::check
