// The order of rows: by moment, and as they came where moments are equal.
#include "engine/simulate/sort_rows.hpp"

#include <algorithm>
#include <limits>

#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::simulate;

namespace {

/// Rows with these moments; `offset` remembers where each stood.
std::vector<SourceRow> rows_at(const std::vector<env::Moment>& moments) {
  std::vector<SourceRow> rows(moments.size());
  for (std::size_t i = 0; i < moments.size(); ++i) {
    rows[i].at = moments[i];
    rows[i].offset = i;
  }
  return rows;
}

void check_against_stable_sort(const std::vector<env::Moment>& moments) {
  std::vector<SourceRow> rows = rows_at(moments);
  std::vector<SourceRow> expected = rows;
  std::stable_sort(expected.begin(), expected.end(),
                   [](const SourceRow& a, const SourceRow& b) { return a.at < b.at; });
  sort_by_moment(rows);
  REQUIRE(rows.size() == expected.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(rows[i].at == expected[i].at);
    CHECK(rows[i].offset == expected[i].offset);
  }
}

}  // namespace

TEST_CASE("rows are sorted by moment and keep their order within one") {
  check_against_stable_sort({});
  check_against_stable_sort({5});
  check_against_stable_sort({1, 2, 2, 3});
  check_against_stable_sort({3, 2, 2, 1});
  check_against_stable_sort({0, -1, 5, -1, 0, 5});
  check_against_stable_sort(
      {std::numeric_limits<env::Moment>::max(), 0, std::numeric_limits<env::Moment>::min() + 1, -1});
}

TEST_CASE("many rows, few and many moments apart") {
  std::uint64_t seed = 42;
  const auto next = [&] {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return seed >> 20;
  };
  for (const std::uint64_t range : {3ULL, 2048ULL, 50'000'000'000ULL}) {
    std::vector<env::Moment> moments(2000);
    for (env::Moment& moment : moments) moment = static_cast<env::Moment>(next() % range) - 1'000'000;
    check_against_stable_sort(moments);
  }
}
