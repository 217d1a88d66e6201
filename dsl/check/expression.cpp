// From the author's expressions to typed trees: everything but names, windows, comparisons and arithmetic, which have
// their own files.
#include "dsl/check/expression.hpp"

#include <algorithm>
#include <utility>

#include "dsl/check/currency.hpp"
#include "dsl/check/flip.hpp"
#include "dsl/check/function.hpp"
#include "dsl/check/lookup.hpp"
#include "dsl/check/report.hpp"
#include "dsl/check/scope.hpp"

namespace tend::check {
namespace {

using syntax::Expr;
using syntax::ExprKind;

const Expr* argument(const Expr& expr, std::size_t index) {
  return index < expr.args.size() ? expr.args[index].get() : nullptr;
}

IrPtr boolean(Workspace& workspace, const Expr* expr, const Reach& reach) {
  IrPtr ir = value_of(workspace, expr, reach);
  if (!ir || ir->type.type == Type::boolean) return ir;
  workspace.sink.report(mistake(301, ir->span, {type_word(ir->type)}));
  return nullptr;
}

// `and`, `or`: for conditions only. `a or b` on values is what other languages write for `default`.
IrPtr joined(Workspace& workspace, const Expr& expr, const Reach& reach, Op op) {
  IrPtr left = value_of(workspace, argument(expr, 0), reach);
  IrPtr right = value_of(workspace, argument(expr, 1), reach);
  if (!left || !right) return nullptr;
  const bool left_is = left->type.type == Type::boolean;
  const bool right_is = right->type.type == Type::boolean;
  if (op == Op::or_ && !left_is) {
    workspace.sink.report(mistake(306, expr.span, {}, 22));
    return nullptr;
  }
  if (!left_is) workspace.sink.report(mistake(301, left->span, {type_word(left->type)}));
  if (!right_is) workspace.sink.report(mistake(301, right->span, {type_word(right->type)}));
  if (!left_is || !right_is) return nullptr;
  return make_binary(op, Type::boolean, expr.span, std::move(left), std::move(right));
}

IrPtr literal(Workspace& workspace, const Expr& expr) {
  switch (expr.value.kind) {
    case ValueKind::boolean: return make_constant(expr.value, Type::boolean, expr.span);
    case ValueKind::number: return make_constant(expr.value, Type::number, expr.span);
    case ValueKind::money: {
      auto money = money_of(workspace, expr);
      return money ? make_constant(std::move(*money), Type::money, expr.span) : nullptr;
    }
    case ValueKind::percent: return make_constant(expr.value, Type::percent, expr.span);
    case ValueKind::text: return make_constant(expr.value, Type::text, expr.span);
    case ValueKind::date: return make_constant(expr.value, Type::date, expr.span);
    case ValueKind::time_of_day: return make_constant(expr.value, Type::time_of_day, expr.span);
    case ValueKind::moment: return make_constant(expr.value, Type::moment, expr.span);
    case ValueKind::duration: return make_constant(expr.value, Type::duration, expr.span);
    case ValueKind::missing:
    case ValueKind::list: return nullptr;
  }
  return nullptr;
}

IrPtr constant_text(std::string characters, Span span) {
  Constant constant;
  constant.kind = ValueKind::text;
  constant.text = std::move(characters);
  return make_constant(std::move(constant), Type::text, span);
}

IrPtr text_literal(Workspace& workspace, const Expr& expr) {
  auto characters = plain_text(workspace, expr.text);
  if (!characters) return nullptr;
  return constant_text(std::move(*characters), expr.span);
}

// `2026-11-11 09:30`, read in the customer's zone.
IrPtr local_moment(const Expr& expr) {
  Constant time;
  time.kind = ValueKind::time_of_day;
  time.integer = expr.time_ms;
  Constant date = expr.value;
  date.kind = ValueKind::date;
  return make_binary(Op::local_moment, Type::moment, expr.span, make_constant(date, Type::date, expr.span),
                     make_constant(time, Type::time_of_day, expr.span));
}

IrPtr list(Workspace& workspace, const Expr& expr, const Reach& reach) {
  std::vector<IrPtr> elements;
  bool whole = true;
  for (const syntax::ExprPtr& arg : expr.args) {
    elements.push_back(value_of(workspace, arg.get(), reach));
    if (!elements.back()) whole = false;
  }
  if (!whole) return nullptr;
  if (elements.empty()) {
    workspace.sink.report(mistake(316, expr.span));
    return nullptr;
  }
  TypeInfo element = elements[0]->type;
  if (element.type == Type::list) {
    workspace.sink.report(mistake(324, elements[0]->span));
    return nullptr;
  }
  IrPtr ir = make(Op::list, Type::list, expr.span);
  for (IrPtr& one : elements) {
    if (one->type.type != element.type && !(is_text(one->type.type) && is_text(element.type))) {
      workspace.sink.report(mistake(317, one->span, {type_word(element), type_word(one->type)}));
      return nullptr;
    }
    if (ir->currency && one->currency && *ir->currency != *one->currency) {
      workspace.sink.report(
          mistake(304, one->span, {program::currency_code(*ir->currency), program::currency_code(*one->currency)}));
      return nullptr;
    }
    if (one->currency) ir->currency = one->currency;
    if (is_text(element.type) && !(one->type == element)) element = plain(Type::text);
    ir->children.push_back(std::move(one));
  }
  ir->type.element = element.type;
  ir->type.members = element.members;
  return ir;
}

IrPtr aged(Workspace& workspace, const Expr& expr, const Reach& reach) {
  IrPtr born = value_of(workspace, argument(expr, 0), reach);
  if (!born) return nullptr;
  if (born->type.type == Type::moment) {
    const Span span = born->span;
    born = make_unary(Op::date_of, Type::date, span, std::move(born));
  }
  if (born->type.type != Type::date) {
    workspace.sink.report(mistake(319, born->span, {type_word(born->type)}));
    return nullptr;
  }
  return make_unary(Op::age, Type::number, expr.span, std::move(born));
}

IrPtr tagged(Workspace& workspace, const Expr& expr, const Reach& reach) {
  const Expr* what = argument(expr, 0);
  if (!what) return nullptr;
  IrPtr tags = value_of(workspace, what, reach);
  if (!tags) return nullptr;
  const bool texts = is_text(tags->type.type) || (tags->type.type == Type::list && is_text(tags->type.element));
  if (!texts) {
    workspace.sink.report(mistake(318, tags->span, {type_word(tags->type)}));
    return nullptr;
  }
  return make_unary(Op::tagged, Type::boolean, expr.span, std::move(tags));
}

IrPtr consents(Workspace& workspace, const Expr& expr) {
  if (expr.path.empty()) return nullptr;
  const std::string& name = expr.path[0].text;
  std::vector<std::string> known = channel_names(workspace.options);
  const bool all_known = !known.empty();  // without tend.toml any name may be a channel's
  const std::vector<std::string>& purposes = workspace.schema.policy.purposes;
  known.insert(known.end(), purposes.begin(), purposes.end());
  if (all_known && std::find(known.begin(), known.end(), name) == known.end() &&
      !workspace.schema.unread_names.contains(name)) {
    Diagnostic diagnostic = mistake(236, expr.path[0].span, {name}, 44, {name});
    suggest(diagnostic, name, known);
    workspace.sink.report(std::move(diagnostic));
    return nullptr;
  }
  IrPtr ir = make(Op::consents, Type::boolean, expr.span);
  ir->constant.kind = ValueKind::text;
  ir->constant.text = name;
  return ir;
}

IrPtr inactive(Workspace& workspace, const Expr& expr) {
  const auto duration = fixed_duration(workspace, expr.duration.get());
  if (!workspace.schema.has_activity) {
    workspace.sink.report(mistake(210, expr.span, {}, 23));
    return nullptr;
  }
  if (!duration) return nullptr;
  IrPtr ir = make(Op::inactive, Type::boolean, expr.span);
  ir->constant = make_duration(*duration, expr.span)->constant;
  return ir;
}

IrPtr missing(Workspace& workspace, const Expr& expr, const Reach& reach, Op op) {
  IrPtr operand = value_of(workspace, argument(expr, 0), reach);
  if (!operand) return nullptr;
  return make_unary(op, Type::boolean, expr.span, std::move(operand));
}

IrPtr defaulted(Workspace& workspace, const Expr& expr, const Reach& reach) {
  IrPtr left = value_of(workspace, argument(expr, 0), reach);
  IrPtr right = value_of(workspace, argument(expr, 1), reach);
  if (!left || !right) return nullptr;
  const bool references =
      (left->type.type == Type::staff || left->type.type == Type::customer) && is_text(right->type.type);
  const bool texts = is_text(left->type.type) && is_text(right->type.type);
  if (left->type.type != right->type.type && !texts && !references) {
    workspace.sink.report(mistake(308, right->span, {type_word(left->type), type_word(right->type)}));
    return nullptr;
  }
  if (left->currency && right->currency && *left->currency != *right->currency) {
    workspace.sink.report(
        mistake(304, right->span, {program::currency_code(*left->currency), program::currency_code(*right->currency)}));
    return nullptr;
  }
  TypeInfo type = left->type;
  if ((texts && !(left->type == right->type)) || references) type = plain(Type::text);
  const std::optional<Currency> currency = left->currency ? left->currency : right->currency;
  const bool may_be_missing = right->may_be_missing;
  IrPtr ir = make_binary(Op::default_, type.type, expr.span, std::move(left), std::move(right));
  ir->type = std::move(type);
  ir->currency = currency;
  ir->may_be_missing = may_be_missing;
  return ir;
}

IrPtr worked_out_expr(Workspace& workspace, const Expr& expr, const Reach& reach) {
  switch (expr.kind) {
    case ExprKind::error: workspace.broken = true; return nullptr;
    case ExprKind::literal: return literal(workspace, expr);
    case ExprKind::moment_local: return local_moment(expr);
    case ExprKind::text: return text_literal(workspace, expr);
    case ExprKind::list: return list(workspace, expr, reach);
    case ExprKind::path: return name_of(workspace, expr, reach);
    case ExprKind::call: return call_of(workspace, expr, reach);
    case ExprKind::lunar: workspace.sink.report(mistake(517, expr.span, {}, 52)); return nullptr;
    case ExprKind::aggregate:
    case ExprKind::happened:
    case ExprKind::silent: return window_of(workspace, expr, reach);
    case ExprKind::age: return aged(workspace, expr, reach);
    case ExprKind::inactive: return inactive(workspace, expr);
    case ExprKind::tagged: return tagged(workspace, expr, reach);
    case ExprKind::in_segment: return segment_of(workspace, expr.path, reach, expr.span);
    case ExprKind::consents: return consents(workspace, expr);
    case ExprKind::not_: {
      IrPtr operand = boolean(workspace, argument(expr, 0), reach);
      return operand ? make_unary(Op::not_, Type::boolean, expr.span, std::move(operand)) : nullptr;
    }
    case ExprKind::and_: return joined(workspace, expr, reach, Op::and_);
    case ExprKind::or_: return joined(workspace, expr, reach, Op::or_);
    case ExprKind::compare: {
      IrPtr left = value_of(workspace, argument(expr, 0), reach);
      IrPtr right = value_of(workspace, argument(expr, 1), reach);
      return left && right ? compared(workspace, expr.word, expr.span, std::move(left), std::move(right)) : nullptr;
    }
    case ExprKind::is_missing: return missing(workspace, expr, reach, Op::is_missing);
    case ExprKind::is_not_missing: return missing(workspace, expr, reach, Op::is_not_missing);
    case ExprKind::default_: return defaulted(workspace, expr, reach);
    case ExprKind::binary: {
      IrPtr left = value_of(workspace, argument(expr, 0), reach);
      IrPtr right = value_of(workspace, argument(expr, 1), reach);
      return left && right ? calculated(workspace, expr.word, expr.span, std::move(left), std::move(right)) : nullptr;
    }
    case ExprKind::negate: {
      IrPtr operand = value_of(workspace, argument(expr, 0), reach);
      return operand ? negated(workspace, expr.span, std::move(operand)) : nullptr;
    }
    case ExprKind::group: return value_of(workspace, argument(expr, 0), reach);
  }
  return nullptr;
}

}  // namespace

IrPtr segment_of(Workspace& workspace, const std::vector<syntax::Name>& path, const Reach& reach, Span span) {
  if (path.empty()) return nullptr;
  Schema& schema = workspace.schema;
  const syntax::Name& name = path.back();
  const Binding* binding = path.size() == 1 ? bound(workspace, name) : nullptr;
  if (binding && binding->parameter->type.word == syntax::TypeWord::segment) {
    return bound_value(workspace, *binding, reach, name);
  }
  const auto found = schema.segments.find(full_name(workspace, path));
  if (found != schema.segments.end()) {
    const Ir* ir = worked_out(workspace, found->second, span);
    return ir ? clone(*ir) : nullptr;
  }
  if (schema.unread_names.contains(path[0].text)) return nullptr;
  std::vector<std::string> candidates;
  for (const auto& [segment_name, ignored] : schema.segments) candidates.push_back(segment_name);
  std::string written;
  for (const syntax::Name& one : path) written += (written.empty() ? "" : ".") + one.text;
  Diagnostic diagnostic = mistake(205, name.span, {written});
  suggest(diagnostic, written, candidates);
  workspace.sink.report(std::move(diagnostic));
  return nullptr;
}

IrPtr value_of(Workspace& workspace, const Expr* expr, const Reach& reach) {
  if (!expr) {
    workspace.broken = true;  // the parser could not read it, and said so
    return nullptr;
  }
  ++workspace.open_depth;
  IrPtr ir = worked_out_expr(workspace, *expr, reach);
  --workspace.open_depth;
  const bool whole = workspace.open_depth == 0;
  if (ir && whole && report_cost(workspace, expr->span, cost_of(*ir))) return nullptr;
  return ir;
}

bool report_cost(Workspace& workspace, Span span, const Cost& cost) {
  const auto told = [&](std::uint16_t code, std::size_t there, std::size_t allowed) {
    if (there <= allowed) return false;
    workspace.sink.report(mistake(code, span, {std::to_string(there), std::to_string(allowed)}));
    return true;
  };
  return told(450, cost.nodes, limits::kExpressionNodesMax) || told(451, cost.windows, limits::kExpressionWindowsMax);
}

IrPtr condition_of(Workspace& workspace, const Expr* expr, const Reach& reach) {
  IrPtr ir = boolean(workspace, expr, reach);
  if (!ir || !has_flips(workspace, *ir)) return nullptr;
  return ir;
}

IrPtr watched_condition_of(Workspace& workspace, const Expr* expr, const Reach& reach) {
  IrPtr ir = condition_of(workspace, expr, reach);
  if (!ir || !wakes(workspace, *ir, expr->span)) return nullptr;
  return ir;
}

std::optional<Duration> fixed_duration(Workspace& workspace, const Expr* expr) {
  IrPtr ir = value_of(workspace, expr, Reach{});
  if (!ir) return std::nullopt;
  if (ir->type.type != Type::duration) {
    workspace.sink.report(mistake(313, ir->span, {type_word(ir->type)}, 5));
    return std::nullopt;
  }
  const auto duration = constant_duration(*ir);
  if (!duration) {
    workspace.sink.report(mistake(314, expr->span));
    return std::nullopt;
  }
  if (duration->months < 0 || duration->ms < 0 || (duration->months == 0 && duration->ms == 0)) {
    workspace.sink.report(mistake(315, expr->span));
    return std::nullopt;
  }
  return duration;
}

IrPtr event_filter(Workspace& workspace, const Expr* where, std::uint32_t event, Reach reach) {
  reach.event = event;
  return condition_of(workspace, where, reach);
}

bool is_text(Type type) { return type == Type::text || type == Type::one_of; }

std::string type_word(const TypeInfo& type) {
  switch (type.type) {
    case Type::none: break;
    case Type::boolean: return diagnostic::argument(Phrase::type_condition);
    case Type::number: return diagnostic::argument(Phrase::type_number);
    case Type::money: return diagnostic::argument(Phrase::type_money);
    case Type::percent: return diagnostic::argument(Phrase::type_percent);
    case Type::text: return diagnostic::argument(Phrase::type_text);
    case Type::one_of: return diagnostic::argument(Phrase::type_one_of);
    case Type::date: return diagnostic::argument(Phrase::type_date);
    case Type::time_of_day: return diagnostic::argument(Phrase::type_time_of_day);
    case Type::moment: return diagnostic::argument(Phrase::type_moment);
    case Type::duration: return diagnostic::argument(Phrase::type_duration);
    case Type::list: return diagnostic::argument(Phrase::type_list);
    case Type::staff: return diagnostic::argument(Phrase::type_staff);
    case Type::customer: return diagnostic::argument(Phrase::type_customer);
  }
  return "?";
}

}  // namespace tend::check
