// The live loop on a disk in memory and a clock set by hand: durable before the answer, timers, back-pressure, disks
// that refuse.
#include "engine/serve/live.hpp"

#include <algorithm>

#include "tests/engine/serve/shop.hpp"

using namespace tend;
using namespace tend::serve;

TEST_CASE("what was answered is there after the plug was pulled, and messages go once") {
  Shop shop;
  auto live = shop.start();
  for (int i = 0; i < 20; ++i) REQUIRE(post_now(*live, order_of("c" + std::to_string(i))));
  REQUIRE(figures_of(*live)->events == 20);
  shop.files.crash(7);
  (void)live->stop();  // the files it has open are dead
  live.reset();

  live = shop.start();
  const auto figures = figures_of(*live);
  CHECK(figures->events == 20);
  CHECK(figures->customers == 20);
  CHECK(figures->playbooks[0].entered == 20);
  CHECK(live->stop());
  auto lines = shop.channel.lines();
  CHECK(lines.size() == 20);
  std::sort(lines.begin(), lines.end());
  CHECK(std::unique(lines.begin(), lines.end()) == lines.end());
}

TEST_CASE("a message is taken once, also by whoever starts after the plug was pulled") {
  Shop shop;
  const auto order = [](const std::string& customer, const std::string& message) {
    PostedInput input = order_of(customer);
    input.seen = run::seen_id({}, "app", message);
    return input;
  };
  auto live = shop.start();
  for (int i = 0; i < 20; ++i) REQUIRE(post_now(*live, order("c" + std::to_string(i), std::to_string(i))));
  for (int i = 0; i < 20; ++i) REQUIRE(post_now(*live, order("c" + std::to_string(i), std::to_string(i))));
  REQUIRE(post_now(*live, order_of("c0")));  // without an id nothing is known of it
  REQUIRE(post_now(*live, order_of("c0")));
  CHECK(figures_of(*live)->events == 22);
  CHECK(live->counts().duplicates == 20);
  shop.files.crash(11);
  (void)live->stop();
  live.reset();

  live = shop.start();
  for (int i = 10; i < 30; ++i) REQUIRE(post_now(*live, order("c" + std::to_string(i), std::to_string(i))));
  CHECK(figures_of(*live)->events == 32);
  CHECK(live->counts().duplicates == 10);
  shop.clock.advance(state::kSeenFor + 1);
  REQUIRE(post_now(*live, order("c1", "1")));
  CHECK(figures_of(*live)->events == 33);
}

TEST_CASE("inputs of one message stand and fall together, and twice in one call is once") {
  Shop shop;
  auto live = shop.start();
  const auto post = [&](std::vector<PostedInput> inputs) {
    std::promise<Result<void>> promise;
    auto future = promise.get_future();
    REQUIRE(live->post(live->plan(), std::move(inputs),
                       [&promise](const Result<void>& durable) { promise.set_value(durable); }) == PostAnswer::taken);
    return future.get();
  };
  PostedInput first = order_of("a"), second = order_of("b"), other = order_of("c");
  first.seen = second.seen = run::seen_id({}, "", "m");
  second.follows = true;
  REQUIRE(post({first, second, other, first, second, other}));
  CHECK(figures_of(*live)->events == 4);
  REQUIRE(post({second.follows ? first : second, second, other}));
  CHECK(figures_of(*live)->events == 5);
  CHECK(live->counts().duplicates == 4);
}

TEST_CASE("a timer fires when the clock is there, also one that fell due while nobody was") {
  Shop shop;
  auto live = shop.start();
  REQUIRE(post_now(*live, order_of("c1")));
  CHECK(eventually([&] { return shop.channel.lines() == std::vector<std::string>{"c1 thanks 2026-03-01T00:00:00Z"}; }));
  shop.clock.advance(env::kDay - 1);
  live->wake();
  CHECK(figures_of(*live)->playbooks[0].live == 1);
  shop.clock.advance(1);
  live->wake();
  CHECK(eventually([&] { return shop.channel.lines().size() == 2; }));
  CHECK(shop.channel.lines()[1] == "c1 later 2026-03-02T00:00:00Z");

  REQUIRE(post_now(*live, order_of("c2")));
  REQUIRE(live->stop());
  shop.clock.advance(3 * env::kDay);
  live = shop.start();
  CHECK(eventually([&] { return shop.channel.lines().size() == 4; }));
  CHECK(shop.channel.lines()[3] == "c2 later 2026-03-03T00:00:00Z");
}

