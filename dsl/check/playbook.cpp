// Lowering a playbook: its header here, its steps in steps.cpp.
#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "dsl/check/lookup.hpp"
#include "dsl/check/lowering.hpp"
#include "dsl/check/report.hpp"
#include "dsl/check/steps.hpp"

namespace tend::check {
namespace {

using program::Playbook;
using program::PlaybookPlaces;
using syntax::Block;
using syntax::Stmt;
using syntax::StmtKind;

bool is_clause(StmtKind kind) { return kind >= StmtKind::enter_when && kind <= StmtKind::owner; }

const char* unsupported_clause(StmtKind kind) {
  switch (kind) {
    case StmtKind::enter_schedule: return "enter every";
    case StmtKind::enter_relative: return "enter before";
    case StmtKind::enter_by_hand: return "enter by hand";
    case StmtKind::backfill: return "backfill";
    case StmtKind::pace: return "pace";
    case StmtKind::holdout: return "holdout";
    case StmtKind::cap: return "cap";
    case StmtKind::quiet: return "quiet";
    case StmtKind::on_edit: return "on edit";
    default: return nullptr;
  }
}

bool is_enter(StmtKind kind) {
  return kind == StmtKind::enter_when || kind == StmtKind::enter_on || kind == StmtKind::enter_schedule ||
         kind == StmtKind::enter_relative || kind == StmtKind::enter_by_hand;
}

bool is_again(StmtKind kind) {
  return kind == StmtKind::again_never || kind == StmtKind::again_always || kind == StmtKind::again_after;
}

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

class Header {
 public:
  Header(Lowering& lowering, Playbook& out, PlaybookPlaces& places, Journey& journey)
      : lowering_(lowering), workspace_(lowering.workspace), out_(out), places_(places), journey_(journey) {}

  // What lets customers in comes first: what `entry` means hangs on it.
  void find_entries(const Stmt& playbook) {
    journey_.always_by_event = true;
    bool any = false;
    for (const syntax::StmtPtr& clause : playbook.block.statements) {
      if (!clause) continue;
      if (clause->kind == StmtKind::error) journey_.unknown_entry = true;  // it may have been an `enter`
      if (!is_enter(clause->kind)) continue;
      any = true;
      if (clause->kind != StmtKind::enter_on) {
        journey_.always_by_event = false;
        continue;
      }
      const auto event = clause->path.size() == 1 ? event_named(workspace_, clause->path[0]) : std::nullopt;
      if (event) {
        journey_.entry_events.insert(*event);
      } else {
        journey_.unknown_entry = true;
      }
    }
    if (!any && !journey_.unknown_entry) workspace_.sink.report(mistake(501, playbook.name.span, {playbook.name.text}));
  }

  void lower(const Stmt& playbook) {
    const auto each = [&](auto wanted, auto lower_one) {
      for (const syntax::StmtPtr& clause : playbook.block.statements) {
        if (clause && wanted(clause->kind)) lower_one(*clause);
      }
    };
    const auto is = [](StmtKind kind) { return [kind](StmtKind other) { return other == kind; }; };
    // Always in this order, so that the order in which the clauses are written leaves no trace.
    each(is_enter, [&](const Stmt& clause) { enter(clause); });
    each(is(StmtKind::where), [&](const Stmt& clause) { where(clause); });
    each(is_again, [&](const Stmt& clause) { again(clause); });
    each(is(StmtKind::goal), [&](const Stmt& clause) { goal(clause); });
    each(is(StmtKind::leave), [&](const Stmt& clause) { leave(clause); });
    each(is(StmtKind::priority), [&](const Stmt& clause) { priority(clause); });
    each(is(StmtKind::describe), [&](const Stmt& clause) { once(clause, "describe"); });
    each(is(StmtKind::owner), [&](const Stmt& clause) { once(clause, "owner"); });
    each([](StmtKind kind) { return unsupported_clause(kind) != nullptr; },
         [&](const Stmt& clause) { report_unsupported(workspace_, clause.head, unsupported_clause(clause.kind)); });
  }

 private:
  // What can be known when a journey is about to begin: `entry`, but no arms.
  Journey at_entry() const {
    Journey journey = journey_;
    journey.arm_events.clear();
    return journey;
  }

