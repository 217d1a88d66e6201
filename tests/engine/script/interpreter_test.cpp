// Scripts of other people in their Lua: what they can call, what they are kept from, and how far they get.
#include "engine/script/interpreter.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "engine/script/json.hpp"
#include "engine/script/library.hpp"
#include "tests/support/test.hpp"

namespace tend::script {
namespace {

using Json = nlohmann::json;
using Kind = Step::Kind;

/// A script whose `send` is `body`.
std::string sending(const std::string& body) { return "function send(message, options)\n" + body + "\nend\n"; }

Json submit(const std::string& text = "hello") {
  return {{"id", 1}, {"submit", Json::array({{{"key", "k1"}, {"to", "a@b.example"}, {"text", text}}})}};
}

Limits small() {
  Limits limits;
  limits.memory_bytes = 8u << 20;
  limits.work = std::chrono::milliseconds(100);
  return limits;
}

/// What `send` makes of a message, or the sentence with which it fails.
std::string sent(const std::string& body, Limits limits = small()) {
  Interpreter script(limits);
  const std::string why = script.load(sending(body), "x.lua", {{"token", "secret"}});
  if (!why.empty()) return "load: " + why;
  const Step step = script.begin(1, submit());
  return step.text;
}

/// The reason that `send` gives, which is the text of `expression`.
std::string value_of(const std::string& expression) {
  const std::string text = sent("return { reason = " + expression + " }");
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return text;
  const Json reason = json["outcomes"][0].value("reason", Json());
  return reason.is_string() ? reason.get<std::string>() : reason.dump();
}

TEST_CASE("script: a message is handed over with the options, and the outcome comes back") {
  CHECK(sent("return { fate = 'accepted', provider_id = message.key .. options.token }") ==
        R"({"outcomes":[{"fate":"accepted","provider_id":"k1secret"}]})");
  CHECK(sent("return nil") == R"({"outcomes":[{}]})");
  CHECK(sent("return 'yes'") == R"({"outcomes":["yes"]})");
  Interpreter script(small());
  REQUIRE(
      script
          .load(sending("return { fate = 'accepted' }") + "function find(m) return { fate = 'deferred' } end " +
                    "function poll(p) return { receipts = { { kind = 'opened', to = p.provider_id } }, id = 7 } end",
                "x.lua", Json::object())
          .empty());
  CHECK(script.defines("find"));
  CHECK(!script.defines("nothing"));
  CHECK(script.begin(1, {{"submit", Json::array()}}).text == R"({"outcomes":[]})");
  CHECK(script.begin(2, {{"reconcile", {{"key", "k"}}}}).text == R"({"outcomes":[{"fate":"deferred"}]})");
  CHECK(Json::parse(script.begin(3, {{"poll", {{"provider_id", "p"}}}}).text) ==
        Json::parse(R"({"receipts":[{"kind":"opened","to":"p"}]})"));
  CHECK(script.begin(4, {{"something_new", 1}}).text == "{}");
}

TEST_CASE("script: what cannot be run is refused with its line") {
  const auto refused = [](const std::string& text) {
    Interpreter script(small());
    return script.load(text, "x.lua", Json::object());
  };
  CHECK(refused("") == "it has no function `send`");
  CHECK(refused("\nfunction send(") == "x.lua:2: <name> or '...' expected near '<eof>'");
  CHECK(refused("error('no')") == "x.lua:1: no");
  CHECK(refused("error({})") == "it gave up with an error that is no text");
  CHECK(refused("http { url = 'https://x.example' }") == "x.lua:1: http: nobody has asked anything yet");
  CHECK(refused("while true do end") == "x.lua:1: it works for too long");
  CHECK(refused(std::string("\x1bLJ\x02\x00\x00", 6)) == "it is bytecode, and only text is run");
  CHECK(refused("capabilities = { f = print } " + sending("")).empty());
}

TEST_CASE("script: nothing leads out of it") {
  for (const char* name : {"io",         "os",      "ffi",         "jit",          "debug",           "package",
                           "coroutine",  "require", "module",      "load",         "loadstring",      "loadfile",
                           "dofile",     "getfenv", "setfenv",     "newproxy",     "collectgarbage",  "gcinfo",
                           "rawget",     "rawset",  "rawequal",    "getmetatable", "setmetatable",    "pcall",
                           "xpcall",     "_G",      "string.dump", "math.random",  "math.randomseed", "('').dump",
                           "table.maxn", "_VERSION"}) {
    CAPTURE(name);
    CHECK(value_of("tostring(" + std::string(name) + ")") == "nil");
  }
  CHECK(sent("return require('ffi')") == "x.lua:2: attempt to call global 'require' (a nil value)");
  CHECK(sent("return string.dump(send)").find("attempt to call field 'dump'") != std::string::npos);
  CHECK(sent("return ('x'):dump()").find("attempt to call method 'dump'") != std::string::npos);
}

TEST_CASE("script: texts' methods are the library's, and what is changed there harms only the script") {
  CHECK(value_of("('a'):upper() .. ('%d'):format(7)") == "A7");
  CHECK(sent("string.upper = function() return 'mine' end return { reason = ('a'):upper() }") ==
        R"({"outcomes":[{"reason":"mine"}]})");
  CHECK(sent("('x').y = 1").find("x.lua:2: ") == 0);
  CHECK(sent("local t = json.list {} t.__index = t return { reason = tostring(t.x) }") ==
        R"({"outcomes":[{"reason":"nil"}]})");
  // Who breaks what the answer is made with gets no answer, and no more.
  CHECK(sent("json.list = nil string = nil table = nil return { fate = 'accepted' }") ==
        R"({"outcomes":[{"fate":"accepted"}]})");
}

TEST_CASE("script: no text shows where something lies in memory") {
  CHECK(value_of("tostring({})") == "table");
  CHECK(value_of("tostring(print)") == "function");
  CHECK(sent("return { reason = ('%p'):format('x') }") == "x.lua:2: string.format: there is no `%p` here");
  CHECK(sent("return { reason = ('%5.p'):format('x') }") == "x.lua:2: string.format: there is no `%p` here");
  CHECK(sent("return { reason = ('%s'):format({}) }") == "x.lua:2: string.format: a table has no text");
  CHECK(value_of("('%%p %5.1f %s'):format(2.25, true)") == "%p   2.3 true");
  CHECK(sent("return { reason = table.concat({ {} }) }").find("0x") == std::string::npos);
  CHECK(sent("error(print)") == "it gave up with an error that is no text");
}

TEST_CASE("script: endless work ends with an error, and the script goes on with the next") {
  for (const char* body :
       {"while true do end", "local function f() return f() end return f()", "for i = 1, 1e15 do local x = i * 2 end",
        "repeat local s = ('x'):rep(100) until false", "table.sort({3, 2, 1, 4, 5}, function() while true do end end)",
        "('x'):gsub('x', function() while true do end end)"}) {
    CAPTURE(body);
    CHECK(sent(body).find("it works for too long") != std::string::npos);
  }
  Interpreter script(small());
  REQUIRE(script
              .load(sending("if message.text == 'loop' then while true do end end return { fate = 'accepted' }"),
                    "x.lua", Json::object())
              .empty());
  CHECK(script.begin(1, submit("loop")).kind == Kind::failed);
  CHECK(script.begin(2, submit()).text == R"({"outcomes":[{"fate":"accepted"}]})");
}

TEST_CASE("script: work inside of a library function is ended by the kernel") {
  const pid_t pid = fork();
  if (pid == 0) {
    signal(SIGPROF, SIG_DFL);
    Limits limits = small();
    limits.work_in_library = std::chrono::milliseconds(200);
    sent("return { reason = string.find(('a'):rep(3e5), '.-.-.-.-b') }", limits);
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(pid, &status, 0) == pid);
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGPROF);
}

TEST_CASE("script: too much memory ends it, and it is not trusted any more") {
  Limits limits = small();
  limits.work = std::chrono::seconds(20);
  for (const char* body : {"return { reason = ('x'):rep(2^30) }", "local t = {} for i = 1, 1e9 do t[i] = i end",
                           "local s = 'x' while true do s = s .. s end", "local t = {} while true do t = { t } end",
                           "local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end"}) {
    CAPTURE(body);
    Interpreter script(limits);
    REQUIRE(script.load(sending(body), "x.lua", Json::object()).empty());
    const Step step = script.begin(1, submit());
    CHECK(step.kind == Kind::broken);
    CHECK(step.text.find("not enough memory") != std::string::npos);
  }
}

TEST_CASE("script: recursion has an end") {
  CHECK(sent("local function f() return 1 + f() end return f()").find("stack overflow") != std::string::npos);
  CHECK(sent("local s = '' for i = 1, 1e5 do s = s .. '(' end return { reason = tostring(s:find(s)) }").size() < 300);
  CHECK(sent("local t = {} t.t = t return t").find("tables are more than 32 deep") != std::string::npos);
  CHECK(sent("local t = {} t.t = t return { reason = json.encode(t) }").find("tables are more than 32 deep") !=
        std::string::npos);
}

TEST_CASE("script: answers that are no JSON are errors") {
  CHECK(sent("return { reason = print }") == "its answer: a function is no value of JSON");
  CHECK(sent("return { after = 1/0 }") == "its answer: a number is infinite or none");
  CHECK(sent("return { [print] = 1 }") == "its answer: a table has keys that are no texts");
  CHECK(sent("return { reason = ('x'):rep(2e6) }") == "its answer: it is longer than 900 KB");
  CHECK(sent("return { reason = '\\255\\n\"' }") == "{\"outcomes\":[{\"reason\":\"\xEF\xBF\xBD\\n\\\"\"}]}");
}

TEST_CASE("script: JSON there and back") {
  CHECK(value_of("json.encode({ 1, 2.5, 'x', true, json.null, {}, json.list {}, 1e15 })") ==
        "[1,2.5,\"x\",true,null,{},[],1000000000000000]");
  CHECK(value_of("json.encode(json.decode('[null,[],{\"a\":null,\"b\":[1,{}]}]'))") == R"([null,[],{"b":[1,{}]}])");
  CHECK(value_of("json.encode(json.decode('{\"a\":\"\\\\u4f60\"}'))") == "{\"a\":\"你\"}");
  CHECK(sent("local value, why = json.decode('{') return { reason = why }") ==
        R"({"outcomes":[{"reason":"it is no JSON"}]})");
  CHECK(sent("return json.decode(('['):rep(1e5) .. (']'):rep(1e5))").find("JSON is more than 32 deep") !=
        std::string::npos);
  CHECK(value_of("json.decode(json.encode(message)).to") == "a@b.example");
}

TEST_CASE("script: what signatures are made of") {
  CHECK(value_of("hex(hash('md5', ''))") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(value_of("hex(hash('sha1', 'abc'))") == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(value_of("hex(hash('sha256', 'abc'))") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // Source: RFC 4231, test case 2; RFC 2202.
  CHECK(value_of("hex(hmac('sha256', 'Jefe', 'what do ya want for nothing?'))") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(value_of("hex(hmac('sha1', 'Jefe', 'what do ya want for nothing?'))") ==
        "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  CHECK(sent("return hash('md4', 'x')").find("there is no digest of this name") != std::string::npos);
  CHECK(value_of("base64('') .. base64('f') .. base64('foobar')") == "Zg==Zm9vYmFy");
  CHECK(value_of("escape('a-b._~ &+/\\0你')") == "a-b._~%20%26%2B%2F%00%E4%BD%A0");
  CHECK(value_of("tostring(now() > 1.7e9)") == "true");
}

TEST_CASE("script: questions that wait for HTTP keep nobody waiting") {
  Interpreter script(small());
  REQUIRE(
      script
          .load(
              sending(
                  "local answer, why, sent = http { url = 'https://x.example', body = json.encode({ message.text }) } "
                  "if not answer then return { fate = sent and 'unknown' or 'deferred', reason = why } end "
                  "return { fate = 'accepted', provider_id = json.decode(answer.body).id .. message.text }"),
              "x.lua", Json::object())
          .empty());
  const Step first = script.begin(1, submit("one")), second = script.begin(2, submit("two"));
  REQUIRE(first.kind == Kind::waits);
  REQUIRE(second.kind == Kind::waits);
  CHECK(Json::parse(first.text) == Json{{"url", "https://x.example"}, {"body", "[\"one\"]"}});
  CHECK(script.go_on(2, {{"answer", {{"status", 200}, {"body", "{\"id\":\"m\"}"}}}}).text ==
        R"({"outcomes":[{"fate":"accepted","provider_id":"mtwo"}]})");
  CHECK(Json::parse(script.go_on(1, {{"error", "lost"}, {"sent", true}}).text)["outcomes"][0]["fate"] == "unknown");
  CHECK(script.go_on(1, {{"error", "lost"}}).kind == Kind::failed);
  Step third = script.begin(3, submit("three"));
  CHECK(Json::parse(script.go_on(3, {{"error", "refused"}, {"sent", false}}).text)["outcomes"][0]["fate"] ==
        "deferred");
}

TEST_CASE("script: http takes a table of JSON, and waits only where it can") {
  CHECK(sent("http('x')").find("bad argument #1 to 'http' (table expected") != std::string::npos);
  CHECK(sent("http { body = '\\255' }") == "x.lua:2: http: a text is no UTF-8");
  CHECK(sent("http { body = print }") == "x.lua:2: http: a function is no value of JSON");
  CHECK(
      sent("table.sort({ 1, 2 }, function() http { url = 'x' } end)").find("attempt to yield across C-call boundary") !=
      std::string::npos);
}

TEST_CASE("script: capabilities are a table of JSON") {
  const auto can = [](const std::string& text) {
    Interpreter script(small());
    REQUIRE(script.load(text + sending(""), "x.lua", Json::object()).empty());
    return script.capabilities().text;
  };
  CHECK(can("") == "{}");
  CHECK(can("capabilities = { unknown = 'again' } ") == R"({"unknown":"again"})");
  CHECK(can("capabilities = 7 ") == "`capabilities` is no table");
  CHECK(can("capabilities = { unknown = print } ") == "`capabilities`: a function is no value of JSON");
}

TEST_CASE("script: what is thrown away makes room again") {
  Limits limits = small();
  limits.work = std::chrono::seconds(20);
  Interpreter script(limits);
  REQUIRE(script
              .load(sending("local s = ('x'):rep(1e6) .. message.text return { reason = tostring(#s) }"), "x.lua",
                    Json::object())
              .empty());
  for (std::uint64_t i = 0; i < 200; ++i) REQUIRE(script.begin(i, submit(std::to_string(i))).kind == Kind::done);
}

}  // namespace
}  // namespace tend::script
