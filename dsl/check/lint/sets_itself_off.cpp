// Playbooks that start themselves, alone or in a ring, with a message each time. `simulate` shows one round of it, for
// nobody enters twice at one moment; live, each answer of a channel comes later, and the next round begins.
#include "dsl/check/lint/lints.hpp"
#include "dsl/check/report.hpp"
#include "dsl/program/worst_case.hpp"

namespace tend::check {
namespace {

using program::Enter;
using program::EnterKind;
using program::Playbook;
using program::Program;
using program::Step;
using program::StepKind;

/// Whether a journey through it is over as soon as its messages are answered, and may begin anew at once.
bool goes_round(const Playbook& playbook) {
  if (playbook.again != program::Again::always) return false;
  for (const Step& step : playbook.steps) {
    switch (step.kind) {
      case StepKind::wait:
      case StepKind::wait_up_to:
      case StepKind::wait_until:
      case StepKind::wait_until_date:
      case StepKind::wait_until_condition:
      case StepKind::ask: return false;
      case StepKind::repeat:
        if (step.every) return false;
        break;
      default: break;
    }
  }
  return true;
}

/// Whether every journey through `from` lets its customer into `into`: a condition there is taken to end the ring.
bool sets_off(const Program& program, const Playbook& from, std::uint32_t into) {
  const Playbook& playbook = program.playbooks[into];
  if (playbook.where != kNone) return false;
  for (const Step& step : from.steps) {
    if (step.kind == StepKind::start && step.playbook == into && step.expression == kNone) return true;
    for (const Enter& enter : playbook.enters) {
      if (enter.kind != EnterKind::on_event || enter.filter != kNone || enter.where != kNone) continue;
      if (step.kind == StepKind::emit && step.event == enter.event) return true;
      if (program::sends(step) && enter.event == program::kEventSent) return true;
    }
  }
  return false;
}

bool sends_something(const Playbook& playbook) {
  for (const Step& step : playbook.steps) {
    if (program::sends(step)) return true;
  }
  return false;
}

}  // namespace

void lint_sets_itself_off(Workspace& workspace, const Program& program, const program::Places& places) {
  const auto count = static_cast<std::uint32_t>(program.playbooks.size());
  for (std::uint32_t p = 0; p < count; ++p) {
    const Playbook& playbook = program.playbooks[p];
    if (!goes_round(playbook) || !sends_something(playbook)) continue;
    // Everybody whom one round of it can reach.
    std::vector<bool> reached(count, false);
    std::vector<std::uint32_t> next{p};
    while (!next.empty() && !reached[p]) {
      const std::uint32_t from = next.back();
      next.pop_back();
      for (std::uint32_t into = 0; into < count; ++into) {
        if (reached[into] || !goes_round(program.playbooks[into]) || !sets_off(program, program.playbooks[from], into))
          continue;
        reached[into] = true;
        next.push_back(into);
      }
    }
    if (reached[p]) workspace.sink.report(mistake(614, places.playbooks[p].name, {playbook.name}, 73));
  }
}

}  // namespace tend::check
