// Mirrors the recovery in dsl/syntax/rules: one mistake, one diagnostic, and the rest is still read.
#include "tests/dsl/syntax/support.hpp"

using namespace tend;
using namespace tend::syntax;
using namespace tend::syntax::test;

namespace {

/// The one diagnostic of a text that has one.
diagnostic::Diagnostic only(const Parsed& parsed) {
  INFO(parsed.shown());
  REQUIRE(parsed.diagnostics.size() == 1);
  return parsed.diagnostics[0];
}

void check_fix(const std::string& wrong, std::uint16_t code, const std::string& replacement, const std::string& right) {
  const Parsed parsed = parse_steps(wrong);
  INFO(wrong << "\n" << parsed.shown());
  const diagnostic::Diagnostic d = only(parsed);
  CHECK(d.code == code);
  REQUIRE(d.fixes.size() == 1);
  CHECK(d.fixes[0].replacement == replacement);
  // What was meant is what was read.
  const Parsed fixed = parse_steps(right);
  REQUIRE(fixed.diagnostics.empty());
  CHECK(same_tree(parsed.file, fixed.file));
}

}  // namespace

TEST_CASE("misspelt words are read as they were meant") {
  check_fix("sned care", 103, "send", "send care");
  check_fix("agian after 3 days", 103, "again", "again after 3 days");
  check_fix("wiat until 10:00", 103, "wait", "wait until 10:00");
  check_fix("send care witin 2 hours", 104, "within", "send care within 2 hours");
  check_fix("send care esle { stop }", 104, "else", "send care else { stop }");
  check_fix("if a adn b { stop }", 102, "and", "if a and b { stop }");
  check_fix("iff a { stop }", 103, "if", "if a { stop }");
  check_fix("wait up to 3 dyas { on x { stop } }", 125, "days", "wait up to 3 days { on x { stop } }");
  check_fix("发宋 问候", 103, "发送", "发送 问候");
  check_fix(R"(tag "{{ a defualt "b" }}")", 112, "default", R"(tag "{{ a default "b" }}")");
}

TEST_CASE("Chinese without blanks is parted by longest match") {
  check_fix("进入当沉默满60天", 105, "进入 当 沉默 满60天", "进入 当 沉默 满60天");
  check_fix("发送问候", 105, "发送 问候", "发送 问候");
  check_fix("退出当有标签 \"a\"", 105, "退出 当 有标签", "退出 当 有标签 \"a\"");
  check_fix("如果 非有标签 \"a\" { 结束 }", 105, "非 有标签", "如果 非 有标签 \"a\" { 结束 }");
  check_fix("条件 下单 30天内且有标签 \"a\"", 105, "天内 且 有标签", "条件 下单 30天内 且 有标签 \"a\"");
}

TEST_CASE("a broken condition does not hide its block") {
  const Parsed parsed = parse_steps("if a = { sned x\n }\nelse if { send y }\nwait up to { on { stop } }");
  CHECK(parsed.places() == "2:8 T0102\n2:10 T0103\n4:9 T0102\n5:12 T0102\n5:17 T0102\n");
  CHECK(steps(parsed).at(0)->condition->kind == ExprKind::error);
  CHECK(steps(parsed).at(0)->block.statements.at(0)->kind == StmtKind::send);
  CHECK(steps(parsed).at(1)->duration->kind == ExprKind::error);
}

TEST_CASE("a broken share does not hide the next") {
  CHECK(parse_steps("split {\n 50 \"a\" { sned x }\n 50% \"b\" { sned y }\n}").places() ==
        "3:2 T0101\n3:11 T0103\n4:12 T0103\n");
}

TEST_CASE("a broken hole does not hide the rest of its text, nor the next") {
  CHECK(parse_steps("tag \"{{ }} and {{ a b }}\"\nsend @").places() == "2:9 T0102\n2:21 T0112\n3:6 T0144\n");
}

TEST_CASE("a missing brace is said once") {
  CHECK(only(parse_text("playbook a {\n send b\n")).code == 107);
  CHECK(only(parse_text("playbook a {\n if x {\n send b\n}\nmessage m { text \"a\" }\n")).code == 107);
  CHECK(only(parse_text("playbook a\n send b\n wait 3 days\n}\nsegment s = a\n")).code == 102);
  CHECK(only(parse_text("playbook a { send b }\n}\nsegment s = a")).code == 108);
  const Parsed parsed = parse_text("playbook a {\n if x\n send b\n}\nsegment s = a\n");
  CHECK(only(parsed).code == 102);
  CHECK(parsed.file.declarations.size() == 2);
}

TEST_CASE("quotes that do not fit") {
  CHECK(only(parse_steps("tag \"a”\nsend b")).code == 114);
  CHECK(only(parse_steps("tag “a\"\nsend b")).code == 114);
  CHECK(only(parse_steps("tag \"a\nsend b")).code == 110);
  CHECK(only(parse_steps("tag \"\"\"a\nsend b")).code == 111);
  CHECK(only(parse_steps("tag 'a'")).code == 144);
}

TEST_CASE("a file that ends in the middle of anything") {
  const std::string whole =
      "playbook p {\n if a = \"{{ b | c 1 }}\" and (count(d where e) over 3 days > 1) { send f else { stop } }\n set g "
      "= \"\"\"{{ h }}\n\"\"\"\n wait up to 1 day { on i { } }\n}\n";
  REQUIRE(parse_text(whole).diagnostics.empty());
  for (std::size_t end = 1; end + 2 < whole.size(); ++end) {
    INFO(whole.substr(0, end));
    CHECK_FALSE(parse_text(whole.substr(0, end)).diagnostics.empty());
  }
}

TEST_CASE("reserved words as names") {
  const diagnostic::Diagnostic d = only(parse_text("segment not = a"));
  CHECK(d.code == 106);
  CHECK(d.fixes.at(0).replacement == "`not`");
}

TEST_CASE("statements after a mistake are read") {
  const Parsed parsed = parse_text("segment a = @ { \"}\" # }\n }\nsegment b = c\nfoo bar { x }\nsegment d = e");
  CHECK(parsed.diagnostics.size() == 2);
  REQUIRE(parsed.file.declarations.size() == 4);
  CHECK(parsed.file.declarations[1]->kind == StmtKind::segment);
  CHECK(parsed.file.declarations[3]->name.text == "d");
}

TEST_CASE("bytes that are not UTF-8 are one diagnostic") {
  CHECK(only(parse_text("segment a = \xC4\xE3\xBA\xC3\nfoo")).code == 142);
  CHECK(parse_text(std::string("segment a = b\0 c", 16)).diagnostics.at(0).code == 143);
}