  bool once(const Stmt& clause, const std::string& word) {
    if (seen_.insert(word).second) return true;
    workspace_.sink.report(mistake(502, clause.head, {word}));
    return false;
  }

  void enter(const Stmt& clause) {
    program::Enter enter;
    const Journey journey = at_entry();
    Reach reach;
    if (clause.kind == StmtKind::enter_when) {
      enter.condition = lowering_.emit.expression(condition_of(workspace_, clause.condition.get(), reach));
      reach.journey = &journey;
      if (clause.where) enter.where = lowering_.emit.expression(condition_of(workspace_, clause.where.get(), reach));
    } else if (clause.kind == StmtKind::enter_on) {
      enter.kind = program::EnterKind::on_event;
      if (!clause.names.empty()) report_unsupported(workspace_, clause.head, "per");
      const auto event = event_of(workspace_, clause.path);
      if (!event) return;
      enter.event = *event;
      reach.journey = &journey;
      if (clause.where) {
        enter.filter = lowering_.emit.expression(event_filter(workspace_, clause.where.get(), *event, reach));
      }
    } else {
      return;
    }
    out_.enters.push_back(enter);
    places_.enters.push_back(clause.head);
  }

  void where(const Stmt& clause) {
    if (!once(clause, "where")) return;
    const Journey journey = at_entry();
    Reach reach;
    reach.journey = &journey;
    const syntax::Expr* condition = clause.condition ? clause.condition.get() : clause.where.get();
    out_.where = lowering_.emit.expression(condition_of(workspace_, condition, reach));
    places_.where = clause.head;
  }

  void again(const Stmt& clause) {
    if (!once(clause, "again")) return;
    places_.again = clause.head;
    if (clause.kind == StmtKind::again_always) out_.again = program::Again::always;
    if (clause.kind != StmtKind::again_after) return;
    out_.again = program::Again::after;
    if (const auto after = fixed_duration(workspace_, clause.duration.get())) out_.again_after = *after;
  }

  void goal(const Stmt& clause) {
    if (!once(clause, "goal")) return;
    if (clause.stay) report_unsupported(workspace_, clause.head, "and stay");
    program::Goal goal;
    if (clause.duration) goal.within = fixed_duration(workspace_, clause.duration.get());
    const auto event = event_of(workspace_, clause.path);
    if (!event) return;
    goal.event = *event;
    Reach reach;
    reach.journey = &journey_;
    if (clause.where)
      goal.filter = lowering_.emit.expression(event_filter(workspace_, clause.where.get(), *event, reach));
    out_.goal = goal;
    places_.goal = clause.head;
  }

  void leave(const Stmt& clause) {
    if (!once(clause, "leave when")) return;
    Reach reach;
    reach.journey = &journey_;
    out_.leave = lowering_.emit.expression(condition_of(workspace_, clause.condition.get(), reach));
    places_.leave = clause.head;
  }

  void priority(const Stmt& clause) {
    if (!once(clause, "priority")) return;
    const syntax::Expr* expr = nullptr;
    for (const Stmt::Part& part : clause.parts) {
      if (part.expression) expr = part.expression.get();
    }
    const IrPtr value = value_of(workspace_, expr, Reach{});
    if (!value) return;
    const bool number = is_constant(*value, ValueKind::number);
    const double wanted = number ? value->constant.number : -1;
    if (!number || wanted < 0 || wanted > 100 || wanted != std::floor(wanted)) {
      workspace_.sink.report(mistake(503, value->span));
      return;
    }
    out_.priority = static_cast<std::int32_t>(wanted);
  }

  Lowering& lowering_;
  Workspace& workspace_;
  Playbook& out_;
  PlaybookPlaces& places_;
  Journey& journey_;
  std::set<std::string> seen_;
};

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
  Journey journey;
  find_arm_events(workspace, declaration.block, journey.arm_events);
  Header header(lowering, out, out_places, journey);
  header.find_entries(declaration);
  check_order(workspace, declaration.block);
  header.lower(declaration);
  lower_steps(lowering, declaration.block, journey, index, out_places);
  out.reads_entry = lowering.emit.reads_entry();
  out.arm_events.assign(lowering.emit.arm_events().begin(), lowering.emit.arm_events().end());
}

}  // namespace tend::check
