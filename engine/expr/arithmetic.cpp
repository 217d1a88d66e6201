#include "engine/expr/arithmetic.hpp"

#include <cmath>

namespace tend::expr {

using program::Value;
using program::ValueKind;

namespace {
constexpr std::int64_t kWhole = 100'000'000;  // 100% in units of 1e-8

/// An IEEE product or quotient in minor units, rounded half away from zero.
Value rounded_money(double minor, program::Currency currency) {
  if (!std::isfinite(minor) || std::fabs(minor) >= 9.2e18) return {};
  return Value::money(std::llround(minor), currency);
}
}  // namespace

Wide divide_half_away(Wide dividend, Wide divisor) {
  const Wide half = divisor / 2 + (divisor % 2);
  const Wide quotient = dividend / divisor;
  const Wide rest = dividend % divisor;
  if (rest >= half && rest != 0) return quotient + 1;
  if (-rest >= half && rest != 0) return quotient - 1;
  return quotient;
}

std::optional<Wide> millionths(double number) {
  if (!std::isfinite(number)) return std::nullopt;
  int exponent = 0;
  const double fraction = std::frexp(number, &exponent);
  Wide value = static_cast<Wide>(std::llrint(std::ldexp(fraction, 53))) * 1'000'000;  // |value| < 2^73
  exponent -= 53;
  if (exponent >= 0) {
    if (exponent > 27) return std::nullopt;
    return value << exponent;
  }
  const int shift = -exponent;
  if (shift > 120) return Wide{0};
  const bool negative = value < 0;
  if (negative) value = -value;
  Wide quotient = value >> shift;
  const Wide rest = value - (quotient << shift);
  const Wide half = Wide{1} << (shift - 1);
  if (rest > half || (rest == half && (quotient & 1) != 0)) ++quotient;
  return negative ? -quotient : quotient;
}

Value money_or_missing(Wide minor, program::Currency currency) {
  if (minor > INT64_MAX || minor <= INT64_MIN) return {};
  return Value::money(static_cast<std::int64_t>(minor), currency);
}

Value number_or_missing(double number) { return std::isfinite(number) ? Value::number(number) : Value(); }

Value add_values(const Value& a, const Value& b, int sign) {
  if (a.kind != b.kind) return {};
  switch (a.kind) {
    case ValueKind::number: return number_or_missing(a.d + sign * b.d);
    case ValueKind::money:
      if (!same_currency(a, b)) return {};
      return money_or_missing(Wide{a.i} + sign * Wide{b.i}, a.extra != 0 ? a.extra : b.extra);
    case ValueKind::percent: return Value::percent(a.i + sign * b.i);
    case ValueKind::duration: return Value::duration({a.dur().months + sign * b.dur().months, a.i + sign * b.i});
    default: return {};
  }
}

Value multiply(const Value& a, const Value& b) {
  if (a.kind == ValueKind::number && b.kind == ValueKind::number) return number_or_missing(a.d * b.d);
  if (b.kind == ValueKind::money && a.kind != ValueKind::money) return multiply(b, a);
  if (a.kind == ValueKind::money && b.kind == ValueKind::number)
    return rounded_money(static_cast<double>(a.i) * b.d, a.extra);
  if (a.kind == ValueKind::money && b.kind == ValueKind::percent)
    return money_or_missing(divide_half_away(Wide{a.i} * b.i, kWhole), a.extra);
  if (a.kind == ValueKind::percent && b.kind == ValueKind::number) return multiply(b, a);
  if (a.kind == ValueKind::number && b.kind == ValueKind::percent) {
    return number_or_missing(a.d * (static_cast<double>(b.i) / static_cast<double>(kWhole)));
  }
  return {};
}

Value divide(const Value& a, const Value& b) {
  if (a.kind == ValueKind::number && b.kind == ValueKind::number)
    return b.d == 0 ? Value() : number_or_missing(a.d / b.d);
  if (a.kind == ValueKind::money && b.kind == ValueKind::number)
    return b.d == 0 ? Value() : rounded_money(static_cast<double>(a.i) / b.d, a.extra);
  if (a.kind == ValueKind::money && b.kind == ValueKind::money) {
    if (b.i == 0 || !same_currency(a, b)) return {};
    return number_or_missing(static_cast<double>(a.i) / static_cast<double>(b.i));
  }
  if (a.kind == ValueKind::number && b.kind == ValueKind::percent) {
    return b.i == 0 ? Value() : number_or_missing(a.d / (static_cast<double>(b.i) / static_cast<double>(kWhole)));
  }
  return {};
}

}  // namespace tend::expr
