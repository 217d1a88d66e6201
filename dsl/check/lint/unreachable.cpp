// Steps that no journey reaches.
#include "dsl/check/lint/lints.hpp"
#include "dsl/check/report.hpp"

namespace tend::check {

void lint_unreachable(Workspace& workspace, const Findings& findings) {
  for (const Span& span : findings.unreachable) workspace.sink.report(mistake(603, span));
}

}  // namespace tend::check
