// Mirrors dsl/syntax/limits: each limit at N and at N + 1, and inputs that would break a careless parser.
#include "dsl/text/limits.hpp"

#include "tests/dsl/syntax/support.hpp"

using namespace tend;
using namespace tend::syntax;
using namespace tend::syntax::test;

namespace {

std::string times(std::string_view piece, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += piece;
  return out;
}

/// One T0141 and nothing else, or nothing at all.
void check_deep(const Parsed& parsed, bool too_deep) {
  if (!too_deep) {
    CHECK(parsed.diagnostics.empty());
    return;
  }
  REQUIRE(parsed.diagnostics.size() == 1);
  CHECK(parsed.diagnostics[0].code == 141);
}

}  // namespace

TEST_CASE("a file of limits::kSourceBytesMax bytes is read, one more is not") {
  const std::string text = "segment s = a\n";
  const Parsed fits = parse_text(text + std::string(limits::kSourceBytesMax - text.size(), ' '));
  CHECK(fits.diagnostics.empty());
  CHECK(fits.file.declarations.size() == 1);
  const Parsed large = parse_text(text + std::string(limits::kSourceBytesMax + 1 - text.size(), ' '));
  REQUIRE(large.diagnostics.size() == 1);
  CHECK(large.diagnostics[0].code == 140);
  CHECK(large.file.declarations.empty());
}

TEST_CASE("every way to nest ends at limits::kDepthMax") {
  for (const std::size_t n : {std::size_t{limits::kDepthMax}, std::size_t{limits::kDepthMax} + 1, std::size_t{30000}}) {
    const bool too_deep = n > limits::kDepthMax;
    INFO(n);
    check_deep(parse_expression(times("(", n) + "a" + times(")", n)), too_deep);
    check_deep(parse_expression(times("[", n) + "a" + times("]", n)), too_deep);
    check_deep(parse_expression(times("f(", n) + "a" + times(")", n)), too_deep);
    check_deep(parse_text("event e { a " + times("list of ", n - 1) + "text }"), too_deep);
    check_deep(parse_text("playbook p {" + times("if a {", n - 1) + times("}", n - 1) + "}"), too_deep);
    check_deep(parse_text("playbook p { if a { }" + times(" else if a { }", n - 2) + " }"), too_deep);
  }
}

TEST_CASE("holes in texts in holes count as well") {
  std::string text = "\"a\"";
  for (std::size_t i = 0; i < limits::kDepthMax; ++i) text = "\"{{ " + text + " }}\"";
  CHECK(parse_expression(text).diagnostics.empty());
  check_deep(parse_expression("\"{{ " + text + " }}\""), true);
}

TEST_CASE("the tree of an expression is at most limits::kHeightMax high") {
  for (const std::size_t n :
       {std::size_t{limits::kHeightMax}, std::size_t{limits::kHeightMax} + 1, std::size_t{50000}}) {
    INFO(n);
    const bool too_deep = n > limits::kHeightMax;
    check_deep(parse_expression("a" + times(" and a", n - 1)), too_deep);
    check_deep(parse_expression("a" + times(" or a", n - 1)), too_deep);
    check_deep(parse_expression("a" + times(" + a", n - 1)), too_deep);
    check_deep(parse_expression("a" + times(" default a", n - 1)), too_deep);
    check_deep(parse_expression(times("not ", n - 1) + "a"), too_deep);
    check_deep(parse_expression(times("-", n - 1) + "a"), too_deep);
  }
}

TEST_CASE("a hundred mistakes are told, one more becomes `too many problems`") {
  const std::string wrong = "segment s = @\n";
  CHECK(parse_text(times(wrong, 100)).diagnostics.size() == 100);
  for (const std::size_t n : {101u, 20000u}) {
    const Parsed parsed = parse_text(times(wrong, n));
    REQUIRE(parsed.diagnostics.size() == 101);
    CHECK(parsed.diagnostics.back().code == 999);
  }
}

TEST_CASE("hard inputs end, and soon") {
  for (const std::string& piece :
       {std::string("{"), std::string("}"), std::string("\""), std::string("“"), std::string("\"{{"), std::string("(("),
        std::string("`"), std::string("if "), std::string("进入当"), std::string("\\"), std::string("#"),
        std::string("1"), std::string("playbook a {"), std::string("sned sned {"), std::string("a.")}) {
    INFO(piece);
    const Parsed parsed = parse_text("playbook p { send " + times(piece, 200000 / piece.size()));
    CHECK(parsed.diagnostics.size() <= 101);
    CHECK_FALSE(parsed.diagnostics.empty());
  }
}
