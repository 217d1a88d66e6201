#include "engine/journey/plan.hpp"

#include <algorithm>
#include <utility>

namespace tend::journey {

Plan::Plan(const program::Program& p, std::string channel)
    : program(p),
      default_channel(std::move(channel)),
      layout(state::make_layout(p)),
      tables(p),
      enters_on(p.events.size()),
      is_activity(p.events.size()) {
  for (std::uint32_t playbook = 0; playbook < p.playbooks.size(); ++playbook) {
    const auto& enters = p.playbooks[playbook].enters;
    for (std::uint32_t enter = 0; enter < enters.size(); ++enter) {
      if (enters[enter].kind == program::EnterKind::on_event)
        enters_on[enters[enter].event].push_back({playbook, enter});
    }
  }
  for (const std::uint32_t event : p.activity) is_activity[event] = true;
}

bool affects(const Change& change, const program::Dependencies& dependencies) {
  if (change.everything) return true;
  if (change.time && dependencies.time) return true;
  if (change.activity && dependencies.activity) return true;
  if (change.tags && dependencies.tags) return true;
  if (change.consent && dependencies.consent) return true;
  if (change.event != program::kNone &&
      std::binary_search(dependencies.events.begin(), dependencies.events.end(), change.event))
    return true;
  return std::any_of(change.attributes.begin(), change.attributes.end(), [&](std::uint32_t attribute) {
    return std::binary_search(dependencies.attributes.begin(), dependencies.attributes.end(), attribute);
  });
}

}  // namespace tend::journey
