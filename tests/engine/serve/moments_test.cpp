// The live clock: never back, and a demonstration's time goes on where the data folder was.
#include "engine/serve/moments.hpp"

#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::serve;

TEST_CASE("real time never goes back, also over a restart") {
  env::SimulatedClock base(1000);
  Moments moments({.base = &base});
  CHECK(moments.now() == env::kNoMoment);
  moments.begin(env::kNoMoment);
  CHECK(moments.now() == 1000);
  base.set(900);
  CHECK(moments.now() == 1000);
  base.set(1100);
  CHECK(moments.now() == 1100);
  CHECK(moments.base_ms_until(1150) == 50);
  CHECK(moments.base_ms_until(1100) == 0);

  Moments next({.base = &base});
  next.begin(5000);
  CHECK(next.behind_ms() == 3900);
  CHECK(next.now() == 5000);
  base.set(6000);
  CHECK(next.now() == 6000);
}

TEST_CASE("a demonstration's time begins at its start and runs at its speed") {
  env::SimulatedClock base(1'000'000);
  Moments moments({.base = &base, .speed = 1000, .start = 50});
  moments.begin(env::kNoMoment);
  CHECK(moments.now() == 50);
  base.advance(2);
  CHECK(moments.now() == 2050);
  CHECK(moments.base_ms_until(4050) == 2);
  CHECK(moments.base_ms_until(2051) == 1);

  base.advance(500);  // the process is down: this time stands still
  Moments next({.base = &base, .speed = 1000, .start = 50});
  next.begin(2050);
  CHECK(next.now() == 2050);
  base.advance(1);
  CHECK(next.now() == 3050);

  Moments without_start({.base = &base, .speed = 10, .start = std::nullopt});
  without_start.begin(env::kNoMoment);
  CHECK(without_start.now() == base.now());
  Moments goes_on({.base = &base, .speed = 10, .start = std::nullopt});
  goes_on.begin(77);
  CHECK(goes_on.now() == 77);
  CHECK(goes_on.behind_ms() == 0);
}
