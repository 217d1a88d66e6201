// What only happens live: late events, pauses, entries by hand, forgetting, answers that take their time.
#include "engine/run/engine.hpp"
#include "engine/run/figures.hpp"
#include "tests/support/compile.hpp"
#include "tests/support/test.hpp"

using namespace tend;

namespace {

/// Accepts everything and notes it down.
struct Notes final : run::Sender {
  std::vector<std::string> lines;
  Result<std::vector<run::Answer>> hand_over(std::span<const run::Send> sends) override {
    std::vector<run::Answer> answers(sends.size());
    for (std::size_t i = 0; i < sends.size(); ++i) {
      lines.push_back(std::string(sends[i].message) + " " + env::format_moment(sends[i].at));
      if (sends[i].message == refused) answers[i].outcome = state::OutcomeKind::rejected_account;
      if (sends[i].message == rejected) answers[i].outcome = state::OutcomeKind::rejected_request;
    }
    return answers;
  }
  Result<std::vector<run::Settled>> settle(std::span<const run::Send> sends) override {
    return std::vector<run::Settled>(sends.size(), run::Settled::never);
  }
  bool needs_dispatch_record(std::string_view) const override { return false; }
  std::string_view refused, rejected;
};

env::Moment at(const std::string& text) { return *env::parse_moment(text, env::utc()); }

struct Shop {
  explicit Shop(const std::string& text) : program(test::compile_or_throw(text)), plan(program, "outbox") {
    run::EngineOptions options{.partitions = 4, .threads = 1, .recorded = false};
    options.now = [this] { return now; };
    engine = run::Engine::in_memory(plan, options, notes);
    engine->add_deploy(now);
    REQUIRE(engine->commit());
  }
  void tick(const std::string& moment) {
    now = at(moment);
    engine->add_tick(now);
    REQUIRE(engine->commit());
  }
  void event(const std::string& moment, const std::string& customer, const std::string& name,
             const std::string& happened = {}) {
    now = at(moment);
    engine->add(state::EventInput{.moment = now,
                                  .at = happened.empty() ? now : at(happened),
                                  .customer = customer,
                                  .event = *program::find_event(program, name)});
    REQUIRE(engine->commit());
  }

