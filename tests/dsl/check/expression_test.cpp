// What conditions become: names, windows, comparisons turned so that nothing is counted backwards.
#include "tests/dsl/check/support.hpp"

using namespace tend;
using namespace tend::test;

TEST_CASE("names mean what stands where they stand") {
  CHECK(lowered("customer.city = \"a\"") == "(= customer.city \"a\")");
  CHECK(lowered("customer.id = \"7\"") == "(= id \"7\")");
  CHECK(lowered("客户.编号 = \"7\"") == "(= id \"7\")");
  CHECK(lowered("customer.timezone = \"UTC\"") == "(= customer.timezone \"UTC\")");
  CHECK(lowered("entry.amount > 5 CNY") == "(> entry:order.amount 500CNY)");
  CHECK(lowered("进入事件.amount > 5元") == "(> entry:order.amount 500CNY)");
  CHECK(lowered("entry.at > customer.seen") == "(> entry.at customer.seen)");
  CHECK(lowered("entry.date = 2026-01-02") == "(= entry.date date20455)");
  CHECK(lowered("tagged \"a\" and not tagged [\"b\", \"c\"]") == "(and (tagged \"a\") (not (tagged [\"b\" \"c\"])))");
  CHECK(lowered("consents to sms or customer.vip") == "(or (consents \"sms\") customer.vip)");
  CHECK(lowered("customer.city default customer.town = \"a\"") == "(= (default customer.city customer.town) \"a\")");
  CHECK(lowered("customer.city in [\"a\", \"b\"]") == "(in customer.city [\"a\" \"b\"])");
  CHECK(lowered("customer.city in [\"a\", customer.town]") == "(in customer.city (list \"a\" customer.town))");
  CHECK(lowered("customer.likes contains \"tea\"") == "(contains customer.likes \"tea\")");
  CHECK(lowered("customer.name starts with \"A\"") == "(starts_with customer.name \"A\")");
  CHECK(lowered("customer.name is missing or customer.town is not missing") ==
        "(or (missing customer.name) (present customer.town))");
}

TEST_CASE("windows: fields bare or by the event's name, roots for everything else") {
  CHECK(lowered("count(order) over 90 days >= 2") == "(>= {count order over 90d} 2)");
  CHECK(lowered("count(order where amount > 1 CNY) >= 2") == "(>= {count order where (> field1 100CNY)} 2)");
  CHECK(lowered("count(order where order.amount > 1 CNY) >= 2") == "(>= {count order where (> field1 100CNY)} 2)");
  CHECK(lowered("count(order where store = customer.city) >= 2") ==
        "(>= {count order where (= field2 customer.city) *} 2)");
  CHECK(lowered("total(order.amount) over 1 year >= 5 CNY") == "(>= {total order.amount over 12mo} 500CNY)");
  CHECK(lowered("first(order.at) > customer.seen") == "(> {first order.at} customer.seen)");
  CHECK(lowered("order within 30 days") == "{happened order over 30d}");
  CHECK(lowered("(order where amount > 1 CNY) within 30 days") == "{happened order where (> field1 100CNY) over 30d}");
  CHECK(lowered("no visit for 2 weeks") == "{silent visit over 14d}");
  CHECK(lowered("inactive for 60 days") == "(inactive 60d)");
  CHECK(lowered("count(sent where message = \"care\") over 7 days = 0") ==
        "(= {count sent where (= field0 \"care\") over 7d} 0)");
}

TEST_CASE("equal windows are one, different ones are not") {
  Checked checked;
  lowered(
      "count(order where amount > 1 CNY) over 9 days > 1 and count(order where order.amount > 1 CNY) over 9 days < 5 "
      "and count(order where amount > 2 CNY) over 9 days > 1",
      &checked);
  REQUIRE(checked.result.program);
  CHECK(checked.result.program->windows.size() == 2);
}

TEST_CASE("traits and segments stand for what they say") {
  const std::string declarations = std::string(kDeclarations) +
                                   "trait spend = total(order.amount) over 365 days\n"
                                   "segment loyal = spend >= 5000 CNY and order within 90 days\n"
                                   "trait gap = 3 days + 1 week\n";
  const Checked checked = check_text(declarations +
                                     "playbook p { enter when no order for gap; goal order within 1 day\n"
                                     "where in segment loyal or spend < 1 CNY\n tag \"x\" }");
  INFO(checked.sentences());
  REQUIRE(checked.result.program);
  const program::Program& program = *checked.result.program;
  CHECK(shown_expression(program, program.playbooks[0].enters[0].condition) == "{silent order over 10d}");
  CHECK(shown_expression(program, program.playbooks[0].where) ==
        "(or (and (>= {total order.amount over 365d} 500000CNY) {happened order over 90d}) (< {total order.amount over "
        "365d} "
        "100CNY))");
}

