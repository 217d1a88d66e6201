// The lane: every fate with every scope, limits, the breaker, room; time is what the tests say it is.
#include "engine/channel/lane.hpp"

#include "tests/support/test.hpp"

namespace tend::channel {
namespace {

using state::OutcomeKind;

constexpr env::Moment kStart = 1'000'000;

Message message(unsigned number, const std::string& to = "") {
  Message m;
  m.key = {0, number};
  m.at = kStart;
  m.channel = "mail";
  m.to = to.empty() ? "p" + std::to_string(number) + "@example.com" : to;
  return m;
}

Outcome outcome(Fate fate, Scope scope = Scope::recipient, env::Moment until = env::kNoMoment) {
  Outcome o;
  o.fate = fate;
  o.scope = scope;
  o.reason = "r";
  o.until = until;
  return o;
}

/// A lane, its time, and a chance that is always the same.
struct World {
  env::Moment now = kStart;
  double chance = 0.5;
  Lane lane;

  explicit World(RemoteCapabilities can = {}) : World(LaneOptions{.channel = "mail", .can = can}) {}
  explicit World(LaneOptions options) : lane(with_chance(std::move(options)), kStart) {}
  LaneOptions with_chance(LaneOptions options) {
    options.chance = [this] { return chance; };
    return options;
  }
  void take(unsigned number, const std::string& to = "") { lane.take(message(number, to), now); }
  /// The one call there is.
  Lane::Work work() {
    auto work = lane.next(now);
    REQUIRE(work);
    return std::move(*work);
  }
  /// Makes the one call there is, with one answer for all of it.
  void answer(const Outcome& o) {
    Lane::Work w = work();
    lane.finished(std::move(w), std::vector<Outcome>(w.messages.size(), o), now);
  }
  std::vector<Report> reports() { return lane.take_reports(); }
  Report report() {
    auto all = reports();
    REQUIRE(all.size() == 1);
    return all[0];
  }
};

TEST_CASE("a fate that is final is reported as it is") {
  struct Row {
    Fate fate;
    Scope scope;
    OutcomeKind kind;
  };
  const std::vector<Row> rows = {
      {Fate::accepted, Scope::recipient, OutcomeKind::accepted},
      {Fate::duplicate, Scope::recipient, OutcomeKind::duplicate},
      {Fate::rejected, Scope::recipient, OutcomeKind::rejected_recipient},
      {Fate::rejected, Scope::domain, OutcomeKind::rejected_recipient},
      {Fate::rejected, Scope::request, OutcomeKind::rejected_request},
      {Fate::rejected, Scope::account, OutcomeKind::rejected_account},
  };
  for (const Row& row : rows) {
    World world;
    world.take(1);
    Outcome o = outcome(row.fate, row.scope);
    o.provider_id = "id-1";
    o.suppress = true;
    world.answer(o);
    const Report report = world.report();
    CHECK(report.kind == Report::Kind::final);
    CHECK(report.outcome == row.kind);
    CHECK(report.reason == "r");
    CHECK(report.provider_id == "id-1");
    CHECK(report.channel == "mail");
    CHECK(report.key == state::SendKey{0, 1});
    // Only an address can be suppressed, and only when it was refused itself.
    CHECK(report.suppress == (row.fate == Fate::rejected && row.scope == Scope::recipient));
    CHECK(world.lane.room(world.now) == (row.kind == OutcomeKind::rejected_account ? 0 : 16));
  }
}

TEST_CASE("what is put off for a moment waits here, what is put off for longer is given back") {
  for (const Scope scope : {Scope::recipient, Scope::request, Scope::account, Scope::domain}) {
    World world;
    world.take(1);
    world.answer(outcome(Fate::deferred, scope, world.now + kWaitMsMax));
    CHECK(world.reports().empty());
    CHECK(!world.lane.next(world.now));
    CHECK(world.lane.wake_at(world.now) == world.now + kWaitMsMax);
    world.now += kWaitMsMax;
    Lane::Work again = world.work();
    CHECK(again.messages.at(0).attempt == 1);
    world.lane.finished(std::move(again), {outcome(Fate::deferred, scope, world.now + kWaitMsMax + 1)}, world.now);
    const Report report = world.report();
    CHECK(report.kind == Report::Kind::returned);
    CHECK(report.until == world.now + kWaitMsMax + 1);
    CHECK(report.reason == "r");
    // Others go on.
    world.take(2);
    world.answer(outcome(Fate::accepted));
    CHECK(world.report().outcome == OutcomeKind::accepted);
    // Offered again, it is known how often it was tried.
    world.now += kWaitMsMax + 1;
    world.take(1);
    CHECK(world.work().messages.at(0).attempt == 2);
  }
}

TEST_CASE("without a time from the platform the delay is drawn between nothing and a ceiling that doubles") {
  const Backoff backoff;
  for (const double chance : {0.0, 0.25, 0.999999}) {
    for (unsigned attempt = 0; attempt < 20; ++attempt) {
      const std::int64_t delay = backoff.delay_ms(attempt, [&] { return chance; });
      CHECK(delay >= 1);
      CHECK(delay <= std::min<std::int64_t>(1000ll << attempt, env::kHour));
      CHECK(std::abs(static_cast<double>(delay) - chance * static_cast<double>(backoff.ceiling_ms(attempt))) <= 1);
    }
  }
  World world;
  world.chance = 0.25;
  world.take(1);
  world.answer(outcome(Fate::deferred));
  CHECK(world.lane.wake_at(world.now) == world.now + 250);
  world.now += 250;
  world.answer(outcome(Fate::deferred));
  CHECK(world.lane.wake_at(world.now) == world.now + 500);
}

TEST_CASE("a message that is put off again and again ends") {
  World world(LaneOptions{.channel = "mail", .attempts_max = 2});
  world.take(1);
  for (int i = 0; i < 2; ++i) {
    world.answer(outcome(Fate::deferred));
    CHECK(world.reports().empty());
    world.now += env::kMinute;
  }
  world.answer(outcome(Fate::deferred));
  const Report report = world.report();
  CHECK(report.outcome == OutcomeKind::rejected_request);
  CHECK(report.reason == "given up after 3 attempts: r");
}

TEST_CASE("a limit of the account stops everybody until it is over") {
  for (const Scope scope : {Scope::account, Scope::request}) {
    World world(RemoteCapabilities{.concurrency = 1});
    world.take(1);
    world.take(2);
    world.answer(outcome(Fate::throttled, scope, world.now + env::kMinute));
    CHECK(!world.lane.next(world.now));  // gives back who waits
    const auto reports = world.reports();
    REQUIRE(reports.size() == 2);
    for (const Report& report : reports) {
      CHECK(report.kind == Report::Kind::returned);
      CHECK(report.until == world.now + env::kMinute);
    }
    CHECK(world.lane.room(world.now) == 0);
    CHECK(world.lane.room_at(world.now) == world.now + env::kMinute);
    CHECK(world.lane.wake_at(world.now) == world.now + env::kMinute);
    CHECK(!world.lane.has_room_again(world.now));
    world.now += env::kMinute;
    CHECK(world.lane.has_room_again(world.now));
    CHECK(!world.lane.has_room_again(world.now));
    world.take(1);
    CHECK(world.work().messages.at(0).attempt == 0);  // a limit is no attempt
  }
}

TEST_CASE("a short limit of the account is waited for here") {
  World world;
  world.take(1);
  world.answer(outcome(Fate::throttled, Scope::account));
  CHECK(world.reports().empty());
  CHECK(world.lane.room(world.now) == 0);
  CHECK(world.lane.wake_at(world.now) == world.now + 1500);  // a second, and up to one more by chance
  CHECK(!world.lane.next(world.now + 1499));
  CHECK(world.lane.next(world.now + 1500));
}

TEST_CASE("a limit of a recipient or a domain holds for that one only") {
  World world;
  world.take(1, "a@one.example");
  world.answer(outcome(Fate::throttled, Scope::recipient, world.now + env::kHour));
  CHECK(world.report().until == world.now + env::kHour);
  world.take(2, "a@one.example");
  CHECK(!world.lane.next(world.now));
  CHECK(world.report().until == world.now + env::kHour);
  world.take(3, "b@one.example");
  world.answer(outcome(Fate::throttled, Scope::domain, world.now + env::kHour));
  CHECK(world.report().kind == Report::Kind::returned);
  world.take(4, "c@one.example");
  CHECK(!world.lane.next(world.now));
  CHECK(world.report().until == world.now + env::kHour);
  world.take(5, "c@two.example");
  world.answer(outcome(Fate::accepted));
  CHECK(world.report().outcome == OutcomeKind::accepted);
}

TEST_CASE("an unknown fate: once counts as sent") {
  World world(RemoteCapabilities{.unknown = Unknown::once});
  world.take(1);
  world.answer(outcome(Fate::unknown));
  CHECK(world.report().outcome == OutcomeKind::unknown_accepted);
  CHECK(world.lane.health(world.now).unknown == 1);
  world.lane.settle(message(2), world.now);
  CHECK(world.report().outcome == OutcomeKind::unknown_accepted);
}

TEST_CASE("an unknown fate: ask asks until it knows") {
  const auto ask_after = [](World& world) {
    world.now = std::max(world.now, world.lane.wake_at(world.now));
    Lane::Work work = world.work();
    CHECK(work.ask);
    return work;
  };
  for (const bool settled : {false, true}) {
    World world(RemoteCapabilities{.unknown = Unknown::ask});
    if (settled) {
      world.lane.settle(message(1), world.now);
    } else {
      world.take(1);
      world.answer(outcome(Fate::unknown));
    }
    CHECK(world.reports().empty());
    CHECK(world.lane.health(world.now).unsure == 1);

    SECTION(settled ? "settled: it was taken" : "it was taken") {
      world.lane.finished(ask_after(world), {outcome(Fate::accepted)}, world.now);
      CHECK(world.report().outcome == OutcomeKind::accepted);
    }
    SECTION(settled ? "settled: it was refused" : "it was refused") {
      world.lane.finished(ask_after(world), {outcome(Fate::rejected, Scope::recipient)}, world.now);
      CHECK(world.report().outcome == OutcomeKind::rejected_recipient);
    }
    SECTION(settled ? "settled: it never came, so it is sent" : "it never came, so it is sent") {
      world.lane.finished(ask_after(world), {outcome(Fate::deferred)}, world.now);
      CHECK(world.reports().empty());
      const Lane::Work work = world.work();
      CHECK(!work.ask);
      CHECK(work.messages.at(0).key == state::SendKey{0, 1});
    }
    SECTION(settled ? "settled: the platform cannot say yet" : "the platform cannot say yet") {
      Lane::Work work = ask_after(world);
      world.lane.finished(std::move(work), {outcome(Fate::throttled, Scope::account, world.now + env::kHour)},
                          world.now);
      CHECK(world.reports().empty());  // not given back: it may have been taken
      CHECK(world.lane.wake_at(world.now) == world.now + env::kHour);
      world.lane.finished(ask_after(world), {outcome(Fate::duplicate)}, world.now);
      CHECK(world.report().outcome == OutcomeKind::duplicate);
    }
    SECTION(settled ? "settled: nobody ever knows" : "nobody ever knows") {
      int asked = 0;
      for (; world.lane.health(world.now).unsure > 0; ++asked) {
        world.lane.finished(ask_after(world), {outcome(Fate::unknown)}, world.now);
      }
      CHECK(asked == 5);
      CHECK(world.report().outcome == OutcomeKind::unknown_accepted);
    }
  }
}

TEST_CASE("an unknown fate: again sends the same key, and never gives it back") {
  World world(RemoteCapabilities{.unknown = Unknown::again});
  world.take(1);
  world.answer(outcome(Fate::unknown));
  world.now += env::kMinute;
  world.answer(outcome(Fate::throttled, Scope::recipient, world.now + env::kHour));
  CHECK(world.reports().empty());
  world.now += env::kHour;
  world.answer(outcome(Fate::deferred, Scope::recipient, world.now + env::kHour));
  CHECK(world.reports().empty());
  world.now += env::kHour;
  const Lane::Work work = world.work();
  CHECK(!work.ask);
  CHECK(work.messages.at(0).key == state::SendKey{0, 1});
  world.lane.finished(work, {outcome(Fate::duplicate)}, world.now);
  CHECK(world.report().outcome == OutcomeKind::duplicate);

  for (int i = 0; i <= 5; ++i) {
    if (i == 0) world.take(2);
    CHECK(world.reports().empty());
    world.now += env::kHour;
    world.answer(outcome(Fate::unknown));
  }
  CHECK(world.report().outcome == OutcomeKind::unknown_accepted);
}

TEST_CASE("the breaker opens after five failures in a row, lets one through, and closes when that goes well") {
  World world(RemoteCapabilities{.concurrency = 2, .unknown = Unknown::once});
  for (unsigned i = 0; i < 5; ++i) {
    CHECK(world.lane.health(world.now).breaker == Breaker::State::closed);
    world.take(i);
    world.answer(outcome(Fate::unknown));
  }
  CHECK(world.reports().size() == 5);
  CHECK(world.lane.health(world.now).breaker == Breaker::State::open);
  CHECK(world.lane.room(world.now) == 0);
  const env::Moment first = world.lane.room_at(world.now);
  CHECK(first >= world.now + Breaker::kFirstMs / 2);
  CHECK(first <= world.now + Breaker::kFirstMs);

  world.now = first;
  CHECK(world.lane.has_room_again(world.now));
  CHECK(world.lane.room(world.now) == 1);
  world.take(10);
  CHECK(world.lane.room(world.now) == 0);
  world.answer(outcome(Fate::deferred, Scope::account, world.now + 1));
  CHECK(world.lane.health(world.now).breaker == Breaker::State::open);
  const env::Moment second = world.lane.room_at(world.now);
  CHECK(second >= world.now + Breaker::kFirstMs);  // twice as long
  CHECK(!world.lane.next(world.now));
  CHECK(world.report().until == second);  // it does not wait here that long

  world.now = second;
  world.take(11);
  world.take(12);  // more than there is room for: one goes
  Lane::Work probe = world.work();
  CHECK(!world.lane.next(world.now));
  world.lane.finished(std::move(probe), {outcome(Fate::accepted)}, world.now);
  CHECK(world.lane.health(world.now).breaker == Breaker::State::closed);
  world.answer(outcome(Fate::accepted));
  CHECK(world.lane.room(world.now) == 4);
}

TEST_CASE("an account that is refused opens the breaker at once, refused recipients never do") {
  World world;
  for (unsigned i = 0; i < 100; ++i) {
    world.take(i);
    world.answer(outcome(Fate::rejected, Scope::recipient));
  }
  CHECK(world.lane.health(world.now).breaker == Breaker::State::closed);
  world.take(101);
  world.answer(outcome(Fate::rejected, Scope::account));
  CHECK(world.lane.health(world.now).breaker == Breaker::State::open);
  CHECK(world.lane.health(world.now).last_error == "r");
}

TEST_CASE("room is what may be on its way, and comes back") {
  World world(RemoteCapabilities{.batch_max = 3, .concurrency = 2});
  CHECK(world.lane.room(world.now) == 12);
  for (unsigned i = 0; i < 12; ++i) world.take(i);
  CHECK(world.lane.room(world.now) == 0);
  CHECK(world.lane.room_at(world.now) == env::kNoMoment);
  Lane::Work first = world.work(), second = world.work();
  CHECK(first.messages.size() == 3);
  CHECK(second.messages.size() == 3);
  CHECK(!world.lane.next(world.now));
  CHECK(world.lane.room(world.now) == 0);
  CHECK(!world.lane.has_room_again(world.now));
  world.lane.finished(std::move(first), std::vector<Outcome>(3), world.now);
  CHECK(world.lane.room(world.now) == 3);
  CHECK(world.lane.has_room_again(world.now));
}

TEST_CASE("the account's rate is kept, and bounds what waits here") {
  World world(LaneOptions{.channel = "mail", .can = {.concurrency = 100}, .rate = Rate{6, env::kMinute}});
  CHECK(world.lane.room(world.now) == 1);
  world.take(1);
  world.answer(outcome(Fate::accepted));
  CHECK(world.lane.room(world.now) == 0);
  CHECK(world.lane.room_at(world.now) == world.now + 10'000);
  CHECK(world.lane.wake_at(world.now) == world.now + 10'000);
  world.now += 10'000;
  CHECK(world.lane.has_room_again(world.now));
  world.take(2);
  world.take(3);
  world.answer(outcome(Fate::accepted));
  CHECK(!world.lane.next(world.now));
  CHECK(world.lane.wake_at(world.now) == world.now + 10'000);
}

TEST_CASE("with tokens left and a queue that waits for something else, nobody is woken every millisecond") {
  World world(LaneOptions{.channel = "mail", .rate = Rate{6, env::kMinute}});
  world.take(1, "a@b.example");
  world.answer(outcome(Fate::throttled, Scope::recipient, world.now + 10'000));
  CHECK(world.lane.room(world.now) == 0);
  world.now += 9'999;
  CHECK(!world.lane.next(world.now));
  world.now += 1;
  CHECK(world.lane.room(world.now) == 0);  // its token is for the one that waits
  CHECK(world.lane.room_at(world.now) == env::kNoMoment);
  world.answer(outcome(Fate::accepted));
  CHECK(world.lane.room_at(world.now) == world.now + 10'000);
}

TEST_CASE("a rate of each recipient and of each domain") {
  World world(LaneOptions{
      .channel = "mail", .rate_per_recipient = Rate{1, env::kHour}, .rate_per_domain = Rate{2, env::kSecond}});
  for (unsigned i = 0; i < 3; ++i) world.take(i);
  world.answer(outcome(Fate::accepted));
  world.answer(outcome(Fate::accepted));
  CHECK(!world.lane.next(world.now));
  CHECK(world.lane.wake_at(world.now) == world.now + 500);
  world.now += 500;
  world.answer(outcome(Fate::accepted));
  CHECK(world.reports().size() == 3);
  world.take(9, "p1@example.com");
  CHECK(!world.lane.next(world.now));
  CHECK(world.report().until == world.now - 500 + env::kHour);
}

TEST_CASE("messages to one address go one after the other") {
  World world;
  world.take(1, "a@b.example");
  world.take(2, "a@b.example");
  world.take(3, "c@b.example");
  Lane::Work first = world.work();
  CHECK(world.work().messages.at(0).key.low == 3);
  CHECK(!world.lane.next(world.now));
  world.lane.finished(std::move(first), {outcome(Fate::accepted)}, world.now);
  CHECK(world.work().messages.at(0).key.low == 2);
}

TEST_CASE("a message whose time is over is not sent") {
  World world(RemoteCapabilities{.unknown = Unknown::again, .deadline = std::chrono::seconds(15)});
  world.take(1);
  world.answer(outcome(Fate::deferred, Scope::account, kStart + 15'000));
  CHECK(world.report().outcome == OutcomeKind::rejected_request);
  world.take(2);
  world.answer(outcome(Fate::unknown));
  world.now += 15'000;
  world.take(3);
  CHECK(!world.lane.next(world.now));
  const auto reports = world.reports();
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].outcome == OutcomeKind::unknown_accepted);  // it may have been taken
  CHECK(reports[1].outcome == OutcomeKind::rejected_request);
}

TEST_CASE("stopped, it gives back what is surely not taken and keeps quiet about the rest") {
  World world(RemoteCapabilities{.concurrency = 1, .unknown = Unknown::ask});
  world.take(1);
  world.take(2);
  Lane::Work work = world.work();
  world.lane.settle(message(3), world.now);
  world.lane.stop(world.now);
  CHECK(world.report().key.low == 2);
  CHECK(world.lane.room(world.now) == 0);
  world.lane.finished(std::move(work), {outcome(Fate::deferred)}, world.now);
  CHECK(world.report().kind == Report::Kind::returned);
  CHECK(!world.lane.next(world.now));
  CHECK(world.lane.calls_under_way() == 0);
}

TEST_CASE("what a platform says is cut to one line") {
  World world;
  world.take(1);
  Outcome o = outcome(Fate::rejected, Scope::request);
  o.reason = "two\nlines\x1b[0m " + std::string(500, 'x');
  world.answer(o);
  const Report report = world.report();
  CHECK(report.reason.size() == 200);
  CHECK(report.reason.starts_with("two lines [0m x"));
}

TEST_CASE("a table of recipients is bounded, and forgets who was looked at longest ago") {
  Holds holds(std::nullopt, 3);
  for (const char* name : {"a", "b", "c"}) holds.hold(name, 100, 0);
  CHECK(holds.free_at("a", 0) == 100);
  holds.hold("d", 100, 0);
  CHECK(holds.count() == 3);
  CHECK(holds.free_at("a", 0) == 100);
  CHECK(holds.free_at("b", 0) == 0);
}

}  // namespace
}  // namespace tend::channel
