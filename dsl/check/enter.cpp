// `enter`: every way into a playbook.
#include <optional>
#include <string>
#include <utility>

#include "dsl/check/calendar.hpp"
#include "dsl/check/flip.hpp"
#include "dsl/check/header.hpp"
#include "dsl/check/lookup.hpp"
#include "dsl/check/policy.hpp"
#include "dsl/check/report.hpp"
#include "dsl/syntax/parts.hpp"

namespace tend::check {
namespace {

using program::Enter;
using program::EnterKind;
using program::Every;
using syntax::Expr;
using syntax::ExprKind;
using syntax::Keyword;
using syntax::Part;
using syntax::Stmt;
using syntax::StmtKind;

constexpr std::int64_t kDayMs = 86'400'000;

class Entrance {
 public:
  Entrance(Lowering& lowering, const Stmt& clause, const Journey& at_entry)
      : lowering_(lowering), workspace_(lowering.workspace), clause_(clause), at_entry_(at_entry) {
    reach_.journey = &at_entry_;
  }

  // The parts come in a fixed order, so that the order of what is appended to the program is the same in both tongues.
  std::optional<Enter> lower() {
    const bool whole = what();
    if (clause_.where && clause_.kind != StmtKind::enter_on) {
      out_.where = emitted(condition_of(workspace_, clause_.where.get(), reach_));
    }
    return whole ? std::optional(out_) : std::nullopt;
  }

 private:
  std::uint32_t emitted(const IrPtr& ir) { return lowering_.emit.expression(ir); }

  bool what() {
    switch (clause_.kind) {
      case StmtKind::enter_when: return when();
      case StmtKind::enter_on: return on_event();
      case StmtKind::enter_schedule: return syntax::has(clause_, Keyword::every) ? schedule() : date();
      case StmtKind::enter_relative: return relative();
      default: out_.kind = EnterKind::by_hand; return true;
    }
  }

  bool when() {
    out_.kind = EnterKind::when;
    out_.condition = emitted(watched_condition_of(workspace_, clause_.condition.get(), Reach{}));
    return out_.condition != kNone;
  }

  bool on_event() {
    out_.kind = EnterKind::on_event;
    const auto event = event_of(workspace_, clause_.path);
    if (!event) return false;
    out_.event = *event;
    if (clause_.where) out_.filter = emitted(event_filter(workspace_, clause_.where.get(), *event, reach_));
    if (!clause_.names.empty()) per(*event);
    return true;
  }

  // `per car` or `per service.car`: one journey for each value of this field.
  void per(std::uint32_t event) {
    const program::Event& declared = workspace_.schema.events[event];
    const std::vector<syntax::Name>& path = clause_.names;
    const Span span = {path[0].span.file, path[0].span.begin, path.back().span.end};
    const bool qualified = path.size() == 2 && event_named(workspace_, path[0]) == event;
    if (path.size() > 1 && !qualified) {
      if (workspace_.schema.unread_names.contains(path[0].text)) return;
      std::string written;
      for (const syntax::Name& name : path) written += (written.empty() ? "" : ".") + name.text;
      workspace_.sink.report(mistake(203, span, {declared.name, written}));
      return;
    }
    const auto field = field_of(workspace_, event, path.back());
    if (!field) return;
    const TypeInfo type = field_type(declared, *field);
    const bool tells_apart = is_text(type.type) || type.type == Type::number || type.type == Type::date ||
                             type.type == Type::money || type.type == Type::staff || type.type == Type::customer;
    if (tells_apart) {
      out_.per_field = *field;
    } else if (type.type != Type::none) {
      workspace_.sink.report(mistake(367, span, {type_word(type)}));
    }
  }

  // every day | monday | month on 8 | workday | holiday at 10:00
  bool schedule() {
    out_.kind = EnterKind::schedule;
    bool whole = time();
    for (std::size_t i = 0; i < clause_.parts.size(); ++i) {
      if (!syntax::is(clause_.parts[i], Keyword::every) || i + 1 == clause_.parts.size()) continue;
      whole = every(clause_.parts[i + 1]) && whole;
    }
    return whole;
  }

