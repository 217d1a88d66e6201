// Rates: their text, and that the bucket neither gives too much nor forgets anything.
#include "engine/channel/rate.hpp"

#include "tests/support/test.hpp"

namespace tend::channel {
namespace {

TEST_CASE("rates are read in the units that providers use") {
  CHECK(parse_rate("200/s") == Rate{200, 1000});
  CHECK(parse_rate("100/min") == Rate{100, 60'000});
  CHECK(parse_rate(" 5000 / h ") == Rate{5000, 3'600'000});
  CHECK(parse_rate("1/day") == Rate{1, 86'400'000});
  CHECK(parse_rate("1000000/s") == Rate{1'000'000, 1000});
  for (const char* bad :
       {"", "200", "/s", "200/", "0/s", "-1/s", "1000001/s", "2.5/s", "200/S", "200/s/s", "x/s", "99999999999/s"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_rate(bad));
  }
}

TEST_CASE("a bucket starts with a second's worth and never holds more") {
  TokenBucket bucket({200, 1000}, 5000);
  CHECK(bucket.available(5000) == 200);
  CHECK(bucket.available(9'999'999) == 200);
}

TEST_CASE("a bucket fills to the millisecond and loses nothing to rounding") {
  TokenBucket bucket({3, 60'000}, 0);  // three a minute: one in twenty seconds
  CHECK(bucket.available(0) == 1);
  bucket.take(1);
  CHECK(bucket.wait_ms(1, 0) == 20'000);
  for (std::int64_t now = 0; now < 20'000; now += 7) CHECK(bucket.available(now) == 0);
  CHECK(bucket.available(20'000) == 1);
  CHECK(bucket.wait_ms(1, 20'000) == 0);
}

TEST_CASE("over a long time exactly the rate goes through") {
  TokenBucket bucket({7, 1000}, 0);
  std::int64_t sent = 0;
  for (std::int64_t now = 0; now <= 100'000; ++now) {
    const std::uint32_t now_free = bucket.available(now);
    bucket.take(now_free);
    sent += now_free;
  }
  CHECK(sent == 7 + 700);
}

TEST_CASE("a clock that steps back gives nothing and takes nothing") {
  TokenBucket bucket({10, 1000}, 10'000);
  bucket.take(10);
  CHECK(bucket.available(0) == 0);
  CHECK(bucket.available(100) == 1);
}

TEST_CASE("waiting for more than the bucket holds is waiting until it is full") {
  TokenBucket bucket({10, 1000}, 0);
  bucket.take(10);
  CHECK(bucket.wait_ms(1000, 0) == 1000);
}

}  // namespace
}  // namespace tend::channel
