// The worked examples of the language's meaning on policy, ways in by the calendar, and what crosses customers. Moments
// are UTC.
#include "tests/support/scenario.hpp"

using Sends = std::vector<std::string>;
using tend::program::Value;
using tend::test::Scenario;
using namespace tend;

TEST_CASE("E3: of several sends due at one moment the higher priority has the cap's last place", "[semantics]") {
  Scenario s(R"(
event order
policy { cap 1 message per 3 days }
playbook letter { enter every monday at 10:00
  again always
  priority 20
  send l }
playbook hello { enter on order
  priority 70
  wait until 10:00
  send h }
message l { text "l" }
message h { text "h" })");
  s.event("2026-03-01T12:00Z", "a", "order");
  CHECK(s.run("2026-03-01", "2026-03-06") == Sends{"h 2026-03-02T10:00:00Z", "l 2026-03-05T10:00:00Z"});
}

TEST_CASE("E3b: two sends of one journey do not go back to back when another's is due as well", "[semantics]") {
  Scenario s(R"(
event order
policy { cap 2 messages per day }
playbook two { enter on order
  priority 90
  send a
  send b }
playbook one { enter on order
  send c }
message a { text "a" }
message b { text "b" }
message c { text "c" })");
  s.event("2026-01-02T00:00Z", "x", "order");
  CHECK(s.run("2026-01-01", "2026-01-05") ==
        Sends{"a 2026-01-02T00:00:00Z", "c 2026-01-02T00:00:00Z", "b 2026-01-03T00:00:00Z"});
}

TEST_CASE("E7a: `per` keeps one journey per value", "[semantics]") {
  Scenario s(R"(
event order { id text }
playbook p { enter on order per order.id
  send x }
message x { text "x" })");
  s.event("2026-01-01T00:00Z", "a", "order", {{"id", Value::string("7")}})
      .event("2026-01-02T00:00Z", "a", "order", {{"id", Value::string("7")}})
      .event("2026-01-03T00:00Z", "a", "order", {{"id", Value::string("8")}})
      .event("2026-01-04T00:00Z", "a", "order");  // without a number nobody enters
  CHECK(s.run("2026-01-01", "2026-01-10") == Sends{"x 2026-01-01T00:00:00Z", "x 2026-01-03T00:00:00Z"});
}

TEST_CASE("E7c: a date-relative way in counts days on the calendar, each year from the first on", "[semantics]") {
  Scenario s(R"(
customer { birthday date }
policy { timezone "Asia/Shanghai" }
playbook p { enter yearly 7 days before customer.birthday at 09:00
  send x }
message x { text "x" })");
  s.set("2025-12-01T00:00Z", "a", "birthday", Value::date(env::date({2000, 3, 3})));
  CHECK(s.run("2026-01-01", "2027-12-31") == Sends{"x 2026-02-24T01:00:00Z", "x 2027-02-24T01:00:00Z"});
}

TEST_CASE("E11: quiet hours end by the customer's clock, also over daylight saving; then the cap", "[semantics]") {
  Scenario s(R"(
event order
policy { timezone "America/New_York"
  quiet 21:00 to 09:00
  cap 1 message per day }
playbook p { enter on order
  priority 60
  send a }
playbook q { enter on order
  priority 40
  send b }
playbook r { enter on order
  send receipt }
message a { text "a" }
message b { text "b" }
message receipt transactional { text "r" })");
  s.event("2017-03-12T03:30Z", "x", "order");
  CHECK(s.run("2017-03-01", "2017-03-20") ==
        Sends{"receipt 2017-03-12T03:30:00Z", "a 2017-03-12T13:00:00Z", "b 2017-03-13T13:00:00Z"});
}

TEST_CASE("E12: a budget is one queue, all or nothing", "[semantics]") {
  Scenario s(R"(
event order
budget pool { 100 CNY }
playbook p { enter on order
  grant 30 CNY from pool else { send no
    stop }
  send yes }
message yes { text "y" }
message no { text "n" })");
  for (const char* customer : {"c4", "c2", "c1", "c3"}) s.event("2026-01-02T00:00Z", customer, "order");
  const Sends at_once{"yes 2026-01-02T00:00:00Z", "yes 2026-01-02T00:00:00Z", "yes 2026-01-02T00:00:00Z",
                      "no 2026-01-02T00:00:00Z"};
  CHECK(s.run("2026-01-01", "2026-01-05") == at_once);  // c1, c2, c3 have it, c4 has not
}

TEST_CASE("limits per period and per customer begin anew with the calendar of the policy's zone", "[semantics]") {
  Scenario s(R"(
event order
policy { timezone "Asia/Shanghai" }
budget pool { 100 CNY per month; at most 30 CNY per customer per month }
playbook p { enter on order
  again always
  grant 20 CNY from pool else { stop }
  send yes }
message yes { text "y" })");
  for (const char* at : {"2026-01-05T00:00Z", "2026-01-06T00:00Z", "2026-01-31T16:00Z"}) s.event(at, "a", "order");
  CHECK(s.run("2026-01-01", "2026-03-01") == Sends{"yes 2026-01-05T00:00:00Z", "yes 2026-01-31T16:00:00Z"});
}

