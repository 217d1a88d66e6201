// Aggregates, `E within D`, `no E for D`: which view of a customer's events they ask for.
#include <utility>

#include "dsl/check/expression.hpp"
#include "dsl/check/flip.hpp"
#include "dsl/check/report.hpp"

namespace tend::check {
namespace {

using syntax::Expr;
using syntax::ExprKind;
using syntax::Word;

Aggregate aggregate_of(const Expr& expr) {
  if (expr.kind == ExprKind::happened) return Aggregate::happened;
  if (expr.kind == ExprKind::silent) return Aggregate::silent;
  switch (expr.word) {
    case Word::total: return Aggregate::total;
    case Word::average: return Aggregate::average;
    case Word::min: return Aggregate::min;
    case Word::max: return Aggregate::max;
    case Word::last: return Aggregate::last;
    case Word::first: return Aggregate::first;
    case Word::most: return Aggregate::most;
    default: return Aggregate::count;
  }
}

std::string aggregate_word(Aggregate aggregate) {
  switch (aggregate) {
    case Aggregate::total: return "total";
    case Aggregate::average: return "average";
    case Aggregate::min: return "min";
    case Aggregate::max: return "max";
    case Aggregate::last: return "last";
    case Aggregate::first: return "first";
    case Aggregate::most: return "most";
    case Aggregate::count:
    case Aggregate::happened:
    case Aggregate::silent: break;
  }
  return "count";
}

bool works_on(Aggregate aggregate, Type type) {
  switch (aggregate) {
    case Aggregate::total:
    case Aggregate::average: return type == Type::number || type == Type::money;
    case Aggregate::min:
    case Aggregate::max:
      return type == Type::number || type == Type::money || type == Type::percent || type == Type::date ||
             type == Type::time_of_day || type == Type::moment || type == Type::duration;
    default: return type != Type::list;
  }
}

bool takes_field(Aggregate aggregate) {
  return aggregate != Aggregate::count && aggregate != Aggregate::happened && aggregate != Aggregate::silent;
}

// What a window counts must be known when an event comes or an attribute changes: it may not move with time by itself.
// `where` is where it is written: what a trait brings with it is wrong in its use, not where the trait stands.
bool can_be_kept(Workspace& workspace, const Ir& filter, Span where) {
  const Ir* wrong = nullptr;
  walk(filter, [&](const Ir& ir) {
    const bool moves =
        ir.op == Op::now || ir.op == Op::today || ir.op == Op::age || ir.op == Op::inactive || ir.op == Op::window;
    if (moves && !wrong) wrong = &ir;
  });
  if (!wrong) return wakes(workspace, filter, where);
  const bool written_here =
      wrong->span.file == where.file && wrong->span.begin >= where.begin && wrong->span.end <= where.end;
  workspace.sink.report(mistake(402, written_here ? wrong->span : where));
  return false;
}

}  // namespace

IrPtr window_of(Workspace& workspace, const Expr& expr, const Reach& reach) {
  auto window = std::make_unique<WindowIr>();
  window->aggregate = aggregate_of(expr);
  const Schema& schema = workspace.schema;

  std::vector<syntax::Name> path = expr.path;
  if (expr.kind == ExprKind::aggregate) {
    if (expr.args.empty() || !expr.args[0] || expr.args[0]->kind != ExprKind::path) {
      workspace.broken = true;  // the parser takes nothing but a path here
      return nullptr;
    }
    path = expr.args[0]->path;
  }
  if (path.empty()) return nullptr;

  bool whole = true;
  // The field, where one is asked for, is the path's last part.
  std::optional<syntax::Name> field_name;
  const Span path_span = {path[0].span.file, path[0].span.begin, path.back().span.end};
  if (takes_field(window->aggregate)) {
    if (path.size() < 2) {
      if (!event_of(workspace, path)) return nullptr;
      workspace.sink.report(mistake(310, path_span, {aggregate_word(window->aggregate), path[0].text}, 25));
      return nullptr;
    }
    field_name = path.back();
    path.pop_back();
  }
  const auto event = event_of(workspace, path);
  if (!event) whole = false;
  TypeInfo type = plain(Type::number);
  if (event) {
    window->event = *event;
    const program::Event& declared = schema.events[*event];
    if (field_name) {
      const auto field = field_of(workspace, *event, *field_name);
      if (!field) {
        whole = false;
      } else {
        window->field = *field;
        type = field_type(declared, *field);
        if (type.type == Type::none) {
          whole = false;
        } else if (!works_on(window->aggregate, type.type)) {
          workspace.sink.report(mistake(312, path_span, {aggregate_word(window->aggregate), type_word(type)}));
          whole = false;
        }
      }
    }
    if (expr.where) {
      Reach inside = reach;
      inside.in_window = true;
      inside.journey = reach.journey;
      window->filter = event_filter(workspace, expr.where.get(), *event, inside);
      if (!window->filter || !can_be_kept(workspace, *window->filter, expr.where->span)) whole = false;
    }
  }
  const bool judged = expr.kind == ExprKind::happened || expr.kind == ExprKind::silent;
  if (judged || expr.over) {
    window->over = fixed_duration(workspace, judged ? expr.duration.get() : expr.over.get());
    if (!window->over) whole = false;
  }
  if (!whole) return nullptr;

  if (judged) type = plain(Type::boolean);
  IrPtr ir = make(Op::window, type.type, expr.span);
  ir->type = type;
  const Aggregate aggregate = window->aggregate;
  ir->may_be_missing = !judged && aggregate != Aggregate::count && aggregate != Aggregate::total;
  ir->window = std::move(window);
  return ir;
}

}  // namespace tend::check
