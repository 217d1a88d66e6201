// Lowering a playbook: what is known before its first step, its header (header.cpp), its steps (steps.cpp).
#include <set>
#include <utility>

#include "dsl/check/header.hpp"
#include "dsl/check/lookup.hpp"
#include "dsl/check/lowering.hpp"
#include "dsl/check/report.hpp"
#include "dsl/check/steps.hpp"
#include "dsl/syntax/parts.hpp"

namespace tend::check {
namespace {

using program::Playbook;
using program::PlaybookPlaces;
using syntax::Block;
using syntax::Stmt;
using syntax::StmtKind;

// The events that some arm of the playbook waits for, whatever else is wrong with it.
void find_arm_events(const Workspace& workspace, const Block& block, std::set<std::uint32_t>& events) {
  for (const syntax::StmtPtr& statement : block.statements) {
    if (!statement) continue;
    if (statement->kind == StmtKind::arm_on && statement->path.size() == 1) {
      if (const auto event = event_named(workspace, statement->path[0])) events.insert(*event);
    }
    find_arm_events(workspace, statement->block, events);
    find_arm_events(workspace, statement->else_block, events);
    for (const Stmt::Part& part : statement->parts) find_arm_events(workspace, part.block, events);
  }
}

// Clauses stand before the first step.
void check_order(Workspace& workspace, const Block& block) {
  bool steps = false;
  for (const syntax::StmtPtr& statement : block.statements) {
    if (!statement || statement->kind == StmtKind::error) continue;
    if (!is_clause(statement->kind)) {
      steps = true;
    } else if (steps) {
      workspace.sink.report(mistake(504, statement->head));
    }
  }
}

// Where `on edit move` leads: to a step that is there, by its label or by what tools call it, and to one only.
void check_moves(Workspace& workspace, const Block& block, const Playbook& playbook) {
  for (const syntax::StmtPtr& clause : block.statements) {
    if (!clause || clause->kind != StmtKind::on_edit) continue;
    std::size_t next = 0;
    const auto& parts = clause->parts;
    for (std::size_t i = 0; i + 1 < parts.size() && next < playbook.moves.size(); ++i) {
      if (!syntax::is(parts[i], syntax::Keyword::move_to)) continue;
      const std::string& to = playbook.moves[next++].to;
      const Span span = parts[i + 1].text ? parts[i + 1].text->span : parts[i + 1].name.span;
      std::vector<std::string> labels;
      int fitting = 0;
      for (const program::Step& step : playbook.steps) {
        if (step.label.empty()) continue;
        labels.push_back(step.label);
        if (step.label == to) ++fitting;
      }
      if (fitting == 1) continue;
      Diagnostic diagnostic = mistake(fitting == 0 ? 258 : 257, span, {to});
      if (fitting == 0) suggest(diagnostic, to, labels);
      workspace.sink.report(std::move(diagnostic));
    }
  }
}

}  // namespace

void lower_playbook(Lowering& lowering, const Stmt& declaration, program::Places& places) {
  Workspace& workspace = lowering.workspace;
  program::Program& program = lowering.emit.program();
  const auto index = static_cast<std::uint32_t>(program.playbooks.size());
  Playbook& out = program.playbooks.emplace_back();
  PlaybookPlaces& out_places = places.playbooks.emplace_back();
  out.name = declaration.name.text;
  out_places.name = declaration.name.span;
  if (declaration.text) {
    if (auto title = plain_text(workspace, *declaration.text)) out.title = std::move(*title);
  }
  lowering.emit.forget();
  const auto first_node = static_cast<std::uint32_t>(program.nodes.size());

  Journey journey;
  find_arm_events(workspace, declaration.block, journey.arm_events);
  const bool started = workspace.schema.started.contains(out.name);
  const bool lets_in = find_entries(workspace, declaration.block, journey);
  if (started) journey.always_by_event = false;
  if (!lets_in && !started && !journey.unknown_entry) {
    workspace.sink.report(mistake(501, declaration.name.span, {out.name}));
  }
  check_order(workspace, declaration.block);
  lower_header(lowering, declaration.block, journey, out, out_places);
  lower_steps(lowering, declaration.block, journey, index, out_places);
  check_moves(workspace, declaration.block, out);
  out.reads_entry = lowering.emit.reads_entry();
  out.arm_events.assign(lowering.emit.arm_events().begin(), lowering.emit.arm_events().end());
  lowering.nodes.push_back({first_node, static_cast<std::uint32_t>(program.nodes.size())});
}

}  // namespace tend::check
