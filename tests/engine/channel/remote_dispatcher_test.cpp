// The dispatcher with a platform that does what the test says, in virtual time, and once in real time with its thread.
#include "engine/channel/remote_dispatcher.hpp"

#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "engine/env/draw.hpp"
#include "tests/engine/channel/virtual_host.hpp"
#include "tests/support/test.hpp"

namespace tend::channel {
namespace {

using state::OutcomeKind;

/// A platform: what it has sent to whom, by the message's key.
struct Platform {
  std::map<std::string, int> sent;  // to whom, how often
  std::set<std::string> keys;
  bool tells_duplicates = false;
  unsigned percent_lost = 0;  // of the answers, after the effect
  std::uint64_t draws = 0;
  std::int64_t latency_ms = 50;
  unsigned calls = 0;

  bool loses() { return env::fmix64(++draws) % 100 < percent_lost; }
};

struct ScriptedRemote final : Remote {
  Platform& platform;
  RemoteCapabilities can;
  explicit ScriptedRemote(Platform& p, RemoteCapabilities c) : platform(p), can(c) {}

  RemoteCapabilities capabilities() const override { return can; }
  Task<std::vector<Outcome>> submit(std::span<const Message> messages, Host& host) override {
    ++platform.calls;
    co_await host.sleep(std::chrono::milliseconds(platform.latency_ms));
    std::vector<Outcome> outcomes;
    for (const Message& message : messages) {
      Outcome outcome;
      const std::string key = state::format_key(message.key);
      if (message.to == "fault") throw std::runtime_error("the adapter has a fault");
      if (platform.tells_duplicates && platform.keys.contains(key)) {
        outcome.fate = Fate::duplicate;
      } else if (message.to.starts_with("refused")) {
        outcome.fate = Fate::rejected;
        outcome.suppress = true;
      } else {
        platform.keys.insert(key);
        ++platform.sent[message.to];
      }
      if (platform.loses()) {
        outcome.fate = Fate::unknown;
        outcome.reason = "no answer came";
      }
      outcome.provider_id = "id-" + key;
      outcomes.push_back(outcome);
    }
    co_return outcomes;
  }
  Task<Outcome> reconcile(const Message& message, Host& host) override {
    co_await host.sleep(std::chrono::milliseconds(20));
    Outcome outcome;
    if (platform.loses()) {
      outcome.fate = Fate::throttled;
      outcome.until = host.now() + 1'000;
    } else if (!platform.keys.contains(state::format_key(message.key))) {
      outcome.fate = Fate::deferred;
    }
    co_return outcome;
  }
  Task<std::vector<Receipt>> poll(const std::string& provider_id, env::Moment accepted, env::Moment& again,
                                  Host& host) override {
    // Delivered after five minutes; asked every two.
    again = host.now() < accepted + 300'000 ? host.now() + 120'000 : env::kNoMoment;
    if (again != env::kNoMoment) co_return std::vector<Receipt>{};
    Receipt receipt;
    receipt.provider_id = provider_id;
    co_return std::vector<Receipt>{receipt};
  }
  int gathered_count = 0;
  Task<News> gather(env::Moment& again, Host& host) override {
    again = host.now() + 60'000;
    News news;
    if (gathered_count == 0) {
      Receipt bounce;
      bounce.kind = ReceiptKind::failed;
      bounce.to = "bounced";
      news.receipts.push_back(bounce);
    }
    co_return news;
  }
  void gathered() override { ++gathered_count; }
  Callback on_callback(const CallbackRequest& request, env::Moment) override {
    return {.status = 200, .body = request.body + "!"};
  }
};

Message message(unsigned number, const std::string& to) {
  Message m;
  m.key = {7, number};
  m.channel = "mail";
  m.to = to;
  return m;
}

/// The engine's part: it keeps what is returned, and knows what was reported.
struct World {
  VirtualHost host;
  Platform platform;
  ScriptedRemote* remote = nullptr;
  RemoteCapabilities can;
  std::string rate;
  std::map<std::uint64_t, Report> reports;
  std::map<std::uint64_t, std::pair<env::Moment, Message>> waiting;  // by key; from when it may be offered
  std::map<std::uint64_t, Message> out;                              // handed over, no report yet
  std::vector<News> news;
  std::vector<Kept> kept;
  bool has_room = true;
  std::unique_ptr<RemoteDispatcher> dispatcher;

