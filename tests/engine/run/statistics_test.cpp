// Intervals and tests against published worked examples; what they are good for in practice is in docs/lift.md.
#include "engine/run/statistics.hpp"

#include <cmath>

#include "tests/support/test.hpp"

using namespace tend::run;

namespace {

bool near(double value, double published, double within = 0.00005) { return std::abs(value - published) <= within; }

}  // namespace

TEST_CASE("the interval of a share is Newcombe's table I (1998, 857-872), method 3") {
  const struct {
    Group group;
    double low, high;
  } cases[] = {
      {{81, 263}, 0.2553, 0.3662}, {{15, 148}, 0.0624, 0.1605}, {{0, 20}, 0, 0.1611}, {{1, 29}, 0.0061, 0.1718}};
  for (const auto& one : cases) {
    const Interval interval = share_interval(one.group);
    CHECK(near(interval.low, one.low));
    CHECK(near(interval.high, one.high));
  }
  CHECK(share_interval({20, 20}).high == 1.0);
}

TEST_CASE("the interval of a difference is Newcombe's table II (1998, 873-890), method 10") {
  const struct {
    Group a, b;
    double low, high;
  } cases[] = {{{56, 70}, {48, 80}, 0.0524, 0.3339}, {{9, 10}, {3, 10}, 0.1705, 0.8090},
               {{6, 7}, {2, 7}, 0.0582, 0.8062},     {{5, 56}, {0, 29}, -0.0381, 0.1926},
               {{0, 10}, {0, 20}, -0.1611, 0.2775},  {{0, 10}, {0, 10}, -0.2775, 0.2775},
               {{10, 10}, {0, 20}, 0.6791, 1.0},     {{10, 10}, {0, 10}, 0.6075, 1.0}};
  for (const auto& one : cases) {
    const Interval interval = difference_interval(one.a, one.b);
    CHECK(near(interval.low, one.low));
    CHECK(near(interval.high, one.high));
    const Interval turned = difference_interval(one.b, one.a);
    CHECK(near(turned.low, -one.high));
    CHECK(near(turned.high, -one.low));
  }
}

TEST_CASE("few people are compared by Fisher's exact test") {
  // Fisher's lady who tastes tea (The Design of Experiments, 1935): 34/70.
  const Test tea = compare({3, 4}, {1, 4});
  CHECK(tea.exact);
  CHECK(near(tea.p, 34.0 / 70, 1e-12));
  // Convicts and their twins (Fisher 1962; R's fisher.test gives 0.0005367). Enough for a z test: 5.2 were expected.
  CHECK(near(fisher_exact({2, 17}, {10, 13}), 0.0005367, 5e-8));
  CHECK_FALSE(compare({2, 17}, {10, 13}).exact);
  // Against all tables counted out: C(9, x) * C(14, 12 - x) of C(23, 12).
  const auto choose = [](int n, int k) {
    double out = 1;
    for (int i = 1; i <= k; ++i) out = out * (n - k + i) / i;
    return out;
  };
  const double seen = choose(9, 1) * choose(14, 11);
  double ways = 0;
  for (int x = 0; x <= 9; ++x) {
    const double way = choose(9, x) * choose(14, 12 - x);
    if (way <= seen) ways += way;
  }
  CHECK(near(compare({1, 9}, {11, 14}).p, ways / choose(23, 12), 1e-12));
}

TEST_CASE("nobody reached the goal, or everybody did: nothing tells them apart") {
  CHECK(compare({0, 1000}, {0, 100}).p == 1.0);
  CHECK(compare({1000, 1000}, {100, 100}).p == 1.0);
  CHECK(compare({0, 1}, {0, 1}).p == 1.0);
}

TEST_CASE("many people are compared by the z test, which is the chi-square of two groups") {
  const Group contacted{104, 11037}, held_out{189, 11034};  // aspirin and placebo, Physicians' Health Study:
  const Test test = compare(contacted, held_out);           // Agresti (2007) table 2.3, X² = 25.01
  CHECK_FALSE(test.exact);
  CHECK(near(test.p * 1e7, 5.692, 0.001));
  const auto chi = chi_square({contacted, held_out});
  REQUIRE(chi);
  CHECK(near(chi->statistic, 25.01, 0.005));
  CHECK(near(chi->p, test.p, 1e-15));
}

