// What a difference between two shares, or among several, is worth: intervals and probabilities for the figures' lift
// and split arms. Pure arithmetic; distributions are Boost.Math's.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tend::run {

/// How many of a group reached the goal. Requires: goal <= all.
struct Group {
  std::uint64_t goal = 0;
  std::uint64_t all = 0;

  double rate() const { return static_cast<double>(goal) / static_cast<double>(all); }
};

struct Interval {
  double low = 0;
  double high = 0;
};

inline constexpr double kConfidence = 0.95;

/// Wilson's score interval of a share.
/// Requires: group.all > 0.
/// Source: E. B. Wilson, JASA 22 (1927) 209–212; method 3 of R. G. Newcombe, Statistics in Medicine 17 (1998) 857–872.
Interval share_interval(const Group& group, double confidence = kConfidence);

/// The interval of the difference of two shares, a's minus b's: Newcombe's hybrid score interval.
/// Requires: neither is empty.
/// Source: R. G. Newcombe, Statistics in Medicine 17 (1998) 873–890, method 10.
Interval difference_interval(const Group& a, const Group& b, double confidence = kConfidence);

/// How probable a difference at least as great is where there is none: two-sided.
struct Test {
  double p = 1;
  bool exact = false;  // Fisher's; else the z test of two shares
};

/// All tables with these margins that are no more probable than this one.
/// Requires: neither is empty.
/// Source: R. A. Fisher, Statistical Methods for Research Workers, §21.02, two-sided as usual since.
double fisher_exact(const Group& a, const Group& b);

/// Fisher's exact test where an expected count is below 5, else the z test with the pooled share, which is Pearson's
/// chi-square with one degree of freedom, without a correction for continuity.
/// Requires: neither is empty.
/// Source: for the 5, W. G. Cochran, Biometrics 10 (1954) 417–451.
Test compare(const Group& a, const Group& b);

/// Two groups side by side: a's share less b's.
struct Difference {
  double points = 0;  // a.rate() - b.rate()
  Interval interval;
  std::optional<double> relative;  // points / b.rate(); none where nobody of b reached the goal
  Test test;
};
/// None where one of them is empty: there is nothing to compare.
std::optional<Difference> difference_of(const Group& a, const Group& b);

/// Do several groups differ at all?
struct ChiSquare {
  double statistic = 0;
  std::size_t degrees = 0;
  double p = 1;
};
/// Pearson's chi-square over the groups that are not empty. None where there are too few for it to mean anything: an
/// expected count below 1, or more than a fifth of them below 5, or fewer than two groups.
/// Source: K. Pearson, Philosophical Magazine 50 (1900) 157–175; the rule of too few: Cochran 1954.
std::optional<ChiSquare> chi_square(const std::vector<Group>& groups);

/// Probabilities of several comparisons made at once, in the same order, corrected so that one false alarm among all of
/// them stays as improbable as each says.
/// Source: S. Holm, Scandinavian Journal of Statistics 6 (1979) 65–70.
std::vector<double> holm(const std::vector<double>& p);

}  // namespace tend::run