  bool every(const Part& what) {
    const bool numbered = syntax::has(clause_, Keyword::on_offset);
    if (what.what == Part::What::keyword) {
      const auto keyword = static_cast<Keyword>(what.keyword);
      if (keyword == Keyword::workday || keyword == Keyword::holiday) {
        out_.every = keyword == Keyword::workday ? Every::workday : Every::holiday;
        return days_are_known(workspace_, clause_.head,
                              keyword == Keyword::workday ? DayKind::workday : DayKind::holiday);
      }
      out_.every = Every::weekday;
      out_.weekday = what.keyword - static_cast<std::int32_t>(Keyword::monday);
      return true;
    }
    if (!what.expression || what.expression->kind != ExprKind::literal) {
      workspace_.broken = true;
      return false;
    }
    const program::Constant& period = what.expression->value;
    const bool day = period.extra == 0 && period.integer == kDayMs;
    const bool month = period.extra == 1 && period.integer == 0;
    if ((!day && !month) || (day && numbered)) {
      workspace_.sink.report(mistake(522, what.expression->span, {}, 50));
      return false;
    }
    out_.every = day ? Every::day : Every::month;
    if (day) return true;
    if (!numbered) {
      workspace_.sink.report(mistake(523, what.expression->span, {}, 59));
      return false;
    }
    const auto number = whole_number(workspace_, syntax::expression_behind(clause_, Keyword::on_offset), 1, 31);
    if (number) out_.month_day = static_cast<std::int32_t>(*number);
    return number.has_value();
  }

  bool date() {
    out_.kind = EnterKind::date;
    const Expr* day = syntax::expression_behind(clause_, Keyword::on_date);
    if (!day || day->kind != ExprKind::literal || day->value.kind != ValueKind::date) {
      workspace_.broken = true;
      return false;
    }
    out_.day = day->value.integer;
    return time();
  }

  bool time() {
    const Expr* time = syntax::expression_behind(clause_, Keyword::at_);
    if (!time || time->kind != ExprKind::literal) {
      workspace_.broken = true;
      return false;
    }
    out_.time_of_day = static_cast<std::int32_t>(time->value.integer);
    return true;
  }

  // [yearly] 7 days before|after customer.birthday at 09:00
  bool relative() {
    out_.kind = EnterKind::relative;
    out_.yearly = syntax::has(clause_, Keyword::yearly);
    out_.before = syntax::has(clause_, Keyword::before);
    bool whole = time();
    const Expr* offset = nullptr;
    for (std::size_t i = 0; i + 1 < clause_.parts.size(); ++i) {
      const Part& next = clause_.parts[i + 1];
      if (syntax::is(next, Keyword::before) || syntax::is(next, Keyword::after_)) {
        offset = clause_.parts[i].expression.get();
      }
    }
    const auto duration = fixed_duration(workspace_, offset);
    if (!duration) {
      whole = false;
    } else if (duration->ms % kDayMs != 0) {
      workspace_.sink.report(mistake(366, offset->span));
      whole = false;
    } else {
      out_.offset = *duration;
    }
    const Expr* date = syntax::expression_behind(clause_, out_.before ? Keyword::before : Keyword::after_);
    return around(date) && whole;
  }

  bool around(const Expr* date) {
    while (date && date->kind == ExprKind::group && !date->args.empty()) date = date->args[0].get();
    if (!date || date->kind != ExprKind::lunar) return around_date(date);
    if (!out_.yearly) {
      workspace_.sink.report(mistake(517, date->span, {}, 52));
      return false;
    }
    const bool there = days_are_known(workspace_, date->span, DayKind::lunar);
    out_.lunar = true;
    if (!date->args.empty()) return around_date(date->args[0].get()) && there;
    return lunar_day(*date) && there;
  }

  // `8-15`
  bool lunar_day(const Expr& expr) {
    std::int32_t month = 0, day = 0;
    bool dash = false;
    for (const char c : expr.spelling) {
      if (c == '-') {
        dash = true;
      } else {
        std::int32_t& number = dash ? day : month;
        number = number > 99 ? number : number * 10 + (c - '0');
      }
    }
    if (month < 1 || month > 12 || day < 1 || day > 30) {
      workspace_.sink.report(mistake(120, expr.span, {expr.spelling}));
      return false;
    }
    out_.lunar_month = month;
    out_.lunar_day = day;
    return true;
  }

  bool around_date(const Expr* expr) {
    IrPtr date = value_of(workspace_, expr, Reach{});
    if (!date) return false;
    if (date->type.type == Type::moment) {
      const Span span = date->span;
      date = make_unary(Op::date_of, Type::date, span, std::move(date));
    }
    if (date->type.type != Type::date) {
      workspace_.sink.report(mistake(365, date->span, {type_word(date->type)}));
      return false;
    }
    if (moves_with_time(*date)) {
      workspace_.sink.report(mistake(406, expr->span));
      return false;
    }
    if (!wakes(workspace_, *date, expr->span)) return false;
    out_.date = emitted(date);
    return true;
  }

  Lowering& lowering_;
  Workspace& workspace_;
  const Stmt& clause_;
  const Journey& at_entry_;
  Reach reach_;
  Enter out_;
};

}  // namespace

std::optional<program::Enter> lower_enter(Lowering& lowering, const Stmt& clause, const Journey& at_entry) {
  return Entrance(lowering, clause, at_entry).lower();
}

}  // namespace tend::check
