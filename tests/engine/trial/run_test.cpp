// Running tests of playbooks: what passes, what fails and why, what is covered.
#include "engine/trial/run.hpp"

#include "dsl/check/check.hpp"
#include "dsl/diagnostic/catalogue.hpp"
#include "dsl/syntax/parse.hpp"
#include "tests/support/test.hpp"

using namespace tend;

namespace {

constexpr const char* kPlaybook = R"(
customer { level one of "normal", "gold" }
event order { amount money }
event reply { text text }
activity is order, reply
playbook p {
  enter when inactive for 60 days
  enter on reply where text = "let me in"
  again always
  goal order within 30 days
  leave when tagged "gone"
  send care
  wait up to 7 days { on reply { stop "talking" } }
  if customer.level = "gold" { send gift } else { send offer }
}
message care care { text "care" }
message gift { text "gift" }
message offer { text "offer" }
)";

struct Ran {
  check::CheckResult checked;
  trial::Outcome outcome;
  std::size_t reached = 0, parts = 0;
};

/// Runs a test for `p` with these lines; `lua` is the file `f.lua`.
Ran run(const std::string& lines, const std::string& playbooks = kPlaybook, const std::string& lua = "") {
  const std::vector<text::Source> sources{
      {.name = "t.tend", .text = playbooks + "\ntest \"t\" for p {\n" + lines + "\n}\n"},
      {.name = "f.lua", .text = lua}};
  diagnostic::Sink sink;
  std::vector<syntax::File> files;
  files.push_back(syntax::parse(sources[0], 0, sink));
  Ran ran;
  check::CheckOptions options;
  options.scripts = {{.file = 0, .name = "f.lua", .source = 1}};
  options.owners = {0, check::kNobodys};
  ran.checked = check::check(sources, files, options, sink);
  for (const diagnostic::Diagnostic& d : sink.take()) {
    if (d.severity == diagnostic::Severity::error) FAIL(diagnostic::message(d, text::Tongue::en));
  }
  const auto& tests = ran.checked.tests;
  const auto ground =
      trial::make_ground(*ran.checked.program, ran.checked.places, tests.parts, tests.tests[0].playbook, "outbox");
  trial::Coverage coverage(*ran.checked.program, ran.checked.places);
  ran.outcome = trial::run_test(*ground, tests.tests[0], nullptr, &coverage);
  ran.reached = coverage.reached();
  ran.parts = coverage.parts().size();
  return ran;
}

/// `ok`, or the number of the line that failed (from 0) and why.
std::string verdict(const std::string& lines, const std::string& playbooks = kPlaybook) {
  const Ran ran = run(lines, playbooks);
  if (ran.outcome.verdict == trial::Verdict::passed) return "ok";
  if (ran.outcome.verdict == trial::Verdict::cannot_run) return "cannot run";
  static constexpr const char* kMisses[] = {"nothing", "other", "unexpected", "happened", "is_false"};
  return std::to_string(ran.outcome.failure->line) + " " + kMisses[static_cast<int>(ran.outcome.failure->miss)];
}

const std::string kSilent = "given order { amount: 5 USD } 60 days ago\n";

}  // namespace

TEST_CASE("a send has to be expected") {
  CHECK(verdict(kSilent + "expect send care") == "ok");
  CHECK(verdict(kSilent + "expect enter; expect send care") == "ok");
  CHECK(verdict(kSilent + "expect enter") == "1 unexpected");               // at the end
  CHECK(verdict(kSilent + "expect enter; after 1 day") == "1 unexpected");  // before time passes
  CHECK(verdict(kSilent + "expect send care; after 7 days; expect stop") == "2 unexpected");
  CHECK(verdict(kSilent + "expect send offer") == "0 other");
  CHECK(verdict(kSilent + "expect send offer or care") == "ok");
  CHECK(verdict(kSilent + "expect send care on outbox") == "ok");
  CHECK(verdict(kSilent + "expect send care on sms") == "0 other");
  CHECK(verdict(kSilent + "expect send care; expect send care") == "1 nothing");
}

TEST_CASE("an expectation is about what has happened since something was done") {
  CHECK(verdict(kSilent + "expect send care; after 1 day; expect enter") == "2 nothing");
  CHECK(verdict(kSilent + "expect send care; expect enter") == "1 nothing");  // in order
  CHECK(verdict(kSilent + "expect send care; happen order { amount: 1 USD }; expect goal") == "ok");
  CHECK(verdict(kSilent + "expect send care; happen order { amount: 1 USD }; after 1 day; expect goal") == "3 nothing");
  const Ran late = run(kSilent + "expect send care; happen order { amount: 1 USD }; after 1 day; expect goal");
  REQUIRE(late.outcome.failure);
  CHECK(late.outcome.failure->seen->thing == trial::Thing::goal);  // it did happen, but before
}

TEST_CASE("what must not happen") {
  CHECK(verdict(kSilent + "expect send care; expect no send for 7 days; expect send offer") == "ok");
  CHECK(verdict(kSilent + "expect send care; expect no send for 8 days; expect send offer") == "1 happened");
  CHECK(verdict(kSilent + "expect send care; expect no send gift for 8 days; expect send offer") == "ok");
  CHECK(verdict(kSilent + "expect no enter") == "0 happened");
  CHECK(verdict("expect no enter; expect no send") == "ok");
}

