// What is known about the differences of a few terms: a - b is at most c, or less than c. Contradictions show as soon
// as they are there.
#pragma once
#include <cstddef>
#include <limits>
#include <vector>

namespace tend::check::hold {

/// Holds every number of the language and every 64-bit value exactly.
using Scalar = long double;
static_assert(std::numeric_limits<Scalar>::digits >= 64);
inline constexpr Scalar kInfinite = std::numeric_limits<Scalar>::infinity();

/// The term that stands for 0: what is known about a difference to it is known about the other term itself.
inline constexpr std::size_t kZero = 0;

struct Bound {
  Scalar value = kInfinite;
  bool strict = false;
  friend bool operator==(const Bound&, const Bound&) = default;
};

/// Bounds of all differences, closed: what follows from two of them is among them.
/// Shape: as many terms as `whole` has, the first of them kZero; `whole` says which take only whole values.
class Bounds {
 public:
  explicit Bounds(std::vector<bool> whole);

  /// a - b <= limit, or a - b < limit. Limits beyond 2^60 are passed over, so that sums stay exact.
  void limit(std::size_t a, std::size_t b, Scalar limit, bool strict);
  /// Nothing fits any more.
  bool contradictory() const { return contradictory_; }

  const Bound& between(std::size_t a, std::size_t b) const { return bounds_[a * whole_.size() + b]; }
  /// The least and the greatest value that the term can have.
  Scalar least(std::size_t term) const { return -between(kZero, term).value; }
  Scalar most(std::size_t term) const { return between(term, kZero).value; }
  bool least_open(std::size_t term) const { return between(kZero, term).strict; }
  bool most_open(std::size_t term) const { return between(term, kZero).strict; }
  bool is_whole(std::size_t term) const { return whole_[term]; }

 private:
  bool tighten(std::size_t a, std::size_t b, Bound bound);
  Bound rounded(std::size_t a, std::size_t b, Bound bound) const;

  std::vector<bool> whole_;
  std::vector<Bound> bounds_;
  bool contradictory_ = false;
};

}  // namespace tend::check::hold
