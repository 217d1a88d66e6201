// Functions in Lua as the language sees them: types, currencies, what comes to nothing and what is told of it.
#include "engine/expr/functions.hpp"

#include <thread>

#include "tests/support/test.hpp"

using namespace tend;
using expr::Functions;
using program::Type;
using program::Value;
using program::ValueKind;

namespace {

const program::Currency kCny = program::pack_currency("CNY");
const program::Currency kJpy = program::pack_currency("JPY");

struct Held {
  explicit Held(std::string source, Type result = Type::number, std::vector<std::string> members = {}) {
    program::Function function;
    function.name = "shop.f";
    function.file = "f.lua";
    function.source = std::move(source);
    function.result.type = result;
    function.result.members = std::move(members);
    program.functions.push_back(std::move(function));
    functions = std::make_unique<Functions>(program);
  }

  Value call(std::vector<Value> arguments = {}) { return functions->call(0, arguments, texts); }
  /// What was wrong with the first call that came to nothing.
  std::string wrong() const {
    const auto trouble = functions->trouble();
    return trouble.empty() ? "" : trouble[0].first;
  }

  program::Program program;
  std::unique_ptr<Functions> functions;
  expr::Lists texts;
};

std::string returning(const std::string& value) { return "function f(a, b, c) return " + value + " end"; }

}  // namespace

TEST_CASE("each type goes in and comes out") {
  CHECK(Held(returning("a + 1")).call({Value::number(2)}).d == 3);
  CHECK(Held(returning("-0")).call().d == 0);
  CHECK(Held(returning("not a"), Type::boolean).call({Value::boolean(true)}).kind == ValueKind::boolean);
  Held text(returning("a .. b"), Type::text);
  const Value first = text.call({Value::string("长"), Value::string("沙")});
  const Value second = text.call({Value::string("x"), Value::string("")});
  CHECK(first.str() == "长沙");  // stays when the machine is called again
  CHECK(second.str() == "x");
  CHECK(Held(returning("''"), Type::text).call().str().empty());
  CHECK(Held(returning("a * 2"), Type::percent).call({Value::percent(10'000'000)}).i == 20'000'000);
  CHECK(Held(returning("a + 1"), Type::date).call({Value::date(20'513)}).i == 20'514);
  CHECK(Held(returning("a + 60"), Type::time_of_day).call({Value::time_of_day(36'000'000)}).i == 36'060'000);
  CHECK(Held(returning("a + 0.001"), Type::moment).call({Value::moment(1'772'359'200'000)}).i == 1'772'359'200'001);
  CHECK(Held(returning("a / 2"), Type::duration).call({Value::duration({1, 86'400'000})}).i == 31 * 43'200'000ll);
  CHECK(Held(returning("a"), Type::one_of, {"gold", "silver"}).call({Value::string("gold")}).str() == "gold");
  Held nothing(returning("a"));
  CHECK(nothing.call({Value()}).missing());
  CHECK(nothing.wrong().empty());  // nothing is an answer
}

TEST_CASE("an amount is a number of its currency's units") {
  const Value yuan = Held(returning("a * 0.1"), Type::money).call({Value::money(12'345, kCny)});
  CHECK((yuan.i == 1'235 && yuan.extra == kCny));  // 12.345 is rounded half away from zero
  const Value yen = Held(returning("a + 1"), Type::money).call({Value::money(500, kJpy)});
  CHECK((yen.i == 501 && yen.extra == kJpy));
  const Value said = Held(returning("10, 'JPY'"), Type::money).call({Value::money(1, kCny)});
  CHECK((said.i == 10 && said.extra == kJpy));
  CHECK(Held(returning("0"), Type::money).call().kind == ValueKind::money);

  Held unsaid(returning("10"), Type::money);
  CHECK(unsaid.call({Value::number(1)}).missing());
  CHECK(unsaid.wrong() == "gives an amount whose currency no amount handed over says: `return 10, \"CNY\"` does");
  CHECK(Held(returning("a + b"), Type::money).call({Value::money(1, kCny), Value::money(1, kJpy)}).missing());
  CHECK(Held(returning("1, 'yuan'"), Type::money).call().missing());
  CHECK(Held(returning("1e300, 'CNY'"), Type::money).call().missing());
}

TEST_CASE("what is not of the declared type is missing, and counted") {
  const auto refused = [](const std::string& value, Type type) {
    Held held(returning(value), type, {"gold"});
    INFO(value);
    CHECK(held.call().missing());
    CHECK(held.functions->trouble().size() == 1);
    return held.wrong();
  };
  CHECK(refused("'x'", Type::number) == "gives a text, and that is not what it is declared to give");
  CHECK(refused("'1'", Type::number) == "gives a text, and that is not what it is declared to give");
  CHECK(refused("1", Type::text) == "gives a number, and that is not what it is declared to give");
  CHECK(refused("1", Type::boolean) == "gives a number, and that is not what it is declared to give");
  CHECK(refused("true", Type::number) == "gives true or false, and that is not what it is declared to give");
  CHECK(refused("{}", Type::number) == "gives a table or a function, which the language has no value for");
  CHECK(refused("0/0", Type::number) == "gives a number that is not finite");
  CHECK(refused("1/0", Type::date) == "gives a number that is not finite");
  CHECK(refused("'\\255'", Type::text) == "gives a text that is not UTF-8");
  CHECK(refused("'a\\0b'", Type::text) == "gives a text that is not UTF-8");
  CHECK(refused("'silver'", Type::one_of) == "gives a text that is none of those declared");
  for (const char* days : {"0.5", "1e18", "-1e18"}) refused(days, Type::date);
  for (const char* seconds : {"-1", "86400", "86399.9999", "1e300"}) refused(seconds, Type::time_of_day);
  for (const char* seconds : {"1e18", "-1e18"}) refused(seconds, Type::moment);
  refused("1e300", Type::duration);
  refused("1e300", Type::percent);
}

TEST_CASE("a function that goes wrong is told of once, and its calls are counted") {
  Held held("function f(a) if a > 1 then error('too many') end return a end");
  CHECK(held.functions->news().empty());
  CHECK(held.call({Value::number(1)}).d == 1);
  CHECK(held.functions->news().empty());
  CHECK(held.call({Value::number(2)}).missing());
  CHECK(held.call({Value::number(3)}).missing());
  CHECK(held.functions->news() ==
        std::vector<std::string>{"the function `shop.f` came to nothing, which is told once: f.lua:1: too many"});
  CHECK(held.call({Value::number(4)}).missing());
  CHECK(held.functions->news().empty());
  CHECK(held.functions->trouble()[0].calls == 3);

  Held unreadable("while true do end");
  CHECK(unreadable.call().missing());
  CHECK(unreadable.call().missing());
  CHECK(unreadable.functions->trouble()[0].calls == 2);
  CHECK(unreadable.wrong() == "it takes more than 400000 instructions");
}

TEST_CASE("any number of threads call at once") {
  Held held("local n = 0\nfunction f(a) n = n + a return n end");
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&held, &wrong, t] {
      expr::Lists texts;
      for (int i = 0; i < 500; ++i) {
        const Value argument = Value::number(t * 1000 + i);
        if (held.functions->call(0, {&argument, 1}, texts).d != argument.d) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}
