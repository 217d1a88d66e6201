// Narrow letters, blanks, exact decimals: what intake builds on. Numbers and money as cells: intake_test.cpp.
#include "engine/run/decimal.hpp"

#include <limits>

#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::run;

TEST_CASE("blanks of every width are trimmed, only around the text") {
  CHECK(trim_blanks("") == "");
  CHECK(trim_blanks(" \t\u3000\u00a0") == "");
  CHECK(trim_blanks("\u3000a b\u00a0 ") == "a b");
  CHECK(trim_blanks("李") == "李");
  CHECK(trim_blanks("\nx\n") == "\nx\n");
}

TEST_CASE("full-width forms become narrow, other letters stay") {
  CHECK(to_narrow("１２．５％") == "12.5%");
  CHECK(to_narrow("￥９") == "\u00a59");
  CHECK(to_narrow("！～") == "!~");
  CHECK(to_narrow("李\u3000雷") == "李 雷");
  CHECK(to_narrow("\xef\xbc") == "\xef\xbc");
}

TEST_CASE("decimals are scaled exactly, to the last of 64 bits") {
  CHECK(*parse_scaled("12.5", 6) == 12'500'000);
  CHECK(*parse_scaled("-0.000001", 6) == -1);
  CHECK(*parse_scaled("5.", 1) == 50);
  CHECK(*parse_scaled("9223372036854775807", 0) == std::numeric_limits<std::int64_t>::max());
  CHECK(*parse_scaled("-9223372036854775808", 0) == std::numeric_limits<std::int64_t>::min());
  CHECK(parse_scaled("9223372036854775808", 0).error().message == "`9223372036854775808` is too large");
  CHECK(parse_scaled("1e3", 0).error().message == "`1e3` is written with an exponent, so digits of it may be lost");
  CHECK(parse_scaled("0.01", 1).error().message == "`0.01` has more than 1 digits after the point");
  CHECK(parse_scaled("", 0).error().message == "`` is not a number");
}

TEST_CASE("what a message shows of a cell is one short line") {
  CHECK(quoted("a\nb") == "`a b`");
  CHECK(quoted("一二三四五六七八九十一二三四五六") == "`一二三四五六七八九十一二三…`");
}
