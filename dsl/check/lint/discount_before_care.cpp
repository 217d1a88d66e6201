// A `grant` that a journey can come to without a care message before it: customers learn to wait for money.
#include <vector>

#include "dsl/check/lint/lints.hpp"
#include "dsl/check/report.hpp"
#include "dsl/program/steps.hpp"
#include "dsl/program/worst_case.hpp"

namespace tend::check {
namespace {

using program::Playbook;
using program::Step;
using program::StepKind;

bool cares(const program::Program& program, const Step& step) {
  return program::sends(step) && program.messages[step.message].message_class == program::MessageClass::care;
}

// For each step: has a care message been sent, or tried, on every way to it? Way back to a `repeat` adds nothing: who
// takes it has been there before.
std::vector<bool> cared_for(const program::Program& program, const Playbook& playbook) {
  std::vector<bool> cared(playbook.steps.size() + 1, true);
  std::vector<bool> reached(playbook.steps.size() + 1, false);
  cared[0] = false;
  reached[0] = true;
  for (std::uint32_t i = 0; i < playbook.steps.size(); ++i) {
    if (!reached[i]) continue;
    const bool after = cared[i] || cares(program, playbook.steps[i]);
    for (const std::uint32_t next : program::next_steps(playbook, i)) {
      reached[next] = true;
      if (next > i) cared[next] = cared[next] && after;
    }
  }
  return cared;
}

}  // namespace

void lint_discount_before_care(Workspace& workspace, const program::Program& program, const program::Places& places) {
  for (std::size_t p = 0; p < program.playbooks.size(); ++p) {
    const Playbook& playbook = program.playbooks[p];
    const std::vector<bool> cared = cared_for(program, playbook);
    for (std::size_t i = 0; i < playbook.steps.size(); ++i) {
      if (playbook.steps[i].kind != StepKind::grant || cared[i]) continue;
      workspace.sink.report(mistake(609, places.playbooks[p].steps[i].span));
    }
  }
}

}  // namespace tend::check
