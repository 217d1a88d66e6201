// Functions in Lua: what they give, that they are pure, and that hostile ones end.
#include "engine/expr/sandbox.hpp"

#include <chrono>
#include <cstdio>

#include "tests/support/test.hpp"

using namespace tend;
using expr::LuaValue;
using expr::Sandbox;

namespace {

LuaValue number(double value) { return {.kind = LuaValue::Kind::number, .number = value}; }
LuaValue text(std::string_view value) { return {.kind = LuaValue::Kind::text, .text = value}; }

std::string shown(const LuaValue& value) {
  switch (value.kind) {
    case LuaValue::Kind::none: return "nil";
    case LuaValue::Kind::boolean: return value.truth ? "true" : "false";
    case LuaValue::Kind::number: {
      char digits[40];
      std::snprintf(digits, sizeof digits, "%.14g", value.number);
      return digits;
    }
    case LuaValue::Kind::text: return "\"" + std::string(value.text) + "\"";
    case LuaValue::Kind::other: return "other";
  }
  return "";
}

std::string called(Sandbox& sandbox, std::vector<LuaValue> arguments = {}) {
  LuaValue results[1];
  const std::string failed = sandbox.call("f", arguments, results);
  return failed.empty() ? shown(results[0]) : "! " + failed;
}

/// What `f` of the file gives.
std::string given(const std::string& source, std::vector<LuaValue> arguments = {}) {
  auto sandbox = Sandbox::read(source, "f.lua");
  return sandbox ? called(**sandbox, std::move(arguments)) : "!! " + sandbox.error().message;
}

std::string body(const std::string& statements, std::vector<LuaValue> arguments = {}) {
  return given("function f(...)\n" + statements + "\nend", std::move(arguments));
}

}  // namespace

