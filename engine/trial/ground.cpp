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
                                          const std::string& default_channel,
                                          const std::vector<journey::Team>& teams) {
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
  ground->missing = journey::not_run_yet(ground->program, ground->places);
  append(ground->program.constants, parts.constants);
  append(ground->program.nodes, parts.nodes);
  append(ground->places.nodes, parts.node_places);
  append(ground->program.arguments, parts.arguments);
  append(ground->program.windows, parts.windows);
  append(ground->program.expressions, parts.expressions);
  ground->plan = std::make_unique<const journey::Plan>(ground->program, default_channel, teams);
  return ground;
}

std::vector<journey::NotRunYet> not_run_yet(const Ground& ground, const program::Test& test) {
  program::Program asked;  // nothing but the nodes that the conditions are made of
  program::Places places;
  const auto collect = [&](auto&& self, std::uint32_t index) -> void {
    if (index == kNone) return;
    const program::Node& node = ground.program.nodes[index];
    asked.nodes.push_back(node);
    places.nodes.push_back(ground.places.nodes[index]);
    using program::Op;
    switch (node.op) {
      case Op::constant:
      case Op::attribute:
      case Op::customer_id:
      case Op::first_seen:
      case Op::now:
      case Op::today:
      case Op::field:
      case Op::entry_field:
      case Op::entry_at:
      case Op::entry_date:
      case Op::arm_field:
      case Op::consents:
      case Op::inactive:
      case Op::let_value:
      case Op::grant_amount:
      case Op::grant_expires:
      case Op::customer_tags:
      case Op::call: return;  // leaves; a call is refused whatever its arguments are
      case Op::window: self(self, ground.program.windows[node.a].filter); return;
      case Op::related: self(self, node.a); return;
      case Op::list:
        for (std::uint32_t i = 0; i < node.b; ++i) self(self, ground.program.arguments[node.a + i]);
        return;
      default: self(self, node.a); self(self, node.b);
    }
  };
  for (const program::TestLine& line : test.lines) {
    if (line.expression != kNone) collect(collect, ground.program.expressions[line.expression].root);
  }
  return journey::not_run_yet(asked, places);
}

}  // namespace tend::trial
