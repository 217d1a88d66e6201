// The dispatcher: the right channel, the right order, the right pace.
#include "engine/channel/dispatcher.hpp"

#include "engine/env/files_simulated.hpp"
#include "tests/engine/channel/sends.hpp"
#include "tests/support/test.hpp"

namespace tend::channel {
namespace {

using run::Settled;

/// Two outboxes `a` and `b` and a console on a disk, clock and screen of their own.
struct World {
  env::SimulatedFiles files;
  env::SimulatedClock clock{1'000'000};
  std::FILE* screen = std::tmpfile();
  std::int64_t slept_ms = 0;

  ~World() { std::fclose(screen); }
  Outside outside() {
    return {files, screen, clock, [this](std::int64_t ms) {
              slept_ms += ms;
              clock.advance(ms);
            }};
  }
  std::unique_ptr<Dispatcher> open(Pace pace, const std::string& rate = "200/s") {
    const std::vector<ChannelConfig> configs = {{"a", "file", {{"path", "a.jsonl"}, {"rate", rate}}},
                                                {"b", "file", {{"path", "b.jsonl"}}},
                                                {"screen", "console", {}}};
    auto dispatcher = Dispatcher::open(configs, "w", outside(), pace);
    REQUIRE(dispatcher);
    return std::move(*dispatcher);
  }
  /// The customers in an outbox, in order.
  std::string customers(const std::string& path) {
    std::istringstream lines(files.content(path));
    std::string out;
    for (std::string line; std::getline(lines, line);) {
      const std::size_t at = line.find("\"customer\":\"") + 12;
      out += line.substr(at, line.find('"', at) - at) + " ";
    }
    return out;
  }
};

TEST_CASE("each message goes to its channel in order, and answers come back in the order of the call") {
  World world;
  auto dispatcher = world.open(Pace::recorded);
  TestSends sends(1, 7);
  const char* const channels[] = {"b", "a", "nowhere", "b", "", "a", "nowhere"};
  for (std::size_t i = 0; i < 7; ++i) sends.all()[i].channel = channels[i];
  const auto answers = dispatcher->hand_over(sends.all());
  REQUIRE(answers);
  REQUIRE(answers->size() == 7);
  CHECK(world.customers("w/a.jsonl") == "c2 c5 c6 ");
  CHECK(world.customers("w/b.jsonl") == "c1 c4 ");
  for (std::size_t i = 0; i < 7; ++i) {
    const bool lost = i == 2 || i == 6;
    CHECK(answers->at(i).outcome == (lost ? state::OutcomeKind::rejected_request : state::OutcomeKind::accepted));
    CHECK(answers->at(i).reason == (lost ? "no channel `nowhere`" : ""));
  }
  // The line of the message without a channel's name says where it went.
  CHECK_THAT(world.files.content("w/a.jsonl"), !Catch::Contains("\"channel\":\"\""));
}

TEST_CASE("without any channel every message is rejected") {
  World world;
  auto dispatcher = Dispatcher::open({}, "w", world.outside(), Pace::live);
  REQUIRE(dispatcher);
  TestSends sends(1, 1, "");
  const auto answers = (*dispatcher)->hand_over(sends.all());
  REQUIRE(answers);
  CHECK(answers->at(0).outcome == state::OutcomeKind::rejected_request);
  CHECK(answers->at(0).reason == "no channel");
}

TEST_CASE("settle asks each channel for its own messages") {
  World world;
  auto dispatcher = world.open(Pace::recorded);
  TestSends sends(1, 5);
  const char* const channels[] = {"a", "b", "screen", "gone", "b"};
  for (std::size_t i = 0; i < 5; ++i) sends.all()[i].channel = channels[i];
  REQUIRE(dispatcher->hand_over(std::span(sends.all()).first(1)));
  REQUIRE(dispatcher->hand_over(std::span(sends.all()).subspan(4)));
  CHECK(dispatcher->settle(sends.all()) == std::vector<Settled>{Settled::handed_over, Settled::never, Settled::unknown,
                                                                Settled::unknown, Settled::handed_over});
}

TEST_CASE("only a channel that cannot settle needs a dispatch record") {
  World world;
  auto dispatcher = world.open(Pace::recorded);
  CHECK(dispatcher->needs_dispatch_record("screen"));
  CHECK_FALSE(dispatcher->needs_dispatch_record("a"));
  CHECK_FALSE(dispatcher->needs_dispatch_record(""));
  CHECK_FALSE(dispatcher->needs_dispatch_record("nowhere"));
}

TEST_CASE("a channel that cannot be used fails the call in a sentence") {
  World world;
  auto dispatcher = world.open(Pace::recorded);
  world.files.set_capacity(world.files.used_bytes() + 10);
  TestSends sends(1, 2, "b");
  const auto answers = dispatcher->hand_over(sends.all());
  REQUIRE_FALSE(answers);
  CHECK_THAT(answers.error().message, Catch::StartsWith("channel `b` took none of 2 messages: the disk is full"));
}

TEST_CASE("recorded time never waits") {
  World world;
  auto dispatcher = world.open(Pace::recorded, "1/day");
  TestSends sends(1, 1000, "a");
  REQUIRE(dispatcher->hand_over(sends.all()));
  CHECK(world.slept_ms == 0);
  CHECK(dispatcher->room("a") == std::numeric_limits<std::size_t>::max());
}

TEST_CASE("live time keeps to the rate, and only for the channel that has one") {
  World world;
  auto dispatcher = world.open(Pace::live);
  CHECK(dispatcher->room("a") == 200);
  CHECK(dispatcher->room("b") == std::numeric_limits<std::size_t>::max());
  TestSends sends(1, 1000, "a"), others(5000, 1000, "b");
  REQUIRE(dispatcher->hand_over(others.all()));
  CHECK(world.slept_ms == 0);
  const auto answers = dispatcher->hand_over(sends.all());
  REQUIRE(answers);
  CHECK(answers->size() == 1000);
  CHECK(world.slept_ms == 4000);  // 200 at once, 800 in four seconds
  CHECK(dispatcher->room("a") == 0);
}

TEST_CASE("a slow rate sends as soon as one may go") {
  World world;
  auto dispatcher = world.open(Pace::live, "6/min");
  TestSends sends(1, 3, "a");
  REQUIRE(dispatcher->hand_over(sends.all()));
  CHECK(world.slept_ms == 20'000);
}

TEST_CASE("a bad channel list opens nothing") {
  World world;
  const std::vector<ChannelConfig> configs = {{"a", "file", {{"path", "a.jsonl"}}}, {"b", "fax", {}}};
  REQUIRE_FALSE(Dispatcher::open(configs, "w", world.outside(), Pace::live));
  CHECK(world.files.exists("w/a.jsonl") == false);
}

}  // namespace
}  // namespace tend::channel