  void open() {
    RemoteOptions options;
    options.clock = &host.clock;
    options.host = &host;
    options.context = &host.context;
    options.chance = [this] { return static_cast<double>(env::fmix64(++platform.draws) % 1000) / 1000; };
    options.events.on_report = [this](Report report) {
      const auto sent = out.find(report.key.low);
      REQUIRE(sent != out.end());
      if (report.kind == Report::Kind::returned) {
        waiting[report.key.low] = {report.until, sent->second};
      } else {
        REQUIRE(reports.emplace(report.key.low, report).second);
      }
      out.erase(sent);
    };
    options.events.on_news = [this](const std::string&, News n, Kept k) {
      news.push_back(std::move(n));
      kept.push_back(std::move(k));
    };
    options.events.on_room = [this] { has_room = true; };
    ChannelConfig config{.name = "mail"};
    if (!rate.empty()) config.options["rate"] = rate;
    auto made = std::make_unique<ScriptedRemote>(platform, can);
    remote = made.get();
    std::vector<NamedRemote> channels;
    channels.push_back({config, std::move(made)});
    auto opened = RemoteDispatcher::open(std::move(channels), std::move(options));
    REQUIRE(opened);
    dispatcher = std::move(*opened);
  }
  /// Offers what there is room for.
  void offer() {
    std::size_t room = dispatcher->room("mail");
    for (auto at = waiting.begin(); at != waiting.end() && room > 0;) {
      const auto next = at++;
      if (next->second.first > host.clock.now()) continue;
      out[next->first] = next->second.second;
      dispatcher->take(next->second.second);
      waiting.erase(next);
      --room;
    }
  }
  void run(std::int64_t ms) {
    const env::Moment end = host.clock.now() + ms;
    while (host.clock.now() < end) {
      if (std::exchange(has_room, false) || dispatcher->room_at("mail") == env::kNoMoment) offer();
      host.run_until(std::min(end, host.clock.now() + 10));
    }
  }
  /// The process ends without a word, and comes again: what is out is settled.
  void crash() {
    const auto doubtful = out;
    auto report = std::move(reports);
    dispatcher->stop(std::chrono::milliseconds(0));
    // What was returned or reported while it ended is as lost as the process.
    reports = std::move(report);
    for (const auto& [key, m] : doubtful) waiting.erase(key);
    out = doubtful;
    dispatcher.reset();
    open();
    for (const auto& [key, m] : doubtful) dispatcher->settle(m);
    has_room = true;
  }
  void fill(unsigned count) {
    for (unsigned i = 0; i < count; ++i) waiting[i] = {0, message(i, "p" + std::to_string(i))};
  }
};

TEST_CASE("every message has one report, and nobody gets two, though answers are lost after the effect") {
  for (const Unknown policy : {Unknown::ask, Unknown::again, Unknown::once}) {
    for (const std::size_t batch : {1, 7}) {
      World world;
      world.can = {.batch_max = batch, .concurrency = 4, .unknown = policy};
      world.platform.tells_duplicates = policy == Unknown::again;
      world.platform.percent_lost = 10;
      world.open();
      world.fill(500);
      for (int life = 0; life < 5; ++life) {
        world.run(700);
        world.crash();
      }
      world.run(20 * env::kMinute);
      CAPTURE(static_cast<int>(policy), batch);
      CHECK(world.out.empty());
      CHECK(world.waiting.empty());
      CHECK(world.reports.size() == 500);
      std::size_t twice = 0;
      for (const auto& [to, count] : world.platform.sent) twice += count > 1;
      CHECK(twice == 0);
      std::size_t counted = 0;
      for (const auto& [key, report] : world.reports) counted += report.outcome == OutcomeKind::unknown_accepted;
      if (policy == Unknown::once) {
        CHECK(counted > 20);
        CHECK(world.platform.sent.size() + counted >= 500);  // who did not get it is among the counted
      } else {
        CHECK(world.platform.sent.size() == 500);
        CHECK(counted == 0);
      }
    }
  }
}

TEST_CASE("what a stop returns comes through the same door") {
  World world;
  world.can = {.concurrency = 1};
  world.open();
  world.fill(2);
  world.offer();
  world.host.settle_down();
  CHECK(world.platform.calls == 1);
  world.dispatcher->stop(std::chrono::milliseconds(0));
  CHECK(world.reports.empty());
  CHECK(world.waiting.size() == 1);  // the other was under way: nobody knows
  CHECK(world.out.size() == 1);
}

TEST_CASE("a platform that is down is left in peace, and messages go on when it is back") {
  World world;
  world.can = {.concurrency = 4, .unknown = Unknown::again};
  world.platform.tells_duplicates = true;
  world.platform.percent_lost = 100;
  world.open();
  world.fill(40);
  world.run(env::kHour);
  CHECK(world.dispatcher->health("mail").breaker != Breaker::State::closed);
  CHECK(world.platform.calls < 200);
  world.platform.percent_lost = 0;
  world.run(env::kHour);
  CHECK(world.reports.size() == 40);
  CHECK(world.dispatcher->health("mail").breaker == Breaker::State::closed);
  for (const auto& [to, count] : world.platform.sent) CHECK(count == 1);
}

TEST_CASE("the rate holds, whatever the engine would like") {
  World world;
  world.rate = "20/s";
  world.can = {.concurrency = 100};
  world.open();
  world.fill(500);
  world.run(10 * env::kSecond);
  CHECK(world.platform.sent.size() <= 220);
  CHECK(world.platform.sent.size() >= 190);
  world.run(20 * env::kSecond);
  CHECK(world.reports.size() == 500);
}

TEST_CASE("refusals and faults of an adapter are outcomes") {
  World world;
  world.open();
  world.waiting[1] = {0, message(1, "refused-1")};
  world.waiting[2] = {0, message(2, "fault")};
  world.run(env::kSecond);
  CHECK(world.reports.at(1).outcome == OutcomeKind::rejected_recipient);
  CHECK(world.reports.at(1).suppress);
  CHECK(world.reports.at(2).outcome == OutcomeKind::unknown_accepted);
  CHECK(world.reports.at(2).reason == "the adapter has a fault");
}

TEST_CASE("receipts are asked for until there are no more, and what came unasked is told until it is kept") {
  World world;
  world.can.polls = true;
  world.open();
  world.run(2 * env::kSecond);
  REQUIRE(world.news.size() == 1);  // the bounce
  CHECK(world.news[0].receipts.at(0).to == "bounced");
  world.run(2 * env::kSecond);
  REQUIRE(world.news.size() == 2);  // nobody has answered: the same again
  CHECK(world.news[1].receipts.at(0).to == "bounced");
  CHECK(world.remote->gathered_count == 0);
  world.kept[1]();
  world.run(env::kMinute * 3);
  CHECK(world.remote->gathered_count == 1);
  world.dispatcher->follow("mail", "id-1", world.host.clock.now());
  world.dispatcher->follow("mail", "id-1", world.host.clock.now());
  world.run(4 * env::kMinute);
  CHECK(world.news.size() == 2);
  world.run(10 * env::kMinute);
  REQUIRE(world.news.size() == 3);
  CHECK(world.news[2].receipts.at(0).provider_id == "id-1");
}

TEST_CASE("calls of the platform are answered by its adapter") {
  World world;
  world.open();
  std::vector<Callback> answers;
  const auto note = [&](Callback answer) { answers.push_back(std::move(answer)); };
  world.dispatcher->call_back("mail", {.body = "hello"}, note);
  world.dispatcher->call_back("nowhere", {.body = "hello"}, note);
  world.host.settle_down();
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].body == "hello!");
  CHECK(answers[1].status == 404);
}

