// Functions in Lua: what is declared, what is called, and when a condition with a call changes.
#include "tests/dsl/check/support.hpp"

using namespace tend;
using namespace tend::test;

namespace {

const std::string kShop = R"(
customer { born date; city text; level one of "silver", "gold" }
event order { amount money }
activity is order
extern function score(orders number, city text) number from "score.lua"
)";

std::string said(const std::string& more) { return check_text(kShop + more).sentences(); }

}  // namespace

TEST_CASE("a call reads its arguments and changes with them alone") {
  const Checked checked = check_text(kShop + R"(
playbook p { enter when score(count(order) over 30 days, customer.level) > 3; goal order; tag "x" }
)");
  REQUIRE(checked.sentences() == "");
  const program::Program& program = *checked.result.program;
  const program::Expression& condition = program.expressions[program.playbooks[0].enters[0].condition];
  CHECK(shown(program, condition.root) == "(> (score {count order over 30d} customer.level) 3)");
  CHECK(condition.dependencies.events.size() == 1);
  CHECK(condition.dependencies.attributes.size() == 1);
  CHECK(condition.dependencies.time);
  REQUIRE(program.functions.size() == 1);
  CHECK(program.functions[0].name == "score");
  CHECK(program.functions[0].file == "score.lua");
  CHECK(program.functions[0].parameters.size() == 2);
  CHECK(program::deserialize(checked.bytes()).has_value());
}

TEST_CASE("what moves with time cannot be handed over where the moment of change is asked for") {
  CHECK(said("playbook p { enter when score(age(customer.born), \"x\") > 3; goal order; tag \"x\" }")
            .starts_with("T0401"));
}

TEST_CASE("what a call may be missing") {
  CHECK(said("playbook p { enter on order; goal order; send m }\nmessage m { text \"{{ score(1, \"a\") }}\" }")
            .starts_with("T0307"));
  CHECK(said("playbook p { enter on order; goal order; send m }\nmessage m { text \"{{ score(1, \"a\") default 0 "
             "}}\" }") == "");
}

TEST_CASE("mistakes of calls and declarations") {
  CHECK(said("segment s = score(1) > 3") == "T0381 `score` takes 2 values, and here 1 are given [score(1)] \n");
  CHECK(said("segment s = score(\"a\", \"b\") > 3") == "T0380 `orders` takes a number, and this is a text [\"a\"] \n");
  CHECK(said("segment s = score(orders: 1, \"b\") > 3").starts_with("T0382"));
  CHECK(said("segment s = scor(1, \"b\") > 3") == "T0224 there is no function `scor` [scor] did you mean `score`?\n");
  CHECK(said("segment s = score(1, \"b\") > \"x\"").starts_with("T0302"));
  CHECK(said("extern function f(a list of text) staff from \"f.lua\"").starts_with("T0383"));
  CHECK(said("extern function f(a message) number from \"f.lua\"").starts_with("T0323"));
  CHECK(said("extern function f(a number = 3) number from \"f.lua\"").starts_with("T0384"));
  CHECK(said("extern function score(a number) number from \"f.lua\"").starts_with("T0208"));
}

TEST_CASE("the file is there, and is Lua") {
  check::CheckOptions options;
  options.scripts = std::vector<check::Script>{};
  CHECK(check_text(kShop, options).codes() == "T0560");
  options.scripts->push_back({.file = 0, .name = "score.lua", .source = 1});
  const std::string lua = "function score(orders, city)\n  retrun orders\nend\n";
  options.owners = {0, check::kNobodys};
  Checked checked = check_files({{"a.tend", kShop}, {"score.lua", lua}}, options);
  // The harness parses every source as .tend; what counts here is what the checker says.
  const auto of_lua = [&] {
    std::string out;
    for (const auto& one : checked.diagnostics) {
      if (one.code == 561) out += diagnostic::message(one, text::Tongue::en) + " at " + std::to_string(one.span.begin);
    }
    return out;
  };
  CHECK(of_lua() == "");
  (*options.scripts)[0].mistake_line = 2;
  (*options.scripts)[0].mistake = "'=' expected near 'orders'";
  checked = check_files({{"a.tend", kShop}, {"score.lua", lua}}, options);
  CHECK(of_lua() == "this is not Lua: '=' expected near 'orders' at 29");
}

TEST_CASE("the file defines the function, and runs") {
  check::CheckOptions options;
  options.owners = {0, check::kNobodys};
  const auto told = [&](std::optional<std::vector<std::string>> defines, const std::string& failure) {
    options.scripts = {
        {.file = 0, .name = "score.lua", .source = 1, .defines = std::move(defines), .failure = failure}};
    std::string out;
    for (const auto& one : check_files({{"a.tend", kShop}, {"score.lua", ""}}, options).diagnostics) {
      if (one.code == 562 || one.code == 563) out += diagnostic::message(one, text::Tongue::en);
    }
    return out;
  };
  CHECK(told({{"other", "score"}}, "") == "");
  CHECK(told(std::nullopt, "") == "");
  CHECK(told({{"skore"}}, "") == "the file `score.lua` does not define a function `score`");
  CHECK(told(std::nullopt, "it ends badly") == "the file `score.lua` cannot be run: it ends badly");
}
