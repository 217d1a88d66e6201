// Mirrors dsl/diagnostic/suggest.
#include "dsl/diagnostic/suggest.hpp"

#include "tests/support/test.hpp"

using namespace tend::diagnostic;

TEST_CASE("edit distance counts code points and swaps") {
  CHECK(edit_distance("sned", "send") == 1);
  CHECK(edit_distance("agian", "again") == 1);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("城镇", "城市") == 1);
  CHECK(edit_distance("City", "city") == 0);
  CHECK(edit_distance(std::string(1000, 'a'), std::string(1000, 'b')) == 64);
}

TEST_CASE("the nearest name is proposed, a far one is not") {
  const std::vector<std::string> names = {"city", "name", "level", "城市", "姓名"};
  CHECK(did_you_mean("citty", names) == "city");
  CHECK(did_you_mean("Name", names) == "name");
  CHECK(did_you_mean("城镇", names) == "城市");
  CHECK(did_you_mean("xyz", names) == std::nullopt);
  CHECK(did_you_mean("电话", names) == std::nullopt);
  CHECK(did_you_mean("a", {"b"}) == std::nullopt);
  CHECK(did_you_mean("city", {"city"}) == std::nullopt);
  CHECK(did_you_mean("", names) == std::nullopt);
}

TEST_CASE("of equally near names the first by bytes, whatever their order") {
  CHECK(did_you_mean("cat", {"rat", "bat"}) == "bat");
  CHECK(did_you_mean("cat", {"bat", "rat"}) == "bat");
}
