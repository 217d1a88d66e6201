// What policies, budgets, calendars and messages come to in the program.
#include <fstream>
#include <sstream>

#include "tests/dsl/check/support.hpp"

using namespace tend;
using namespace tend::test;

namespace {

program::Program program_of(const std::string& text, const check::CheckOptions& options = {}) {
  Checked checked = check_text(text, options);
  INFO(checked.sentences());
  REQUIRE(checked.result.program);
  return *checked.result.program;
}

std::string codes_of(const std::string& text, const check::CheckOptions& options = {}) {
  return check_text(text, options).codes();
}

std::string sends(const std::string& message) {
  return std::string(kDeclarations) + "playbook p { enter on order; goal order within 1 day; send m }\n" + message;
}

constexpr std::int64_t kDay = 86'400'000;

}  // namespace

TEST_CASE("a policy's lines, of several blocks together") {
  const program::Program program = program_of(
      "calendar cn { holiday 2026-01-01 to 2026-01-03 \"new year\"; workday 2026-01-04; lunar }\n"
      "policy { timezone \"Asia/Shanghai\"; calendar \"cn\"; quiet 21:00 to 09:00; holdout 2.5% }\n"
      "policy night { cap 4 messages per 30 days on wecom else skip; cap 1 marketing in 4 messages; load 30 tasks per "
      "day\n"
      "rate 3000 messages per minute on sms; blackout 2027-02-05 to 2027-02-08; consent on sms, email; purpose "
      "alliance }");
  const program::Policy& policy = program.policy;
  CHECK(program.timezone == "Asia/Shanghai");
  CHECK(policy.calendar == "cn");
  REQUIRE(policy.quiet.size() == 1);
  CHECK(policy.quiet[0].from == 21 * 3'600'000);
  CHECK(policy.quiet[0].to == 9 * 3'600'000);
  CHECK(policy.holdout == 250);
  REQUIRE(policy.caps.size() == 2);
  CHECK(policy.caps[0].count == 4);
  CHECK(policy.caps[0].per.ms == 30 * kDay);
  CHECK(policy.caps[0].channel == "wecom");
  CHECK(policy.caps[0].skip);
  CHECK(policy.caps[1].in_last == 4);
  CHECK(policy.caps[1].message_class == program::MessageClass::marketing);
  REQUIRE(policy.rates.size() == 1);
  CHECK(policy.rates[0].pace.count == 3000);
  CHECK(policy.load->per.ms == kDay);
  CHECK(policy.blackouts.at(0).last - policy.blackouts.at(0).first == 3);
  CHECK(policy.consent == std::vector<std::string>{"email", "sms"});
  CHECK(policy.purposes == std::vector<std::string>{"alliance"});
  REQUIRE(program.calendars.size() == 1);
  CHECK(program.calendars[0].lunar);
  CHECK(program.calendars[0].holidays.at(0).last - program.calendars[0].holidays.at(0).first == 2);
  CHECK(program.calendars[0].workdays.at(0).first == program.calendars[0].holidays[0].last + 1);
}

TEST_CASE("where a policy's lines stand") {
  const Checked checked = check_text(
      "policy {\n  quiet 21:00 to 09:00\n  cap 1 message per day\n  holdout 5%\n}\n"
      "policy b {\n  consent on sms\n  consent on email\n  blackout 2027-02-05 to 2027-02-08\n  load 3 tasks per "
      "day\n}");
  const program::Places& places = checked.result.places;
  REQUIRE(checked.result.program);
  REQUIRE(places.lines.size() == 1);
  const auto line = [&](text::Span span) { return text::line_number(places.lines[0], span.begin); };
  const program::PolicyPlaces& clauses = places.policy_clauses;
  REQUIRE(clauses.consent.size() == 2);  // in the order of the channels' names
  CHECK(line(clauses.quiet.at(0)) == 2);
  CHECK(line(clauses.caps.at(0)) == 3);
  CHECK(line(clauses.holdout) == 4);
  CHECK(line(clauses.consent[0]) == 8);
  CHECK(line(clauses.consent[1]) == 7);
  CHECK(line(clauses.blackouts.at(0)) == 9);
  CHECK(line(clauses.load) == 10);
}

