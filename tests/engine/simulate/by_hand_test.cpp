// What is done by hand, in the core: stopping, and two customers who become one while something is asked or open. The
// doctor finds nothing after any of it.
#include <algorithm>

#include "engine/run/doctor.hpp"
#include "engine/run/engine.hpp"
#include "engine/run/figures.hpp"
#include "tests/support/compile.hpp"
#include "tests/support/noting_sender.hpp"
#include "tests/support/test.hpp"

using namespace tend;

namespace {

struct Shop {
  explicit Shop(const std::string& text) : program(test::compile_or_throw(text)), plan(program, "outbox") {
    run::EngineOptions options{.partitions = 4, .threads = 1, .recorded = false};
    options.now = [this] { return now; };
    engine = run::Engine::in_memory(plan, options, notes);
    engine->add_deploy(now);
    commit();
  }
  void commit() {
    REQUIRE(engine->commit());
    std::vector<run::Finding> findings;
    for (std::uint32_t p = 0; p < engine->partitions().count(); ++p)
      run::check_state(plan, engine->partitions().state(p), findings);
    INFO((findings.empty() ? std::string() : run::text_of(findings.front())));
    REQUIRE(findings.empty());
  }
  void tick(env::Moment by) {
    now += by;
    engine->add_tick(now);
    commit();
  }
  void event(const std::string& customer, const std::string& name) {
    engine->add(state::EventInput{
        .moment = now, .at = now, .customer = customer, .event = *program::find_event(program, name)});
  }
  void merge(const std::string& customer, const std::string& into) {
    engine->add(state::MergeInput{.moment = now, .customer = customer, .into = into});
  }
  run::PlaybookCount figures() { return run::collect_figures(engine->partitions()).playbooks[0]; }

  program::Program program;
  journey::Plan plan;
  test::NotingSender notes;
  env::Moment now = *env::parse_moment("2026-03-01T10:00Z", env::utc());
  std::unique_ptr<run::Engine> engine;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a stop ends every journey of the playbook, whatever it is per, and no other", "[run]") {
  Shop shop(R"(
event order { id text }
event visit
playbook p { enter on order per order.id
  goal visit within 9 days
  wait 1 day
  send x }
playbook q { enter on order
  wait 1 day
  send y }
message x { text "x" }
message y { text "y" })");
  for (const char* id : {"1", "2"}) {
    std::string fields;
    state::append_field(fields, 0, program::Value::string(id));
    shop.engine->add(state::EventInput{.moment = shop.now,
                                       .at = shop.now,
                                       .customer = "a",
                                       .event = *program::find_event(shop.program, "order"),
                                       .fields = fields});
  }
  shop.commit();
  CHECK(shop.figures().live == 2);
  for (const char* customer : {"a", "a", "nobody"})
    shop.engine->add(state::StopInput{.moment = shop.now, .customer = customer, .playbook = "p"});
  shop.engine->add(state::StopInput{.moment = shop.now, .customer = "a", .playbook = "none"});
  shop.commit();
  CHECK(shop.figures().left == 2);
  shop.event("a", "visit");
  shop.commit();
  CHECK(shop.figures().goal == 0);
  shop.tick(2 * env::kDay);
  CHECK(shop.notes.lines == Lines{"a y"});
}

TEST_CASE("who waits for his turn and is stopped does not enter", "[run]") {
  Shop shop(R"(
event order
playbook p { enter every day at 12:00
  pace 1 people per 1 hour
  send x }
message x { text "x" })");
  for (const char* customer : {"a", "b", "c"}) shop.event(customer, "order");
  shop.commit();
  shop.tick(2 * env::kHour + env::kMinute);  // 12:01: one has entered, two wait
  REQUIRE(shop.figures().entered == 1);
  for (const char* customer : {"a", "b", "c"})
    shop.engine->add(state::StopInput{.moment = shop.now, .customer = customer, .playbook = "p"});
  shop.commit();
  shop.tick(5 * env::kHour);
  CHECK(shop.figures().entered == 1);
}

TEST_CASE("who becomes another one while a budget is asked has his money once", "[run]") {
  for (const char* from : {"a", "b", "c", "d", "e"}) {
    Shop shop(R"(
event order
budget coupons { 50 CNY per month }
playbook p { enter on order
  grant 30 CNY from coupons else { send poor
    stop }
  send rich }
message rich { text "r" }
message poor { text "p" })");
    const std::string into = std::string(from) + "2";
    shop.event(from, "order");
    shop.merge(from, into);  // in one batch: the budget has not answered when it is applied
    shop.event(into, "order");
    shop.commit();
    CHECK(shop.engine->became(from) == into);
    Lines lines = shop.notes.lines;
    std::sort(lines.begin(), lines.end());
    CHECK(lines == Lines{std::string(from) + " rich", into + " poor"});
    std::int64_t spent = 0;  // without a period
    for (std::uint32_t p = 0; p < shop.engine->partitions().count(); ++p) {
      for (const auto& [of, amount] : shop.engine->partitions().state(p).spent) spent += of.second == 0 ? amount : 0;
    }
    CHECK(spent == 3000);
    CHECK(run::collect_figures(shop.engine->partitions()).customers == 1);
  }
}

TEST_CASE("open tasks and figures go with who becomes another one, and go with him when he is forgotten", "[run]") {
  for (const char* from : {"a", "b", "c", "d", "e"}) {
    Shop shop(R"(
customer { owner staff }
event order
playbook p { enter on order
  holdout 50%
  task "call" as ring
  wait 9 days }
message x { text "x" })");
    const std::string into = std::string(from) + "2";
    for (const std::string& customer : {std::string(from), into}) {
      std::string fields;
      state::append_field(fields, static_cast<std::uint16_t>(*program::find_attribute(shop.program, "owner")),
                          program::Value::string("Anna"));
      shop.engine->add(state::AttributesInput{.moment = shop.now, .customer = customer, .fields = fields});
      shop.event(customer, "order");
    }
    shop.commit();
    const auto jobs = [&] {
      std::size_t count = 0;
      for (std::uint32_t p = 0; p < shop.engine->partitions().count(); ++p) {
        for (const auto& [customer, open] : shop.engine->partitions().state(p).jobs) count += open.size();
      }
      return count;
    };
    const std::size_t before = jobs();
    const run::PlaybookCount counted = shop.figures();
    shop.merge(from, into);
    shop.commit();
    CHECK(jobs() == before);
    CHECK(shop.figures().entered == counted.entered);
    CHECK(shop.figures().held_out == counted.held_out);
    CHECK(shop.figures().left == 1);
    shop.engine->add(state::ForgetInput{.moment = shop.now, .customer = into});
    shop.commit();
    CHECK(jobs() == 0);
    CHECK(shop.figures().left == 2);
    CHECK(shop.figures().live == 0);
    shop.tick(10 * env::kDay);
  }
}

TEST_CASE("what comes under an id that is some merges away is that of who it became, and of nobody else", "[run]") {
  for (const bool known : {true, false}) {
    Shop shop(R"(
customer { city text }
event order
playbook p { enter on order
  again always
  send x }
playbook q { enter when customer.city = "Berlin"
  send y }
message x { text "x" }
message y { text "y" })");
    const std::vector<std::string> ids = {"a", "b", "c", "d"};
    for (const std::string& id : ids) {
      if (known) shop.event(id, "order");
    }
    shop.commit();
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
      shop.merge(ids[i], ids[i + 1]);
      shop.commit();
    }
    shop.notes.lines.clear();
    for (const std::string& id : ids) {
      CHECK(shop.engine->became(id) == "d");
      shop.now += env::kHour;
      shop.event(id, "order");
      shop.commit();
    }
    CHECK(shop.notes.lines == Lines{"d x", "d x", "d x", "d x"});
    std::string fields;
    state::append_field(fields, static_cast<std::uint16_t>(*program::find_attribute(shop.program, "city")),
                        program::Value::string("Berlin"));
    shop.engine->add(state::AttributesInput{.moment = shop.now, .customer = "a", .fields = fields});
    shop.commit();
    CHECK(shop.notes.lines.back() == "d y");
    CHECK(run::collect_figures(shop.engine->partitions()).customers == 1);
    shop.engine->add(state::ForgetInput{.moment = shop.now, .customer = "d"});
    shop.commit();
    CHECK(run::collect_figures(shop.engine->partitions()).customers == 0);
  }
}

