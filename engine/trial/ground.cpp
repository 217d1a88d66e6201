#include "engine/trial/ground.hpp"

#include <algorithm>
#include <set>

namespace tend::trial {
namespace {

using program::kNone;
using program::Playbook;

void follow_starts(const program::Program& program, std::uint32_t playbook, std::set<std::uint32_t>& alive) {
  if (!alive.insert(playbook).second) return;
  for (const program::Step& step : program.playbooks[playbook].steps) {
    if (step.kind == program::StepKind::start && step.playbook != kNone) follow_starts(program, step.playbook, alive);
  }
}

/// Nobody enters it any more, and it asks nothing.
void put_to_rest(Playbook& playbook, program::PlaybookPlaces& places) {
  Playbook empty;
  empty.name = std::move(playbook.name);
  empty.title = std::move(playbook.title);
  playbook = std::move(empty);
  program::PlaybookPlaces name_only;
  name_only.name = places.name;
  places = std::move(name_only);
}

template <typename T>
void append(std::vector<T>& to, const std::vector<T>& tail) {
  to.insert(to.end(), tail.begin(), tail.end());
}

}  // namespace

std::unique_ptr<const Ground> make_ground(const program::Program& program, const program::Places& places,
                                          const program::TestParts& parts, std::uint32_t playbook,
                                          const std::string& default_channel, const std::vector<journey::Team>& teams) {
  auto ground = std::make_unique<Ground>();
  ground->program = program;
  ground->places = places;
  ground->default_channel = default_channel;
  std::set<std::uint32_t> alive;
  follow_starts(program, playbook, alive);
  for (std::uint32_t p = 0; p < program.playbooks.size(); ++p) {
    if (!alive.contains(p)) put_to_rest(ground->program.playbooks[p], ground->places.playbooks[p]);
  }
  // Whether somebody is held out hangs on his id alone; nobody writes a test about that.
  ground->program.policy.holdout = 0;
  for (Playbook& one : ground->program.playbooks) one.holdout = 0;
  append(ground->program.constants, parts.constants);
  append(ground->program.nodes, parts.nodes);
  append(ground->places.nodes, parts.node_places);
  append(ground->program.arguments, parts.arguments);
  append(ground->program.windows, parts.windows);
  append(ground->program.expressions, parts.expressions);
  ground->plan = std::make_unique<const journey::Plan>(ground->program, default_channel, teams);
  return ground;
}

}  // namespace tend::trial
