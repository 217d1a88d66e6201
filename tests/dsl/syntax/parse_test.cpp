// Mirrors dsl/syntax/parse: what goes into which slot.
#include "tests/dsl/syntax/support.hpp"

using namespace tend;
using namespace tend::syntax;
using namespace tend::syntax::test;

namespace {

/// An expression with all brackets shown: `(a and (b or c))`.
std::string shape(const Expr& e) {
  const auto arg = [&](std::size_t k) { return shape(*e.args[k]); };
  switch (e.kind) {
    case ExprKind::path: {
      std::string out;
      for (const Name& name : e.path) out += (out.empty() ? "" : ".") + name.text;
      return out;
    }
    case ExprKind::literal: return e.spelling;
    case ExprKind::and_: return "(" + arg(0) + " and " + arg(1) + ")";
    case ExprKind::or_: return "(" + arg(0) + " or " + arg(1) + ")";
    case ExprKind::not_: return "(not " + arg(0) + ")";
    case ExprKind::negate: return "(-" + arg(0) + ")";
    case ExprKind::default_: return "(" + arg(0) + " default " + arg(1) + ")";
    case ExprKind::binary:
      return "(" + arg(0) + std::string(1, "+-*/"[static_cast<int>(e.word) - static_cast<int>(Word::add)]) + arg(1) +
             ")";
    case ExprKind::compare: return "(" + arg(0) + " cmp " + arg(1) + ")";
    case ExprKind::is_missing: return "(" + arg(0) + " missing)";
    case ExprKind::group: return "[" + arg(0) + "]";
    case ExprKind::error: return "error";
    default: return "?";
  }
}

std::string shape(const std::string& text) {
  const Parsed parsed = parse_expression(text);
  INFO(text << "\n" << parsed.shown());
  CHECK(parsed.diagnostics.empty());
  return shape(expression(parsed));
}

const Stmt& only_step(const Parsed& parsed) {
  INFO(parsed.shown());
  REQUIRE(parsed.diagnostics.empty());
  REQUIRE(steps(parsed).size() == 1);
  return *steps(parsed)[0];
}

}  // namespace

TEST_CASE("operators bind: default, - , * /, + -, comparisons, not, and, or") {
  CHECK(shape("a or b and c") == "(a or (b and c))");
  CHECK(shape("not a and b") == "((not a) and b)");
  CHECK(shape("not not a = b") == "(not (not (a cmp b)))");
  CHECK(shape("a + b * c - d") == "((a+(b*c))-d)");
  CHECK(shape("a - b - c") == "((a-b)-c)");
  CHECK(shape("-a default b * c") == "(((-a) default b)*c)");
  CHECK(shape("a default b default c") == "((a default b) default c)");
  CHECK(shape("(a or b) and c") == "([(a or b)] and c)");
  CHECK(shape("a - -b") == "(a-(-b))");
  CHECK(shape("a + 1 is missing") == "((a+1) missing)");
  CHECK(shape("甲 且 非 乙 或者 丙 × ２ ≥ 丁") == "((甲 and (not 乙)) or ((丙*2) cmp 丁))");
}

TEST_CASE("lines go on after operators, before and/or, inside brackets") {
  CHECK(shape("a\n  and b\n  # why\n  or c") == "((a and b) or c)");
  CHECK(shape("a and\n b") == "(a and b)");
  CHECK(shape("a +\n b") == "(a+b)");
  CHECK(shape("(\n a\n)") == "[a]");
}

