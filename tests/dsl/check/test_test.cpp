// Tests of playbooks: what the checker says about them, and what it makes of them.
#include "tests/dsl/check/support.hpp"

using namespace tend;
using namespace tend::test;

namespace {

constexpr std::string_view kPlaybook = R"(
playbook p {
  enter on order
  goal visit within 30 days
  send care
  wait up to 3 days { on reply { stop "in conversation" } }
  stop "{{ customer.city default "x" }}"
}
playbook other { enter on visit; goal order within 1 day; send offer }
message care { text "care" }
message offer { text "offer" }
)";

Checked with(const std::string& test) { return check_text(std::string(kDeclarations) + std::string(kPlaybook) + test); }
Checked with_lines(const std::string& lines) { return with("test \"t\" for p {\n" + lines + "\n}"); }

}  // namespace

TEST_CASE("a test is lowered to what it says") {
  const Checked checked = with_lines(R"(
    given customer { id: "c1", name: "Anna", level: "gold", seats: -2, seen: 2026-01-02 09:30, likes: ["tea"], tags: "vip", consent: [sms] } 90 days ago
    given order { amount: 120 CNY } 61 days ago
    given customer { id: "c2", tags: [] }
    at 2026-03-01 10:00
    channel sms fails "blacklisted"
    expect enter
    expect send care on sms
    after 1 month
    happen reply { text: "hi" } 2 hours ago
    happen customer { level: "silver" }
    expect stop "in conversation"
    expect no send care for 60 days
    expect count(order where amount > 100 CNY) over 300 days = 1
    expect goal)");
  CHECK(checked.sentences() == "");
  REQUIRE(checked.result.program);
  REQUIRE(checked.result.tests.tests.size() == 1);
  const program::Test& test = checked.result.tests.tests[0];
  CHECK(test.name == "t");
  CHECK(checked.result.program->playbooks[test.playbook].name == "p");
  CHECK(test.customers == std::vector<std::string>{"c1", "c2"});
  REQUIRE(test.given.size() == 3);
  CHECK(test.given[0].is.attributes.size() == 5);
  CHECK(*test.given[0].is.tags == std::vector<std::string>{"vip"});
  CHECK(*test.given[0].is.consent == std::vector<std::string>{"sms"});
  CHECK(test.given[0].ago.ms == 90LL * 86'400'000);
  CHECK(test.given[1].customer == 0);
  CHECK(test.given[1].event.ago.ms == 61LL * 86'400'000);
  REQUIRE(test.given[1].event.fields.size() == 1);
  CHECK(shown(test.given[1].event.fields[0].value) == "12000CNY");
  CHECK(test.given[2].customer == 1);
  CHECK(test.given[2].is.tags->empty());
  CHECK(test.start_date == 20513);
  CHECK(test.start_time == 36'000'000);
  REQUIRE(test.lines.size() == 10);
  CHECK(test.lines[0].text == "blacklisted");
  CHECK(test.lines[2].messages == std::vector<std::uint32_t>{0});
  CHECK(test.lines[3].duration->months == 1);
  CHECK(test.lines[4].event.ago.ms == 2LL * 3'600'000);
  CHECK(test.lines[7].duration->ms == 60LL * 86'400'000);
  // The condition stands behind the program, not in it.
  CHECK(test.lines[8].expression >= checked.result.program->expressions.size());
  CHECK(checked.result.tests.parts.expressions.size() == 1);
  CHECK(checked.result.tests.parts.windows.size() == 1);
  CHECK(checked.bytes() == with("").bytes());
}

TEST_CASE("the Chinese spelling gives the same test") {
  const Checked en = with_lines("given order { amount: 1 CNY } 3 days ago\nexpect no send for 2 days");
  const Checked zh = with("测试 \"t\" 为 p {\n假设 order { amount: 1元 } 3天前\n期望 未 发送 满2天\n}");
  CHECK(zh.sentences() == "");
  REQUIRE(zh.result.tests.tests.size() == 1);
  CHECK(zh.result.tests.tests[0].given[0].event.ago == en.result.tests.tests[0].given[0].event.ago);
  CHECK(*zh.result.tests.tests[0].lines[0].duration == *en.result.tests.tests[0].lines[0].duration);
}

