// The worked examples of the language's meaning, E2 to E14, as far as this version runs them. Moments are UTC.
#include "tests/support/scenario.hpp"

using Sends = std::vector<std::string>;
using tend::program::Value;
using tend::test::Scenario;

TEST_CASE("E2: at one moment the timer goes before the event", "[semantics]") {
  Scenario s(R"(
event order
activity is order
playbook p { enter when inactive for 60 days
  goal order within 30 days
  send care
  wait 7 days
  send offer }
message care { text "c" }
message offer { text "o" })");
  s.event("2026-01-01T00:00Z", "a", "order").event("2026-03-02T00:00Z", "a", "order");
  CHECK(s.run("2026-01-01", "2026-03-31") == Sends{"care 2026-03-02T00:00:00Z"});
  CHECK(s.figures.playbooks[0].goal == 1);
}

TEST_CASE("E5: windows are [0, D) in age, and an edge needs a fall before it", "[semantics]") {
  Scenario s(R"(
event order
playbook p { enter when count(order) over 30 days >= 2
  again always
  send x }
message x { text "x" })");
  for (const char* at : {"2026-01-01T00:00Z", "2026-01-20T00:00Z", "2026-01-31T00:00Z"}) s.event(at, "a", "order");
  CHECK(s.run("2026-01-01", "2026-03-31") == Sends{"x 2026-01-20T00:00:00Z", "x 2026-01-31T00:00:00Z"});
}

TEST_CASE("E6: who is born on 29 February is a year older on the 28th", "[semantics]") {
  Scenario s(R"(
customer { birthday date }
policy { timezone "Asia/Shanghai" }
playbook p { enter when age(customer.birthday) >= 18
  send x }
message x { text "x" })");
  s.set("2025-12-01T00:00Z", "a", "birthday", Value::date(13938));  // 2008-02-29
  CHECK(s.run("2026-01-01", "2027-01-01") == Sends{"x 2026-02-27T16:00:00Z"});
}

TEST_CASE("E7b: `again after D` counts from the last entry, its end included", "[semantics]") {
  Scenario s(R"(
event order
playbook p { enter on order
  again after 30 days
  send x }
message x { text "x" })");
  for (const char* at : {"2026-01-01T00:00Z", "2026-01-20T00:00Z", "2026-01-31T00:00Z"}) s.event(at, "a", "order");
  CHECK(s.run("2026-01-01", "2026-03-31") == Sends{"x 2026-01-01T00:00:00Z", "x 2026-01-31T00:00:00Z"});
}

TEST_CASE("E7d: an entry refused only because of a journey that ends in the same turn is asked once more",
          "[semantics]") {
  Scenario s(R"(
event service
playbook p { enter on service
  again always
  send a
  wait up to 30 days { on service { stop } } }
message a { text "a" })");
  s.event("2026-01-01T00:00Z", "c", "service").event("2026-01-10T00:00Z", "c", "service");
  CHECK(s.run("2026-01-01", "2026-01-31") == Sends{"a 2026-01-01T00:00:00Z", "a 2026-01-10T00:00:00Z"});
}

namespace {
constexpr const char* kE8 = R"(
event order
event visit
playbook p { enter on order
  goal visit within 10 days
  leave when tagged "x"
  wait 5 days
  send s }
message s { text "s" })";
}

TEST_CASE("E8: the goal ends at D, also after the last step; a step due by time goes before a tag of the same moment",
          "[semantics]") {
  {
    Scenario s(kE8);
    s.event("2026-01-01T00:00Z", "a", "order").event("2026-01-11T00:00Z", "a", "visit");
    CHECK(s.run("2026-01-01", "2026-02-01") == Sends{"s 2026-01-06T00:00:00Z"});
    CHECK(s.figures.playbooks[0].finished == 1);
  }
  {
    Scenario s(kE8);
    s.event("2026-01-01T00:00Z", "a", "order").event("2026-01-10T23:59:59.999Z", "a", "visit");
    s.run("2026-01-01", "2026-02-01");
    CHECK(s.figures.playbooks[0].goal == 1);
  }
  {
    Scenario s(kE8);
    s.event("2026-01-01T00:00Z", "a", "order").tag("2026-01-06T00:00Z", "a", "x");
    CHECK(s.run("2026-01-01", "2026-02-01") == Sends{"s 2026-01-06T00:00:00Z"});
    CHECK(s.figures.playbooks[0].finished == 1);
  }
  {
    Scenario s(kE8);
    s.event("2026-01-01T00:00Z", "a", "order").tag("2026-01-05T00:00Z", "a", "x");
    CHECK(s.run("2026-01-01", "2026-02-01").empty());
    CHECK(s.figures.playbooks[0].left == 1);
  }
}