TEST_CASE("with its own thread and the real network's host: taken from two threads, reported once each, stopped") {
  Platform platform;
  platform.latency_ms = 1;
  std::atomic<unsigned> reported = 0;
  RemoteOptions options;
  options.events.on_report = [&](Report) { ++reported; };
  options.events.on_news = [](const std::string&, News, Kept kept) { kept(); };
  std::vector<NamedRemote> channels;
  channels.push_back(
      {ChannelConfig{.name = "mail"}, std::make_unique<ScriptedRemote>(platform, RemoteCapabilities{.batch_max = 10})});
  auto dispatcher = RemoteDispatcher::open(std::move(channels), std::move(options));
  REQUIRE(dispatcher);
  const auto feed = [&](unsigned from) {
    for (unsigned i = 0; i < 500; ++i) {
      while ((*dispatcher)->room("mail") == 0) std::this_thread::yield();
      (*dispatcher)->take(message(from + i, "p" + std::to_string(from + i)));
    }
  };
  std::thread other([&] { feed(1000); });
  feed(0);
  other.join();
  (*dispatcher)->stop();
  CHECK(reported == 1000);
  // The rest was returned: each message was sent at most once.
  for (const auto& [to, count] : platform.sent) CHECK(count == 1);
}

}  // namespace
}  // namespace tend::channel