TEST_CASE("who is forgotten or became another one does nothing when a pause ends", "[run]") {
  Shop shop(R"(
event order
activity is order
playbook p { enter when inactive for 60 days
  send x }
message x { text "x" })");
  for (const char* customer : {"a", "b", "c"}) shop.event(customer, "order");
  shop.commit();
  shop.engine->add(state::ForgetInput{.moment = shop.now, .customer = "a"});
  shop.merge("b", "c");
  shop.commit();
  for (const char* what : {"", "playbook:p", "channel:outbox"}) {
    for (const bool paused : {true, false}) {
      shop.engine->add(state::PauseInput{.moment = shop.now, .paused = paused, .what = what});
      shop.commit();
    }
  }
  CHECK(shop.notes.lines.empty());
  shop.tick(60 * env::kDay);
  CHECK(shop.notes.lines == Lines{"c x"});
  CHECK(shop.figures().entered == 1);
}

TEST_CASE("a task without a label is done by an event without one", "[run]") {
  Shop shop(R"(
customer { owner staff }
event order
playbook p { enter on order
  task "call"
  wait 9 days }
)");
  std::string fields;
  state::append_field(fields, static_cast<std::uint16_t>(*program::find_attribute(shop.program, "owner")),
                      program::Value::string("Anna"));
  shop.engine->add(state::AttributesInput{.moment = shop.now, .customer = "a", .fields = fields});
  shop.event("a", "order");
  shop.commit();
  const state::State& state = shop.engine->partitions().state(shop.engine->partitions().partition_of("a"));
  REQUIRE(state.jobs.size() == 1);
  shop.engine->add(
      state::EventInput{.moment = shop.now, .at = shop.now, .customer = "a", .event = program::kEventTaskDone});
  shop.commit();
  CHECK(state.jobs.empty());
}

TEST_CASE("who is taken out by hand is still looked at when his conditions turn by time", "[run]") {
  Shop shop(R"(
event order
activity is order
playbook other { enter on order
  wait 90 days }
playbook silent { enter when inactive for 60 days
  send miss }
message miss { text "m" })");
  shop.event("a", "order");
  shop.commit();
  shop.engine->add(state::StopInput{.moment = shop.now, .customer = "a", .playbook = "other"});
  shop.commit();
  shop.tick(61 * env::kDay);
  CHECK(shop.notes.lines == std::vector<std::string>{"a miss"});
}