TEST_CASE("mistakes in policies") {
  CHECK(codes_of("policy { holdout 5% }\npolicy { holdout 6% }") == "T0208");
  CHECK(codes_of("policy a { holdout 5% }\npolicy a { load 3 tasks per day }") == "T0208");
  CHECK(codes_of("policy { holdout 0.125% }") == "T0345");
  CHECK(codes_of("policy { calendar \"cn\" }") == "T0206");
  CHECK(codes_of("policy { cap 1 message per day; cap 1 message per day }") == "T0534");
  CHECK(codes_of("policy { cap 1 message per day; cap 1 marketing message per day on sms }") == "T0534");
  CHECK(codes_of("policy { cap 2 messages per week; cap 1 message per day }") == "");
  CHECK(codes_of("policy { cap 1 message per day; cap 1 message per day else skip }") == "T0534");
  CHECK(codes_of("policy { cap 2 in 4 messages }") == "T0533");
  CHECK(codes_of("policy { cap 1 welcome message per day }") == "T0532");
  CHECK(codes_of("policy { rate 0 messages per minute }") == "T0340");
  const check::CheckOptions options{.channels = {{.name = "sms"}}};
  CHECK(codes_of("policy { consent on smss }", options) == "T0207");
  CHECK(codes_of("policy { quiet 20:00 to 08:00 on smss }", options) == "T0207");
}

TEST_CASE("the hours in which a channel is closed are quiet hours of the policy") {
  check::ChannelFacts sms{.name = "sms"};
  sms.closed = {{20 * 3'600'000, 8 * 3'600'000, "sms"}};
  const check::CheckOptions options{.channels = {sms}, .default_channel = "sms"};
  CHECK(program_of("policy { quiet 21:00 to 09:00 }", options).policy.quiet.size() == 2);
}

