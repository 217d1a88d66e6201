// Amounts as decimals: ISO's digits and declared ones.
#include "dsl/program/money.hpp"

#include <limits>

#include "tests/support/test.hpp"

using namespace tend::program;

TEST_CASE("amounts have the digits of their currency") {
  const std::vector<DeclaredCurrency> own = {{pack_currency("PTS"), "points", 0}, {pack_currency("MIL"), "", 4}};
  CHECK(money_text({}, 1250, pack_currency("CNY")) == "12.50 CNY");
  CHECK(money_text({}, 1250, pack_currency("JPY")) == "1250 JPY");
  CHECK(money_text({}, 1250, pack_currency("PTS")) == "12.50 PTS");
  CHECK(money_text(own, 1250, pack_currency("PTS")) == "1250 PTS");
  CHECK(money_text(own, -5, pack_currency("MIL")) == "-0.0005 MIL");
  CHECK(money_text(own, 0, pack_currency("CNY")) == "0.00 CNY");
  CHECK(money_text({}, -7, 0) == "-0.07");
  CHECK(amount_text(std::numeric_limits<std::int64_t>::min(), 2) == "-92233720368547758.08");
}
