// Division that rounds towards minus infinity, so that moments before 1970 fall on the right day.
#pragma once
#include <cstdint>

namespace tend::env {

/// Requires: divisor > 0.
constexpr std::int64_t floor_div(std::int64_t value, std::int64_t divisor) {
  return value >= 0 ? value / divisor : (value + 1) / divisor - 1;
}
/// The rest of floor_div: from 0 to divisor - 1.
constexpr std::int64_t floor_mod(std::int64_t value, std::int64_t divisor) {
  return value - floor_div(value, divisor) * divisor;
}

}  // namespace tend::env
