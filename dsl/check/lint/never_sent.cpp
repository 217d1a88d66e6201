// A message that nobody sends.
#include "dsl/check/lint/lints.hpp"
#include "dsl/check/report.hpp"

namespace tend::check {

void lint_never_sent(Workspace& workspace, const std::map<std::string, MessageUse>& uses) {
  for (const auto& [name, declaration] : workspace.schema.messages) {
    if (!uses.contains(name)) workspace.sink.report(mistake(602, declaration->name.span, {name}));
  }
}

}  // namespace tend::check