TEST_CASE("nothing is counted backwards in a comparison") {
  CHECK(lowered("today >= customer.until - 30 days") == "(>= (+ today 30d) customer.until)");
  CHECK(lowered("customer.until - 30 days <= today") == "(<= customer.until (+ today 30d))");
  CHECK(lowered("today - 3 days > customer.until + 1 month") == "(> today (+ (+ customer.until 1mo) 3d))");
  CHECK(lowered("now - customer.seen >= 3 days") == "(>= now (+ customer.seen 3d))");
  CHECK(lowered("3 days <= now - customer.seen") == "(<= (+ customer.seen 3d) now)");
  CHECK(lowered("today - customer.until >= 30 days") == "(>= today (+ customer.until 30d))");
  CHECK(lowered("customer.gap - 1 day > 3 days") == "(> customer.gap (+ 3d 1d))");
  CHECK(lowered("(today - 3 days) > (customer.until)") == "(> today (+ customer.until 3d))");
}

TEST_CASE("a date beside a moment is its 00:00") {
  CHECK(lowered("customer.seen >= customer.until") == "(>= customer.seen (clock customer.until time0))");
  CHECK(lowered("now >= 2026-11-11") == "(>= now (clock date20768 time0))");
  CHECK(lowered("now >= 2026-11-11 09:30") == "(>= now (clock date20768 time34200000))");
  CHECK(lowered("customer.seen >= today - 30 days") == "(>= (+ customer.seen 30d) (clock today time0))");
  CHECK(lowered("customer.until + 10 hours > now") == "(> (+ (clock customer.until time0) 36000000ms) now)");
  CHECK(lowered("customer.until + 1 day > today") == "(> (+ customer.until 1d) today)");
}

TEST_CASE("what moves with time is compared one by one") {
  CHECK(lowered("today in [2026-11-11, 2026-12-12]") == "(or (= today date20768) (= today date20799))");
  CHECK(lowered("today not in [2026-11-11, 2026-12-12]") == "(and (!= today date20768) (!= today date20799))");
}

TEST_CASE("arithmetic keeps units") {
  CHECK(lowered("entry.amount * 10% > 5 CNY") == "(> (* entry:order.amount 10000000e-8) 500CNY)");
  CHECK(lowered("customer.seats * 60% < 3") == "(< (* customer.seats 60000000e-8) 3)");
  CHECK(lowered("entry.amount / 5 CNY > 2") == "(> (/ entry:order.amount 500CNY) 2)");
  CHECK(lowered("-customer.seats < -3") == "(< (negate customer.seats) -3)");
  CHECK(lowered("customer.seats + 2 * 3 = 7") == "(= (+ customer.seats (* 2 3)) 7)");
}

TEST_CASE("dependencies and flips") {
  struct Row {
    const char* condition;
    const char* events;
    const char* attributes;
    const char* flags;  // Activity, Tags, Consent, tiMe
  };
  // The table of docs/semantics.md §6, row by row, and what reads the customer's zone.
  const Row rows[] = {
      {"count(order) over 90 days > 1", "order ", "", "M"},
      {"count(order) > 1", "order ", "", ""},
      {"last(order.store) over 9 days = \"a\"", "order ", "", "M"},
      {"last(order.store) = \"a\"", "order ", "", ""},
      {"order within 3 days", "order ", "", "M"},
      {"no visit for 3 days", "visit ", "", "M"},
      {"no visit for 1 month", "visit ", "timezone ", "M"},
      {"inactive for 3 days", "", "", "AM"},
      {"age(customer.born) >= 18", "", "timezone born ", "M"},
      {"today >= customer.until", "", "timezone until ", "M"},
      {"now >= customer.seen + 3 days", "", "seen ", "M"},
      {"now >= customer.seen + 1 month", "", "timezone seen ", "M"},
      {"customer.city = \"a\"", "", "city ", ""},
      {"tagged \"a\"", "", "", "T"},
      {"consents to sms", "", "", "C"},
      {"customer.city is missing", "", "city ", ""},
      {"customer.until = 2026-01-01", "", "until ", ""},
      {"count(order where store = customer.city and tagged \"a\") > 1", "order ", "city ", "T"},
      {"not (tagged \"a\" or count(visit) over 1 day > 3) and consents to sms", "visit ", "", "TCM"},
      {"first(order.at) > customer.until", "order ", "timezone until ", ""},
  };
  for (const Row& row : rows) {
    Checked checked;
    INFO(row.condition);
    INFO(lowered(row.condition, &checked));
    REQUIRE(checked.result.program);
    const program::Program& program = *checked.result.program;
    const program::Dependencies& found = program.expressions[program.playbooks[0].where].dependencies;
    std::string events, attributes, flags;
    for (const auto event : found.events) events += program.events[event].name + " ";
    for (const auto attribute : found.attributes) attributes += program.attributes[attribute].name + " ";
    if (found.activity) flags += "A";
    if (found.tags) flags += "T";
    if (found.consent) flags += "C";
    if (found.time) flags += "M";
    CHECK(events == row.events);
    CHECK(attributes == row.attributes);
    CHECK(flags == row.flags);
  }
}

TEST_CASE("conditions whose next flip cannot be worked out") {
  const char* wrong[] = {
      "age(customer.born) * 2 >= 36",
      "now - customer.seen > now - customer.until",
      "today = entry.date + (today - customer.until)",
      "(today is missing)",
      "age(customer.born) = age(customer.until)",
      "customer.likes contains \"x\" and not (now > today)",
      "(today default customer.until) > 2026-01-01",
  };
  for (const char* condition : wrong) {
    Checked checked;
    lowered(condition, &checked);
    INFO(condition << "\n" << checked.sentences());
    CHECK(checked.codes() == "T0401");
  }
}
