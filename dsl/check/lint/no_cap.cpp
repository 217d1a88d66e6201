// A message that no cap counts: nothing says how many of them a customer can get.
#include "dsl/check/lint/lints.hpp"
#include "dsl/check/report.hpp"
#include "dsl/program/worst_case.hpp"

namespace tend::check {

void lint_no_cap(Workspace& workspace, const program::Program& program, const program::Places& places) {
  for (std::size_t p = 0; p < program.playbooks.size(); ++p) {
    const program::Playbook& playbook = program.playbooks[p];
    for (const program::Step& step : playbook.steps) {
      if (!program::sends(step)) continue;
      const program::Message& message = program.messages[step.message];
      const bool can_be_capped = message.message_class == program::MessageClass::marketing ||
                                 message.message_class == program::MessageClass::care;
      if (!can_be_capped || program::is_capped(program, playbook, step)) continue;
      workspace.sink.report(mistake(608, places.playbooks[p].name, {playbook.name, message.name}, 70));
      break;
    }
  }
}

}  // namespace tend::check
