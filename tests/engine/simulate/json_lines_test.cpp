// JSON lines: keys to cells, one broken line at a time.
#include "engine/simulate/json_lines.hpp"

#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::simulate;
using run::CellKind;

TEST_CASE("wanted keys become cells, in any order and kind") {
  JsonLinesReader reader(
      "{\"id\":\"a\",\"n\":12.50,\"yes\":true,\"none\":null,\"tags\":[\"x\",7]}\n"
      "\n"
      "  {\"tags\":[], \"other\":{\"id\":1}, \"yes\" : false , \"id\" : 17}\r\n",
      {"id", "n", "yes", "none", "tags", "never"});
  JsonRow row;
  REQUIRE(reader.next(row));
  CHECK(row.problem == "");
  CHECK(row.line == 1);
  CHECK(row.cells[0].kind == CellKind::text);
  CHECK(row.cells[0].text == "a");
  CHECK(row.cells[1].kind == CellKind::number);
  CHECK(row.cells[1].text == "12.50");
  CHECK(row.cells[2].kind == CellKind::boolean);
  CHECK(row.cells[2].text == "true");
  CHECK(row.cells[3].kind == CellKind::null);
  REQUIRE(row.cells[4].kind == CellKind::list);
  REQUIRE(row.cells[4].count == 2);
  CHECK(row.cells[4].elements[0].text == "x");
  CHECK(row.cells[4].elements[1].text == "7");
  CHECK(row.cells[5].kind == CellKind::absent);
  REQUIRE(reader.next(row));
  CHECK(row.line == 3);
  CHECK(row.cells[0].text == "17");
  CHECK(row.cells[1].kind == CellKind::absent);
  CHECK(row.cells[2].text == "false");
  CHECK(row.cells[4].kind == CellKind::list);
  CHECK(row.cells[4].count == 0);
  CHECK_FALSE(reader.next(row));
  CHECK(reader.never_seen() == std::vector<std::string>{"never"});
  CHECK(reader.first_keys() == std::vector<std::string>{"id", "n", "yes", "none", "tags"});
}

TEST_CASE("dotted names reach into objects, or are the key itself") {
  JsonLinesReader reader(
      "{\"customer\":{\"id\":\"a\",\"place\":{\"city\":\"长沙\"}},\"consent.sms\":true}\n"
      "{\"customer.id\":\"b\",\"customer\":7,\"consent\":{\"sms\":false}}\n",
      {"customer.id", "customer.place.city", "consent.sms"});
  JsonRow row;
  REQUIRE(reader.next(row));
  CHECK(row.problem == "");
  CHECK(row.cells[0].text == "a");
  CHECK(row.cells[1].text == "长沙");
  CHECK(row.cells[2].text == "true");
  REQUIRE(reader.next(row));
  CHECK(row.cells[0].text == "b");
  CHECK(row.cells[1].kind == CellKind::absent);
  CHECK(row.cells[2].text == "false");
}

TEST_CASE("escapes are read, of a double key the last counts, one key may serve two columns") {
  JsonLinesReader reader("{\"\\u0069d\":\"a\\n\\u674e\",\"x\":1,\"x\":2}", {"id", "x", "x"});
  JsonRow row;
  REQUIRE(reader.next(row));
  CHECK(row.cells[0].text == "a\n李");
  CHECK(row.cells[1].text == "2");
  CHECK(row.cells[2].text == "2");
}

TEST_CASE("a broken line is a problem of its own") {
  JsonLinesReader reader(
      "{\"id\":\"a\"\n"
      "[1]\n"
      "{\"id\":\"b\"} {\"id\":\"c\"}\n"
      "{\"id\":nul}\n"
      "{\"id\":\"unclosed}\n"
      "{\"id\":01}\n"
      "{\"id\":{\"deep\":1},\"n\":[[1]]}\n"
      "{\"id\":\"z\"}",
      {"id", "n"});
  JsonRow row;
  for (std::uint64_t line = 1; line <= 6; ++line) {
    REQUIRE(reader.next(row));
    INFO("line " << line);
    CHECK(row.line == line);
    CHECK_FALSE(row.problem.empty());
  }
  REQUIRE(reader.next(row));
  CHECK(row.problem == "");
  CHECK(row.cells[0].kind == CellKind::object);
  CHECK(row.cells[1].kind == CellKind::object);
  REQUIRE(reader.next(row));
  CHECK(row.problem == "");
  CHECK(row.cells[0].text == "z");
  CHECK_FALSE(reader.next(row));
}

TEST_CASE("objects may nest only so deep") {
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += "{\"a\":";
    text += "1";
    text.append(depth, '}');
    return text;
  };
  std::string wanted = "a";
  for (std::size_t i = 0; i < kJsonDepthMax + 5; ++i) wanted += ".a";
  JsonRow row;
  JsonLinesReader fits(nested(kJsonDepthMax + 1), {wanted});
  REQUIRE(fits.next(row));
  CHECK(row.problem == "");
  JsonLinesReader too_deep(nested(kJsonDepthMax + 2), {wanted});
  REQUIRE(too_deep.next(row));
  CHECK_FALSE(row.problem.empty());
}
