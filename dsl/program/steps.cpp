// Steps stand flat and jump; this is where to.
#include "dsl/program/steps.hpp"

#include <algorithm>

namespace tend::program {

std::vector<std::uint32_t> next_steps(const Playbook& playbook, std::uint32_t index) {
  const Step& step = playbook.steps[index];
  const std::uint32_t next = index + 1;
  std::vector<std::uint32_t> all;
  switch (step.kind) {
    case StepKind::stop: break;
    case StepKind::jump:
    case StepKind::round_end: all = {step.target}; break;
    case StepKind::split:
      for (std::uint32_t arm = 0; arm < step.arms; ++arm) all.push_back(playbook.shares[step.first_arm + arm].target);
      break;
    case StepKind::wait_up_to:
      for (std::uint32_t arm = 0; arm < step.arms; ++arm) all.push_back(playbook.arms[step.first_arm + arm].target);
      all.push_back(step.target);
      break;
    default:
      all.push_back(next);
      if (step.target != kNone) all.push_back(step.target);
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  std::erase_if(all, [&](std::uint32_t to) { return to > playbook.steps.size(); });
  return all;
}

}  // namespace tend::program
