// What stands between libpq and cells, without a server: arrays, and reasons that tell nothing of the connection
// string.
#include "engine/simulate/postgres.hpp"

#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::simulate;

namespace {

std::string shown(std::string_view array) {
  const auto elements = read_array(array);
  if (!elements) return "none";
  std::string out;
  for (const auto& element : *elements) out += element ? "[" + *element + "]" : "null";
  return out;
}

}  // namespace

TEST_CASE("arrays as PostgreSQL writes them") {
  CHECK(shown("{}") == "");
  CHECK(shown("{a}") == "[a]");
  CHECK(shown("{a,NULL,\"NULL\",\"\"}") == "[a]null[NULL][]");
  CHECK(shown("{\"a,b\",\"say \\\"x\\\" \\\\\",红茶}") == "[a,b][say \"x\" \\][红茶]");
  CHECK(shown("{1,2.5}") == "[1][2.5]");
}

TEST_CASE("what is no list is none") {
  for (const char* const text : {"", "{", "a", "{{1,2},{3,4}}", "[0:1]={a,b}", "{\"a", "{\"a}", "{\"a\"b}"})
    CHECK(shown(text) == "none");
}

TEST_CASE("a reason tells nothing of the connection string") {
  const std::vector<std::string> options = {"db.example", "shop", "tend"};
  const std::vector<std::string> secrets = {"hunter2"};
  CHECK(
      masked_reason("connection to server at \"db.example\" (10.0.0.1), port 5432 failed: Connection refused\n\tIs the "
                    "server running on that host and accepting TCP/IP connections?\n",
                    options, secrets) == "Connection refused");
  CHECK(
      masked_reason("connection to server at \"db.example\" (10.0.0.1), port 5432 failed: timeout expired\nconnection "
                    "to server at \"db.example\" (10.0.0.2), port 5432 failed: FATAL:  password authentication failed "
                    "for user \"tend\"\n",
                    options, secrets) == "password authentication failed for user \"…\"");
  CHECK(masked_reason("FATAL:  database \"shop\" does not exist\n", options, secrets) ==
        "database \"…\" does not exist");
  CHECK(masked_reason("could not translate host name \"db.example\" to address: Name or service not known\n", options,
                      secrets) == "could not translate host name \"…\" to address: Name or service not known");
  CHECK(masked_reason("invalid thing hunter2 in hunter2\n", options, secrets) == "invalid thing … in …");
}