TEST_CASE("windows") {
  const Parsed parsed = parse_expression("count(order where amount > 3 CNY) over 90 days >= 2");
  REQUIRE(parsed.diagnostics.empty());
  const Expr& window = *expression(parsed).args[0];
  CHECK(window.kind == ExprKind::aggregate);
  CHECK(window.word == Word::count);
  CHECK(shape(*window.args[0]) == "order");
  CHECK(shape(*window.where) == "(amount cmp 3 CNY)");
  CHECK(shape(*window.over) == "90 days");

  for (const std::string text : {"(order where amount > 1) within 90 days", "（order 其中 amount > 1）90天内"}) {
    const Parsed happened = parse_expression(text);
    INFO(happened.shown());
    REQUIRE(happened.diagnostics.empty());
    CHECK(expression(happened).kind == ExprKind::happened);
    CHECK(expression(happened).path[0].text == "order");
    CHECK(shape(*expression(happened).where) == "(amount cmp 1)");
    CHECK(shape(*expression(happened).duration) == "90 days");
  }
  for (const std::string text : {"no order for 3 days", "未 order 满3天", "未 order 3天"}) {
    const Parsed silent = parse_expression(text);
    REQUIRE(silent.diagnostics.empty());
    CHECK(expression(silent).kind == ExprKind::silent);
    CHECK(shape(*expression(silent).duration) == "3 days");
  }
  CHECK(expression(parse_expression("inactive for gap")).kind == ExprKind::inactive);
  CHECK(expression(parse_expression("order within gap")).kind == ExprKind::happened);
  CHECK(expression(parse_expression("order gap 内")).kind == ExprKind::happened);
}

TEST_CASE("words of the language are names where only a name can stand") {
  CHECK(shape("goal = 1 and wait = 2 and inactive = 3 and no = 4 and tagged = 5") ==
        "(((((goal cmp 1) and (wait cmp 2)) and (inactive cmp 3)) and (no cmp 4)) and (tagged cmp 5))");
  CHECK(shape("count + total * min") == "(count+(total*min))");
  CHECK(shape("`not` and `是`") == "(not and 是)");
  const Parsed parsed = parse_text(
      "event wait { goal number, send text, on text, text text }\nevent 目标\nplaybook stop { enter on wait; goal "
      "goal; send stop; set customer.on = `or` }");
  INFO(parsed.shown());
  CHECK(parsed.diagnostics.empty());
  CHECK(parsed.file.declarations[0]->fields[3].name.text == "text");
  CHECK(parsed.file.declarations[2]->block.statements[1]->path[0].text == "goal");
  CHECK(parsed.file.declarations[2]->block.statements[3]->value->path[0].quoted);
}

TEST_CASE("`==` is read, with a warning and a fix") {
  const Parsed parsed = parse_expression("a == b");
  REQUIRE(parsed.diagnostics.size() == 1);
  CHECK(parsed.diagnostics[0].code == 130);
  CHECK(parsed.diagnostics[0].severity == diagnostic::Severity::warning);
  CHECK(parsed.diagnostics[0].fixes.at(0).replacement == "=");
  CHECK(expression(parsed).fix_equal);
  CHECK(expression(parsed).word == Word::equal);
}

TEST_CASE("send has its clauses in any order, each once") {
  for (const std::string text : {"send care on a else b within 2 hours as l else { stop }",
                                 "send care as l within 2 hours on a else b else { stop }",
                                 "发送 care 2小时内 经 a 否则 b 记为 l 否则 { 结束 }"}) {
    const Parsed parsed = parse_steps(text);
    const Stmt& send = only_step(parsed);
    CHECK(send.kind == StmtKind::send);
    CHECK(send.path[0].text == "care");
    REQUIRE(send.channels.size() == 2);
    CHECK(send.channels[1].text == "b");
    CHECK(shape(*send.duration) == "2 hours");
    CHECK(send.label.text == "l");
    CHECK(send.has_else);
    CHECK(send.else_block.statements.size() == 1);
  }
  const Parsed twice = parse_steps("send care on a on b");
  REQUIRE(twice.diagnostics.size() == 1);
  CHECK(twice.diagnostics[0].code == 104);
}

