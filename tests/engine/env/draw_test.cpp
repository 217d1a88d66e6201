// Draws: docs/semantics.md E10 and the hashes' known values.
#include "engine/env/draw.hpp"

#include <array>
#include <string>

#include "tests/support/test.hpp"

namespace tend::env {
namespace {

TEST_CASE("E10: the draws") {
  const std::array<std::string_view, 3> parts{"holdout", "win_back", "00123"};
  CHECK(draw_hash(parts) == 0x2b1a953f524fa2e0ULL);
  CHECK(draw({"holdout", "win_back", "00123"}) == 7328);
  CHECK(draw({"holdout", "", "00123"}) == 3083);
  CHECK(draw({"split", "win_back",
              "story\x1E"
              "discount",
              "00123"}) == 2116);
  CHECK(draw({"holdout", "沉睡唤醒", "客户1"}) == 8668);
}

TEST_CASE("the hashes give their published values") {
  CHECK(fnv1a64("") == 0xCBF29CE484222325ULL);
  CHECK(fnv1a64("a") == 0xAF63DC4C8601EC8CULL);
  CHECK(fnv1a64("foobar") == 0x85944171F73967E8ULL);
  CHECK(fnv1a64("bar", fnv1a64("foo")) == fnv1a64("foobar"));
  CHECK(fmix64(0) == 0);
  CHECK(fmix64(1) == 0xB456BCFC34C2CB2CULL);
}

TEST_CASE("partitions are filled evenly, and never change") {
  std::array<int, 64> filled{};
  for (int i = 0; i < 64000; ++i) ++filled[partition_of("customer" + std::to_string(i), 64)];
  for (const int each : filled) {
    CHECK(each > 850);
    CHECK(each < 1150);
  }
  CHECK(partition_of("00123", 64) == static_cast<unsigned>(fmix64(fnv1a64("00123")) % 64));
}

}  // namespace
}  // namespace tend::env
