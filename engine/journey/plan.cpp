#include "engine/journey/plan.hpp"

#include <algorithm>
#include <utility>

namespace tend::journey {

namespace {

bool crosses_customers(const program::Playbook& playbook) {
  if (playbook.pace || playbook.backfill == program::Backfill::per_day) return true;
  return std::any_of(playbook.steps.begin(), playbook.steps.end(), [](const program::Step& step) {
    using program::StepKind;
    switch (step.kind) {
      case StepKind::grant:
      case StepKind::credit:
      case StepKind::task: return true;
      case StepKind::start: return step.expression != program::kNone;
      default: return step.person.kind == program::Person::Kind::team;
    }
  });
}

/// `owner`, or the one attribute that is a member of staff, whatever it is called.
std::uint32_t owner_of(const program::Program& program) {
  std::uint32_t found = program::kNone, several = 0;
  for (std::uint32_t i = 0; i < program.attributes.size(); ++i) {
    if (program.attributes[i].type.type != program::Type::staff) continue;
    ++several;
    if (found == program::kNone || program.attributes[i].name == "owner") found = i;
  }
  return several == 1 || (found != program::kNone && program.attributes[found].name == "owner") ? found
                                                                                                : program::kNone;
}

}  // namespace

Plan::Plan(const program::Program& p, std::string channel, std::vector<Team> of_teams)
    : program(p),
      default_channel(std::move(channel)),
      teams(std::move(of_teams)),
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
    crosses |= crosses_customers(p.playbooks[playbook]);
    ranks |= p.playbooks[playbook].pace.has_value();
    keyed.push_back(std::any_of(enters.begin(), enters.end(),
                                [](const program::Enter& enter) { return enter.per_field != program::kNone; }));
  }
  for (const state::Schedule& schedule : layout.schedules)
    schedule_dates.push_back(p.playbooks[schedule.playbook].enters[schedule.enter].date);
  reads_others = std::any_of(p.nodes.begin(), p.nodes.end(),
                             [](const program::Node& node) { return node.op == program::Op::related; });
  crosses |= reads_others;
  owner = owner_of(p);
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
