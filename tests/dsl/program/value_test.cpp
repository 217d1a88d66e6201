// Mirrors dsl/program/value: currencies.
#include "dsl/program/value.hpp"

#include "tests/support/test.hpp"

using namespace tend::program;

TEST_CASE("a currency is its code's bytes, the first lowest") {
  CHECK(pack_currency("CNY") == ('C' | 'N' << 8 | 'Y' << 16));
  CHECK(pack_currency("PTS1") == ('P' | 'T' << 8 | 'S' << 16 | '1' << 24));
  for (const char* code : {"CNY", "USD", "PTS", "P", "AB12"}) CHECK(currency_code(pack_currency(code)) == code);
}

TEST_CASE("digits follow ISO 4217, two where it is silent") {
  CHECK(currency_digits(pack_currency("CNY")) == 2);
  CHECK(currency_digits(pack_currency("USD")) == 2);
  CHECK(currency_digits(pack_currency("JPY")) == 0);
  CHECK(currency_digits(pack_currency("KWD")) == 3);
  CHECK(currency_digits(pack_currency("CLF")) == 4);
  CHECK(currency_digits(pack_currency("PTS")) == 2);
}
