// A `leave when` that holds for everybody who could enter: nobody does, since who would have to leave is not let in.
#include "dsl/check/conditions.hpp"
#include "dsl/check/hold/reads.hpp"
#include "dsl/check/lint/entry.hpp"
#include "dsl/check/lint/lints.hpp"
#include "dsl/check/report.hpp"

namespace tend::check {

void lint_leaves_at_once(Workspace& workspace, const program::Program& program, const program::Places& places) {
  const hold::Reads reads(program);
  for (std::size_t p = 0; p < program.playbooks.size(); ++p) {
    const program::Playbook& playbook = program.playbooks[p];
    if (playbook.leave == kNone) continue;
    const std::uint32_t leave = program.expressions[playbook.leave].root;
    for (std::size_t e = 0; e < playbook.enters.size(); ++e) {
      auto claims = claims_at_entry(program, playbook, playbook.enters[e]);
      const std::uint32_t happened = event_at_entry(playbook.enters[e]);
      claims.push_back({leave, false});
      if (!reads.never_together(claims, happened)) continue;
      claims.pop_back();
      if (hold::impossible(program, claims, happened)) continue;  // said already
      const std::string enter = written_at(workspace, places.playbooks[p].enters[e]);
      const Span span = places.nodes[leave];
      workspace.sink.report(mistake(606, is_in_template(workspace, span) ? places.playbooks[p].name : span, {enter}));
    }
  }
}

}  // namespace tend::check
