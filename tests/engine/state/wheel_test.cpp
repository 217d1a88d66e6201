// The timing wheel against an ordered map, by seed.
#include "engine/state/wheel.hpp"

#include <map>
#include <random>
#include <set>

#include "tests/support/test.hpp"

using tend::env::Moment;
using tend::state::kNever;
using tend::state::Wheel;

TEST_CASE("a timer fires once, at or after its moment, never before", "[wheel]") {
  Wheel wheel;
  wheel.resize(3);
  wheel.set(0, 1'000);
  wheel.set(1, 1'000'000'000'000);
  wheel.set(2, -5'000);  // before 1970
  std::vector<std::uint32_t> fired;
  const auto fire = [&](std::uint32_t id) { fired.push_back(id); };
  wheel.advance(-5'001, fire);
  CHECK(fired.empty());
  wheel.advance(999, fire);
  CHECK(fired == std::vector<std::uint32_t>{2});
  wheel.advance(1'000, fire);
  CHECK(fired == std::vector<std::uint32_t>{2, 0});
  CHECK(wheel.due(0) == kNever);
  wheel.advance(999'999'999'999, fire);
  CHECK(fired.size() == 2);
  wheel.advance(1'000'000'000'000, fire);
  CHECK(fired.back() == 1);
  CHECK(wheel.next_due() == kNever);
}

TEST_CASE("the wheel does what an ordered map does", "[wheel]") {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    constexpr std::uint32_t kTimers = 50;
    Wheel wheel;
    wheel.resize(kTimers);
    std::map<std::uint32_t, Moment> expected;
    Moment now = 1'600'000'000'000 + static_cast<Moment>(random() % 1'000'000'000);
    wheel.advance(now, [](std::uint32_t) {});
    const auto distance = [&]() -> Moment {  // near, far, very far
      switch (random() % 4) {
        case 0: return static_cast<Moment>(random() % 5);
        case 1: return static_cast<Moment>(random() % 70'000);
        case 2: return static_cast<Moment>(random() % 10'000'000'000);
        default: return static_cast<Moment>(random() % 300'000'000'000);
      }
    };
    for (int step = 0; step < 400; ++step) {
      const auto id = static_cast<std::uint32_t>(random() % kTimers);
      if (random() % 3 != 0) {
        const Moment due = random() % 8 == 0 ? kNever : now + distance() - 2;  // also past ones
        wheel.set(id, due);
        if (due == kNever)
          expected.erase(id);
        else
          expected[id] = due;
        REQUIRE(wheel.due(id) == due);
        continue;
      }
      const Moment to = now + distance();
      Moment last = INT64_MIN;
      std::set<std::uint32_t> fired;
      wheel.advance(to, [&](std::uint32_t f) {
        REQUIRE(expected.contains(f));
        REQUIRE(expected[f] <= to);
        const Moment due = std::max(expected[f], now);
        REQUIRE(due >= last);
        last = due;
        expected.erase(f);
        fired.insert(f);
        if (random() % 5 == 0) {  // set again while it fires, perhaps for this very advance
          expected[f] = due + static_cast<Moment>(random() % 1'000);
          wheel.set(f, expected[f]);
        }
      });
      now = to;
      for (const auto& [timer, due] : expected) REQUIRE(due > now);
      Moment next = kNever;
      for (const auto& [timer, due] : expected) next = std::min(next, due);
      REQUIRE(wheel.next_due() <= next);
    }
  }
}

TEST_CASE("who fires next is told ahead, each once", "[wheel]") {
  Wheel wheel;
  wheel.resize(100);
  wheel.advance(1'000, [](std::uint32_t) {});
  for (std::uint32_t id = 0; id < 100; ++id) wheel.set(id, id < 90 ? 2'000 : 3'000);
  std::set<std::uint32_t> ahead, fired;
  wheel.advance(
      2'500,
      [&](std::uint32_t id) {
        REQUIRE(ahead.contains(id));
        REQUIRE(fired.insert(id).second);
      },
      [&](std::span<const std::uint32_t> ids) {
        for (const std::uint32_t id : ids) REQUIRE(ahead.insert(id).second);
      });
  CHECK(fired.size() == 90);
  CHECK(ahead.size() == 90);
}
