// Mirrors dsl/syntax/hidden: characters that nobody sees, and letters that look like others.
#include "dsl/syntax/hidden.hpp"

#include "tests/dsl/syntax/support.hpp"

using namespace tend;
using namespace tend::syntax::test;

namespace {

const std::string kOverride = "\u202E", kPop = "\u202C", kIsolate = "\u2067", kPopIsolate = "\u2069";
const std::string kMark = "\u200F", kZeroWidth = "\u200B", kJoiner = "\u200D";

std::string codes(const std::string& text) {
  std::string out;
  for (const auto& one : parse_text(text).diagnostics)
    out += (out.empty() ? "" : " ") + diagnostic::code_name(one.code);
  return out;
}

}  // namespace

TEST_CASE("no character may turn the direction outside of texts and comments") {
  for (const std::string& hidden : {kOverride, kPop, kIsolate, kPopIsolate, kMark, std::string("\u061C")}) {
    CHECK(codes("event a " + hidden + "{ b text }") == "T0145");
    CHECK(codes(hidden + "event a { b text }") == "T0145");
    CHECK(codes("event a" + hidden + "b { b text }") == "T0145");
    CHECK(codes("trait t = \"{{ a " + hidden + "}}\"") == "T0145");
  }
  CHECK(codes("event a " + kOverride + kMark + "{ }") == "T0145 T0145");
}

TEST_CASE("in a text and a comment the direction is turned back before the line ends") {
  for (const std::string& wrap : {std::string("trait t = \"#\""), std::string("trait t = “#”"),
                                  std::string("event a # #"), std::string("trait t = \"\"\"a\n#\nb\"\"\"")}) {
    const auto with = [&](const std::string& inner) {
      std::string text = wrap;
      return codes(text.replace(text.rfind('#'), 1, inner));
    };
    CHECK(with("x" + kOverride + "abc" + kPop + "y") == "");
    CHECK(with(kIsolate + "abc" + kOverride + "d" + kPop + kPopIsolate) == "");
    CHECK(with(kMark + "abc" + kZeroWidth + kJoiner) == "");
    CHECK(with("x" + kOverride + "abc") == "T0146");
    CHECK(with("x" + kPop + "abc") == "T0146");
    CHECK(with(kIsolate + "abc" + kPop) == "T0146 T0146");
    CHECK(with(kOverride + kIsolate + "abc" + kPop + kPopIsolate) == "T0146 T0146");
  }
  CHECK(codes("trait t = \"\"\"" + kOverride + "a\nb" + kPop + "\"\"\"") == "T0146 T0146");
  CHECK(codes("trait t = \"" + kOverride + "a {{ b }} " + kPop + "\"") == "T0146 T0146");
}

TEST_CASE("characters without width are blanks, but not inside a word") {
  CHECK(codes(kZeroWidth + "event" + kZeroWidth + " a" + kZeroWidth + "{ b" + kZeroWidth + " text }") == "");
  CHECK(codes("\uFEFFevent a { b text }") == "");
  CHECK(codes("event ab" + kZeroWidth + "cd { b text }") == "T0147");
  CHECK(codes("eve" + kZeroWidth + "nt ab { b text }") == "T0147");
  CHECK(codes("event a { b te" + kJoiner + kJoiner + "xt, c text, c\u00ADd text }") == "T0147 T0147");
  const Parsed parsed = parse_text("event ab" + kZeroWidth + "cd { b text }");
  REQUIRE(parsed.diagnostics.size() == 1);
  REQUIRE(parsed.diagnostics[0].fixes.size() == 1);
  CHECK(parsed.diagnostics[0].fixes[0].span.begin == 8);
  CHECK(parsed.diagnostics[0].fixes[0].span.end == 11);
  CHECK(parsed.diagnostics[0].fixes[0].replacement.empty());
}

TEST_CASE("texts inside what could not be read keep their hidden characters to themselves") {
  CHECK(codes("playbook p {\n sned \"a\u200Cb" + kMark + "\" @\n}").find("T0147") == std::string::npos);
  CHECK(codes("playbook p {\n @ \"" + kIsolate + "a" + kPopIsolate + "\" # \u200Cb\n}").find("T014") ==
        codes("playbook p {\n @ \"a\" # b\n}").find("T014"));
}

TEST_CASE("letters that look like others are told, with what is meant") {
  CHECK(codes("event ｏrder { amount money }") == "T0139");
  CHECK(codes("event оrder { amount money }") == "T0139");  // a Cyrillic o
  CHECK(codes("event заказ { сумма money }") == "");
  CHECK(codes("event 下单VIP { 金额 money }") == "");
  const Parsed parsed = parse_text("event оｒder");
  REQUIRE(parsed.diagnostics.size() == 1);
  CHECK(parsed.diagnostics[0].fixes[0].replacement == "order");
}

TEST_CASE("a line that ends in CR alone is told before anything else") {
  CHECK(codes("# a comment\revent a { }\n@") == "T0143");
  CHECK(codes("# a comment\r\nevent a { b text }\r\n") == "");
}

TEST_CASE("many hidden characters end soon") {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += i % 2 == 0 ? kZeroWidth + "a" : kOverride;
  CHECK(parse_text("event " + text).diagnostics.size() == 101);
  CHECK(parse_text("trait t = \"" + text + "\"").diagnostics.size() == 101);
}
