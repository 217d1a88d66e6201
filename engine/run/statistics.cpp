#include "engine/run/statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>

#include "dsl/text/must.hpp"

namespace tend::run {
namespace {

// `double` throughout, so that the widths of `long double` on different machines make no difference.
using Policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
using Normal = boost::math::normal_distribution<double, Policy>;
using ChiSquared = boost::math::chi_squared_distribution<double, Policy>;

constexpr double kEnough = 5;             // an expected count below it is small
constexpr double kAsProbable = 1 + 1e-7;  // rounding must not part tables that are equally probable

double square(double x) { return x * x; }

/// The least expected count of a group and of another in the table goal, no goal.
double least_expected(const Group& a, const Group& b) {
  const double goal = static_cast<double>(a.goal + b.goal), all = static_cast<double>(a.all + b.all);
  return static_cast<double>(std::min(a.all, b.all)) * std::min(goal, all - goal) / all;
}

double z_test(const Group& a, const Group& b) {
  const double pooled = static_cast<double>(a.goal + b.goal) / static_cast<double>(a.all + b.all);
  const double variance = pooled * (1 - pooled) * (1 / static_cast<double>(a.all) + 1 / static_cast<double>(b.all));
  const double z = std::abs(a.rate() - b.rate()) / std::sqrt(variance);
  return 2 * cdf(complement(Normal(), z));
}

}  // namespace

Interval share_interval(const Group& group, double confidence) {
  CHECK_OR_DIE(group.all > 0 && group.goal <= group.all, "a share is of somebody");
  const double n = static_cast<double>(group.all), p = group.rate();
  const double z = quantile(Normal(), 0.5 + confidence / 2);
  const double middle = p + square(z) / (2 * n);
  const double half = z * std::sqrt(p * (1 - p) / n + square(z / (2 * n)));
  const double whole = 1 + square(z) / n;
  // The ends of none and all are 0 and 1 exactly; rounding would leave them beside.
  return {group.goal == 0 ? 0 : (middle - half) / whole, group.goal == group.all ? 1 : (middle + half) / whole};
}

Interval difference_interval(const Group& a, const Group& b, double confidence) {
  const Interval of_a = share_interval(a, confidence), of_b = share_interval(b, confidence);
  const double difference = a.rate() - b.rate();
  return {difference - std::sqrt(square(a.rate() - of_a.low) + square(of_b.high - b.rate())),
          difference + std::sqrt(square(of_a.high - a.rate()) + square(b.rate() - of_b.low))};
}

double fisher_exact(const Group& a, const Group& b) {
  const std::uint64_t goal = a.goal + b.goal, all = a.all + b.all;
  const std::uint64_t first = goal > b.all ? goal - b.all : 0;  // goals in a: at least, at most
  const std::uint64_t last = std::min(goal, a.all);
  const auto up = [&](std::uint64_t x) {  // weight of x + 1 by the weight of x
    return static_cast<double>(a.all - x) * static_cast<double>(goal - x) /
           (static_cast<double>(x + 1) * static_cast<double>(b.all + x + 1 - goal));
  };
  const double expected =
      (static_cast<double>(goal) + 1) * (static_cast<double>(a.all) + 1) / (static_cast<double>(all) + 2);
  const std::uint64_t mode = std::clamp(static_cast<std::uint64_t>(expected), first, last);
  // The weights are followed from the most probable table outwards, each from its neighbour: nothing overflows.
  std::vector<double> weights(last - first + 1);
  weights[mode - first] = 1;
  for (std::uint64_t x = mode; x < last; ++x) weights[x + 1 - first] = weights[x - first] * up(x);
  for (std::uint64_t x = mode; x > first; --x) weights[x - 1 - first] = weights[x - first] / up(x - 1);
  const double limit = weights[a.goal - first] * kAsProbable;
  double sum = 0, part = 0;
  for (const double weight : weights) {
    sum += weight;
    if (weight <= limit) part += weight;
  }
  return std::min(1.0, part / sum);
}

Test compare(const Group& a, const Group& b) {
  CHECK_OR_DIE(a.all > 0 && b.all > 0, "only groups with somebody in them compare");
  if (least_expected(a, b) < kEnough) return {fisher_exact(a, b), true};
  return {z_test(a, b), false};
}

std::optional<Difference> difference_of(const Group& a, const Group& b) {
  if (a.all == 0 || b.all == 0) return std::nullopt;
  Difference difference{.points = a.rate() - b.rate(), .interval = difference_interval(a, b), .test = compare(a, b)};
  if (b.goal > 0) difference.relative = difference.points / b.rate();
  return difference;
}

std::optional<ChiSquare> chi_square(const std::vector<Group>& groups) {
  double goal = 0, all = 0;
  std::size_t count = 0;
  for (const Group& group : groups) {
    goal += static_cast<double>(group.goal);
    all += static_cast<double>(group.all);
    count += group.all > 0;
  }
  if (count < 2) return std::nullopt;
  double statistic = 0;
  std::size_t small = 0;
  for (const Group& group : groups) {
    if (group.all == 0) continue;
    const double n = static_cast<double>(group.all), reached = static_cast<double>(group.goal);
    for (const auto& [seen, margin] : {std::pair{reached, goal}, std::pair{n - reached, all - goal}}) {
      const double expected = n * margin / all;
      if (expected < 1) return std::nullopt;
      small += expected < kEnough;
      statistic += square(seen - expected) / expected;
    }
  }
  if (small * 5 > count * 2) return std::nullopt;  // more than a fifth of 2 * count
  return ChiSquare{statistic, count - 1, cdf(complement(ChiSquared(static_cast<double>(count - 1)), statistic))};
}

std::vector<double> holm(const std::vector<double>& p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> out(p.size());
  double least = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    least = std::max(least, std::min(1.0, p[order[i]] * static_cast<double>(p.size() - i)));
    out[order[i]] = least;
  }
  return out;
}

}  // namespace tend::run
