#include "dsl/check/calendar.hpp"

#include <algorithm>
#include <utility>

#include "dsl/check/report.hpp"
#include "dsl/syntax/parts.hpp"

namespace tend::check {
namespace {

using program::DayRange;
using syntax::Expr;
using syntax::Keyword;
using syntax::Part;
using syntax::Stmt;
using syntax::StmtKind;

struct Line {
  DayRange days;
  bool holiday = false;
  const Stmt* statement = nullptr;
};

// 1970-01-01 was a Thursday.
bool is_weekend(std::int64_t day) { return ((day + 3) % 7 + 7) % 7 >= 5; }

std::optional<std::int64_t> day_of(const Expr* expr) {
  if (!expr || expr->kind != syntax::ExprKind::literal || expr->value.kind != ValueKind::date) return std::nullopt;
  return expr->value.integer;
}

std::optional<Line> line_of(Workspace& workspace, const Stmt& statement) {
  Line line;
  line.statement = &statement;
  line.holiday = syntax::has(statement, Keyword::holiday);
  const Part* part = syntax::first(statement, Part::What::expression);
  const auto first = day_of(part ? part->expression.get() : nullptr);
  const bool is_range = syntax::has(statement, Keyword::to);
  const auto last = is_range ? day_of(syntax::expression_behind(statement, Keyword::to)) : first;
  if (!first || !last) {
    workspace.broken = true;
    return std::nullopt;
  }
  line.days = {*first, *last};
  if (*first > *last) {
    workspace.sink.report(mistake(531, statement.head));
    return std::nullopt;
  }
  if (line.holiday) return line;
  for (std::int64_t day = *first; day <= *last; ++day) {
    if (is_weekend(day)) continue;
    workspace.sink.report(mistake(548, statement.head));
    return std::nullopt;
  }
  return line;
}

program::Calendar calendar_from(Workspace& workspace, const std::string& name, const Stmt& declaration) {
  program::Calendar calendar;
  calendar.name = name;
  std::vector<Line> lines;
  const Part* block = syntax::first(declaration, Part::What::block);
  if (!block) return calendar;
  for (const syntax::StmtPtr& statement : block->block.statements) {
    if (!statement || statement->kind == StmtKind::error) {
      workspace.broken = true;
      continue;
    }
    for (const Part& part : statement->parts) {
      if (part.text) (void)plain_text(workspace, *part.text);
    }
    if (syntax::has(*statement, Keyword::lunar)) {
      if (std::exchange(calendar.lunar, true)) workspace.sink.report(mistake(208, statement->head, {"lunar"}));
    } else if (auto line = line_of(workspace, *statement)) {
      lines.push_back(*line);
    }
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const Line& a, const Line& b) { return a.days.first < b.days.first; });
  const Line* before = nullptr;  // the one that reaches furthest
  for (const Line& line : lines) {
    if (before && line.days.first <= before->days.last) {
      const bool is_later = line.statement->head.begin > before->statement->head.begin;
      workspace.sink.report(mistake(547, (is_later ? line : *before).statement->head));
    }
    if (!before || line.days.last > before->days.last) before = &line;
    (line.holiday ? calendar.holidays : calendar.workdays).push_back(line.days);
  }
  return calendar;
}

}  // namespace

std::vector<program::Calendar> calendars_of(Workspace& workspace) {
  std::vector<program::Calendar> calendars;
  for (const auto& [name, declaration] : workspace.schema.calendars)
    calendars.push_back(calendar_from(workspace, name, *declaration));
  return calendars;
}

bool days_are_known(Workspace& workspace, Span use, DayKind kind) {
  const Schema& schema = workspace.schema;
  if (!schema.names_calendar) {
    if (kind != DayKind::holiday) return true;
    workspace.sink.report(mistake(234, use, {"holiday"}, 41));
    return false;
  }
  if (kind != DayKind::lunar) return true;
  for (const program::Calendar& calendar : schema.calendar_days) {
    if (calendar.name != schema.policy.calendar || calendar.lunar) continue;
    workspace.sink.report(mistake(235, use, {calendar.name}, 42));
    return false;
  }
  return true;
}

}  // namespace tend::check
