#include "dsl/check/welcome.hpp"

#include <algorithm>

#include "dsl/check/report.hpp"

namespace tend::check {
namespace {

using program::Step;
using program::StepKind;

bool passes_at_once(StepKind kind) {
  switch (kind) {
    case StepKind::branch:
    case StepKind::jump:
    case StepKind::tag:
    case StepKind::untag:
    case StepKind::set:
    case StepKind::split:
    case StepKind::repeat:
    case StepKind::let: return true;
    default: return false;
  }
}

// The steps that journeys may come to later than at the moment of entry.
std::vector<bool> late_steps(const program::Playbook& playbook) {
  const std::size_t count = playbook.steps.size();
  std::vector<bool> late(count + 1, false);
  std::vector<bool> early(count + 1, false);
  early[0] = true;
  // Targets lead forward only; going back to a `repeat` makes nothing early that was not.
  for (std::size_t i = 0; i < count; ++i) {
    if (!early[i] && !late[i]) continue;
    const Step& step = playbook.steps[i];
    const bool at_once = passes_at_once(step.kind) && !late[i];
    const bool also_early = passes_at_once(step.kind) && early[i];
    const auto reach = [&](std::size_t to) {
      if (to > count) return;
      if (also_early) early[to] = true;
      if (!at_once) late[to] = true;
    };
    if (step.kind == StepKind::stop) continue;
    const bool is_split = step.kind == StepKind::split;
    const bool goes_on = step.kind != StepKind::jump && step.kind != StepKind::wait_up_to && !is_split;
    if (goes_on) reach(i + 1);
    if (step.target != kNone && step.kind != StepKind::round_end) reach(step.target);
    for (std::uint32_t arm = 0; arm < step.arms; ++arm)
      reach(is_split ? playbook.shares[step.first_arm + arm].target : playbook.arms[step.first_arm + arm].target);
  }
  return late;
}

bool only_by_added(const program::Program& program, const program::Playbook& playbook) {
  return std::all_of(playbook.enters.begin(), playbook.enters.end(), [&](const program::Enter& enter) {
    return enter.kind == program::EnterKind::on_event && enter.event < program.events.size() &&
           program.events[enter.event].name == "added";
  });
}

}  // namespace

void check_welcomes(Workspace& workspace, const program::Program& program, const program::Places& places) {
  for (std::size_t p = 0; p < program.playbooks.size(); ++p) {
    const program::Playbook& playbook = program.playbooks[p];
    std::vector<bool> late;
    for (std::size_t i = 0; i < playbook.steps.size(); ++i) {
      const Step& step = playbook.steps[i];
      if (step.message == kNone || step.message >= program.messages.size()) continue;
      if (program.messages[step.message].message_class != program::MessageClass::welcome) continue;
      if (late.empty()) late = late_steps(playbook);
      if (late[i] || !only_by_added(program, playbook))
        workspace.sink.report(mistake(544, places.playbooks[p].steps[i].span, {program.messages[step.message].name}));
    }
  }
}

}  // namespace tend::check