TEST_CASE("a function takes and gives texts, numbers, booleans and nothing") {
  CHECK(given("function f(a, b) return a * b end", {number(6), number(7)}) == "42");
  CHECK(given("function f(a) return a .. '!' end", {text("长沙")}) == "\"长沙!\"");
  CHECK(given("function f(a) return a == nil end", {LuaValue{}}) == "true");
  CHECK(body("return not ...", {{.kind = LuaValue::Kind::boolean, .truth = true}}) == "false");
  CHECK(body("return nil") == "nil");
  CHECK(body("") == "nil");
  CHECK(body("return {}") == "other");
  CHECK(given("local k = 3\nlocal function g(x) return x + k end\nfunction f(x) return g(x) end", {number(1)}) == "4");
  auto sandbox = Sandbox::read("function b() end\nfunction a() end\nc = 3", "f.lua");
  REQUIRE(sandbox);
  CHECK((*sandbox)->defines() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("what is wrong is said in Lua's words, with the line") {
  CHECK(given("function f(a)\n  return a.x.y\nend", {number(1)}) ==
        "! f.lua:2: attempt to index local 'a' (a number value)");
  CHECK(body("error('no such customer')") == "! f.lua:2: no such customer");
  CHECK(body("error({})") == "! it gives up with an error that is no text");
  CHECK(body("error(nil)") == "! it gives up with an error that is no text");
  CHECK(body("error('a\\nb', 0)") == "! a b");
  CHECK(body("error(('长'):rep(100), 0)").size() <= 202);
  CHECK(given("g = 1") == "! attempt to call a nil value");
  CHECK(given("f(") == "!! f.lua:1: unexpected symbol near '<eof>'");
  CHECK(given("error('at once')") == "!! f.lua:1: at once");
  CHECK(given("\x1bLJ\x02").starts_with("!! "));
}

TEST_CASE("a call leaves nothing behind for the next") {
  auto sandbox = Sandbox::read(
      "local n = 0\nm = 0\nlist = {}\n"
      "function f(x)\n  n = n + 1; m = m + 1; list[#list + 1] = x\n"
      "  string.upper = nil; math.pi = 3; table.insert(string, 1)\n"
      "  return n + m * 10 + #list * 100 + #string * 1000\nend",
      "f.lua");
  REQUIRE(sandbox);
  for (int i = 0; i < 5; ++i) CHECK(called(**sandbox, {number(i)}) == "1111");

  // Nor does a call that a limit stopped.
  auto stopped = Sandbox::read(
      "local seen = {}\nfunction f(x)\n  seen[#seen + 1] = x\n"
      "  if x == 1 then while true do end end\n"
      "  if x == 2 then return f(2) + 1 end\n"
      "  if x == 3 then local s = 'ab'; while true do s = s .. s end end\n  return #seen\nend",
      "f.lua");
  REQUIRE(stopped);
  for (const int x : {0, 1, 0, 2, 0, 3, 0}) CHECK((called(**stopped, {number(x)}) == "1") == (x == 0));
}

TEST_CASE("nothing of the machine, of the clock, of chance or of addresses is in reach") {
  for (const char* name :
       {"os",       "io",         "debug",    "package",      "require",        "module", "coroutine",
        "load",     "loadstring", "loadfile", "dofile",       "collectgarbage", "gcinfo", "newproxy",
        "print",    "pcall",      "xpcall",   "setmetatable", "getmetatable",   "rawset", "rawget",
        "rawequal", "rawlen",     "next",     "getfenv",      "setfenv",        "jit",    "ffi",
        "bit",      "_G",         "_VERSION", "arg"}) {
    INFO(name);
    CHECK(body(std::string("return ") + name + " == nil") == "true");
  }
  for (const char* name : {"string.dump", "string.gsub", "string.gmatch", "string.match", "math.random",
                           "math.randomseed", "table.foreach", "('').dump", "('').gsub", "('').match"}) {
    INFO(name);
    CHECK(body(std::string("return ") + name + " == nil") == "true");
  }
  CHECK(body("local s = tostring({})") == "! f.lua:2: tostring takes no table");
  CHECK(body("local s = tostring(f)") == "! f.lua:2: tostring takes no function");
  CHECK(body("local s = ('%s'):format({})") == "! f.lua:2: format takes no table");
  CHECK(body("local s = ('%p'):format('x')") == "! f.lua:2: format knows no %p");
  CHECK(body("local s = ('%-5p'):format('x')") == "! f.lua:2: format knows no %p");
  CHECK(body("return {} .. ''").starts_with("! "));
  CHECK(body("return {} < {}").starts_with("! "));
}

TEST_CASE("tables are gone through in an order of their keys") {
  const std::string walk =
      "local out = {}\nfor k, v in pairs(t) do out[#out + 1] = tostring(k) .. '=' .. tostring(v) end\n"
      "return table.concat(out, ' ')";
  CHECK(body("local t = {b = 1, a = 2, [10] = 3, [2] = 4, [true] = 5, [-0.5] = 6, 'first'}\n" + walk) ==
        "\"-0.5=6 1=first 2=4 10=3 a=2 b=1 true=5\"");
  CHECK(body("local t = {a = 1, b = 2, c = 3}\nlocal n = 0\n"
             "for k in pairs(t) do t.b = nil; n = n + 1 end\nreturn n") == "2");
  CHECK(body("for k in pairs({[{}] = 1}) do end") == "! f.lua:2: pairs takes no table with a table as a key");
  CHECK(body("for k in pairs(nil) do end").starts_with("! "));
  std::string many = "local t = {}\nfor i = 1, 300 do t['k' .. (i * 7919 % 1000)] = i end\n" + walk;
  const std::string once = body(many);
  for (int i = 0; i < 5; ++i) CHECK(body(many) == once);  // each a machine of its own, with a seed of its own
}

TEST_CASE("the library") {
  CHECK(body("return ('abc'):upper() .. ('DEF'):lower() .. ('gh'):rep(2) .. ('ij'):reverse() .. ('klm'):sub(2)") ==
        "\"ABCdefghghjilm\"");
  CHECK(body("return ('a.b'):find('.')") == "2");  // never a pattern
  CHECK(body("return ('abcabc'):find('bc', 3)") == "5");
  CHECK(body("return ('abc'):find('c', -1)") == "3");
  CHECK(body("return ('abc'):find('a', 9)") == "nil");
  CHECK(body("return ('abc'):find('')") == "1");
  CHECK(body("return ('abc'):byte(2) + #string.char(1, 2)") == "100");
  CHECK(body("return ('%05.2f|%d|%s|%q'):format(1.5, 3, 'x', 'y')") == "\"01.50|3|x|\"y\"\"");
  CHECK(body("return tonumber('0x10') + tonumber('ff', 16)") == "271");
  CHECK(body("return tostring(1.5) .. tostring(true) .. tostring(nil)") == "\"1.5truenil\"");
  CHECK(body("return math.floor(2.7) + math.max(1, 5, 3) + math.huge") == "inf");
  CHECK(body("local t = {3, 1, 2}\ntable.sort(t)\nreturn table.concat(t, ',')") == "\"1,2,3\"");
  CHECK(body("local t = {}\nfor i = 1, 57 do t[i] = i * 31 % 57 end\ntable.sort(t, function(a, b) return a > b end)\n"
             "for i = 2, #t do if t[i - 1] < t[i] then return i end end\nreturn #t") == "57");
  CHECK(body("local t = {1, 2}\ntable.insert(t, 3)\ntable.insert(t, 1, 0)\nreturn table.concat(t, ',')") ==
        "\"0,1,2,3\"");
  CHECK(body("local t = {1, 2, 3}\nlocal x = table.remove(t, 1) + table.remove(t)\nreturn x * 10 + #t") == "41");
  CHECK(body("return table.remove({})") == "nil");
  CHECK(body("return select('#', unpack({1, 2, 3}))") == "3");
  CHECK(body("return date.of(2026, 3, 1)") == "20513");
  CHECK(body("local y, m, d = date.parts(20513)\nreturn y * 10000 + m * 100 + d") == "20260301");
  CHECK(body("local y, m, d = date.parts(-1)\nreturn y * 10000 + m * 100 + d") == "19691231");
  CHECK(body("return date.of(2026, 2, 30)").starts_with("! "));
}

TEST_CASE("hostile functions end, and soon") {
  const auto begin = std::chrono::steady_clock::now();
  const auto fails = [](const std::string& statements) {
    const std::string said = body(statements);
    INFO(statements << " said " << said);
    CHECK(said.starts_with("! it takes more than"));
  };
  fails("while true do end");
  fails("for i = 1, 1e18 do end");
  fails("repeat until false");
  fails("local function g() return g() end return g()");  // a tail call has no depth
  fails("local function g() return 1 + g() end return g()");
  fails("return ('x'):rep(1e9)");
  fails("return ('x'):rep(1e308)");
  fails("local s = 'x' while true do s = s .. s end");
  fails("local t = {} for i = 1, 1e9 do t[i] = i end");
  fails("local t = {} while true do t = {t} end");
  fails("local t = {} for i = 1, 1e9 do t['k' .. i] = i end");
  fails("local s = ('x'):rep(60000) while true do local a = s .. 'y' end");
  fails("local s = ('x'):rep(30000) while true do local a = s:rep(2) end");
  fails("local s = ('x'):rep(60000) while true do s:upper() end");
  fails("local s = ('x'):rep(60000) while true do local a = tonumber(s) end");
  fails("local a, b = ('x'):rep(60000) .. 'a', ('x'):rep(60000) .. 'b' while true do local c = a < b end");
  fails("local s = ('a'):rep(60000) return s:find(('a'):rep(30000) .. 'b')");
  fails("while true do string.format('%099.99f', 1e308) end");
  fails("local t = {} for i = 1, 4000 do t[i] = '' end while true do table.concat(t) end");
  fails("local t = {} for i = 1, 4000 do t[i] = i end while true do unpack(t) end");
  fails("while true do unpack({}, 1, 7000) end");
  fails("local t = {} for i = 1, 4000 do t[i] = i end while true do table.insert(t, 1, 0) table.remove(t, 1) end");
  fails("local t = {} for i = 1, 8000 do t[i] = i end while true do for k in pairs(t) do end end");
  fails("local t = {} for i = 1, 3000 do t[i] = -i end table.sort(t, function() return true end)\nwhile true do end");
  fails("local function g(...) return g(1, ...) end return g()");
  fails("local t = {} t.t = t while true do t = t.t end");
  fails("local s = '' for i = 1, 1e9 do s = s .. i end");
  CHECK(body("return unpack({}, 1, 1e8)").starts_with("! "));
  CHECK(body("return ('x'):byte(1, 1e9)") == "120");
  CHECK(given("while true do end").starts_with("!! it takes more than"));
  CHECK(given("local s = 'x' while true do s = s .. s end").starts_with("!! "));
  CHECK(given(std::string(100'000, '(')).starts_with("!! "));
  CHECK(given("x = " + std::string(100'000, '{')).starts_with("!! "));
  CHECK(given("x = '" + std::string(8u << 20, 'x') + "'").starts_with("!! it takes more than"));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(60));  // half a minute under a sanitizer
}

TEST_CASE("what stops a call stops it at the same place each time") {
  // The number of rounds that the limit leaves room for.
  const auto rounds = [](const std::string& statement) {
    int most = 0;
    for (int step = 1 << 16; step > 0; step /= 2) {
      const auto said =
          body("local t, s = {}, 'a'\nfor i = 1, ... do " + statement + " end\nreturn 0", {number(most + step)});
      if (said == "0") most += step;
    }
    return most;
  };
  for (const char* statement : {"local x = i * 2", "t[i] = i", "s = s .. i", "t = {t}", "s = ('%d'):format(i)"}) {
    INFO(statement);
    const int once = rounds(statement);
    CHECK(once > 100);
    CHECK(rounds(statement) == once);
  }
}

TEST_CASE("how long a call takes", "[.speed]") {
  for (const char* source : {"function f(a, b) return a * 2 + b end",
                             "local t = {a = 1, b = 2}\nfunction f(a, b)\n  local s = 0\n  for i = 1, 100 do s = s + i "
                             "* a end\n  return s + t.a\nend"}) {
    auto begin = std::chrono::steady_clock::now();
    auto sandbox = Sandbox::read(source, "f.lua");
    REQUIRE(sandbox);
    const auto read = std::chrono::steady_clock::now() - begin;
    const LuaValue arguments[] = {number(1), number(2)};
    LuaValue results[1];
    begin = std::chrono::steady_clock::now();
    constexpr int kCalls = 100'000;
    for (int i = 0; i < kCalls; ++i) REQUIRE((*sandbox)->call("f", arguments, results).empty());
    const auto calls = std::chrono::steady_clock::now() - begin;
    std::printf("reading %.0f us, a call %.0f ns, %zu bytes to begin with\n",
                std::chrono::duration<double, std::micro>(read).count(),
                std::chrono::duration<double, std::nano>(calls).count() / kCalls, (*sandbox)->start_bytes());
  }
}
