// Waiting: for a length of time, for a time of day or a date, for a condition, for the first of several things.
#include <utility>

#include "dsl/check/calendar.hpp"
#include "dsl/check/report.hpp"
#include "dsl/check/stepping.hpp"

namespace tend::check {

using program::StepKind;
using syntax::Stmt;
using syntax::StmtKind;

// How long to wait: an expression, so that it may be an attribute or what a trait says.
std::uint32_t Steps::length_of(const syntax::Expr* expr, const Way& way) {
  IrPtr length = value_of(workspace_, expr, reach(way));
  if (!length) return kNone;
  if (length->type.type != Type::duration) {
    workspace_.sink.report(mistake(313, length->span, {type_word(length->type)}, 5));
    return kNone;
  }
  if (length->may_be_missing) {
    workspace_.sink.report(mistake(307, length->span, {}, 33));
    return kNone;
  }
  const auto fixed = constant_duration(*length);
  if (fixed && (fixed->ms < 0 || fixed->months < 0 || (fixed->ms == 0 && fixed->months == 0))) {
    workspace_.sink.report(mistake(315, length->span));
    return kNone;
  }
  return emitted(length);
}

Way Steps::wait(const Stmt& statement, Way way) {
  program::Step out = named(StepKind::wait, statement);
  out.expression = length_of(statement.duration.get(), way);
  add(std::move(out), statement);
  return way;
}

Way Steps::wait_until_time(const Stmt& statement, Way way) {
  program::Step out = named(StepKind::wait_until, statement);
  out.time_of_day = statement.time_ms;
  out.weekday = statement.weekday;
  out.next = statement.next;
  if (statement.weekday > 6) {
    days_are_known(workspace_, statement.head, statement.weekday == 7 ? DayKind::workday : DayKind::holiday);
  }
  add(std::move(out), statement);
  return way;
}

// A date needs a time of day, a moment has its own.
Way Steps::wait_until_date(const Stmt& statement, Way way) {
  program::Step out = named(StepKind::wait_until_date, statement);
  const IrPtr point = value_of(workspace_, statement.condition.get(), reach(way));
  if (!point) return way;
  const Type type = point->type.type;
  const bool timed = statement.time_ms >= 0;
  if (type == Type::boolean && !timed) {
    workspace_.sink.report(mistake(407, statement.head, {}, 53));
    return way;
  }
  if (type != Type::date && type != Type::moment) {
    workspace_.sink.report(mistake(365, point->span, {type_word(point->type)}, type == Type::duration ? 54 : 0));
    return way;
  }
  if ((type == Type::moment) == timed) {
    workspace_.sink.report(timed ? mistake(371, statement.head) : mistake(372, point->span, {}, 55));
    return way;
  }
  out.expression = emitted(point);
  out.time_of_day = statement.time_ms;
  add(std::move(out), statement);
  return way;
}

Way Steps::wait_until_condition(const Stmt& statement, Way way) {
  program::Step out = named(StepKind::wait_until_condition, statement);
  out.expression = emitted(watched_condition_of(workspace_, statement.condition.get(), reach(way)));
  if (statement.time_ms >= 0) workspace_.sink.report(mistake(408, statement.head));
  if (statement.duration) {
    out.duration = length_of(statement.duration.get(), way);
  } else {
    workspace_.sink.report(mistake(407, statement.head, {}, 53));
  }
  const std::uint32_t self = add(std::move(out), statement);
  return otherwise(self, statement, statement.has_else ? &statement.else_block : nullptr, way, way);
}

Way Steps::wait_up_to(const Stmt& statement, Way way) {
  program::Step out = named(StepKind::wait_up_to, statement);
  out.expression = length_of(statement.duration.get(), way);
  std::vector<const Stmt*> arms;
  const Stmt* otherwise = nullptr;
  for (const syntax::StmtPtr& arm : statement.block.statements) {
    if (!arm) continue;
    if (arm->kind == StmtKind::error) workspace_.broken = true;
    if (arm->kind == StmtKind::arm_on || arm->kind == StmtKind::arm_when) arms.push_back(arm.get());
    if (arm->kind != StmtKind::arm_else) continue;
    if (otherwise) workspace_.sink.report(mistake(506, arm->head));
    otherwise = arm.get();
  }
  // Reserved in one piece: the arms of waits inside come after.
  out.first_arm = static_cast<std::uint32_t>(book_.arms.size());
  out.arms = static_cast<std::uint32_t>(arms.size());
  book_.arms.resize(book_.arms.size() + arms.size());
  places_.arms.resize(places_.arms.size() + arms.size());
  const std::uint32_t first_arm = out.first_arm;
  const std::uint32_t self = add(std::move(out), statement);

  Way after;
  std::vector<std::uint32_t> jumps;
  for (std::size_t i = 0; i < arms.size(); ++i) {
    const std::uint32_t arm_index = first_arm + static_cast<std::uint32_t>(i);
    places_.arms[arm_index] = arms[i]->head;
    Way inside_way = open_arm(*arms[i], way, arm_index);
    book_.arms[arm_index].target = here();
    inside_way = block(arms[i]->block, std::move(inside_way));
    after = meeting(after, inside_way);
    jumps.push_back(add_jump(*arms[i]));
  }
  const std::uint32_t late = here();
  after = meeting(after, otherwise ? block(otherwise->block, way) : way);
  for (const std::uint32_t jump : jumps) book_.steps[jump].target = here();
  book_.steps[self].target = late;
  book_.steps[self].after = here();
  if (!way) return way;
  return after;
}

// Fills the arm's record; the way on which its block begins.
Way Steps::open_arm(const Stmt& statement, const Way& way, std::uint32_t arm_index) {
  program::Arm arm;
  arm.on_event = statement.kind == StmtKind::arm_on;
  if (!arm.on_event) {
    arm.condition = emitted(watched_condition_of(workspace_, statement.condition.get(), reach(way)));
    book_.arms[arm_index] = arm;
    return way;
  }
  const auto event = event_of(workspace_, statement.path);
  if (!event) return way;
  arm.event = *event;
  if (statement.where) {
    arm.condition = emitted(event_filter(workspace_, statement.where.get(), *event, reach(way)));
  }
  book_.arms[arm_index] = arm;
  Way chosen = way;
  if (chosen) chosen->arms.insert(*event);
  return chosen;
}

}  // namespace tend::check
