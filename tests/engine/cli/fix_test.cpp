// Mirrors engine/cli/fix: rounds, and what is refused.
#include "engine/cli/fix.hpp"

#include "dsl/diagnostic/catalogue.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::cli;

namespace {

Checked checked(const std::vector<std::string>& texts) {
  Loaded loaded;
  for (const std::string& text : texts)
    loaded.sources.push_back({.name = std::to_string(loaded.sources.size()) + ".tend", .text = text});
  auto result = check_loaded(std::move(loaded));
  REQUIRE(result);
  return std::move(*result);
}

bool anything(const std::string&) { return true; }

diagnostic::Diagnostic with_fix(std::uint32_t file, std::uint32_t begin, std::uint32_t end, std::string replacement) {
  diagnostic::Diagnostic one = diagnostic::make(201, {file, begin, end}, {"x"});
  one.fixes = {{{file, begin, end}, std::move(replacement)}};
  return one;
}

}  // namespace

TEST_CASE("a fix that shows the next mistake is followed by its fix") {
  const std::string text = "event order { amount money }\nplaybook p {\n  enter on order\n  goal order within 3 days\n";
  const auto fixed =
      fix_all(checked({text + "  进入当沉默满60天\n}\n", "segment s = count(order) over 3 days == 1\n"}), anything);
  REQUIRE(fixed);
  CHECK(fixed->checked.sources[0].text.find("进入 当 沉默 满60天") != std::string::npos);
  CHECK(fixed->fixed.at("0.tend") == std::map<std::uint16_t, int>{{105, 1}});
  CHECK(fixed->fixed.at("1.tend") == std::map<std::uint16_t, int>{{130, 1}});
  CHECK(fixed_lines(*fixed, text::Tongue::en) ==
        std::vector<std::string>{"fixed `0.tend`: 1 × T0105", "fixed `1.tend`: 1 × T0130"});
}

TEST_CASE("a fix that would break its file is not made, those of other files are") {
  Checked found = checked({"event order { amount money }\n", "event pay { amount money }\n"});
  REQUIRE(found.diagnostics.empty());
  found.diagnostics = {with_fix(0, 0, 5, "evnt {"), with_fix(1, 6, 9, "payment")};
  const auto fixed = fix_all(std::move(found), anything);
  REQUIRE(fixed);
  CHECK(fixed->checked.sources[0].text == "event order { amount money }\n");
  CHECK(fixed->checked.sources[1].text == "event payment { amount money }\n");
  CHECK(fixed->refused == std::vector<std::string>{"0.tend"});
  CHECK_FALSE(fixed->fixed.contains("0.tend"));
  CHECK(fixed_lines(*fixed, text::Tongue::en).back() ==
        "left `0.tend` as it is: what could be fixed would make it worse");
}

TEST_CASE("what may not change does not") {
  const std::string text = "event order { amount money }\nsegment s = count(order) over 3 days == 1\n";
  const auto fixed = fix_all(checked({text}), [](const std::string& name) { return name != "0.tend"; });
  REQUIRE(fixed);
  CHECK(fixed->checked.sources[0].text == text);
  CHECK(fixed->fixed.empty());
  CHECK(fixed->checked.diagnostics.size() == 1);
}
