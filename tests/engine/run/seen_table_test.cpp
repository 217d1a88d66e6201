// The table of messages against a map.
#include "engine/run/seen_table.hpp"

#include <map>

#include "engine/run/seen_id.hpp"
#include "tests/support/test.hpp"

namespace tend::run {
namespace {

TEST_CASE("it has what was put in, with the last moment, however it grows") {
  SeenTable table;
  std::map<state::SeenId, env::Moment> has;
  CHECK(table.find(seen_id({}, "app", "0")) == nullptr);
  for (int i = 0; i < 20'000; ++i) {
    const state::SeenId id = seen_id({}, "app", std::to_string(i * 7919 % 6000));
    table.fetch(id);
    env::Moment* there = table.find(id);
    REQUIRE((there != nullptr) == has.contains(id));
    if (there != nullptr) CHECK(*there == has.at(id));
    table.put(id, i);
    has[id] = i;
    if (i == 3000) table.reserve(100'000);
    REQUIRE(table.size() == has.size());
  }
  CHECK(has.size() == 6000);
  CHECK(table.find(seen_id({}, "app", "6000")) == nullptr);
}

TEST_CASE("ids that begin alike are told apart") {
  SeenTable table;
  for (int i = 1; i <= 200; ++i) {
    state::SeenId id{};
    id[15] = static_cast<std::uint8_t>(i);  // the place and the tag are the same for all
    table.put(id, i);
  }
  for (int i = 1; i <= 200; ++i) {
    state::SeenId id{};
    id[15] = static_cast<std::uint8_t>(i);
    REQUIRE(table.find(id) != nullptr);
    CHECK(*table.find(id) == i);
  }
  CHECK(table.size() == 200);
}

}  // namespace
}  // namespace tend::run
