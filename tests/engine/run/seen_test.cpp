// Messages from outside, each taken once: in memory, and where memory ends and the history begins.
#include "engine/run/seen.hpp"

#include <map>
#include <set>

#include "engine/env/files_simulated.hpp"
#include "engine/log/segment_log.hpp"
#include "engine/run/seen_id.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::run;

namespace {

state::SeenId id(int number) { return seen_id({}, "app", std::to_string(number)); }

/// A history that has what it was told of.
struct Shelf {
  std::map<state::SeenId, env::Moment> has;
  std::uint32_t through = 0;
  SeenHook hook() {
    return {.find = [this](auto ids, env::Moment since, std::vector<bool>& found) -> Result<std::uint32_t> {
              for (std::size_t i = 0; i < ids.size(); ++i) found[i] = has.contains(ids[i]) && has.at(ids[i]) >= since;
              return through;
            },
            .through = [this] { return through; },
            .heads = [] { return std::vector<std::uint64_t>(); }};
  }
};

}  // namespace

TEST_CASE("source and message stand apart in the hash") {
  CHECK(seen_id({}, "a", "bc") != seen_id({}, "ab", "c"));
  CHECK(seen_id({}, "", "abc") != seen_id({}, "abc", ""));
  CHECK(seen_id({}, "a", "bc") == seen_id({}, "a", "bc"));
  CHECK(seen_id({}, "", "") != state::SeenId{});
}

TEST_CASE("under a secret a message has another hash, and under each another one") {
  SeenKey one = SeenKey::value_type{1}, two = SeenKey::value_type{2};
  CHECK(seen_id(one, "app", "m") == seen_id(one, "app", "m"));
  CHECK(seen_id(one, "app", "m") != seen_id(two, "app", "m"));
  CHECK(seen_id(one, "app", "m") != seen_id({}, "app", "m"));
  CHECK(seen_id(one, "a", "bc") != seen_id(one, "ab", "c"));
  const std::string longer(1000, 'x');  // than what needs no memory of its own
  CHECK(seen_id(one, "app", longer) != seen_id(one, "app", longer + "x"));
  CHECK(seen_id({}, "app", longer) != seen_id({}, "app", longer + "x"));
}

TEST_CASE("a message is taken once in seven days") {
  Seen seen;
  CHECK(seen.take(id(1), 0));
  CHECK_FALSE(seen.take(id(1), state::kSeenFor));
  CHECK(seen.take(id(2), state::kSeenFor));
  CHECK(seen.take(id(1), state::kSeenFor + 1));
  CHECK_FALSE(seen.take(id(1), state::kSeenFor + 2));
}

TEST_CASE("what the history has taken in is forgotten here, and nothing else") {
  Shelf shelf;
  Seen seen(shelf.hook());
  CHECK(seen.take(id(1), 5));
  seen.committed(1);
  CHECK(seen.take(id(2), 5));
  seen.committed(2);  // 2 may stand in either of them
  CHECK(seen.take(id(3), 5));
  seen.committed(2);
  CHECK(seen.size() == 3);
  shelf.has[id(1)] = 5;
  shelf.through = 1;
  seen.committed(2);
  CHECK(seen.size() == 2);
  CHECK(seen.forgotten_through() == 1);
  CHECK_FALSE(seen.take(id(2), 6));
  CHECK_FALSE(seen.take(id(3), 6));
  std::vector<bool> found;
  const std::vector<state::SeenId> ids{id(1), id(2)};
  CHECK(seen.find_old(ids, 6, found) == 1u);
  CHECK(found == std::vector<bool>{true, false});
  CHECK(seen.find_old(ids, 5 + state::kSeenFor + 1, found) == 1u);
  CHECK(found == std::vector<bool>{false, false});
  shelf.through = 2;
  seen.committed(3);
  CHECK(seen.size() == 1);  // 3 came while segment 2 was the last: its batch may have begun the third
  seen.committed(3);
  CHECK_FALSE(seen.take(id(3), 6));
}

TEST_CASE("after a start it knows what stands in the log, and forgets by segment as before") {
  env::SimulatedFiles files;
  auto opened = log::open_log(files, "log", {.partitions = 2, .segment_bytes = 8192});
  REQUIRE(opened);
  log::Log& log = *opened->log;
  REQUIRE(log.claim("test"));
  log::Batch batch;
  std::map<std::uint32_t, std::set<int>> stands;  // by segment
  for (int i = 0; log.last_segment() < 4; ++i) {
    const state::SeenId one = id(2 * i), two = id(2 * i + 1);
    std::string ids(reinterpret_cast<const char*>(one.data()), one.size());
    ids.append(reinterpret_cast<const char*>(two.data()), two.size());
    encode(batch.begin(static_cast<std::uint8_t>(state::InputKind::seen), 0),
           state::SeenInput{.moment = 100 + i, .ids = ids});
    batch.end();
    REQUIRE(log.append(batch));
    batch.clear();
    stands[log.last_segment()].insert({2 * i, 2 * i + 1});
  }
  Shelf shelf;
  Seen seen(shelf.hook());
  REQUIRE(seen.restore(log));
  for (const auto& [segment, numbers] : stands) {
    for (const int number : numbers) CHECK_FALSE(seen.take(id(number), 200));
  }
  CHECK(seen.take(id(-1), 200));
  shelf.through = 2;
  seen.committed(4);
  CHECK(seen.size() == stands[3].size() + stands[4].size() + 1);
  for (const std::uint32_t segment : {3u, 4u}) {
    for (const int number : stands[segment]) CHECK_FALSE(seen.take(id(number), 200));
  }
  REQUIRE(seen.restore(log));
  CHECK_FALSE(seen.take(id(*stands[3].begin()), 200));
  CHECK(seen.take(id(-1), 200));  // it was never committed
}
