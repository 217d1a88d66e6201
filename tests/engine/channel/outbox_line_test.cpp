// The lines of an outbox: their form is a promise to those who read it.
#include "engine/channel/outbox_line.hpp"

#include <nlohmann/json.hpp>

#include "tests/engine/channel/sends.hpp"
#include "tests/support/test.hpp"

namespace tend::channel {
namespace {

std::string line_of(TestSend test) {
  std::string line;
  append_outbox_line(line, test.send());
  return line;
}

TEST_CASE("a line has its fields in their order") {
  CHECK(line_of({.customer = "c-17", .text = "您好", .number = 0xAB}) ==
        "{\"at\":\"1997-03-02T00:00:00.250Z\",\"customer\":\"c-17\",\"playbook\":\"win_back\",\"message\":\"care\","
        "\"channel\":\"outbox\",\"key\":\"000000000000000100000000000000ab\",\"text\":\"您好\"}\n");
}

TEST_CASE("items stand by their kinds, several of a kind as a list") {
  const std::string line =
      line_of({.items = {{"subject", "s"}, {"image", "a.png"}, {"body", "b"}, {"image", "b.png"}}});
  const auto json = nlohmann::ordered_json::parse(line);
  CHECK(json["subject"] == "s");
  CHECK(json["body"] == "b");
  CHECK(json["image"] == nlohmann::json{"a.png", "b.png"});
  CHECK(json.size() == 9);
}

TEST_CASE("the key in a line is the one that the engine prints, and is found again") {
  TestSend test{.number = 0xFEDCBA9876543210};
  const std::string line = line_of(test);
  const std::string printed = state::format_key(test.send().key);
  CHECK(nlohmann::json::parse(line)["key"] == printed);
  state::SendKey key;
  REQUIRE(key_of_line(std::string_view(line).substr(0, line.size() - 1), key));
  CHECK(key == test.send().key);
}

TEST_CASE("a text that imitates a key does not hide the true one") {
  TestSend test{.customer = "\",\"key\":\"00000000000000000000000000000000\"", .number = 9};
  const std::string line = line_of(test);
  state::SendKey key;
  REQUIRE(key_of_line(std::string_view(line).substr(0, line.size() - 1), key));
  CHECK(key == state::SendKey{1, 9});
}

TEST_CASE("no part of a line is taken for a line") {
  std::string line = line_of({.number = 5});
  line.pop_back();
  state::SendKey key;
  for (std::size_t bytes = 0; bytes < line.size(); ++bytes) {
    CAPTURE(bytes);
    CHECK_FALSE(key_of_line(std::string_view(line).substr(0, bytes), key));
  }
  CHECK_FALSE(key_of_line("{\"key\":\"00000000000000010000000000000005\"}", key));
  line[line.size() - 4] = '\0';
  CHECK_FALSE(key_of_line(line, key));
}

}  // namespace
}  // namespace tend::channel
