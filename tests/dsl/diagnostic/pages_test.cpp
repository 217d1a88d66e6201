// Mirrors dsl/diagnostic/pages and plain: the pages that are compiled in, for a reader of one tongue.
#include "dsl/diagnostic/pages.hpp"

#include <fstream>
#include <sstream>

#include "dsl/diagnostic/catalogue.hpp"
#include "tests/support/test.hpp"

using namespace tend::diagnostic;

TEST_CASE("every code's page is compiled in as it stands in docs/diagnostics") {
  for (const Entry& entry : codes()) {
    INFO(code_name(entry.code));
    std::ifstream in("docs/diagnostics/" + code_name(entry.code) + ".md", std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    REQUIRE_FALSE(text.str().empty());
    CHECK(page(entry.code) == text.str());
  }
  CHECK(page(1).empty());
}

TEST_CASE("a reader gets his own tongue, and the examples") {
  for (const Entry& entry : codes()) {
    INFO(code_name(entry.code));
    const bool examples = page(entry.code).find("\n## Wrong\n") != std::string_view::npos;
    const std::string en = page_in(entry.code, Tongue::en), zh = page_in(entry.code, Tongue::zh);
    CHECK(en.starts_with("# " + code_name(entry.code) + ": "));
    CHECK(zh.starts_with("# " + code_name(entry.code) + "："));
    CHECK(en.find("中文\n") == std::string::npos);
    CHECK((en.find("\n## Right\n") != std::string::npos) == examples);
    CHECK((zh.find("\n## 正确写法\n") != std::string::npos) == examples);
    CHECK(zh.find("\n## Wrong\n") == std::string::npos);
    // What is to know stands between the title and the examples, in either tongue.
    for (const std::string& text : {en, zh}) {
      const std::size_t begin = text.find('\n');
      CHECK(std::min(text.find("\n## "), text.size()) > begin + 10);
    }
  }
}

TEST_CASE("light Markdown becomes plain text") {
  CHECK(plain("# T1: a\n\nSee [the *guide*](../guide.md), `x[0](y)`.\n\n## Wrong\n\n```tend\nif a {\n\n}\n```\n", {}) ==
        "T1: a\n\nSee the *guide*, `x[0](y)`.\n\nWrong\n\n    if a {\n\n    }\n");
  CHECK(plain("# a\n", {.width = 0, .color = true}) == "\x1b[1ma\x1b[0m\n");
  CHECK(plain("one two three four", {.width = 9}) == "one two\nthree\nfour\n");
  CHECK(plain("[a b", {}) == "[a b\n");
  CHECK(plain("", {}).empty());
}

TEST_CASE("Chinese is wrapped by its cells, and no line begins with a mark that closes") {
  CHECK(plain("客户没有属性。请检查", {.width = 12}) == "客户没有属\n性。请检查\n");
  CHECK(plain("客户 abc没有", {.width = 8}) == "客户 abc\n没有\n");
  const std::string once = plain("客户没有这个属性，请检查拼写", {.width = 1});
  CHECK(once.find("\n，") == std::string::npos);
}