TEST_CASE("E9: an arm's event has to come before D", "[semantics]") {
  const char* text = R"(
event order
event reply
playbook p { enter on order
  wait up to 7 days { on reply { send a } else { send b } }
  send c }
message a { text "a" }
message b { text "b" }
message c { text "c" })";
  {
    Scenario s(text);
    s.event("2026-01-01T00:00Z", "x", "order").event("2026-01-08T00:00Z", "x", "reply");
    CHECK(s.run("2026-01-01", "2026-02-01") == Sends{"b 2026-01-08T00:00:00Z", "c 2026-01-08T00:00:00Z"});
  }
  {
    Scenario s(text);
    s.event("2026-01-01T00:00Z", "x", "order").event("2026-01-07T23:59:59Z", "x", "reply");
    CHECK(s.run("2026-01-01", "2026-02-01") == Sends{"a 2026-01-07T23:59:59Z", "c 2026-01-07T23:59:59Z"});
  }
}

TEST_CASE("E13: what was true before the deploy is history", "[semantics]") {
  Scenario s(R"(
event order
activity is order
playbook p { enter when inactive for 60 days
  again always
  send x }
message x { text "x" })");
  s.event("2026-01-01T00:00Z", "a", "order").event("2026-03-20T00:00Z", "a", "order");
  CHECK(s.run("2026-03-10", "2026-12-31") == Sends{"x 2026-05-19T00:00:00Z"});
}

TEST_CASE("E14: a missing value compares false, also unequal; `not` of it is true", "[semantics]") {
  const auto sends = [](const std::string& condition) {
    Scenario s("customer { city text }\nevent order\nplaybook p { enter on order\n where " + condition +
               "\n send x }\nmessage x { text \"x\" }");
    s.event("2026-01-01T00:00Z", "a", "order");
    return s.run("2026-01-01", "2026-02-01").size();
  };
  CHECK(sends("customer.city = \"a\"") == 0);
  CHECK(sends("customer.city != \"a\"") == 0);
  CHECK(sends("not customer.city = \"a\"") == 1);
}

TEST_CASE("`no E for D` waits D for a newcomer, `not E within D` does not", "[semantics]") {
  Scenario s(R"(
event visit
event order
playbook p { enter when no visit for 14 days
  send silent }
playbook q { enter when not visit within 14 days
  send plain }
message silent { text "s" }
message plain { text "p" })");
  s.event("2026-01-01T00:00Z", "a", "order");
  CHECK(s.run("2026-01-01", "2026-02-01") == Sends{"plain 2026-01-01T00:00:00Z", "silent 2026-01-15T00:00:00Z"});
}

TEST_CASE("what a run gives does not depend on how its rows are batched", "[semantics]") {
  const char* text = R"(
event order
event reply
activity is order, reply
playbook p { enter when inactive for 10 days
  again after 20 days
  goal order within 15 days
  send care
  wait up to 5 days { on reply { tag "talks" } else { send offer } } }
playbook q { enter when tagged "talks"
  send thanks }
message care { text "c" }
message offer { text "o" }
message thanks { text "t" })";
  const auto run = [&](std::uint32_t window_rows) {
    Scenario s(text);
    for (int c = 0; c < 20; ++c) {
      const std::string name = "c" + std::to_string(c);
      for (int i = 0; i < 12; ++i) {
        const int day = (c * 7 + i * i * 3) % 90;
        s.event(tend::env::format_moment(1767225600000 + day * 86400000ll), name, (c + i) % 3 == 0 ? "reply" : "order");
      }
    }
    return s.run("2026-01-01", "2026-07-01", window_rows);
  };
  const Sends whole = run(16384);
  CHECK(whole.size() > 20);
  CHECK(run(1) == whole);
  CHECK(run(7) == whole);
}
