// The types of + - * / and unary -: which units go together and what comes out.
#include <cmath>
#include <limits>
#include <utility>

#include "dsl/check/expression.hpp"
#include "dsl/check/report.hpp"

namespace tend::check {
namespace {

using syntax::Word;

constexpr std::int64_t kDayMs = 86'400'000;

Op op_of(Word word) {
  switch (word) {
    case Word::subtract: return Op::subtract;
    case Word::multiply: return Op::multiply;
    case Word::divide: return Op::divide;
    default: return Op::add;
  }
}

IrPtr refused(Workspace& workspace, Word word, Span span, const Ir& left, const Ir& right) {
  static constexpr std::uint16_t kAdd = 303, kSubtract = 325, kMultiply = 326, kDivide = 327;
  std::uint16_t code = kAdd;
  if (word == Word::subtract) code = kSubtract;
  if (word == Word::multiply) code = kMultiply;
  if (word == Word::divide) code = kDivide;
  workspace.sink.report(mistake(code, span, {type_word(left.type), type_word(right.type)}));
  return nullptr;
}

bool fits(std::int64_t value, std::int64_t factor) {
  const auto max = std::numeric_limits<std::int64_t>::max();
  return factor == 0 || std::abs(value) <= max / std::abs(factor);
}

// Durations that are the same for everybody are worked out here, so that windows and waits can be made of named ones.
IrPtr folded_durations(Word word, Span span, const Ir& left, const Ir& right) {
  const auto a = constant_duration(left);
  const auto b = constant_duration(right);
  if (a && b && (word == Word::add || word == Word::subtract)) {
    const std::int32_t sign = word == Word::add ? 1 : -1;
    Duration sum = *a;
    if (__builtin_add_overflow(sum.months, sign * b->months, &sum.months)) return nullptr;
    if (__builtin_add_overflow(sum.ms, sign * b->ms, &sum.ms)) return nullptr;
    return make_duration(sum, span);
  }
  const bool scaled = a && is_constant(right, ValueKind::number) && word == Word::multiply;
  const bool scaling = b && is_constant(left, ValueKind::number) && word == Word::multiply;
  if (!scaled && !scaling) return nullptr;
  const Duration duration = scaled ? *a : *b;
  const double factor = scaled ? right.constant.number : left.constant.number;
  if (factor != std::floor(factor) || std::abs(factor) > 1e6) return nullptr;
  const auto times = static_cast<std::int64_t>(factor);
  if (!fits(duration.ms, times) || !fits(std::int64_t{duration.months} << 32, times)) return nullptr;
  return make_duration({static_cast<std::int32_t>(duration.months * times), duration.ms * times}, span);
}

bool not_zero(const Ir& ir) {
  return ir.op == Op::constant &&
         (ir.constant.kind == ValueKind::number ? ir.constant.number != 0 : ir.constant.integer != 0);
}

IrPtr counted(Word word, Type type, Span span, IrPtr left, IrPtr right) {
  const bool can_fail = word == Word::divide && !not_zero(*right);
  IrPtr ir = make_binary(op_of(word), type, span, std::move(left), std::move(right));
  ir->may_be_missing = ir->may_be_missing || can_fail;
  return ir;
}

bool same_currency(Workspace& workspace, Span span, const Ir& left, const Ir& right) {
  if (!left.currency || !right.currency || *left.currency == *right.currency) return true;
  workspace.sink.report(
      mistake(304, span, {program::currency_code(*left.currency), program::currency_code(*right.currency)}));
  return false;
}

bool is_point(Type type) { return type == Type::date || type == Type::moment; }

// date + 3 days is a date, date + 3 hours the moment so long after its 00:00.
IrPtr moved_point(Word word, Span span, IrPtr point, IrPtr duration) {
  if (point->type.type == Type::date && !is_whole_days(*duration)) point = as_moment(std::move(point));
  const Type type = point->type.type;
  return counted(word, type, span, std::move(point), std::move(duration));
}

IrPtr between_points(Span span, IrPtr left, IrPtr right) {
  if (left->type.type != right->type.type) {
    if (left->type.type == Type::date) left = as_moment(std::move(left));
    if (right->type.type == Type::date) right = as_moment(std::move(right));
  }
  return counted(Word::subtract, Type::duration, span, std::move(left), std::move(right));
}

IrPtr with_money(Workspace& workspace, Word word, Span span, IrPtr left, IrPtr right) {
  const Type a = left->type.type;
  const Type b = right->type.type;
  if (a == Type::money && b == Type::money) {
    if (word == Word::multiply) return refused(workspace, word, span, *left, *right);
    if (!same_currency(workspace, span, *left, *right)) return nullptr;
    if (word == Word::divide) return counted(word, Type::number, span, std::move(left), std::move(right));
    const std::optional<Currency> currency = left->currency ? left->currency : right->currency;
    IrPtr sum = counted(word, Type::money, span, std::move(left), std::move(right));
    sum->currency = currency;
    return sum;
  }
  const Type factor = a == Type::money ? b : a;
  const bool multiplied = word == Word::multiply && (factor == Type::number || factor == Type::percent);
  const bool divided = word == Word::divide && a == Type::money && factor == Type::number;
  if (!multiplied && !divided) return refused(workspace, word, span, *left, *right);
  const std::optional<Currency> currency = a == Type::money ? left->currency : right->currency;
  IrPtr product = counted(word, Type::money, span, std::move(left), std::move(right));
  product->currency = currency;
  return product;
}

// Numbers and percents: 200 * 60% is a number, 10% + 5% a percent.
std::optional<Type> number_type(Word word, Type a, Type b) {
  if (a == Type::number && b == Type::number) return Type::number;
  if (a == Type::percent && b == Type::percent) {
    if (word == Word::divide) return Type::number;
    return word == Word::multiply ? std::nullopt : std::optional(Type::percent);
  }
  const bool both = (a == Type::number && b == Type::percent) || (a == Type::percent && b == Type::number);
  if (both && word == Word::multiply) return Type::number;
  return std::nullopt;
}

}  // namespace

IrPtr as_moment(IrPtr date) {
  Constant midnight;
  midnight.kind = ValueKind::time_of_day;
  const Span span = date->span;
  return make_binary(Op::local_moment, Type::moment, span, std::move(date),
                     make_constant(midnight, Type::time_of_day, span));
}

bool is_whole_days(const Ir& duration) {
  const auto constant = constant_duration(duration);
  return constant && constant->ms % kDayMs == 0;
}

IrPtr calculated(Workspace& workspace, Word word, Span span, IrPtr left, IrPtr right) {
  const Type a = left->type.type;
  const Type b = right->type.type;
  if (IrPtr folded = folded_durations(word, span, *left, *right)) return folded;
  if (a == Type::money || b == Type::money) return with_money(workspace, word, span, std::move(left), std::move(right));
  if (const auto type = number_type(word, a, b)) return counted(word, *type, span, std::move(left), std::move(right));
  const bool sum = word == Word::add || word == Word::subtract;
  if (sum && a == Type::duration && b == Type::duration) {
    return counted(word, Type::duration, span, std::move(left), std::move(right));
  }
  if (sum && is_point(a) && b == Type::duration) return moved_point(word, span, std::move(left), std::move(right));
  if (word == Word::add && a == Type::duration && is_point(b))
    return moved_point(word, span, std::move(right), std::move(left));
  if (word == Word::subtract && is_point(a) && is_point(b))
    return between_points(span, std::move(left), std::move(right));
  return refused(workspace, word, span, *left, *right);
}

IrPtr negated(Workspace& workspace, Span span, IrPtr operand) {
  const Type type = operand->type.type;
  if (type != Type::number && type != Type::money && type != Type::percent) {
    workspace.sink.report(mistake(320, span, {type_word(operand->type)}));
    return nullptr;
  }
  if (operand->op == Op::constant) {
    operand->constant.number = -operand->constant.number;
    operand->constant.integer = -operand->constant.integer;
    operand->span = span;
    return operand;
  }
  const std::optional<Currency> currency = operand->currency;
  IrPtr ir = make_unary(Op::negate, type, span, std::move(operand));
  ir->currency = currency;
  return ir;
}

}  // namespace tend::check
