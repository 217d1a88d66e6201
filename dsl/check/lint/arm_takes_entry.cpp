// An arm and an `enter on` that take the same event: the arm goes on with the journey under way, and the entry is
// refused because of it.
#include "dsl/check/conditions.hpp"
#include "dsl/check/hold/hold.hpp"
#include "dsl/check/lint/lints.hpp"
#include "dsl/check/report.hpp"

namespace tend::check {
namespace {

using program::Enter;
using program::Node;
using program::Playbook;
using program::Program;

bool reads(const Program& program, std::uint32_t index, Op op, std::uint32_t a, std::uint32_t b) {
  const Node& node = program.nodes[index];
  return node.op == op && node.a == a && node.b == b;
}

// `… where id = entry.id`.
bool is_same_key(const Program& program, const Enter& enter, std::uint32_t filter) {
  if (filter == kNone) return false;
  for (const std::uint32_t part : conjuncts(program, program.expressions[filter].root)) {
    const Node& node = program.nodes[part];
    if (node.op != Op::equal) continue;
    for (const auto& [field, entry] : {std::pair{node.a, node.b}, std::pair{node.b, node.a}}) {
      if (reads(program, field, Op::field, enter.per_field, kNone) &&
          reads(program, entry, Op::entry_field, enter.event, enter.per_field))
        return true;
    }
  }
  return false;
}

bool both_take_it(const Program& program, const Enter& enter, const program::Arm& arm) {
  if (enter.kind != program::EnterKind::on_event || !arm.on_event || arm.event != enter.event) return false;
  if (enter.per_field != kNone && !is_same_key(program, enter, arm.condition)) return false;
  std::vector<hold::Claim> claims;
  for (const std::uint32_t filter : {enter.filter, arm.condition}) {
    if (filter != kNone) claims.push_back({program.expressions[filter].root});
  }
  return !hold::impossible(program, claims);
}

}  // namespace

void lint_arm_takes_entry(Workspace& workspace, const Program& program, const program::Places& places) {
  for (std::size_t p = 0; p < program.playbooks.size(); ++p) {
    const Playbook& playbook = program.playbooks[p];
    if (playbook.again == program::Again::never) continue;  // nobody enters twice anyway
    const auto& goal = playbook.goal;
    for (std::size_t a = 0; a < playbook.arms.size(); ++a) {
      for (const Enter& enter : playbook.enters) {
        if (!both_take_it(program, enter, playbook.arms[a])) continue;
        if (goal && !goal->stay && goal->event == enter.event) continue;  // the goal ends the journey before
        const std::string& event = program.events[enter.event].name;
        workspace.sink.report(mistake(613, places.playbooks[p].arms[a], {event}, 72, {event}));
        break;
      }
    }
  }
}

}  // namespace tend::check
