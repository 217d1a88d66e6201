// Mirrors dsl/syntax/sizes: each limit of breadth at N and at N + 1.
#include "dsl/syntax/sizes.hpp"

#include "tests/dsl/syntax/support.hpp"

using namespace tend;
using namespace tend::syntax::test;

namespace {

template <typename Piece>
std::string many(std::size_t count, const Piece& piece) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += piece(i);
  return out;
}

std::string times(std::size_t count, const std::string& piece) {
  return many(count, [&](std::size_t) { return piece; });
}

/// `text(limit)` is fine, `text(limit + 1)` has the one mistake `code`.
template <typename Text>
void check_limit(std::size_t limit, const char* code, const Text& text) {
  const Parsed fits = parse_text(text(limit));
  INFO(text(limit).substr(0, 200));
  CHECK(fits.diagnostics.empty());
  const Parsed over = parse_text(text(limit + 1));
  REQUIRE(over.diagnostics.size() == 1);
  CHECK(diagnostic::code_name(over.diagnostics[0].code) == code);
}

std::string number(std::size_t i) { return std::to_string(i); }

}  // namespace

TEST_CASE("names and tags have at most kNameCharactersMax characters") {
  using limits::kNameCharactersMax;
  for (const std::string letter : {"a", "客"}) {
    check_limit(kNameCharactersMax, "T0148", [&](std::size_t n) { return "event " + times(n, letter); });
    check_limit(kNameCharactersMax, "T0148",
                [&](std::size_t n) { return "playbook p { tag \"" + times(n, letter) + "\" }"; });
    check_limit(kNameCharactersMax, "T0148",
                [&](std::size_t n) { return "playbook p { untag \"" + times(n, letter) + "\" }"; });
    check_limit(kNameCharactersMax, "T0148",
                [&](std::size_t n) { return "segment s = tagged [\"a\", \"" + times(n, letter) + "\"]"; });
    check_limit(kNameCharactersMax, "T0148",
                [&](std::size_t n) { return "segment s = a." + times(n, letter) + " = 1"; });
  }
}

TEST_CASE("what a hole of a tag says counts only when it runs") {
  CHECK(
      parse_text("playbook p { tag \"{{ customer.city default \"" + times(200, "a") + "\" }}\" }").diagnostics.empty());
}

TEST_CASE("a path has at most kPathNamesMax names") {
  check_limit(limits::kPathNamesMax, "T0149",
              [](std::size_t n) { return "segment s = a" + times(n - 1, ".b") + " = 1"; });
}

TEST_CASE("a playbook has at most kStepsMax steps, wherever they stand") {
  using limits::kStepsMax;
  check_limit(kStepsMax, "T0149", [](std::size_t n) { return "playbook p {\n" + times(n, "send m\n") + "}"; });
  check_limit(kStepsMax, "T0149", [](std::size_t n) {
    return "playbook p {\n" + times((n - 1) / 3, "if a { send m } else if b { }\n") +
           times(n - (n - 1) / 3 * 3, "stop\n") + "}";
  });
  check_limit(kStepsMax, "T0149", [](std::size_t n) {
    return "playbook p {\n wait up to 1 day { on a { " + times(n - 1, "send m\n") + "} } }";
  });
  check_limit(kStepsMax, "T0149", [](std::size_t n) { return "template t() {\n" + times(n, "send m\n") + "}"; });
}

TEST_CASE("a playbook has at most kBranchesMax ways in, a wait as many arms, a split as many shares") {
  using limits::kBranchesMax;
  check_limit(kBranchesMax, "T0149", [](std::size_t n) { return "playbook p {\n" + times(n, "enter on a\n") + "}"; });
  check_limit(kBranchesMax, "T0149",
              [](std::size_t n) { return "playbook p {\n wait up to 1 day {\n" + times(n, "on a { }\n") + "} }"; });
  check_limit(kBranchesMax, "T0149",
              [](std::size_t n) { return "playbook p {\n split {\n" + times(n, "1% \"a\" { }\n") + "} }"; });
}

TEST_CASE("an event has at most kFieldsMax fields, a function as many parameters and arguments") {
  using limits::kFieldsMax;
  const auto field = [](std::size_t i) { return "f" + number(i) + " text, "; };
  check_limit(kFieldsMax, "T0149", [&](std::size_t n) { return "event e { " + many(n, field) + "}"; });
  check_limit(kFieldsMax, "T0149", [&](std::size_t n) { return "customer { " + many(n, field) + "}"; });
  check_limit(kFieldsMax, "T0149", [&](std::size_t n) {
    return "extern function f(" + many(n - 1, field) + "last text) number from \"f.lua\"";
  });
  check_limit(kFieldsMax, "T0149", [&](std::size_t n) { return "trait t = f(" + times(n - 1, "1, ") + "1)"; });
}

TEST_CASE("a list has at most kMembersMax elements, a `one of` as many members") {
  using limits::kMembersMax;
  check_limit(kMembersMax, "T0149", [](std::size_t n) { return "segment s = a in [" + times(n - 1, "1, ") + "1]"; });
  check_limit(kMembersMax, "T0149", [](std::size_t n) {
    return "customer { level one of " + many(n - 1, [](std::size_t i) { return "\"m" + number(i) + "\", "; }) +
           "\"z\" }";
  });
}
