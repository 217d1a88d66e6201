// Cells and JSON scalars as people have them, each to its value or to the sentence that refuses it.
#include "engine/run/intake.hpp"

#include <string>

#include "engine/run/decimal.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::run;
using program::Type;
using program::TypeInfo;
using program::Value;
using program::ValueKind;

namespace {

const program::Currency kCny = program::pack_currency("CNY");
const program::Currency kUsd = program::pack_currency("USD");
const program::Currency kJpy = program::pack_currency("JPY");
const program::Currency kKwd = program::pack_currency("KWD");

TypeInfo of(Type type) { return {type, Type::none, {}}; }

ValueStorage& storage() {
  static ValueStorage kept;
  return kept;
}

Value read(const TypeInfo& type, std::string_view cell, program::Currency currency = 0) {
  CellOptions options;
  options.currency = currency;
  options.storage = &storage();
  const auto value = parse_cell(type, cell, options);
  INFO("cell " << cell << (value ? "" : ": " + value.error().message));
  REQUIRE(value);
  return *value;
}

std::string refusal(const TypeInfo& type, std::string_view cell, program::Currency currency = 0) {
  CellOptions options;
  options.currency = currency;
  options.storage = &storage();
  const auto value = parse_cell(type, cell, options);
  INFO("cell " << cell);
  REQUIRE_FALSE(value);
  CHECK(value.error().code == ErrorCode::invalid);
  return value.error().message;
}

double number(std::string_view cell) { return read(of(Type::number), cell).d; }
std::int64_t money(std::string_view cell, program::Currency currency = 0) {
  return read(of(Type::money), cell, currency).i;
}

}  // namespace

TEST_CASE("numbers, with groups, underscores and full-width digits") {
  CHECK(number("1299") == 1299);
  CHECK(number("-1.5") == -1.5);
  CHECK(number("+3") == 3);
  CHECK(number("1,299.00") == 1299);
  CHECK(number("12,345,678") == 12345678);
  CHECK(number("1_299") == 1299);
  CHECK(number("１２．５") == 12.5);
  CHECK(number("１，２９９") == 1299);
  CHECK(number(" 7\xc2\xa0") == 7);
  CHECK(number("1.5e3") == 1500);
  CHECK(number(".5") == 0.5);
  CHECK(number("−2") == -2);
  for (const char* wrong : {"abc", "1,29", "1,2999", "12,34,567", ",299", "1__2", "_1", "1_", "1.2.3", "--1", "inf",
                            "nan", "-inf", "0x10", "1e", "e5", "1 2", "."}) {
    CHECK(refusal(of(Type::number), wrong) == "`" + std::string(wrong) + "` is not a number");
  }
  CHECK(refusal(of(Type::number), "1e999") == "`1e999` is out of the range of numbers");
}

TEST_CASE("an empty cell is missing, whatever the type") {
  for (const Type type : {Type::boolean, Type::number, Type::money, Type::percent, Type::text, Type::one_of, Type::date,
                          Type::time_of_day, Type::moment, Type::duration, Type::list, Type::staff, Type::customer}) {
    CHECK(read(of(type), "").missing());
    CHECK(read(of(type), " \t\u3000").missing());
  }
}

TEST_CASE("currencies of one's own have the digits that were declared") {
  const std::vector<program::DeclaredCurrency> own = {{program::pack_currency("PTS"), "积分", 0},
                                                      {program::pack_currency("MILE"), "", 3}};
  const auto minor = [&](std::string_view text, const char* expected) {
    const auto money = parse_money(text, expected[0] == 0 ? 0 : program::pack_currency(expected), own);
    return money ? money->minor : -1;
  };
  CHECK(minor("120", "PTS") == 120);
  CHECK(minor("120 PTS", "") == 120);
  CHECK(minor("120 积分", "") == 120);
  CHECK(minor("1.250 MILE", "") == 1250);
  CHECK(minor("1.5", "PTS") == -1);
  CHECK(minor("1.5", "CNY") == 150);
}

