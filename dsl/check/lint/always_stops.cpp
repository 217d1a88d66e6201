// A step after which nothing happens any more, whatever it decides: the journey could as well end before it.
#include <algorithm>
#include <optional>
#include <vector>

#include "dsl/check/lint/lints.hpp"
#include "dsl/check/report.hpp"
#include "dsl/program/steps.hpp"

namespace tend::check {
namespace {

using program::Playbook;
using program::Step;
using program::StepKind;

// What waits or decides, and by itself does nothing.
bool only_leads_on(StepKind kind) {
  switch (kind) {
    case StepKind::wait:
    case StepKind::wait_until:
    case StepKind::wait_until_date:
    case StepKind::wait_up_to:
    case StepKind::wait_until_condition:
    case StepKind::branch:
    case StepKind::split:
    case StepKind::repeat:
    case StepKind::jump:
    case StepKind::round_end:
    case StepKind::let: return true;
    default: return false;
  }
}

bool is_written(StepKind kind) {
  return only_leads_on(kind) && kind != StepKind::jump && kind != StepKind::round_end && kind != StepKind::let;
}

std::string reason_of(const Step& stop) {
  std::string reason;
  for (const program::TextPart& part : stop.text)
    reason += part.expression == kNone ? part.literal : "{" + std::to_string(part.expression) + "}";
  return reason;
}

/// How a journey ends from a step on, if nothing happens before: always the same way, or one way or another.
struct End {
  bool is_idle = true;                // nothing happens
  std::optional<std::string> reason;  // of the stop; empty: without one
};

std::vector<End> ends(const Playbook& playbook) {
  const auto count = static_cast<std::uint32_t>(playbook.steps.size());
  std::vector<End> all(count + 1);
  all[count].reason = "";
  for (std::uint32_t i = count; i-- > 0;) {
    const Step& step = playbook.steps[i];
    End& end = all[i];
    if (step.kind == StepKind::stop) {
      end.reason = reason_of(step);
      continue;
    }
    end.is_idle = only_leads_on(step.kind);
    for (const std::uint32_t next : program::next_steps(playbook, i)) {
      if (next <= i || !end.is_idle) continue;  // back to a `repeat`, which looks at its body itself
      if (end.reason && all[next].reason && *end.reason != *all[next].reason) end.is_idle = false;  // tells them apart
      if (!end.reason) end.reason = all[next].reason;
      end.is_idle = end.is_idle && all[next].is_idle;
    }
  }
  return all;
}

// Without `within` a goal is looked for as long as the journey is under way; with `again` a journey keeps the next one
// out.
bool waiting_matters(const Playbook& playbook) {
  return playbook.again != program::Again::never || (playbook.goal && !playbook.goal->within);
}

}  // namespace

void lint_always_stops(Workspace& workspace, const program::Program& program, const program::Places& places) {
  for (std::size_t p = 0; p < program.playbooks.size(); ++p) {
    const Playbook& playbook = program.playbooks[p];
    if (waiting_matters(playbook)) continue;
    const std::vector<End> all = ends(playbook);
    std::vector<bool> said(playbook.steps.size() + 1, false);
    for (std::uint32_t i = 0; i < playbook.steps.size(); ++i) {
      const bool idle = said[i] || (all[i].is_idle && is_written(playbook.steps[i].kind));
      if (!idle) continue;
      if (!said[i]) workspace.sink.report(mistake(612, places.playbooks[p].steps[i].span));
      for (const std::uint32_t next : program::next_steps(playbook, i)) said[next] = true;
    }
  }
}

}  // namespace tend::check
