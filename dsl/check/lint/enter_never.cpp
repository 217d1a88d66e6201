// An `enter` that lets nobody in: what it asks, its own `where` and the playbook's contradict each other.
#include <utility>

#include "dsl/check/conditions.hpp"
#include "dsl/check/hold/reads.hpp"
#include "dsl/check/lint/entry.hpp"
#include "dsl/check/lint/lints.hpp"
#include "dsl/check/report.hpp"

namespace tend::check {

std::vector<hold::Claim> claims_at_entry(const program::Program& program, const program::Playbook& playbook,
                                         const program::Enter& enter) {
  std::vector<hold::Claim> claims;
  const auto add = [&](std::uint32_t expression, std::uint32_t event) {
    if (expression == kNone) return;
    for (const std::uint32_t part : conjuncts(program, program.expressions[expression].root))
      claims.push_back({part, true, event});
  };
  add(enter.condition, kNone);
  add(enter.filter, enter.event);
  add(enter.where, kNone);
  add(playbook.where, kNone);
  return claims;
}

namespace {

// The two that contradict each other, or the last one alone where it takes more.
Diagnostic blamed(const Workspace& workspace, const program::Program& program, const program::Places& places,
                  Span enter, const std::vector<hold::Claim>& claims, std::uint32_t happened) {
  for (std::size_t later = 0; later < claims.size(); ++later) {
    for (std::size_t earlier = 0; earlier <= later; ++earlier) {
      std::vector<hold::Claim> two = {claims[later]};
      if (earlier != later) two.push_back(claims[earlier]);
      if (!hold::impossible(program, two, happened)) continue;
      const Span span = places.nodes[claims[later].node];
      const Span other = earlier == later ? enter : places.nodes[claims[earlier].node];
      return mistake(605, span, {written_at(workspace, other)});
    }
  }
  return mistake(605, places.nodes[claims.back().node], {written_at(workspace, enter)});
}

}  // namespace

void lint_enter_never(Workspace& workspace, const program::Program& program, const program::Places& places) {
  const hold::Reads reads(program);
  for (std::size_t p = 0; p < program.playbooks.size(); ++p) {
    const program::Playbook& playbook = program.playbooks[p];
    for (std::size_t e = 0; e < playbook.enters.size(); ++e) {
      const auto claims = claims_at_entry(program, playbook, playbook.enters[e]);
      const std::uint32_t happened = event_at_entry(playbook.enters[e]);
      if (!reads.never_together(claims, happened)) continue;
      Diagnostic found = blamed(workspace, program, places, places.playbooks[p].enters[e], claims, happened);
      if (is_in_template(workspace, found.span)) found.span = places.playbooks[p].name;
      workspace.sink.report(std::move(found));
    }
  }
}

}  // namespace tend::check