  program::Program program;
  journey::Plan plan;
  Notes notes;
  env::Moment now = at("2026-03-01T00:00Z");
  std::unique_ptr<run::Engine> engine;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("E4: a late event counts where it happened, and lets nobody in", "[run]") {
  Shop shop(R"(
event order
activity is order
playbook by_order { enter on order
  send thanks }
playbook two { enter when count(order) over 30 days >= 2
  again always
  send two_orders }
playbook silent { enter when inactive for 60 days
  send miss }
message thanks { text "t" }
message two_orders { text "2" }
message miss { text "m" })");
  shop.event("2026-03-02T00:00Z", "a", "order");
  CHECK(shop.notes.lines == Lines{"thanks 2026-03-02T00:00:00Z"});
  shop.event("2026-03-03T12:00Z", "a", "order", "2026-03-01T10:00Z");
  CHECK(shop.notes.lines.back() == "two_orders 2026-03-03T12:00:00Z");
  CHECK(shop.notes.lines.size() == 2);
  shop.tick("2026-06-30T00:00Z");
  CHECK(shop.notes.lines ==
        Lines{"thanks 2026-03-02T00:00:00Z", "two_orders 2026-03-03T12:00:00Z", "miss 2026-05-01T00:00:00Z"});
}

TEST_CASE("a late event that makes a customer sets his bits without an edge", "[run]") {
  Shop shop(R"(
event order
activity is order
playbook silent { enter when inactive for 60 days
  send miss }
message miss { text "m" })");
  shop.event("2026-03-03T12:00Z", "a", "order", "2025-12-01T10:00Z");
  shop.tick("2026-04-30T00:00Z");
  CHECK(shop.notes.lines.empty());
}

TEST_CASE("a paused playbook lets nobody in, and does in one turn what fell due when it is resumed", "[run]") {
  Shop shop(R"(
event order
playbook p { enter on order
  wait 1 day
  send x }
message x { text "x" })");
  shop.event("2026-03-01T10:00Z", "a", "order");
  shop.engine->add(state::PauseInput{.moment = at("2026-03-02T00:00Z"), .paused = true, .what = "playbook:p"});
  REQUIRE(shop.engine->commit());
  shop.event("2026-03-02T01:00Z", "b", "order");
  shop.tick("2026-03-05T00:00Z");
  CHECK(shop.notes.lines.empty());
  shop.now = at("2026-03-05T12:00Z");
  shop.engine->add(state::PauseInput{.moment = shop.now, .paused = false, .what = "playbook:p"});
  REQUIRE(shop.engine->commit());
  CHECK(shop.notes.lines == Lines{"x 2026-03-05T12:00:00Z"});
  CHECK(run::collect_figures(shop.engine->partitions()).playbooks[0].entered == 1);
}

TEST_CASE("a channel whose account is refused is paused, its send is put off, and goes when it is resumed", "[run]") {
  Shop shop(R"(
event order
playbook p { enter on order
  send x
  send y }
message x { text "x" }
message y { text "y" })");
  shop.notes.refused = "x";
  shop.event("2026-03-01T10:00Z", "a", "order");
  shop.event("2026-03-01T11:00Z", "b", "order");
  CHECK(shop.notes.lines == Lines{"x 2026-03-01T10:00:00Z"});  // b finds the channel paused
  shop.notes.refused = "";
  shop.now = at("2026-03-02T12:00Z");
  shop.engine->add(state::PauseInput{.moment = shop.now, .paused = false, .what = "channel:outbox"});
  REQUIRE(shop.engine->commit());
  CHECK(shop.notes.lines.size() == 5);
}

TEST_CASE("somebody can be let in by hand, by the playbook's own rules", "[run]") {
  Shop shop(R"(
event order
playbook p { enter by hand
  send x }
message x { text "x" })");
  shop.event("2026-03-01T10:00Z", "a", "order");
  for (const char* customer : {"a", "a", "nobody"}) {
    shop.engine->add(state::EntryInput{.moment = shop.now, .customer = customer, .playbook = "p"});
    REQUIRE(shop.engine->commit());
  }
  CHECK(shop.notes.lines == Lines{"x 2026-03-01T10:00:00Z"});
}

TEST_CASE("who is forgotten has left, and is somebody new when he comes again", "[run]") {
  Shop shop(R"(
event order
playbook p { enter on order
  wait 1 day
  send x }
message x { text "x" })");
  shop.event("2026-03-01T10:00Z", "a", "order");
  shop.engine->add(state::ForgetInput{.moment = shop.now, .customer = "a"});
  REQUIRE(shop.engine->commit());
  const auto figures = run::collect_figures(shop.engine->partitions());
  CHECK(figures.customers == 0);
  CHECK(figures.playbooks[0].left == 1);
  shop.event("2026-03-03T10:00Z", "a", "order");
  shop.tick("2026-03-09T00:00Z");
  CHECK(shop.notes.lines == Lines{"x 2026-03-04T10:00:00Z"});
}

TEST_CASE("what comes while a send is out is taken after its outcome", "[run]") {
  Shop shop(R"(
event order
event reply
playbook p { enter on order
  goal reply
  send x
  send y }
message x { text "x" }
message y { text "y" })");
  shop.now = at("2026-03-01T10:00Z");
  const auto order = *program::find_event(shop.program, "order"), reply = *program::find_event(shop.program, "reply");
  shop.engine->add(state::EventInput{.moment = shop.now, .at = shop.now, .customer = "a", .event = order});
  shop.engine->add(state::EventInput{.moment = shop.now, .at = shop.now, .customer = "a", .event = reply});
  REQUIRE(shop.engine->commit());
  CHECK(shop.notes.lines == Lines{"x 2026-03-01T10:00:00Z", "y 2026-03-01T10:00:00Z"});
  CHECK(run::collect_figures(shop.engine->partitions()).playbooks[0].finished == 0);
  CHECK(run::collect_figures(shop.engine->partitions()).playbooks[0].goal == 1);
}

TEST_CASE("two customers become one: events, tags and journeys come together, later inputs too", "[run]") {
  for (const char* from : {"a", "b", "c", "d", "e"}) {
    Shop other(R"(
event order
playbook p { enter on order
  again always
  wait 1 day
  send x }
playbook three { enter when count(order) over 30 days >= 3
  send many }
message x { text "x" }
message many { text "m" })");
    const std::string into = std::string(from) + "2";
    other.event("2026-03-01T10:00Z", from, "order");
    other.event("2026-03-01T12:00Z", into, "order");
    other.now = at("2026-03-01T13:00Z");
    other.engine->add(state::MergeInput{.moment = other.now, .customer = from, .into = into});
    REQUIRE(other.engine->commit());
    auto figures = run::collect_figures(other.engine->partitions());
    CHECK(figures.customers == 1);
    CHECK(figures.playbooks[0].entered == 2);
    CHECK(figures.playbooks[0].left == 1);  // of two live ones the earlier entered stays
    other.event("2026-03-01T14:00Z", from, "order");
    CHECK(other.notes.lines == Lines{"many 2026-03-01T14:00:00Z"});
    other.tick("2026-03-05T00:00Z");
    CHECK(other.notes.lines == Lines{"many 2026-03-01T14:00:00Z", "x 2026-03-02T10:00:00Z"});
    figures = run::collect_figures(other.engine->partitions());
    CHECK(figures.customers == 1);
    CHECK(figures.playbooks[0].finished == 1);
  }
}

TEST_CASE("of two that become one the stricter consent holds", "[run]") {
  Shop shop(R"(
event order
policy { consent on outbox }
playbook p { enter on order
  again always
  send x else { tag "none" } }
message x { text "x" })");
  const auto say = [&](const std::string& customer, std::uint16_t what, std::string_view name) {
    std::string fields;
    state::append_field(fields, what, program::Value::string(name));
    shop.engine->add(state::AttributesInput{.moment = shop.now, .customer = customer, .fields = fields});
    REQUIRE(shop.engine->commit());
  };
  say("a", state::kConsentWithdrawn, "outbox");
  say("b", state::kConsentGiven, "outbox");
  say("c", state::kConsentGiven, "outbox");
  say("d", state::kTagAdd, "known");
  for (const auto& [from, into] : {std::pair("a", "b"), std::pair("c", "d")}) {
    shop.engine->add(state::MergeInput{.moment = shop.now, .customer = from, .into = into});
    REQUIRE(shop.engine->commit());
  }
  shop.event("2026-03-01T10:00Z", "b", "order");
  CHECK(shop.notes.lines.empty());
  shop.event("2026-03-01T11:00Z", "d", "order");
  CHECK(shop.notes.lines == Lines{"x 2026-03-01T11:00:00Z"});
}

TEST_CASE("a refusal counts, and gives its place back, also where the journey ended while its message was out",
          "[run]") {
  Shop shop(R"(
event order
policy { cap 2 messages per 30 days }
playbook a { enter on order
  send first }
playbook b { enter on order
  goal sent
  send second }
playbook c { enter on order
  wait 1 day
  send third }
message first { text "1" }
message second { text "2" }
message third { text "3" })");
  shop.notes.rejected = "second";
  shop.event("2026-03-02T00:00Z", "a", "order");
  shop.tick("2026-03-03T00:00Z");
  CHECK(shop.notes.lines ==
        Lines{"first 2026-03-02T00:00:00Z", "second 2026-03-02T00:00:00Z", "third 2026-03-03T00:00:00Z"});
  const auto sends = run::collect_figures(shop.engine->partitions()).playbooks[1].sends;
  CHECK(sends.at("second").at("outbox").skipped.at("rejected") == 1);
}

TEST_CASE("a pause leaves the moment as it is at which a condition turns by time", "[run]") {
  Shop shop(R"(
event order
activity is order
playbook silent { enter when inactive for 60 days
  send miss }
playbook other { enter on order }
message miss { text "m" })");
  shop.event("2026-03-02T00:00Z", "a", "order");
  shop.engine->add(state::PauseInput{.moment = at("2026-03-03T00:00Z"), .paused = true, .what = "playbook:other"});
  REQUIRE(shop.engine->commit());
  shop.tick("2026-06-30T00:00Z");
  CHECK(shop.notes.lines == Lines{"miss 2026-05-01T00:00:00Z"});
}
