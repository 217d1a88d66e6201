// One slot for one name wherever a message is sent from: a message is compiled once, its senders' slots are counted
// each on their own.
#include <algorithm>
#include <map>
#include <set>

#include "dsl/check/lowering.hpp"

namespace tend::check {
namespace {

using program::Slot;
using syntax::Expr;

void mentioned(const Expr* expr, std::set<std::string>& names) {
  if (!expr) return;
  if (!expr->path.empty()) names.insert(expr->path[0].text);
  for (const syntax::ExprPtr& argument : expr->args) mentioned(argument.get(), names);
  mentioned(expr->where.get(), names);
}

// First words of what a message's texts and fields name.
std::set<std::string> mentioned(const syntax::Stmt& message) {
  std::set<std::string> names;
  for (const syntax::StmtPtr& item : message.block.statements) {
    if (!item) continue;
    if (item->text) {
      for (const syntax::Piece& piece : item->text->pieces) mentioned(piece.hole.get(), names);
    }
    for (const syntax::FieldValue& field : item->values) mentioned(field.value.get(), names);
  }
  return names;
}

// The shared names first, in their order; then the playbook's own as they came. What each old slot becomes.
std::vector<std::uint32_t> rearrange(std::vector<Slot>& slots, const std::vector<Slot>& shared) {
  std::vector<Slot> out = shared;
  std::vector<std::uint32_t> moved;
  for (const Slot& slot : slots) {
    const auto found =
        std::find_if(shared.begin(), shared.end(), [&](const Slot& one) { return one.name == slot.name; });
    if (found != shared.end()) {
      moved.push_back(static_cast<std::uint32_t>(found - shared.begin()));
      continue;
    }
    moved.push_back(static_cast<std::uint32_t>(out.size()));
    out.push_back(slot);
  }
  slots = std::move(out);
  return moved;
}

void move_slots(program::Program& program, program::Playbook& playbook, std::pair<std::uint32_t, std::uint32_t> nodes,
                const std::vector<std::uint32_t>& lets, const std::vector<std::uint32_t>& grants) {
  for (std::uint32_t i = nodes.first; i < nodes.second; ++i) {
    program::Node& node = program.nodes[i];
    if (node.op == Op::let_value) node.a = lets[node.a];
    if (node.op == Op::grant_amount || node.op == Op::grant_expires) node.a = grants[node.a];
  }
  for (program::Step& step : playbook.steps) {
    if (step.slot == kNone) continue;
    step.slot = step.kind == program::StepKind::let ? lets[step.slot] : grants[step.slot];
  }
}

std::uint32_t slot_of(const std::vector<Slot>& slots, const std::string& name) {
  const auto found = std::find_if(slots.begin(), slots.end(), [&](const Slot& slot) { return slot.name == name; });
  return found == slots.end() ? kNone : static_cast<std::uint32_t>(found - slots.begin());
}

}  // namespace

void share_slots(Lowering& lowering) {
  program::Program& program = lowering.emit.program();
  std::map<std::string, TypeInfo> lets, grants;  // shared, by name
  std::set<std::uint32_t> concerned;             // playbooks
  for (const auto& [name, use] : lowering.uses) {
    const auto declaration = lowering.workspace.schema.messages.find(name);
    if (use.playbooks.size() < 2 || declaration == lowering.workspace.schema.messages.end()) continue;
    for (const std::string& word : mentioned(*declaration->second)) {
      const auto kept = use.journey.kept.find(word);
      if (kept == use.journey.kept.end() || kept->second.type.type == Type::none) continue;
      (kept->second.granted ? grants : lets).emplace(word, kept->second.type);
      concerned.insert(use.playbooks.begin(), use.playbooks.end());
    }
  }
  const auto listed = [](const std::map<std::string, TypeInfo>& names) {
    std::vector<Slot> slots;
    for (const auto& [name, type] : names) slots.push_back({name, type});
    return slots;
  };
  for (const std::uint32_t index : concerned) {
    program::Playbook& playbook = program.playbooks[index];
    const auto moved_lets = rearrange(playbook.lets, listed(lets));
    const auto moved_grants = rearrange(playbook.grants, listed(grants));
    move_slots(program, playbook, lowering.nodes[index], moved_lets, moved_grants);
  }
  // What the messages are about to read.
  for (auto& [name, use] : lowering.uses) {
    for (auto& [word, kept] : use.journey.kept) {
      for (const std::uint32_t index : use.playbooks) {
        const program::Playbook& one = program.playbooks[index];
        const std::uint32_t slot = slot_of(kept.granted ? one.grants : one.lets, word);
        if (slot != kNone) kept.slot = slot;
      }
    }
  }
}

}  // namespace tend::check