TEST_CASE("how a journey ends") {
  CHECK(verdict(kSilent + "expect send care; happen reply { text: \"hi\" }; expect stop \"talking\"") == "ok");
  CHECK(verdict(kSilent + "expect send care; after 7 days; expect send offer; expect stop") == "ok");
  CHECK(verdict(kSilent + "expect send care; after 7 days; expect send offer; expect stop \"talking\"") == "3 other");
  CHECK(verdict(kSilent + "expect send care; happen customer { tags: [\"gone\"] }; expect leave") == "ok");
  CHECK(verdict(kSilent + "expect send care; happen customer { tags: [\"else\"] }; expect leave") == "2 nothing");
}

TEST_CASE("conditions hold now, or show what they read") {
  CHECK(verdict("given customer { level: \"gold\" }; expect customer.level = \"gold\"") == "ok");
  const Ran ran = run("given customer { level: \"gold\" }; expect customer.level = \"normal\"");
  REQUIRE(ran.outcome.failure);
  CHECK(ran.outcome.failure->miss == trial::Miss::is_false);
  REQUIRE(ran.outcome.failure->readings.size() == 1);
  CHECK(ran.outcome.failure->readings[0].value == "gold");
}

TEST_CASE("a stretch of time is passed from one thing that is due to the next, also where somebody has to be found") {
  constexpr const char* kPeople = R"(
customer { owner staff }
event left
event order
policy { load 30 tasks per day }
playbook p {
  enter on left
  goal order within 30 days
  wait 1 day
  task customer.owner "read" due 3 days
  wait up to 1 day { on task_done { tag "done" } }
  ask customer.owner to send hello within 3 days
}
message hello care { text "hi" }
)";
  const std::string begin = "given customer { owner: \"x\" }\nhappen left\n";
  CHECK(verdict(begin + "after 30 hours\nexpect tagged \"done\"\nexpect send hello", kPeople) == "ok");
  CHECK(verdict(begin + "after 25 hours\nexpect tagged \"done\"", kPeople) == "2 is_false");
  CHECK(verdict(begin + "after 25 hours\nafter 5 hours\nexpect send hello", kPeople) == "ok");
}

TEST_CASE("channels accept, unless they are made to fail") {
  CHECK(verdict("channel outbox fails \"blacklisted\"\n" + std::string("expect no enter\n")) == "ok");
  CHECK(verdict("channel outbox fails \"x\"\nhappen reply { text: \"let me in\" }\nexpect enter\nexpect no "
                "send\nexpect count(sent) = 0") == "ok");
  CHECK(verdict("channel sms fails \"x\"\nhappen reply { text: \"let me in\" }\nexpect send care") == "ok");
}

TEST_CASE("what cannot run does not pass") {
  const Ran unknown = run("given customer { timezone: \"Mars/Phobos\" }; expect no enter");
  CHECK(unknown.outcome.verdict == trial::Verdict::cannot_run);
  CHECK(unknown.outcome.unknown_zone == "Mars/Phobos");
}

TEST_CASE("coverage tells what was reached") {
  // Two ways in; send, wait with an arm and its end, both ways of the if, stop, gift, offer.
  const Ran none = run("expect no enter");
  CHECK(none.parts == 11);
  CHECK(none.reached == 0);
  const Ran some = run(kSilent + "expect send care; after 7 days; expect send offer");
  CHECK(some.reached == 6);  // the way in, send, wait, its end, not gold, offer
}

TEST_CASE("functions in Lua run, and a condition that calls one turns when what it is handed does") {
  const std::string shop = R"(
event order { amount money }
extern function score(orders number, spend money) number from "f.lua"
extern function greeting(orders number) text from "f.lua"
playbook p {
  enter when score(count(order) over 10 days, total(order.amount) over 10 days) >= 2
  again always
  goal order where amount > 1000 USD
  if greeting(count(order)) = "hello, 2" { tag "two" } else { tag "other" }
}
)";
  const std::string lua = R"(
local calls = 0
function score(orders, spend)
  calls = calls + 1
  return orders * calls + spend / 1000
end
function greeting(orders)
  return "hello, " .. orders
end
)";
  const auto verdict_of = [&](const std::string& lines) {
    const Ran ran = run(lines, shop, lua);
    return ran.outcome.failure ? "line " + std::to_string(ran.outcome.failure->line) : "ok";
  };
  const std::string two = "given order { amount: 5 USD } 9 days ago\nhappen order { amount: 5 USD }\n";
  CHECK(verdict_of(two + "expect enter\nexpect customer.tags contains \"two\"") == "ok");
  CHECK(verdict_of(two + "expect score(count(order) over 10 days, 1 USD) = 2.001") == "ok");
  CHECK(verdict_of(two + "expect score(count(order) over 10 days, 1 USD) = 3") == "line 1");
  // After a day one order has left the window.
  CHECK(verdict_of(two + "after 2 days\nexpect not (score(count(order) over 10 days, 0 USD) >= 2)\n"
                         "happen order { amount: 5 USD }\nexpect score(count(order) over 10 days, 0 USD) = 2") == "ok");
}
