// Steps: which function lowers which, and what all of them need.
#include "dsl/check/steps.hpp"

#include <utility>

#include "dsl/check/private.hpp"
#include "dsl/check/report.hpp"
#include "dsl/check/stepping.hpp"

namespace tend::check {

using program::Step;
using program::StepKind;
using syntax::Block;
using syntax::Stmt;
using syntax::StmtKind;

Steps::Steps(Lowering& lowering, const Journey& journey, std::uint32_t index, program::PlaybookPlaces& places)
    : lowering_(lowering),
      workspace_(lowering.workspace),
      book_(lowering.emit.program().playbooks[index]),
      places_(places),
      index_(index),
      journey_(journey) {}

Way Steps::block(const Block& block, Way way) {
  bool warned = false;
  ++depth_;
  for (const syntax::StmtPtr& statement : block.statements) {
    if (!statement || workspace_.sink.errors() >= limits::kErrorsMax) continue;
    if (!way && !warned) {
      lowering_.findings.unreachable.push_back(statement->head);
      warned = true;
    }
    way = step(*statement, std::move(way));
  }
  --depth_;
  return way;
}

Way Steps::step(const Stmt& statement, Way way) {
  switch (statement.kind) {
    case StmtKind::error: workspace_.broken = true; return way;
    case StmtKind::send: return send(statement, std::move(way));
    case StmtKind::ask: return ask(statement, std::move(way));
    case StmtKind::task: return task(statement, std::move(way));
    case StmtKind::transfer: return transfer(statement, std::move(way));
    case StmtKind::wait: return wait(statement, std::move(way));
    case StmtKind::wait_until_time: return wait_until_time(statement, std::move(way));
    case StmtKind::wait_until_date: return wait_until_date(statement, std::move(way));
    case StmtKind::wait_until_condition: return wait_until_condition(statement, std::move(way));
    case StmtKind::wait_up_to: return wait_up_to(statement, std::move(way));
    case StmtKind::if_: return branch(statement, std::move(way));
    case StmtKind::split: return split(statement, std::move(way));
    case StmtKind::repeat: return repeat(statement, std::move(way));
    case StmtKind::tag:
    case StmtKind::untag: return tag(statement, std::move(way));
    case StmtKind::set: return set(statement, std::move(way));
    case StmtKind::emit: return emit(statement, std::move(way));
    case StmtKind::grant: return grant(statement, std::move(way));
    case StmtKind::credit: return credit(statement, std::move(way));
    case StmtKind::start: return start(statement, std::move(way));
    case StmtKind::let: return let(statement, std::move(way));
    case StmtKind::stop: return stop(statement, way);
    default: break;
  }
  const bool clause = statement.kind >= StmtKind::enter_when && statement.kind <= StmtKind::owner;
  if (clause && depth_ > 1) workspace_.sink.report(mistake(504, statement.head));  // else the header's business
  return way;
}

Reach Steps::reach(const Way& way) {
  journey_.known = way ? *way : everything(journey_);
  Reach reach;
  reach.journey = &journey_;
  return reach;
}

std::uint32_t Steps::add(Step step, const Stmt& statement) {
  program::StepPlace place;
  place.span = statement.head;
  place.line = line_of(workspace_, statement.head);
  book_.steps.push_back(std::move(step));
  places_.steps.push_back(place);
  return here() - 1;
}

std::uint32_t Steps::add_jump(const Stmt& statement) {
  Step jump;
  jump.kind = StepKind::jump;
  return add(std::move(jump), statement);
}

Step Steps::named(StepKind kind, const Stmt& statement) {
  Step step;
  step.kind = kind;
  if (statement.else_if) return step;  // a part of its `if`, not a step of its own
  step.label = step_label(statement);
  const syntax::Name* label = label_of(statement);
  if (!label) return step;
  if (!labels_.insert(label->text).second) workspace_.sink.report(mistake(257, label->span, {label->text}));
  step.name = label->text;
  return step;
}

Way Steps::otherwise(std::uint32_t self, const Stmt& statement, const Block* refused, const Way& before, Way done) {
  if (!refused) return before ? meeting(done, before) : before;
  const std::uint32_t jump = add_jump(statement);
  book_.steps[self].target = here();
  const Way gone = block(*refused, before);
  book_.steps[jump].target = here();
  return before ? meeting(done, gone) : before;
}

std::vector<program::TextPart> Steps::text(const syntax::Text& text, const Way& way, std::string_view shown) {
  const auto parts = parts_of(workspace_, text, reach(way));
  if (parts && !shown.empty()) keep_private(workspace_, *parts, shown);
  return parts ? lowering_.emit.text(*parts) : std::vector<program::TextPart>{};
}

const std::vector<syntax::Name>& path_of(const Stmt::Part* part) {
  static const std::vector<syntax::Name> nothing;
  const bool is_path = part && part->expression && part->expression->kind == syntax::ExprKind::path;
  return is_path ? part->expression->path : nothing;
}

void lower_steps(Lowering& lowering, const Block& block, const Journey& journey, std::uint32_t index,
                 program::PlaybookPlaces& places) {
  Steps(lowering, journey, index, places).block(block, Known{});
}

}  // namespace tend::check
