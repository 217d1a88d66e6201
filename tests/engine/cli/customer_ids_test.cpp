// Files of customers' ids: lists, tables, and what is wrong with them.
#include "engine/cli/customer_ids.hpp"

#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::cli;

namespace {

using Ids = std::vector<std::string>;

Ids ids(const std::string& text, const std::string& column = "") {
  const auto read = customer_ids_in("ids", text, column);
  INFO((read ? std::string() : read.error().message));
  REQUIRE(read);
  return *read;
}

std::string problem(const std::string& text, const std::string& column = "") {
  const auto read = customer_ids_in("ids", text, column);
  return read ? "none" : read.error().message;
}

}  // namespace

TEST_CASE("one id a line, each once") {
  CHECK(ids("").empty());
  CHECK(ids("a\nb\r\n\n a \nc d\n客户").size() == 4);
  CHECK(ids("a\nb\r\n\n a \nc d\n客户") == Ids{"a", "b", "c d", "客户"});
  CHECK(ids("\xEF\xBB\xBF"
            "a\n") == Ids{"a"});
  CHECK(problem("a\n" + std::string(1025, 'x')) == "ids:2: the customer's id has more than 1024 bytes");
  CHECK(problem("a\n1.23457E+12\n").starts_with("ids:2: `1.23457E+12` is a long number that a spreadsheet shortened"));
}

TEST_CASE("a table's column of ids is its only one, the usual one, or the one that is named") {
  CHECK(ids("customer_id\na\nb\n") == Ids{"a", "b"});
  CHECK(ids("客户\na\n") == Ids{"a"});
  CHECK(ids("name;ID;city\nx;a;y\nx;b;y\n") == Ids{"a", "b"});
  CHECK(ids("id,customer\n1,a\n", "customer") == Ids{"a"});
  CHECK(ids("who\na\n", "who") == Ids{"a"});
  CHECK(ids("who\na\n") == Ids{"who", "a"});  // nothing says that it is a table
  CHECK(problem("id,customer\n1,a\n") == "say with --column which column of `ids` has the customers' ids: it has 2");
  CHECK(problem("x,y\n1,a\n") == "say with --column which column of `ids` has the customers' ids: it has 2");
  CHECK(problem("id,name\n1,a\n", "nam") == "`ids` has no column `nam`: did you mean `name`?");
  CHECK(problem("id,name\n,a\n") == "ids:2: the customer's id is empty");
  CHECK(problem("id,name\na\n").starts_with("ids:2: "));
}