TEST_CASE("what is wrong in a test is said once, where it stands") {
  const auto codes = [](const std::string& lines) { return with_lines(lines).codes(); };
  CHECK(codes("expect send offer") == "T0805");
  CHECK(codes("expect send carre") == "T0204");
  CHECK(codes("expect leave") == "T0806");
  CHECK(codes("expect task \"x\"") == "T0806");
  CHECK(codes("expect grant 30 CNY") == "T0806");
  CHECK(codes("expect stop \"bye\"") == "");  // a text with {{ }} may say anything
  CHECK(codes("given order { amont: 1 CNY }\nexpect enter") == "T0203");
  CHECK(codes("given order { amount: 3 }\nexpect enter") == "T0509");
  CHECK(codes("given customer { level: \"golden\" }\nexpect enter") == "T0305");
  CHECK(codes("given customer { citty: \"x\" }\nexpect enter") == "T0201");
  CHECK(codes("given customer { first_seen: 2026-01-01 }\nexpect enter") == "T0508");
  CHECK(codes("given customer { tags: 3 }\nexpect enter") == "T0318");
  CHECK(codes("given customer { name: \"a\", name: \"b\" }\nexpect enter") == "T0208");
  CHECK(codes("given customer { }\ngiven customer { }\nexpect enter") == "T0208");
  CHECK(codes("at 2026-01-01\nat 2026-01-02\nexpect enter") == "T0208");
  CHECK(codes("expect enter\nat 2026-01-01") == "T0801");
  CHECK(codes("after 3 days") == "T0802");
  CHECK(codes("expect customer.seats") == "T0301");
  CHECK(codes("happen ordr { }\nexpect enter") == "T0202");
  CHECK(with("test \"t\" for q { expect enter }").codes() == "T0225");
  CHECK(with("test \"t\" for p { expect enter }\ntest \"t\" for p { expect enter }").codes() == "T0208");
  // A mistake in the playbook is not told again in its test.
  CHECK(check_text(std::string(kDeclarations) + "playbook p { enter on order; goal order within 1 day; send nope }\n"
                                                "test \"t\" for p { expect send nope }")
            .codes() == "T0204 T0204");
}

TEST_CASE("what is expected in a currency of one's own has its digits") {
  const Checked checked = check_text(R"(
currency PTS "Points" { digits 0 }
event order { amount money }
budget pool { 1000 PTS per month }
playbook p {
  enter on order
  goal order
  grant 120 PTS from pool
}
test "t" for p {
  expect grant 120 PTS
})");
  CHECK(checked.sentences() == "");
  REQUIRE(checked.result.tests.tests.size() == 1);
  CHECK(checked.result.tests.tests[0].lines[0].amount == 120);
}

TEST_CASE("what people and budgets do is expected too") {
  const std::string playbook = R"(
customer { owner staff; referrer customer }
event order { amount money }
partner car_wash "Blue Lake"
partner bakery "Blue Sea"
budget subsidy { 1000 CNY per month }
playbook p {
  enter on order
  goal order within 1 day
  task "Call" due 2 days
  task "{{ customer.id }} asks"
  grant 30 CNY from subsidy as coupon
  credit 18 CNY to car_wash from subsidy
  stop "done"
}
test "t" for p {
)";
  const Checked checked = check_text(playbook + R"(
  expect task "Call"
  expect no task for 3 days
  expect grant 30 CNY
  expect credit 18 CNY to car_wash
  expect credit 18 CNY to customer.referrer
  expect credit 18 CNY
})");
  CHECK(checked.sentences() == "");
  REQUIRE(checked.result.tests.tests.size() == 1);
  const auto& lines = checked.result.tests.tests[0].lines;
  CHECK(lines[0].text == "Call");
  CHECK(lines[1].none_of == program::TestNone::task);
  CHECK(lines[2].amount == 3000);
  CHECK(program::currency_code(lines[2].currency) == "CNY");
  CHECK(lines[3].person.kind == program::Person::Kind::partner);
  CHECK(checked.result.program->partners[lines[3].person.partner].name == "car_wash");
  CHECK(lines[4].person.kind == program::Person::Kind::reference);
  CHECK(lines[5].person.kind == program::Person::Kind::none);
  CHECK(check_text(playbook + "expect credit 1 CNY to customer.id }").codes() == "T0370");
  CHECK(check_text(playbook + "expect stop \"dome\" }").codes() == "T0808");
  CHECK(check_text(playbook + "expect task \"anything\" }").codes() == "");  // one of the texts has {{ }}
}
