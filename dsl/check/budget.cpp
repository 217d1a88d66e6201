#include "dsl/check/budget.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "dsl/check/currency.hpp"
#include "dsl/check/expression.hpp"
#include "dsl/check/report.hpp"
#include "dsl/syntax/parts.hpp"

namespace tend::check {
namespace {

using program::BudgetLimit;
using syntax::Expr;
using syntax::Keyword;
using syntax::Part;
using syntax::Stmt;
using syntax::StmtKind;

constexpr std::int64_t kDayMs = 86'400'000;

struct Line {
  BudgetLimit limit;
  const Stmt* statement;
};

bool is_period(const Duration& duration) {
  const bool days = duration.months == 0 && (duration.ms == kDayMs || duration.ms == 7 * kDayMs);
  const bool months = duration.ms == 0 && (duration.months == 1 || duration.months == 12);
  return days || months;
}

// How long a period lasts, to compare two; no period lasts longest.
std::int64_t length_of(const std::optional<Duration>& period) {
  return period ? period->months * 31 * kDayMs + period->ms : INT64_MAX;
}

class Reader {
 public:
  Reader(Workspace& workspace, const Stmt& declaration, program::Budget& out)
      : workspace_(workspace), declaration_(declaration), out_(out) {}

  void read() {
    if (const Part* title = syntax::first(declaration_, Part::What::text)) {
      if (auto characters = plain_text(workspace_, *title->text)) out_.title = std::move(*characters);
    }
    const Part* block = syntax::first(declaration_, Part::What::block);
    if (!block) return;
    for (const syntax::StmtPtr& line : block->block.statements) {
      if (!line || line->kind == StmtKind::error) {
        workspace_.broken = true;
        whole_ = false;
        continue;
      }
      this->line(*line);
    }
    if (whole_) compare();
  }

 private:
  void line(const Stmt& statement) {
    Line line{{}, &statement};
    bool readable = true;
    bool has_period = false;
    for (std::size_t i = 0; i < statement.parts.size(); ++i) {
      const Part& part = statement.parts[i];
      if (syntax::is(part, Keyword::per_cust)) {
        if (std::exchange(line.limit.per_customer, true)) readable = twice(statement, "per customer");
      } else if (syntax::is(part, Keyword::per_time)) {
        if (std::exchange(has_period, true)) readable = twice(statement, "per");
        if (i + 1 < statement.parts.size()) readable = period(*statement.parts[++i].expression, line.limit) && readable;
      } else if (part.what == Part::What::expression) {
        readable = amount(*part.expression, line.limit) && readable;
      }
    }
    whole_ = whole_ && readable;
    if (readable) lines_.push_back(line);
  }

  bool twice(const Stmt& statement, std::string what) {
    workspace_.sink.report(mistake(208, statement.head, {std::move(what)}));
    return false;
  }

  bool amount(const Expr& expr, BudgetLimit& limit) {
    if (expr.kind == syntax::ExprKind::error) {
      workspace_.broken = true;
      return false;
    }
    if (expr.value.kind != ValueKind::money) {
      workspace_.sink.report(mistake(348, expr.span, {diagnostic::argument(Phrase::type_number)}, 26));
      return false;
    }
    const auto money = money_of(workspace_, expr);
    if (!money) return false;
    if (money->integer <= 0) {
      workspace_.sink.report(mistake(347, expr.span));
      return false;
    }
    if (out_.currency != 0 && out_.currency != money->extra) {
      workspace_.sink.report(
          mistake(304, expr.span, {program::currency_code(out_.currency), program::currency_code(money->extra)}));
      return false;
    }
    out_.currency = money->extra;
    limit.amount = money->integer;
    return true;
  }

  bool period(const Expr& expr, BudgetLimit& limit) {
    if (expr.kind == syntax::ExprKind::error) {
      workspace_.broken = true;
      return false;
    }
    const Duration duration{static_cast<std::int32_t>(expr.value.extra), expr.value.integer};
    if (!is_period(duration)) {
      workspace_.sink.report(mistake(346, expr.span));
      return false;
    }
    limit.per = duration;
    return true;
  }

  void compare() {
    const auto key = [](const Line& line) { return std::tuple(line.limit.per_customer, length_of(line.limit.per)); };
    const auto by_key = [&](const Line& a, const Line& b) { return key(a) < key(b); };
    std::stable_sort(lines_.begin(), lines_.end(), by_key);
    if (lines_.empty() || lines_[0].limit.per_customer) {
      workspace_.sink.report(mistake(535, declaration_.name.span, {declaration_.name.text}, 40));
      return;
    }
    const std::optional<Duration> shortest = lines_[0].limit.per;
    for (Line& line : lines_) {
      // What one customer may get without a period of its own counts anew with the budget's.
      if (line.limit.per_customer && !line.limit.per) line.limit.per = shortest;
    }
    std::stable_sort(lines_.begin(), lines_.end(), by_key);
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      for (std::size_t j = i + 1; j < lines_.size(); ++j) {
        if (key(lines_[i]) == key(lines_[j])) {
          const Stmt* later = lines_[i].statement->head.begin < lines_[j].statement->head.begin ? lines_[j].statement
                                                                                                : lines_[i].statement;
          workspace_.sink.report(mistake(537, later->head, {declaration_.name.text}));
          return;
        }
        against_total(lines_[i].limit, lines_[j]);
      }
    }
    for (const Line& line : lines_) out_.limits.push_back(line.limit);
  }

  void against_total(const BudgetLimit& total, const Line& line) {
    const bool one_of_all = !total.per_customer && line.limit.per_customer;
    if (!one_of_all || length_of(line.limit.per) > length_of(total.per) || line.limit.amount <= total.amount) return;
    workspace_.sink.report(mistake(536, line.statement->head,
                                   {money_words(workspace_, line.limit.amount, out_.currency),
                                    money_words(workspace_, total.amount, out_.currency)}));
  }

  Workspace& workspace_;
  const Stmt& declaration_;
  program::Budget& out_;
  std::vector<Line> lines_;
  bool whole_ = true;  // all lines could be read, so that they can be compared
};

}  // namespace

void lower_budgets(Workspace& workspace, program::Program& program, program::Places& places) {
  for (const auto& [name, declaration] : workspace.schema.budgets) {
    program::Budget budget;
    budget.name = name;
    Reader(workspace, *declaration, budget).read();
    program.budgets.push_back(std::move(budget));
    places.budgets.push_back(declaration->name.span);
  }
}

void lower_partners(Workspace& workspace, program::Program& program) {
  for (const auto& [name, declaration] : workspace.schema.partners) {
    program::Partner partner{name, {}};
    if (const Part* title = syntax::first(*declaration, Part::What::text)) {
      if (auto characters = plain_text(workspace, *title->text)) partner.title = std::move(*characters);
    }
    program.partners.push_back(std::move(partner));
  }
}

std::optional<Currency> currency_of_budget(const Stmt& budget) {
  const Part* block = syntax::first(budget, Part::What::block);
  if (!block) return std::nullopt;
  for (const syntax::StmtPtr& line : block->block.statements) {
    if (!line) continue;
    for (const Part& part : line->parts) {
      if (part.what == Part::What::expression && part.expression->value.kind == ValueKind::money)
        return part.expression->value.extra;
    }
  }
  return std::nullopt;
}

}  // namespace tend::check
