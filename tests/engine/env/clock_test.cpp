// Clocks.
#include "engine/env/clock.hpp"

#include "tests/support/test.hpp"

namespace tend::env {
namespace {

TEST_CASE("a simulated clock stands until it is set") {
  SimulatedClock clock(100);
  CHECK(clock.now() == 100);
  clock.advance(5);
  CHECK(clock.now() == 105);
  clock.set(1000);
  CHECK(clock.now() == 1000);
}

TEST_CASE("a scaled clock runs faster from its start") {
  SimulatedClock base(50000);
  ScaledClock fast(base, 1000000, 3600.0);
  CHECK(fast.now() == 1000000);
  base.advance(10);
  CHECK(fast.now() == 1036000);
  CHECK(fast.base_ms_until(1036000) == 0);
  CHECK(fast.base_ms_until(1036001) == 1);
  CHECK(fast.base_ms_until(1072000) == 10);
  CHECK(fast.base_ms_until(0) == 0);
}

TEST_CASE("the real clock is in this century") {
  const Moment now = real_clock().now();
  CHECK(now > 1700000000000);
  CHECK(now < 4102444800000);
  CHECK(real_clock().now() >= now - 1000);
}

}  // namespace
}  // namespace tend::env
