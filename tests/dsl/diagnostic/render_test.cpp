// Mirrors dsl/diagnostic/render: the frame, the caret, the JSON.
#include "dsl/diagnostic/render.hpp"

#include <nlohmann/json.hpp>

#include "tests/support/test.hpp"

using namespace tend::diagnostic;
using tend::text::Source;
using tend::text::Span;

namespace {

Span find(const Source& source, std::string_view piece) {
  const auto at = static_cast<std::uint32_t>(source.text.find(piece));
  return {0, at, at + static_cast<std::uint32_t>(piece.size())};
}

Diagnostic unknown_word(const Source& source, std::string_view word, std::string_view meant) {
  Diagnostic d = make(104, find(source, word), {std::string(word)});
  d.help = 1;
  d.help_arguments = {std::string(meant)};
  return d;
}

}  // namespace

TEST_CASE("the frame shows the line, the caret and the help") {
  const Source source{"winback.tend", "\n\n  if citty = \"x\" {\n"};
  const std::string shown = human({unknown_word(source, "citty", "city")}, {&source, 1}, {});
  CHECK(shown ==
        "error[T0104]: `citty` is left over: the statement ends before it\n"
        " ┌─ winback.tend:3:6\n"
        " │\n"
        "3│  if citty = \"x\" {\n"
        " │     ^^^^^ did you mean `city`?\n");
}

TEST_CASE("a Chinese character is two cells wide under the caret, tabs are one") {
  const Source source{"唤醒.tend", "\t如果 有标签 城市名\n"};
  const std::string shown = human({unknown_word(source, "城市名", "城市")}, {&source, 1}, {Tongue::zh, false});
  CHECK(shown ==
        "错误[T0104]: `城市名` 多余：语句在它之前已经结束\n"
        " ┌─ 唤醒.tend:1:9\n"
        " │\n"
        "1│ 如果 有标签 城市名\n"
        " │             ^^^^^^ 是不是想写 `城市`？\n");
}

TEST_CASE("warnings say so, a place at the end of the file has its caret, colours only when asked for") {
  const Source source{"a.tend", "x"};
  Diagnostic d = make(130, Span{0, 1, 1});
  CHECK(human({d}, {&source, 1}, {}) == "warning[T0130]: `==` is read as `=`\n ┌─ a.tend:1:2\n │\n1│x\n │ ^\n");
  CHECK(human({d}, {&source, 1}, {Tongue::zh, false}).rfind("警告[T0130]", 0) == 0);
  CHECK(human({d}, {&source, 1}, {Tongue::en, true}).find("\x1b[") != std::string::npos);
  CHECK(human({}, {&source, 1}, {}).empty());
}

TEST_CASE("a very long line is shown around the place") {
  const Source source{"a.tend", std::string(100000, 'a') + "客户" + std::string(100000, 'b')};
  const std::string shown = human({make(104, find(source, "客户"), {"客户"})}, {&source, 1}, {});
  CHECK(shown.size() < 1000);
  CHECK(shown.find("│…" + std::string(60, 'a') + "客户b") != std::string::npos);
  CHECK(shown.find("│" + std::string(61, ' ') + "^^^^\n") != std::string::npos);
}

TEST_CASE("bytes that are not UTF-8 and control characters do not reach the terminal") {
  const Source source{"a.tend",
                      "a\xFF\x1b"
                      "b"};
  const std::string shown = human({make(142, Span{0, 1, 2})}, {&source, 1}, {});
  CHECK(shown.find("1│a\uFFFD b\n │ ^\n") != std::string::npos);
}

TEST_CASE("json has every field, columns in code points") {
  const Source source{"唤醒.tend", "如果 城市名\n"};
  const std::string text =
      json({unknown_word(source, "城市名", "城市"), make(130, Span{0, 0, 0})}, {&source, 1}, Tongue::zh);
  const auto root = nlohmann::json::parse(text);
  CHECK(root["format"] == "tend.check/1");
  CHECK(root["files"] == 1);
  CHECK(root["errors"] == 1);
  CHECK(root["warnings"] == 1);
  REQUIRE(root["diagnostics"].size() == 2);
  const auto& d = root["diagnostics"][0];
  CHECK(d["code"] == "T0104");
  CHECK(d["severity"] == "error");
  CHECK(d["file"] == "唤醒.tend");
  CHECK(d["line"] == 1);
  CHECK(d["column"] == 4);
  CHECK(d["end_line"] == 1);
  CHECK(d["end_column"] == 7);
  CHECK(d["message"] == "`城市名` 多余：语句在它之前已经结束");
  CHECK(d["help"] == "是不是想写 `城市`？");
  CHECK_FALSE(root["diagnostics"][1].contains("help"));
}
