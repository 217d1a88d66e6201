// Text made safe for JSON and for a terminal.
#include "engine/channel/escape.hpp"

#include <nlohmann/json.hpp>

#include "tests/support/test.hpp"

namespace tend::channel {
namespace {

std::string json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string visible(std::string_view text) {
  std::string out;
  append_visible(out, text);
  return out;
}

TEST_CASE("JSON strings escape what JSON asks for and keep the rest") {
  CHECK(json("") == "\"\"");
  CHECK(json("plain text, 100%") == "\"plain text, 100%\"");
  CHECK(json("say \"hi\" \\ bye") == R"("say \"hi\" \\ bye")");
  CHECK(json("a\nb\r\tc") == R"("a\nb\r\tc")");
  CHECK(json(std::string_view("\0\x01\x1b\x1f", 4)) == R"("\u0000\u0001\u001b\u001f")");
  CHECK(json("您好，茶友 🍵") == "\"您好，茶友 🍵\"");
}

TEST_CASE("bytes that are no UTF-8 become the replacement character, one each") {
  CHECK(json("a\xFFz") == "\"a\uFFFDz\"");
  CHECK(json("\xE8\x8C") == "\"\uFFFD\uFFFD\"");            // cut in the middle of 茶
  CHECK(json("\xC0\xAF") == "\"\uFFFD\uFFFD\"");            // over-long
  CHECK(json("\xED\xA0\x80") == "\"\uFFFD\uFFFD\uFFFD\"");  // a surrogate
  CHECK(json("\xF4\x90\x80\x80").size() == 2 + 4 * 3);      // above U+10FFFF
  CHECK(json("\x80茶") == "\"\uFFFD茶\"");
}

TEST_CASE("a JSON reader gets back every string of valid UTF-8") {
  std::string all;
  for (unsigned code = 0; code < 0x80; ++code) all += static_cast<char>(code);
  all += "\u0080\u07ff\u0800\ue000\uffff\U00010000\U0010ffff";
  CHECK(nlohmann::json::parse(json(all)).get<std::string>() == all);
}

TEST_CASE("on a terminal nothing moves the cursor, ends the line or turns the text") {
  CHECK(visible("您好 a~ 🍵") == "您好 a~ 🍵");
  CHECK(visible("one\ntwo\r\nthree\r") == "one⏎two⏎three␍");
  CHECK(visible("\x1b[31mred\x07\x7f") == "␛[31mred␇␡");
  CHECK(visible(std::string_view("\0", 1)) == "␀");
  CHECK(visible("a\u0085b\u202ec\u2066d") == "a\\u0085b\\u202ec\\u2066d");
  CHECK(visible("\xFFz") == "\uFFFDz");
}

}  // namespace
}  // namespace tend::channel