TEST_CASE("the forms of wait") {
  const auto step_of = [](const std::string& text) { return parse_steps(text); };
  Parsed parsed = step_of("wait 3 days");
  CHECK(only_step(parsed).kind == StmtKind::wait);
  parsed = step_of("等待3天");
  CHECK(only_step(parsed).kind == StmtKind::wait);
  parsed = step_of("wait until 9:05");
  CHECK(only_step(parsed).kind == StmtKind::wait_until_time);
  CHECK(only_step(parsed).time_ms == (9 * 60 + 5) * 60'000);
  CHECK(only_step(parsed).weekday == -1);
  parsed = step_of("等到 周五 10:00");
  CHECK(only_step(parsed).weekday == 4);
  CHECK_FALSE(only_step(parsed).next);
  parsed = step_of("wait until next workday at 10:00");
  CHECK(only_step(parsed).weekday == 7);
  CHECK(only_step(parsed).next);
  parsed = step_of("wait until customer.birthday - 3 days at 10:00");
  CHECK(only_step(parsed).kind == StmtKind::wait_until_date);
  CHECK(only_step(parsed).time_ms == 36'000'000);
  for (const std::string text : {"wait until 2026-11-11 at 10:00", "等到 2026-11-11 10:00"}) {
    parsed = step_of(text);
    CHECK(only_step(parsed).kind == StmtKind::wait_until_date);
    CHECK(only_step(parsed).condition->kind == ExprKind::literal);
    CHECK(only_step(parsed).condition->spelling == "2026-11-11");
    CHECK(only_step(parsed).time_ms == 36'000'000);
  }
  parsed = step_of("wait until a = b up to 3 days else { stop }");
  CHECK(only_step(parsed).kind == StmtKind::wait_until_condition);
  CHECK(shape(*only_step(parsed).duration) == "3 days");
  CHECK(only_step(parsed).has_else);
  parsed = step_of("wait up to 7 days { on reply where text = \"x\" { stop } when a { } else { stop } }");
  const Stmt& wait = only_step(parsed);
  CHECK(wait.kind == StmtKind::wait_up_to);
  REQUIRE(wait.block.statements.size() == 3);
  CHECK(wait.block.statements[0]->kind == StmtKind::arm_on);
  CHECK(wait.block.statements[0]->where);
  CHECK(wait.block.statements[1]->kind == StmtKind::arm_when);
  CHECK(wait.block.statements[2]->kind == StmtKind::arm_else);
}

TEST_CASE("else if is an if alone in the else block") {
  const Parsed parsed = parse_steps("if a { stop } else if b { stop }\nelse { send c }");
  const Stmt& first = only_step(parsed);
  REQUIRE(first.has_else);
  REQUIRE(first.else_block.statements.size() == 1);
  const Stmt& second = *first.else_block.statements[0];
  CHECK(second.else_if);
  CHECK(shape(*second.condition) == "b");
  CHECK(second.else_block.statements.at(0)->kind == StmtKind::send);
}

TEST_CASE("header clauses") {
  const Parsed parsed = parse_text(
      "playbook p \"P\" {\n enter when a where b\n enter on order where c per order.id\n where d\n again after 3 "
      "days\n goal order within 3 days where e and stay\n leave when f\n}");
  INFO(parsed.shown());
  REQUIRE(parsed.diagnostics.empty());
  const Stmt& playbook = *parsed.file.declarations[0];
  CHECK(playbook.name.text == "p");
  CHECK(playbook.text->plain() == "P");
  const auto& list = playbook.block.statements;
  CHECK(list[0]->kind == StmtKind::enter_when);
  CHECK(shape(*list[0]->where) == "b");
  CHECK(list[1]->kind == StmtKind::enter_on);
  CHECK(shape(*list[1]->where) == "c");
  REQUIRE(list[1]->names.size() == 2);
  CHECK(list[2]->kind == StmtKind::where);
  CHECK(list[3]->kind == StmtKind::again_after);
  CHECK(list[4]->kind == StmtKind::goal);
  CHECK(list[4]->stay);
  CHECK(shape(*list[4]->where) == "e");
  CHECK(list[5]->kind == StmtKind::leave);
}

TEST_CASE("texts: escapes, holes, several lines") {
  const auto plain = [](const std::string& text) {
    const Parsed parsed = parse_expression("x = " + text);
    INFO(text << parsed.shown());
    CHECK(parsed.diagnostics.empty());
    return expression(parsed).args.at(1)->text.plain();
  };
  CHECK(plain(R"("a\"b\\c\n\{{")") == "a\"b\\c\n{{");
  CHECK(plain("“a \"b\" c”") == "a \"b\" c");
  CHECK(plain("”a“") == "a");
  CHECK(plain("\"\"\"\n    a\n      b\n\n    \"\"\"") == "a\n  b\n\n");
  CHECK(plain("\"\"\"a\"b\"\"\"") == "a\"b");
  CHECK(plain("\"\"\"\r\n  a\r\n  \"\"\"") == "a\n");
  const Parsed parsed = parse_expression("x = \"a {{ b | upper | truncate 20 }} c\"");
  REQUIRE(parsed.diagnostics.empty());
  const Text& text = expression(parsed).args[1]->text;
  REQUIRE(text.pieces.size() == 3);
  CHECK(shape(*text.pieces[1].hole) == "b");
  REQUIRE(text.pieces[1].filters.size() == 2);
  CHECK(text.pieces[1].filters[1].arguments.size() == 1);
}

TEST_CASE("a statement without typed slots keeps its keyword first, in the English order") {
  const Parsed parsed = parse_steps("进入 每年 客户.生日 前7天 09:00");
  const Stmt& enter = only_step(parsed);
  CHECK(enter.kind == StmtKind::enter_relative);
  using What = Stmt::Part::What;
  REQUIRE(enter.parts.size() == 7);
  CHECK(enter.parts[0].keyword == static_cast<std::uint16_t>(Keyword::enter));
  CHECK(enter.parts[2].what == What::expression);
  CHECK(enter.parts[2].expression->spelling == "7 days");
  CHECK(enter.parts[3].keyword == static_cast<std::uint16_t>(Keyword::before));
  CHECK(shape(*enter.parts[4].expression) == "客户.生日");
}

TEST_CASE("spans and heads point into the source") {
  const Parsed parsed = parse_steps("if  a = b   { stop \"x\" }");
  const Stmt& statement = only_step(parsed);
  const auto slice = [&](Span span) { return parsed.source.text.substr(span.begin, span.end - span.begin); };
  CHECK(slice(statement.span) == "if  a = b   { stop \"x\" }");
  CHECK(slice(statement.head) == "if  a = b");
  CHECK(slice(statement.condition->span) == "a = b");
  CHECK(slice(statement.block.statements[0]->text->span) == "\"x\"");
}

TEST_CASE("comments are kept with their places") {
  const Parsed parsed = parse_text("# one\nsegment a = b # two\r\n  # three\n");
  REQUIRE(parsed.file.comments.size() == 3);
  CHECK(parsed.file.comments[0].own_line);
  CHECK_FALSE(parsed.file.comments[1].own_line);
  CHECK(parsed.file.comments[2].own_line);
  CHECK(parsed.source.text.substr(parsed.file.comments[1].span.begin, 5) == "# two");
  CHECK(parsed.file.comments[1].span.end - parsed.file.comments[1].span.begin == 5);
}

TEST_CASE("BOM, CRLF, no line break at the end, nothing at all") {
  CHECK(parse_text("\xEF\xBB\xBFsegment a = b\r\nsegment c = d").file.declarations.size() == 2);
  CHECK(parse_text("\xEF\xBB\xBFsegment a = b\r\nsegment c = d").diagnostics.empty());
  CHECK(parse_text("").file.declarations.empty());
  CHECK(parse_text("\n\n# only a comment").file.comments.size() == 1);
}