TEST_CASE("what one customer starts for another is taken once, in a round of its own", "[semantics]") {
  Scenario s(R"(
customer { referrer customer }
event order
playbook p { enter on order
  start thanks for customer.referrer
  send x }
playbook thanks { send t }
message x { text "x" }
message t { text "t" })");
  s.set("2025-12-01T00:00Z", "b", "referrer", Value::string("a"))
      .set("2025-12-01T00:00Z", "c", "referrer", Value::string("nobody"))
      .tag("2025-12-01T00:00Z", "a", "known")
      .event("2026-01-02T00:00Z", "b", "order")
      .event("2026-01-02T00:00Z", "c", "order");
  CHECK(s.run("2026-01-01", "2026-01-05") ==
        Sends{"t 2026-01-02T00:00:00Z", "x 2026-01-02T00:00:00Z", "x 2026-01-02T00:00:00Z"});
}

TEST_CASE("a person gets no more jobs than his load; what finds no room before `due` is refused", "[semantics]") {
  Scenario s(R"(
customer { owner staff }
event order
policy { load 1 tasks per day }
playbook p { enter on order
  task "call" due 12 hours else { send late
    stop }
  send done }
playbook q { enter on order
  wait 1 minute
  task "call again" due 3 days
  send again }
message late { text "l" }
message done { text "d" }
message again { text "a" })");
  for (const char* customer : {"a", "b"})
    s.set("2025-12-01T00:00Z", customer, "owner", Value::string("wang")).event("2026-01-02T00:00Z", customer, "order");
  CHECK(s.run("2026-01-01", "2026-01-10") == Sends{"done 2026-01-02T00:00:00Z", "late 2026-01-02T12:00:00Z",
                                                   "again 2026-01-03T00:00:00Z", "again 2026-01-04T00:00:00Z"});
}

TEST_CASE("`pace` ranks by draw whom one occurrence lets in, over all partitions", "[semantics]") {
  Scenario s(R"(
playbook p { enter on 2026-01-02 at 10:00
  pace 2 people per hour
  send x }
message x { text "x" })");
  for (const char* customer : {"a", "b", "c", "d", "e"}) s.tag("2025-12-01T00:00Z", customer, "t");
  CHECK(s.run("2026-01-01", "2026-01-05") == Sends{"x 2026-01-02T10:00:00Z", "x 2026-01-02T10:30:00Z",
                                                   "x 2026-01-02T11:00:00Z", "x 2026-01-02T11:30:00Z",
                                                   "x 2026-01-02T12:00:00Z"});
}

TEST_CASE("`backfill N per day` lets in at the deploy whom the condition holds for already", "[semantics]") {
  Scenario s(R"(
event order
activity is order
playbook p { enter when inactive for 30 days
  backfill 2 per day
  send x }
message x { text "x" })");
  for (const char* customer : {"a", "b", "c"}) s.event("2025-10-01T00:00Z", customer, "order");
  CHECK(s.run("2026-01-01", "2026-01-05") ==
        Sends{"x 2026-01-01T00:00:00Z", "x 2026-01-01T00:00:00Z", "x 2026-01-02T00:00:00Z"});
}

TEST_CASE("suppression, consent and a full cap with `else skip` refuse; the next channel is tried at once",
          "[semantics]") {
  Scenario s(R"(
event order
policy { consent on sms
  cap 1 message per 7 days on wecom else skip }
playbook p { enter on order
  again always
  send x else { tag "none" } }
message x on wecom else sms { text "x" })");
  s.event("2026-01-01T00:00Z", "a", "order").event("2026-01-02T00:00Z", "a", "order");
  CHECK(s.run("2026-01-01", "2026-01-10") == Sends{"x 2026-01-01T00:00:00Z"});
  const auto& sends = s.figures.playbooks[0].sends.at("x");
  CHECK(sends.at("wecom").skipped.at("cap") == 1);
  CHECK(sends.at("sms").skipped.at("consent") == 1);
}

TEST_CASE("the first of a pace enters within the turn in which he was let in: before the steps of that moment",
          "[semantics]") {
  Scenario s(R"(
event visit
playbook a { enter on visit
  wait until 09:00
  tag "told" }
playbook b { enter every day at 09:00
  where not tagged "told"
  pace 1 per day
  send hi }
message hi { text "hi" })");
  s.event("2026-01-01T05:00Z", "a", "visit");
  CHECK(s.run("2026-01-01", "2026-01-03") == Sends{"hi 2026-01-01T09:00:00Z"});
}

TEST_CASE("whose journey ends while a person is asked to send has the place under the caps back", "[semantics]") {
  Scenario s(R"(
event order
event visit
customer { owner staff }
policy { cap 1 message per 10 days }
playbook a { enter on order
  leave when tagged "x"
  ask customer.owner to send m }
playbook b { enter on visit
  send n }
message m { text "m" }
message n { text "n" })");
  s.set("2026-01-01T09:00Z", "a", "owner", program::Value::string("boss"));
  s.event("2026-01-01T10:00Z", "a", "order")
      .tag("2026-01-01T11:00Z", "a", "x")
      .event("2026-01-01T11:30Z", "a", "visit");
  CHECK(s.run("2026-01-01", "2026-01-03") == Sends{"n 2026-01-01T11:30:00Z"});
}

TEST_CASE("what a held-out customer may have, a person has to be there for", "[semantics]") {
  Scenario s(R"(
event order
customer { owner staff }
playbook a { enter on order
  holdout 100%
  ask customer.owner to send m else { send n } }
message m transactional { text "m" }
message n transactional { text "n" })");
  s.event("2026-01-01T10:00Z", "a", "order");
  CHECK(s.run("2026-01-01", "2026-01-03") == Sends{"n 2026-01-01T10:00:00Z"});
}