TEST_CASE("moments never go back, and what happened is never after when it is taken") {
  Shop shop;
  auto live = shop.start();
  REQUIRE(post_now(*live, order_of("c1")));
  shop.clock.advance(-env::kHour);
  CHECK(live->now() == kBegin);
  REQUIRE(post_now(*live, order_of("c2", kBegin + env::kHour)));  // set to when it is taken
  CHECK(eventually([&] { return shop.channel.lines().size() == 2; }));
  CHECK(shop.channel.lines()[1] == "c2 thanks 2026-03-01T00:00:00Z");
  REQUIRE(live->stop());

  // The next process's clock is behind the data folder.
  live = shop.start();
  CHECK(shop.said("ahead of this machine's clock"));
  CHECK(live->now() == kBegin);
}

TEST_CASE("posts of several threads are all taken, and share batches") {
  Shop shop;
  auto live = shop.start();
  constexpr int kThreads = 4, kPosts = 200;
  shop.channel.hold(true);
  REQUIRE(post_now(*live, order_of("first")));
  shop.channel.wait_for_call();  // the loop is busy: everything that comes now is one batch
  std::atomic<int> durable{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kPosts; ++i) {
        std::vector<PostedInput> inputs;
        inputs.push_back(order_of("c" + std::to_string(t) + "-" + std::to_string(i)));
        if (live->post(live->plan(), std::move(inputs), [&](const Result<void>& done) { durable += done ? 1 : 0; }) !=
            PostAnswer::taken)
          return;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(live->counts().queue_inputs == kThreads * kPosts);
  CHECK(durable == 0);
  const auto commits = live->counts().commits;
  shop.channel.hold(false);
  CHECK(eventually([&] { return durable == kThreads * kPosts; }));
  REQUIRE(live->stop());
  CHECK(live->counts().commits <= commits + 3);
  CHECK(live->counts().events == kThreads * kPosts + 1);
  CHECK(live->counts().queue_bytes == 0);
}

TEST_CASE("a full queue says busy, and has room again when the loop goes on") {
  Shop shop;
  shop.options.queue_inputs_max = 3;
  auto live = shop.start();
  shop.channel.hold(true);
  REQUIRE(post_now(*live, order_of("first")));
  shop.channel.wait_for_call();
  std::atomic<int> durable{0};
  const auto post = [&](int count) {
    std::vector<PostedInput> inputs;
    for (int i = 0; i < count; ++i) inputs.push_back(order_of("c" + std::to_string(i)));
    return live->post(live->plan(), std::move(inputs), [&](const Result<void>& done) { durable += done ? 1 : 0; });
  };
  CHECK(post(2) == PostAnswer::taken);
  CHECK(post(2) == PostAnswer::busy);
  CHECK(post(1) == PostAnswer::taken);
  CHECK(post(1) == PostAnswer::busy);
  shop.channel.hold(false);
  CHECK(eventually([&] { return durable == 2; }));
  CHECK(post(5) == PostAnswer::taken);  // larger than the queue, but alone
  REQUIRE(live->stop());
  CHECK(durable == 3);
  CHECK(post(1) == PostAnswer::stopping);
}

TEST_CASE("stop finishes the queue and leaves snapshots") {
  Shop shop;
  auto live = shop.start();
  shop.channel.hold(true);
  REQUIRE(post_now(*live, order_of("first")));
  shop.channel.wait_for_call();
  std::atomic<int> durable{0};
  for (int i = 0; i < 50; ++i) {
    std::vector<PostedInput> inputs;
    inputs.push_back(order_of("c" + std::to_string(i)));
    REQUIRE(live->post(live->plan(), std::move(inputs), [&](const Result<void>& done) { durable += done ? 1 : 0; }) ==
            PostAnswer::taken);
  }
  std::thread stopper([&] { CHECK(live->stop()); });
  shop.channel.hold(false);
  stopper.join();
  CHECK(durable == 50);
  CHECK(figures_of(*live) == std::nullopt);
  CHECK(shop.files.list("shop/data/snapshots")->size() >= 4);
  live = shop.start();
  CHECK(figures_of(*live)->events == 51);
}

TEST_CASE("a full disk is answered with a sentence, nothing is half done, and it goes on when there is space") {
  Shop shop;
  auto live = shop.start();
  REQUIRE(post_now(*live, order_of("c0")));
  shop.files.set_capacity(shop.files.used_bytes());
  std::uint64_t taken = 1;
  while (taken < 5000 && post_now(*live, order_of("c" + std::to_string(taken)))) ++taken;
  REQUIRE(taken < 5000);
  CHECK(eventually([&] { return shop.said("full"); }));
  shop.files.set_capacity(std::nullopt);
  CHECK(eventually([&] { return shop.said("events are taken again") && live->trouble().empty(); }));
  CHECK(figures_of(*live)->events == taken);  // the refused one is not among them
  REQUIRE(post_now(*live, order_of("after")));
  REQUIRE(live->stop());
  live = shop.start();
  CHECK(figures_of(*live)->events == taken + 1);
}

TEST_CASE("a disk that fails a sync costs the batch's posts an error, and the loop comes back") {
  Shop shop;
  auto live = shop.start();
  REQUIRE(post_now(*live, order_of("c0")));
  CHECK(eventually([&] { return shop.channel.lines().size() == 1 && live->counts().queue_inputs == 0; }));
  (void)figures_of(*live);  // the loop stands still
  shop.files.fail_next(env::DiskCall::sync);
  CHECK(!post_now(*live, order_of("c1")));
  CHECK(eventually([&] { return live->trouble().empty() && shop.said("events are taken again"); }));
  REQUIRE(post_now(*live, order_of("c2")));
  const auto figures = figures_of(*live);
  CHECK((figures->events == 2 || figures->events == 3));  // of a failed sync nobody knows
  REQUIRE(live->stop());
  CHECK(shop.lost == 0);
}

TEST_CASE("a broken channel loses no message and sends none twice") {
  Shop shop;
  auto live = shop.start();
  shop.channel.fail_next(3);
  REQUIRE(post_now(*live, order_of("c1")));  // durable before anything is sent
  CHECK(eventually([&] { return shop.channel.lines().size() == 1; }));
  CHECK(shop.said("the channel is broken"));
  CHECK(eventually([&] { return live->trouble().empty(); }));
  REQUIRE(live->stop());
  live = shop.start();
  REQUIRE(live->stop());
  CHECK(shop.channel.lines().size() == 1);
}

TEST_CASE("a data folder that somebody else took meanwhile is the end, said so") {
  Shop shop;
  shop.options.retry_ms = 200;
  auto live = shop.start();
  shop.channel.fail_next(1);
  REQUIRE(post_now(*live, order_of("c1")));
  Result<std::unique_ptr<env::FolderLock>> lock;
  CHECK(eventually([&] { return (lock = shop.files.lock_folder("shop/data")).has_value(); }));
  CHECK(eventually([&] { return shop.lost == 1; }));
  std::vector<PostedInput> inputs;
  inputs.push_back(order_of("c2"));
  CHECK(live->post(live->plan(), std::move(inputs), [](const Result<void>&) {}) == PostAnswer::down);
  const auto stopped = live->stop();
  REQUIRE(!stopped);
  CHECK(stopped.error().code == ErrorCode::in_use);
}

TEST_CASE("the folder's second user is turned away") {
  Shop shop;
  auto live = shop.start();
  const auto second = shop.try_start();
  REQUIRE(!second);
  CHECK(second.error().code == ErrorCode::in_use);
}

TEST_CASE("the doctor goes round between batches, and is loud") {
  Shop shop;
  shop.options.doctor_ms = 0;
  shop.options.doctor_customers = 3;
  auto live = shop.start();
  for (int i = 0; i < 10; ++i) REQUIRE(post_now(*live, order_of("c" + std::to_string(i))));
  CHECK(eventually([&] {
    live->wake();
    return live->counts().doctor_customers >= 30;
  }));
  CHECK(live->counts().doctor_violations == 0);
  live->ask([](run::Engine* engine) {
    for (std::uint32_t p = 0; p < engine->partitions().count(); ++p) {
      state::State& state = engine->partitions().state(p);
      for (std::uint32_t c = 0; c < state.customer_count(); ++c) state.wheel.set(c, state::kNever);
    }
  });
  CHECK(eventually([&] {
    live->wake();
    return live->counts().doctor_violations >= 10;
  }));
  CHECK(shop.said("this is a fault of tend itself, please report it: customer `c"));
  CHECK(shop.said("the wheel has nothing for him"));
}
