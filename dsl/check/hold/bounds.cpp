// Differences, closed under addition.
#include "dsl/check/hold/bounds.hpp"

#include <cmath>
#include <utility>

namespace tend::check::hold {
namespace {

constexpr Scalar kLimitMax = 1152921504606846976.0L;  // 2^60

bool is_tighter(const Bound& a, const Bound& b) {
  return a.value < b.value || (a.value == b.value && a.strict && !b.strict);
}

// Rounded up where it does not fit: a limit may be too wide, never too narrow.
Bound sum(const Bound& a, const Bound& b) {
  const Scalar value = a.value + b.value;
  const Scalar part = value - a.value;
  const bool exact = (a.value - (value - part)) + (b.value - part) == 0;
  return {exact ? value : std::nextafter(value, kInfinite), a.strict || b.strict};
}

}  // namespace

Bounds::Bounds(std::vector<bool> whole) : whole_(std::move(whole)), bounds_(whole_.size() * whole_.size()) {
  for (std::size_t term = 0; term < whole_.size(); ++term) bounds_[term * whole_.size() + term].value = 0;
}

// Between whole values less than 3 is at most 2.
Bound Bounds::rounded(std::size_t a, std::size_t b, Bound bound) const {
  if (!whole_[a] || !whole_[b] || !std::isfinite(bound.value)) return bound;
  const Scalar floor = std::floor(bound.value);
  return {bound.strict && floor == bound.value ? floor - 1 : floor, false};
}

bool Bounds::tighten(std::size_t a, std::size_t b, Bound bound) {
  if (bound.value < -4 * kLimitMax) bound.value = -4 * kLimitMax;
  if (bound.value > 4 * kLimitMax) return false;
  Bound& known = bounds_[a * whole_.size() + b];
  if (!is_tighter(bound, known)) return false;
  known = bound;
  if (a == b) contradictory_ = true;  // a - a is 0, and that is too much
  return true;
}

void Bounds::limit(std::size_t a, std::size_t b, Scalar limit, bool strict) {
  if (contradictory_ || !(std::abs(limit) <= kLimitMax)) return;
  const Bound bound = rounded(a, b, {limit, strict});
  if (!tighten(a, b, bound)) return;
  const std::size_t n = whole_.size();
  for (std::size_t i = 0; i < n; ++i) {
    if (!std::isfinite(between(i, a).value)) continue;
    const Bound to_b = sum(between(i, a), bound);
    for (std::size_t j = 0; j < n; ++j) {
      if (!std::isfinite(between(b, j).value)) continue;
      tighten(i, j, rounded(i, j, sum(to_b, between(b, j))));
      if (contradictory_) return;
    }
  }
}

}  // namespace tend::check::hold