TEST_CASE("budgets: the total first, limits per customer with a period") {
  const program::Program program = program_of(
      "currency PTS \"Points\" { digits 1 }\n"
      "budget b \"B\" { at most 10.5 PTS per customer; 5_000 PTS per year; 500 PTS per month }\npartner wash \"Blue\"");
  REQUIRE(program.currencies.size() == 1);
  CHECK(program.currencies[0].digits == 1);
  REQUIRE(program.budgets.size() == 1);
  const program::Budget& budget = program.budgets[0];
  CHECK(budget.title == "B");
  CHECK(program::currency_code(budget.currency) == "PTS");
  REQUIRE(budget.limits.size() == 3);
  CHECK(budget.limits[0].amount == 5'000);
  CHECK(budget.limits[0].per->months == 1);
  CHECK(budget.limits[1].per->months == 12);
  CHECK(budget.limits[2].per_customer);
  CHECK(budget.limits[2].amount == 105);
  CHECK(budget.limits[2].per->months == 1);
  CHECK(program.partners.at(0).title == "Blue");
  CHECK(codes_of("budget b { 5 CNY; 6 USD per month }") == "T0304");
  CHECK(codes_of("currency CNY") == "T0212");
  CHECK(codes_of("currency PTS { digits 0 }\nbudget b { 5.5 PTS }") == "T0122");
  CHECK(codes_of("currency PTS { digits 4 }\nbudget b { 5.0625 PTS }") == "");
  CHECK(codes_of("budget b { 5 PTS }") == "T0230");
}

TEST_CASE("a message's lines: the narrow ones first, filters, fields") {
  const program::Program program = program_of(
      sends("message m care on wecom else sms { text \"{{ customer.likes default [\"a\"] | join \", \" | "
            "truncate 20 }}\"\n"
            "text zh \"hi\"; sms template \"SMS_1\" { amount: entry.amount, name: customer.city default \"you\" }\n"
            "miniprogram \"Basket\" { appid: \"wx1\", page: entry.id } }"));
  REQUIRE(program.messages.size() == 1);
  const program::Message& message = program.messages[0];
  CHECK(message.channels == std::vector<std::string>{"wecom", "sms"});
  REQUIRE(message.items.size() == 4);
  CHECK(message.items[0].kind == "template");
  CHECK(message.items[0].channel == "sms");
  CHECK(message.items[0].parts.at(0).literal == "SMS_1");
  REQUIRE(message.items[0].fields.size() == 2);
  CHECK(message.items[0].fields[0].name == "amount");
  CHECK(message.items[1].language == "zh");
  CHECK(message.items[2].kind == "text");
  const auto& filters = message.items[2].parts.at(0).filters;
  REQUIRE(filters.size() == 2);
  CHECK(filters[0].kind == program::FilterKind::join);
  CHECK(program.constants.at(filters[0].argument).text == ", ");
  CHECK(filters[1].kind == program::FilterKind::truncate);
  CHECK(program.constants.at(filters[1].argument).number == 20);
  CHECK(message.items[3].fields.size() == 2);
}

TEST_CASE("filters fit their values") {
  const auto hole = [](const std::string& inside) {
    return codes_of(sends("message m { text \"{{ " + inside + " }}\" }"));
  };
  CHECK(hole("entry.amount | money") == "");
  CHECK(hole("entry.amount | money | truncate 20") == "");
  CHECK(hole("entry.amount | upper") == "T0352");
  CHECK(hole("entry.amount | money | money") == "T0352");
  CHECK(hole("entry.items") == "T0322");
  CHECK(hole("entry.items | join") == "T0341");
  CHECK(hole("entry.items | join 3") == "T0341");
  CHECK(hole("entry.weight | round 10") == "T0340");
  CHECK(hole("entry.store | truncate 0") == "T0340");
  CHECK(hole("entry.store | 截短 20") == "");
  CHECK(hole("customer.born | date \"MM-dd\"") == "T0307");
  CHECK(hole("entry.at | date \"MM月dd日 HH:mm\"") == "");
  CHECK(hole("customer.likes | join \"-\"") == "T0307");
}

TEST_CASE("private data stays where it may be") {
  check::ChannelFacts board{.name = "board", .carries_private = false};
  const check::CheckOptions options{.channels = {board, {.name = "sms"}}, .default_channel = "sms"};
  const std::string name = "{{ customer.name default \"?\" }}";
  CHECK(codes_of(sends("message m on board { text \"" + name + "\" }"), options) == "T0350");
  CHECK(codes_of(sends("message m on sms { text \"" + name + "\" }"), options) == "");
  CHECK(codes_of(sends("trait called = customer.name default \"?\"\nmessage m on board { text \"{{ called }}\" }"),
                 options) == "T0350");
  CHECK(codes_of(sends("message m on board { text \"a\"; template \"T\" { n: customer.name default \"?\" } }"),
                 options) == "T0350");
  const auto step = [](const std::string& steps) {
    return codes_of(std::string(kDeclarations) + "playbook p { enter on order; goal order within 1 day\n" + steps +
                    "\n}");
  };
  CHECK(step("let n = customer.name default \"?\"\ntag \"{{ n }}\"") == "T0351");
  CHECK(step("stop \"" + name + "\"") == "T0351");
  CHECK(step("set customer.city = customer.name") == "T0351");
  CHECK(step("task \"call " + name + "\"") == "");
  CHECK(step("if customer.name = \"Li\" { tag \"a\" }") == "");
}

TEST_CASE("the calendar of mainland China") {
  std::ifstream in("stdlib/calendars/cn.tend", std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  const program::Program program = program_of(text.str());
  REQUIRE(program.calendars.size() == 1);
  CHECK(program.calendars[0].name == "cn");
  CHECK(program.calendars[0].lunar);
  std::int64_t days = 0;
  for (const program::DayRange& range : program.calendars[0].holidays) days += range.last - range.first + 1;
  CHECK(days == 28 + 33);  // as announced: 28 in 2025, 33 in 2026
}
