// Exact arithmetic on values: money in minor units, percent in 1e-8, sums of numbers in millionths. What does not fit
// is missing.
#pragma once
#include <cstdint>
#include <optional>

#include "dsl/program/value.hpp"

namespace tend::expr {

__extension__ typedef __int128 Wide;

/// The quotient rounded half away from zero. Requires: divisor > 0.
Wide divide_half_away(Wide dividend, Wide divisor);

/// `number` in millionths, rounded half to even, exactly; nullopt beyond 2^100.
std::optional<Wide> millionths(double number);

/// Missing unless it fits 64 bits.
program::Value money_or_missing(Wide minor, program::Currency currency);
/// Missing unless it is finite.
program::Value number_or_missing(double number);

/// A zero total of nothing has no currency: it fits every one.
inline bool same_currency(const program::Value& a, const program::Value& b) {
  return a.extra == b.extra || a.extra == 0 || b.extra == 0;
}

program::Value add_values(const program::Value& a, const program::Value& b,
                          int sign);  // numbers, money, percent, durations
program::Value multiply(const program::Value& a, const program::Value& b);
program::Value divide(const program::Value& a, const program::Value& b);

}  // namespace tend::expr
