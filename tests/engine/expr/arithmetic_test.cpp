// Exact arithmetic: the sums of the specification's E14 and the edges around them.
#include "engine/expr/arithmetic.hpp"

#include "tests/support/test.hpp"

using namespace tend::expr;
using tend::program::pack_currency;
using tend::program::Value;

TEST_CASE("E14: money is rounded half away from zero, once", "[expr]") {
  const auto usd = pack_currency("USD");
  CHECK(multiply(Value::money(999, usd), Value::number(0.5)).i == 500);
  CHECK(multiply(Value::money(-999, usd), Value::number(0.5)).i == -500);
  CHECK(multiply(Value::money(5, usd), Value::number(0.7)).i == 4);
  CHECK(multiply(Value::money(999, usd), Value::percent(12'500'000)).i == 125);
  CHECK(divide_half_away(10 + 11, 2) == 11);
  CHECK(divide_half_away(-21, 2) == -11);
  CHECK(divide_half_away(1, 3) == 0);
  CHECK(divide_half_away(2, 3) == 1);
}

TEST_CASE("what does not fit is missing", "[expr]") {
  const auto usd = pack_currency("USD");
  CHECK(add_values(Value::money(INT64_MAX, usd), Value::money(1, usd), 1).missing());
  CHECK(add_values(Value::money(1, usd), Value::money(1, pack_currency("CNY")), 1).missing());
  CHECK(add_values(Value::money(0, 0), Value::money(7, usd), 1).i == 7);  // the total of nothing has no currency yet
  CHECK(divide(Value::number(1), Value::number(0)).missing());
  CHECK(multiply(Value::number(1e308), Value::number(10)).missing());
  CHECK(divide(Value::money(300, usd), Value::money(200, usd)).d == 1.5);
  CHECK(multiply(Value::money(INT64_MAX, usd), Value::number(2)).missing());
}

TEST_CASE("numbers are summed in millionths, rounded half to even, exactly", "[expr]") {
  CHECK(*millionths(1.0) == 1'000'000);
  CHECK(*millionths(0.1) == 100'000);
  CHECK(*millionths(-0.1) == -100'000);
  CHECK(*millionths(2.5e-6) == 3);     // 2.5e-6 as a double lies a little above the tie
  CHECK(*millionths(0.0000005) == 0);  // 5e-7 a little below
  CHECK(*millionths(1.0 / 1024 / 1024 / 1024) == 0);
  CHECK(*millionths(9007199254740993.0) == static_cast<Wide>(9007199254740992) * 1'000'000);
  CHECK_FALSE(millionths(1e300).has_value());
}
