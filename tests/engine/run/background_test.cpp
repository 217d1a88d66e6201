// Work beside the loop: its order, its first error, and waiting for it.
#include "engine/run/background.hpp"

#include "tests/support/test.hpp"

using namespace tend;

TEST_CASE("who waits is back although the first error drops what stands behind it", "[run]") {
  for (int round = 0; round < 50; ++round) {
    run::Background background;
    int done = 0;
    background.post([&done]() -> Result<void> {
      ++done;
      return {};
    });
    background.post([]() -> Result<void> { return fail(ErrorCode::io, "the disk is full"); });
    for (int i = 0; i < 20; ++i) {
      background.post([&done]() -> Result<void> {
        ++done;
        return {};
      });
    }
    background.wait();
    CHECK(done == 1);
    REQUIRE(background.error());
    CHECK(background.error()->message == "the disk is full");
    CHECK(background.waiting() == 0);
  }
}
