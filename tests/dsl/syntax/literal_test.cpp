// Mirrors dsl/syntax/literal: what literals are worth.
#include "tests/dsl/syntax/support.hpp"

using namespace tend;
using namespace tend::syntax;
using namespace tend::syntax::test;
using program::ValueKind;

namespace {

/// The right side of `x = …`.
struct Right {
  Parsed parsed;
  const Expr& expr() const { return *expression(parsed).args.at(1); }
};

Right right(const std::string& text) {
  Right out{parse_expression("x = " + text)};
  INFO(text << "\n" << out.parsed.shown());
  REQUIRE(out.parsed.diagnostics.empty());
  return out;
}

void check_exact(const std::string& text, ValueKind kind, std::int64_t integer, const std::string& spelling) {
  const Right found = right(text);
  INFO(text);
  CHECK(found.expr().kind == ExprKind::literal);
  CHECK(found.expr().value.kind == kind);
  CHECK(found.expr().value.integer == integer);
  CHECK(found.expr().spelling == spelling);
}

void check_number(const std::string& text, double value, const std::string& spelling) {
  const Right found = right(text);
  INFO(text);
  CHECK(found.expr().value.kind == ValueKind::number);
  CHECK(found.expr().value.number == value);
  CHECK(found.expr().spelling == spelling);
}

void check_months(const std::string& text, std::uint32_t months) {
  const Right found = right(text);
  CHECK(found.expr().value.kind == ValueKind::duration);
  CHECK(found.expr().value.extra == months);
  CHECK(found.expr().value.integer == 0);
}

void check_bad(const std::string& text, std::uint16_t code) {
  const Parsed parsed = parse_expression("x = " + text);
  INFO(text << "\n" << parsed.shown());
  REQUIRE(parsed.diagnostics.size() == 1);
  CHECK(parsed.diagnostics[0].code == code);
}

}  // namespace

TEST_CASE("numbers") {
  check_number("3", 3, "3");
  check_number("2.5", 2.5, "2.5");
  check_number("1_000", 1000, "1_000");
  check_number("１２．５", 12.5, "12.5");
  check_number("5万", 50000, "50_000");
  check_number("3.5万", 35000, "35_000");
  check_number("1.23456万", 12345.6, "12_345.6");
  check_number("0.1", 0.1, "0.1");
  check_number("2亿", 2e8, "200_000_000");
  check_bad(std::string(400, '9'), 124);
}

TEST_CASE("money is exact, in the currency's own digits") {
  check_exact("30 CNY", ValueKind::money, 3000, "30 CNY");
  check_exact("30元", ValueKind::money, 3000, "30 CNY");
  check_exact("5万元", ValueKind::money, 5000000, "50_000 CNY");
  check_exact("9.99 USD", ValueKind::money, 999, "9.99 USD");
  check_exact("0.5 USD", ValueKind::money, 50, "0.5 USD");
  check_exact("100 JPY", ValueKind::money, 100, "100 JPY");
  check_exact("1.234 KWD", ValueKind::money, 1234, "1.234 KWD");
  check_exact("92233720368547758.07 CNY", ValueKind::money, INT64_MAX, "92233720368547758.07 CNY");
  check_bad("92233720368547758.08 CNY", 124);
  check_bad("9.999 USD", 122);
  check_bad("1.5 JPY", 122);
  CHECK(right("7 PTS").expr().value.extra == program::pack_currency("PTS"));
}

TEST_CASE("percentages are units of 1e-8") {
  check_exact("10%", ValueKind::percent, 10'000'000, "10%");
  check_exact("12.5％", ValueKind::percent, 12'500'000, "12.5%");
  check_exact("0.000001%", ValueKind::percent, 1, "0.000001%");
  check_bad("0.0000001%", 123);
}

TEST_CASE("durations: milliseconds up to weeks, months by the calendar") {
  check_exact("90 seconds", ValueKind::duration, 90'000, "90 seconds");
  check_exact("1 day", ValueKind::duration, 86'400'000, "1 day");
  check_exact("7天", ValueKind::duration, 7 * 86'400'000, "7 days");
  check_exact("1 week", ValueKind::duration, 7 * 86'400'000, "1 week");
  check_exact("1.5 hours", ValueKind::duration, 5'400'000, "1.5 hours");
  check_exact("2个小时", ValueKind::duration, 7'200'000, "2 hours");
  check_exact("30分钟", ValueKind::duration, 1'800'000, "30 minutes");
  check_months("1 month", 1);
  check_months("3个月", 3);
  check_months("2年", 24);
  check_bad("0.5 months", 127);
  check_bad("0.0000001 seconds", 127);
  check_bad("9999999999 years", 124);
  check_bad("5 parsecs", 125);
}

TEST_CASE("dates, times, moments") {
  check_exact("1970-01-02", ValueKind::date, 1, "1970-01-02");
  check_exact("2024-02-29", ValueKind::date, 19782, "2024-02-29");
  check_exact("2026-3-1", ValueKind::date, 20513, "2026-03-01");
  check_exact("2026年3月1日", ValueKind::date, 20513, "2026-03-01");
  check_exact("2026年3月11号", ValueKind::date, 20523, "2026-03-11");
  check_exact("09:30", ValueKind::time_of_day, 34'200'000, "09:30");
  check_exact("9：30", ValueKind::time_of_day, 34'200'000, "09:30");
  check_exact("23:59:59", ValueKind::time_of_day, 86'399'000, "23:59:59");
  check_exact("1970-01-01 01:00Z", ValueKind::moment, 3'600'000, "1970-01-01 01:00Z");
  check_exact("1970-01-01 08:00+08:00", ValueKind::moment, 0, "1970-01-01 08:00+08:00");
  check_exact("1970-01-01T00:00-0130", ValueKind::moment, 5'400'000, "1970-01-01 00:00-01:30");
  for (const std::string text : {"2026-03-01 09:30", "2026年3月1日09:30", "2026年3月1日 9：30"}) {
    const Right local = right(text);
    CHECK(local.expr().kind == ExprKind::moment_local);
    CHECK(local.expr().value.integer == 20513);
    CHECK(local.expr().time_ms == 34'200'000);
    CHECK(local.expr().spelling == "2026-03-01 09:30");
  }
  check_bad("2026-02-29", 120);
  check_bad("2026-13-01", 120);
  check_bad("2026-00-10", 120);
  check_bad("24:00", 121);
  check_bad("09:60", 121);
  check_bad("2026-03-01 24:00", 121);
}

TEST_CASE("a date is no subtraction, a subtraction no date") {
  CHECK(right("2026-03-01").expr().kind == ExprKind::literal);
  CHECK(right("2026 - 3 - 1").expr().kind == ExprKind::binary);
  CHECK(right("today - 30 days").expr().kind == ExprKind::binary);
}
