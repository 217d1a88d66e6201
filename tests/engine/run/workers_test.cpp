// Everything once, whoever comes late.
#include "engine/run/workers.hpp"

#include <atomic>
#include <vector>

#include "tests/support/test.hpp"

namespace tend::run {
namespace {

TEST_CASE("each is done once, and all are done when it is back, round after round") {
  for (const unsigned threads : {1u, 2u, 5u}) {
    Workers workers(threads);
    CHECK(workers.threads() == threads);
    std::vector<std::uint64_t> sums(64, 0);  // as a partition: whoever takes it has it alone
    std::uint64_t expected = 0;
    for (std::uint32_t round = 1; round <= 3000; ++round) {
      const std::uint32_t count = round % 65;
      workers.each(count, [&sums, round](std::uint32_t i) { sums[i] += round; });
      expected += std::uint64_t{round} * count;
      std::uint64_t sum = 0;
      for (const std::uint64_t one : sums) sum += one;
      REQUIRE(sum == expected);
    }
  }
}

}  // namespace
}  // namespace tend::run