TEST_CASE("a rare goal among a million is compared exactly, and quickly enough") {
  const Test test = compare({130, 990'000}, {0, 10'000});
  CHECK(test.exact);
  CHECK(test.p > 0.6);  // 1.3 were expected among those held out
  CHECK(test.p <= 1.0);
}

TEST_CASE("several groups: Pearson's chi-square") {
  // Agresti (2007), p. 39: women and men by party, X² = 30.07, 2 degrees, p = 2.954e-07.
  const auto party = chi_square({{762, 762 + 484}, {327, 327 + 239}, {468, 468 + 477}});
  REQUIRE(party);
  CHECK(party->degrees == 2);
  CHECK(near(party->statistic, 30.07, 0.005));
  CHECK(near(party->p * 1e7, 2.954, 0.0005));
  // Fleiss (1981), p. 139: smokers among lung patients of four studies, X² = 12.6004, 3 degrees, p = 0.005585.
  const auto smokers = chi_square({{83, 86}, {90, 93}, {129, 136}, {70, 82}});
  REQUIRE(smokers);
  CHECK(smokers->degrees == 3);
  CHECK(near(smokers->statistic, 12.6004));
  CHECK(near(smokers->p, 0.005585, 5e-7));
}

TEST_CASE("too few for a chi-square is said, not worked out") {
  CHECK_FALSE(chi_square({}));
  CHECK_FALSE(chi_square({{5, 10}}));
  CHECK_FALSE(chi_square({{5, 10}, {0, 0}}));
  CHECK_FALSE(chi_square({{0, 100}, {0, 100}}));      // no goal at all
  CHECK_FALSE(chi_square({{100, 100}, {100, 100}}));  // nothing but goals
  CHECK_FALSE(chi_square({{4, 100}, {4, 100}}));      // half of the expected counts are 4
  CHECK(chi_square({{5, 100}, {5, 100}}));
  CHECK_FALSE(chi_square({{40, 100}, {40, 100}, {2, 2}}));
  // One of ten expected counts is below 5, which is allowed; below 1 is not.
  CHECK(chi_square({{50, 100}, {50, 100}, {50, 100}, {50, 100}, {3, 9}}));
  CHECK_FALSE(chi_square({{50, 100}, {50, 100}, {50, 100}, {50, 100}, {1, 1}}));
  // An empty group is no group.
  CHECK(chi_square({{50, 100}, {0, 0}, {40, 100}})->degrees == 1);
}

TEST_CASE("a difference has its points, its part of the other, and nothing of an empty group") {
  CHECK_FALSE(difference_of({0, 0}, {1, 2}));
  CHECK_FALSE(difference_of({1, 2}, {0, 0}));
  const auto lift = difference_of({120, 1000}, {80, 1000});
  REQUIRE(lift);
  CHECK(near(lift->points, 0.04, 1e-12));
  CHECK(near(*lift->relative, 0.5, 1e-12));
  CHECK(lift->interval.low > 0);
  CHECK(lift->test.p < 0.05);
  CHECK_FALSE(difference_of({1, 2}, {0, 2})->relative);
}

TEST_CASE("Holm's correction keeps the order and never shrinks") {
  const std::vector<double> corrected = holm({0.01, 0.04, 0.03, 0.005});
  REQUIRE(corrected.size() == 4);
  CHECK(near(corrected[0], 0.03, 1e-12));
  CHECK(near(corrected[1], 0.06, 1e-12));
  CHECK(near(corrected[2], 0.06, 1e-12));
  CHECK(near(corrected[3], 0.02, 1e-12));
  CHECK(holm({}).empty());
  CHECK(holm({0.9, 0.8}) == std::vector<double>{1.0, 1.0});
}