TEST_CASE("money, in the column's currency or its own") {
  CHECK(money("12.00", kUsd) == 1200);
  CHECK(read(of(Type::money), "12.00", kUsd).extra == kUsd);
  CHECK(money("31.99", kUsd) == 3199);
  CHECK(money("-0.05", kUsd) == -5);
  CHECK(money("12.5", kUsd) == 1250);
  CHECK(money("7", kUsd) == 700);
  CHECK(money("¥1,299.00") == 129900);
  CHECK(read(of(Type::money), "¥1,299.00").extra == kCny);
  CHECK(money("￥１，２９９．００", kCny) == 129900);
  CHECK(money("1,299.00元", kCny) == 129900);
  CHECK(money("CNY 12", kCny) == 1200);
  CHECK(money("12cny", kCny) == 1200);
  CHECK(money("12 USD") == 1200);
  CHECK(read(of(Type::money), "¥1,299", kJpy).extra == kJpy);
  CHECK(money("¥1,299", kJpy) == 1299);
  CHECK(money("1.234", kKwd) == 1234);
  CHECK(money("12.3400", kUsd) == 1234);
  CHECK(money("-$5") == -500);
  CHECK(money("$-5", kUsd) == -500);
  CHECK(money("HK$8.80", program::pack_currency("HKD")) == 880);
  CHECK(money("$8.80", program::pack_currency("HKD")) == 880);
  CHECK(money("¥12 CNY") == 1200);
  CHECK(money("92233720368547758.07", kUsd) == 9223372036854775807);
  CHECK(money("-92233720368547758.08", kUsd) == std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("money that is refused") {
  const TypeInfo type = of(Type::money);
  CHECK(refusal(type, "12.345", kUsd) == "`12.345` has more digits than USD has (2)");
  CHECK(refusal(type, "1.5", kJpy) == "`1.5` has more digits than JPY has (0)");
  CHECK(refusal(type, "12.00") == "`12.00` names no currency, and the column has none either");
  CHECK(refusal(type, "¥12", kUsd) == "`¥12` is not in USD, the currency of this column");
  CHECK(refusal(type, "EUR 12", kUsd) == "`EUR 12` is not in USD, the currency of this column");
  CHECK(refusal(type, "$12 EUR") == "`$12 EUR` names two currencies");
  CHECK(refusal(type, "92233720368547758.08", kUsd) == "`92233720368547758.08` is too large");
  CHECK(refusal(type, "99999999999999999999", kUsd) == "`99999999999999999999` is too large");
  CHECK(refusal(type, "1.3E+5", kUsd) == "`1.3E+5` is written with an exponent, so digits of it may be lost");
  for (const char* wrong : {"abc", "12 pcs", "1,29", "12-", "--1", "-$-5", "$", ".", "1 2"}) {
    CHECK(refusal(type, wrong, kUsd) == "`" + std::string(wrong) + "` is not money");
  }
}

TEST_CASE("percentages are exact") {
  const TypeInfo type = of(Type::percent);
  CHECK(read(type, "12.5%").i == 12'500'000);
  CHECK(read(type, "100%").i == 100'000'000);
  CHECK(read(type, "８％").i == 8'000'000);
  CHECK(read(type, "-0.000001 %").i == -1);
  CHECK(refusal(type, "0.0000001%") == "`0.0000001` has more than 6 digits after the point");
  CHECK(refusal(type, "0.125") == "`0.125` has no percent sign: 12.5 percent is written `12.5%`");
  CHECK(refusal(type, "x%") == "`x` is not a number");
}

TEST_CASE("true and false") {
  const TypeInfo type = of(Type::boolean);
  for (const char* yes : {"true", "TRUE", "Yes", "1", "是", "１"}) CHECK(read(type, yes).i == 1);
  for (const char* no : {"false", "FALSE", "no", "0", "否"}) {
    CHECK(read(type, no).i == 0);
    CHECK(read(type, no).kind == ValueKind::boolean);
  }
  CHECK(refusal(type, "maybe") == "`maybe` is neither true nor false");
}

TEST_CASE("dates, times, moments and durations") {
  CHECK(read(of(Type::date), "2026/3/1").i == env::date({2026, 3, 1}));
  CHECK(read(of(Type::date), "2026年3月1日").i == env::date({2026, 3, 1}));
  CHECK(read(of(Type::date), "2026/3/1 0:00").i == env::date({2026, 3, 1}));
  CHECK(refusal(of(Type::date), "2026/3/1 9:05") == "`2026/3/1 9:05` has a time of day, and the column is a date");
  CHECK(refusal(of(Type::date), "2026-02-30") == "`2026-02-30` is not a date");

  CellOptions options;
  options.zone = env::find_zone("Asia/Shanghai");
  REQUIRE(options.zone != nullptr);
  const auto local = parse_cell(of(Type::moment), "2026/3/1 9:05", options);
  REQUIRE(local);
  CHECK(env::format_moment(local->i) == "2026-03-01T01:05:00Z");
  const auto absolute = parse_cell(of(Type::moment), "2026-03-01T09:05:00Z", options);
  REQUIRE(absolute);
  CHECK(env::format_moment(absolute->i) == "2026-03-01T09:05:00Z");
  CHECK(refusal(of(Type::moment), "soon") == "`soon` is not a date with a time");

  CHECK(read(of(Type::time_of_day), "9:05").i == 9 * env::kHour + 5 * env::kMinute);
  CHECK(read(of(Type::time_of_day), "２１：００").i == 21 * env::kHour);
  CHECK(refusal(of(Type::time_of_day), "25:00") == "`25:00` is not a time of day like `09:30`");
  CHECK(refusal(of(Type::time_of_day), "0905") == "`0905` is not a time of day like `09:30`");

  CHECK(read(of(Type::duration), "30 days").dur() == program::Duration{0, 30 * env::kDay});
  CHECK(read(of(Type::duration), "30天").dur() == program::Duration{0, 30 * env::kDay});
  CHECK(read(of(Type::duration), "1 year 2 months").dur() == program::Duration{14, 0});
  CHECK(read(of(Type::duration), "90分钟").dur() == program::Duration{0, 90 * env::kMinute});
  for (const char* wrong : {"30", "days", "-3 days", "3 fortnights", "9999999 days", "1.5 days"}) {
    CHECK(refusal(of(Type::duration), wrong) == "`" + std::string(wrong) + "` is not a duration like `30 days`");
  }
  CHECK(refusal(of(Type::duration), "0 days") == "`0 days` is not a duration: it must be longer than nothing");
}

TEST_CASE("text stays as it is but for the blanks around it") {
  CHECK(read(of(Type::text), "  a  b ").str() == "a  b");
  CHECK(read(of(Type::text), "00123").str() == "00123");
  CHECK(read(of(Type::text), "　李雷　").str() == "李雷");
  const TypeInfo level{Type::one_of, Type::none, {"普通", "金卡"}};
  CHECK(read(level, "金卡").str() == "金卡");
  CHECK(refusal(level, "钻石") == "`钻石` is not one of `普通`, `金卡`");
}

TEST_CASE("a long number that a spreadsheet shortened is refused where text is wanted") {
  const std::string why =
      " is a long number that a spreadsheet shortened, so its digits are lost: format the column as text in the "
      "spreadsheet and export again";
  CHECK(refusal(of(Type::text), "1.39E+10") == "`1.39E+10`" + why);
  CHECK(refusal(of(Type::customer), "1.39123E+10") == "`1.39123E+10`" + why);
  CHECK(refusal(of(Type::staff), "6.2E+17") == "`6.2E+17`" + why);
  const auto id = parse_customer_id("1E+11");
  REQUIRE_FALSE(id);
  CHECK(id.error().message == "`1E+11`" + why);
  CHECK(number("1.39E+10") == 1.39e10);
  for (const char* fine : {"1E5", "1.39E10", "A1E+10", "1.39E+1", "E+10", "12E+10", "1.E+10", "1.39E+1000"})
    CHECK(read(of(Type::text), fine).str() == fine);
}

TEST_CASE("customers' ids") {
  CHECK(*parse_customer_id(" 00123 ") == "00123");
  CHECK(parse_customer_id(" ").error().message == "the customer's id is empty");
  CHECK(parse_customer_id(std::string(kCustomerIdBytesMax, 'x')));
  CHECK(parse_customer_id(std::string(kCustomerIdBytesMax + 1, 'x')).error().message ==
        "the customer's id has more than 1024 bytes");
}

TEST_CASE("lists are split at every separator that people use") {
  const TypeInfo texts{Type::list, Type::text, {}};
  const Value list = read(texts, "red; 绿；blue、黄|white ;; ");
  REQUIRE(list.kind == ValueKind::list);
  REQUIRE(list.extra == 5);
  CHECK(list.list[0].str() == "red");
  CHECK(list.list[1].str() == "绿");
  CHECK(list.list[4].str() == "white");
  const Value numbers = read({Type::list, Type::number, {}}, "1;2.5");
  REQUIRE(numbers.extra == 2);
  CHECK(numbers.list[1].d == 2.5);
  CHECK(refusal({Type::list, Type::number, {}}, "1;x") == "`x` is not a number");
}

TEST_CASE("scalars of JSON") {
  CellOptions options;
  options.storage = &storage();
  const auto cell = [](CellKind kind, std::string_view text) { return Cell{kind, text, nullptr, 0}; };
  CHECK(parse_cell(of(Type::number), cell(CellKind::number, "2.5"), options)->d == 2.5);
  CHECK(parse_cell(of(Type::number), cell(CellKind::text, "2.5"), options)->d == 2.5);
  CHECK(parse_cell(of(Type::text), cell(CellKind::number, "13900001111"), options)->str() == "13900001111");
  CHECK_FALSE(parse_cell(of(Type::text), cell(CellKind::number, "1.39e10"), options));
  CHECK(parse_cell(of(Type::boolean), cell(CellKind::boolean, "true"), options)->truth());
  CHECK(parse_cell(of(Type::number), cell(CellKind::null, ""), options)->missing());
  CHECK(parse_cell(of(Type::number), Cell(), options)->missing());
  CHECK(parse_cell(of(Type::number), cell(CellKind::boolean, "true"), options).error().message ==
        "`true` stands where a number is expected");
  CHECK(parse_cell(of(Type::date), cell(CellKind::object, ""), options).error().message ==
        "an object stands where a date is expected");
  const Cell elements[] = {cell(CellKind::text, "a;b"), cell(CellKind::null, ""), cell(CellKind::number, "3")};
  const Cell list{CellKind::list, "", elements, 3};
  const auto texts = parse_cell({Type::list, Type::text, {}}, list, options);
  REQUIRE(texts);
  REQUIRE(texts->extra == 2);
  CHECK(texts->list[0].str() == "a;b");
  CHECK(texts->list[1].str() == "3");
  CHECK(parse_cell(of(Type::text), list, options).error().message == "a list stands where a text is expected");
  CHECK(*parse_customer_id(cell(CellKind::number, "7")) == "7");
  CHECK_FALSE(parse_customer_id(Cell()));
}
