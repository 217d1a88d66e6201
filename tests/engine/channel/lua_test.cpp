// The Lua adapter with scripts that do well and badly: every message has an outcome, nothing gets out but what the
// channel allows, and tend goes on.
#include "engine/channel/lua/lua.hpp"

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "engine/channel/host.hpp"
#include "engine/channel/lua/gate.hpp"
#include "engine/channel/program/conformance.hpp"
#include "engine/script/child.hpp"
#include "tests/engine/channel/little_server.hpp"
#include "tests/engine/channel/run_task.hpp"
#include "tests/engine/channel/scripted_host.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_main.hpp"

namespace tend::channel {
namespace {

const bool kIsChildToo = other_mains().emplace(std::string(script::kChildVerb), script::run_child).second;

/// A script whose `send` is `body`.
std::string sending(const std::string& body) { return "function send(message, options)\n" + body + "\nend\n"; }
const std::string kPost =
    "local answer, why, sent = http { url = options.url, body = json.encode(message) }\n"
    "if not answer then return { fate = sent and 'unknown' or 'deferred', reason = why } end\n"
    "return { fate = 'accepted', provider_id = tostring(answer.status) .. answer.body }";

ChannelConfig config_of(const TempFolder& folder, const std::string& lua, std::map<std::string, std::string> options) {
  std::ofstream(folder.file("x.lua")) << lua;
  options.emplace("script", "x.lua");
  options.emplace("hosts", "api.example.com");
  return {.name = "x", .adapter = "lua", .options = std::move(options), .limits = {}, .folder = folder.path()};
}

/// The sentence with which a channel is refused; empty where it is not.
std::string refusal(const std::string& lua, std::map<std::string, std::string> options = {}) {
  const TempFolder folder;
  const auto made = make_lua(config_of(folder, lua, std::move(options)));
  return made ? "" : made.error().message;
}

struct World {
  TempFolder folder;
  boost::asio::io_context context{1};
  std::unique_ptr<NetworkHost> host;
  std::unique_ptr<Remote> remote;

  explicit World(const std::string& lua, std::map<std::string, std::string> options = {}) {
    auto made = make_lua(config_of(folder, lua, std::move(options)));
    INFO((made ? "" : made.error().message));
    REQUIRE(made);
    remote = std::move(*made);
    host = std::move(*make_host(context, env::real_clock()));
  }
  ~World() {
    remote->close();
    context.restart();
    context.run_for(std::chrono::seconds(1));
    remote.reset();
  }
  template <typename T>
  T run(Task<T> task) {
    return test::run_task(context, std::move(task));
  }
  Outcome submit(std::uint64_t key = 1, const std::string& to = "a@b.example") { return submit(key, to, *host); }
  Outcome submit(std::uint64_t key, const std::string& to, Host& over) {
    const Message message = test::message_to(to, {{"text", "你好 \"you\"\n", ""}}, key);
    return run(remote->submit(std::span(&message, 1), over)).at(0);
  }
};

TEST_CASE("lua: a message goes out by our HTTP, and the answer goes back to the script") {
  World world(sending(kPost), {{"options.url", "https://api.example.com/v1/send?a=b"}});
  test::ScriptedHost host;
  host.script = {test::answered("id-1", 201), test::no_answer(), test::no_connection()};
  const Outcome outcome = world.submit(1, "a@b.example", host);
  CHECK(outcome.fate == Fate::accepted);
  CHECK(outcome.provider_id == "201id-1");
  REQUIRE(host.requests.size() == 1);
  const HttpRequest& request = host.requests[0];
  CHECK(request.method == "POST");
  CHECK(request.url == "https://api.example.com/v1/send?a=b");
  CHECK(request.public_only);
  CHECK(request.timeout.count() == 15'000);
  const auto body = nlohmann::json::parse(request.body);
  CHECK(body["to"] == "a@b.example");
  CHECK(body["items"][0]["text"] == "你好 \"you\"\n");
  CHECK(world.submit(2, "a@b.example", host).fate == Fate::unknown);
  CHECK(world.submit(3, "a@b.example", host).fate == Fate::deferred);
}

TEST_CASE("lua: many messages wait for HTTP at a time") {
  World world(sending(kPost), {{"options.url", "https://api.example.com/"}});
  test::ScriptedHost host;
  host.answer = [](const HttpRequest& request) {
    return test::answered(nlohmann::json::parse(request.body)["to"].get<std::string>());
  };
  std::size_t right = 0, answered = 0;
  std::vector<Message> messages;
  for (std::uint64_t i = 0; i < 100; ++i) messages.push_back(test::message_to("to" + std::to_string(i), {}, i));
  for (const Message& one : messages) {
    boost::asio::co_spawn(world.context, world.remote->submit(std::span(&one, 1), host),
                          [&](const std::exception_ptr&, const std::vector<Outcome>& outcomes) {
                            ++answered;
                            right += outcomes.at(0).provider_id == "200" + one.to;
                          });
  }
  while (answered < messages.size()) world.context.run_one();
  CHECK(right == messages.size());
}

TEST_CASE("lua: what the channel does not allow is not called, and the script hears why") {
  const auto told = [](const std::string& request, std::map<std::string, std::string> options = {}) {
    World world(sending("local answer, why, sent = http { " + request +
                        " }\nreturn { fate = 'deferred', reason = " + "tostring(why) .. tostring(sent) }"),
                std::move(options));
    test::ScriptedHost host;
    host.script = {test::answered("it was called")};
    const std::string reason = world.submit(1, "a", host).reason;
    CHECK(host.requests.empty() == (reason != "nilnil"));
    return reason;
  };
  const std::string none = "the host is none of the channel's `hosts`false";
  const std::string odd = "the address has no plain name of a hostfalse";
  CHECK(told("url = 'https://api.example.com'") == "nilnil");
  CHECK(told("url = 'https://API.example.com:443/x'") == "nilnil");
  CHECK(told("url = 'https://api.example.com:8443/x'") == none);
  CHECK(told("url = 'https://api.example.com:8443/x'", {{"hosts", "a.example, api.example.com:8443"}}) == "nilnil");
  CHECK(told("url = 'https://169.254.169.254/latest/meta-data'") == none);
  CHECK(told("url = 'https://example.com'") == none);
  CHECK(told("url = 'https://api.example.com.evil.example/'") == none);
  CHECK(told("url = 'https://api.example.com.'") == none);
  CHECK(told("url = 'https://api.example.com@evil.example/'") == odd);
  CHECK(told("url = 'https://evil.example?@api.example.com/'") == none);
  CHECK(told("url = 'https://evil.example#@api.example.com/'") == none);
  CHECK(told("url = 'https://[::1]/'") == odd);
  CHECK(told("url = 'https://evil.example\\\\@api.example.com/'") ==
        "the address has a character that has to be escapedfalse");
  CHECK(told("url = 'https://api.example.com/ x'") == "the address has a character that has to be escapedfalse");
  CHECK(told("url = 'https://api.example.com/\\r\\nx'") == "the address has a character that has to be escapedfalse");
  CHECK(told("url = 'http://api.example.com/'") ==
        "the address does not begin with `https://`, and `allow_private` is not setfalse");
  CHECK(told("url = 'http://api.example.com/'", {{"allow_private", "true"}}) == "nilnil");
  CHECK(told("url = 'file:///etc/passwd'") == "the address does not begin with `https://`false");
  CHECK(told("url = 'HTTPS://api.example.com'") == "the address does not begin with `https://`false");
  CHECK(told("method = 'POST'") == "the address does not begin with `https://`false");
  CHECK(told("url = 7") == "`url`, `method` and `body` are textsfalse");
  CHECK(told("url = 'https://api.example.com', method = 'CONNECT'") == "there is no such method herefalse");
  CHECK(told("url = 'https://api.example.com', headers = { Host = 'evil' }") ==
        "the header `host` is not the script's to setfalse");
  CHECK(told("url = 'https://api.example.com', headers = { ['a b'] = 'x' }") == "a header has no proper namefalse");
  CHECK(told("url = 'https://api.example.com', headers = { ['X-A'] = 'x', n = 7 }") == "nilnil");
  CHECK(told("url = 'https://api.example.com/' .. ('x'):rep(1e4)") == "the address is too longfalse");
}

TEST_CASE("lua: a name of the list that leads into this machine is not called") {
  // The real host, which looks at the address that a connection is made to.
  World world(sending(kPost), {{"hosts", "localhost"}, {"options.url", "https://localhost/"}});
  const Outcome outcome = world.submit();
  CHECK(outcome.fate == Fate::deferred);
  CHECK(outcome.reason == "the address is one of this machine or of a private network");
}

TEST_CASE("lua: one message may make twenty calls") {
  World world(
      sending("local why\nfor i = 1, 25 do\n local answer, error = http { url = 'https://api.example.com' }\n"
              "  if not answer then return { fate = 'rejected', reason = i .. error } end\nend"));
  test::ScriptedHost host;
  host.answer = [](const HttpRequest&) { return test::answered(""); };
  CHECK(world.submit(1, "a", host).reason == "21that are too many calls for one message");
  CHECK(host.requests.size() == 20);
}

TEST_CASE("lua: a script that fails puts its message off where nothing went out, and else leaves its fate unknown") {
  for (const bool calls : {false, true}) {
    const std::string call = calls ? "http { url = 'https://api.example.com' }\n" : "";
    for (const auto& [body, reason] : std::map<std::string, std::string>{
             {"return message.nothing.at_all", "attempt to index field 'nothing' (a nil value)"},
             {"return { fate = 'sent' }", "its answer is none"},
             {"return 'accepted'", "its answer is none"},
             {"return nil", "its answer is none"},
             {"return { fate = 'accepted', reason = {} }", "its answer is none"},
             {"return io.open('/etc/passwd')", "attempt to index global 'io' (a nil value)"},
             {"return os.getenv('HOME')", "attempt to index global 'os' (a nil value)"},
             {"return require('ffi')", "attempt to call global 'require' (a nil value)"},
             {"return { reason = ('x'):rep(2^30) }", "not enough memory"}}) {
      World world(sending(call + body), {{"memory", "8"}});
      test::ScriptedHost host;
      host.script = {test::answered("")};
      const Outcome outcome = world.submit(1, "a", host);
      CAPTURE(body, calls, outcome.reason);
      CHECK(outcome.fate == (calls ? Fate::unknown : Fate::deferred));
      CHECK(outcome.scope == Scope::request);
      CHECK(outcome.reason.ends_with(reason));
    }
  }
}

TEST_CASE("lua: who is ended by the kernel or hangs takes nobody's message along that went nowhere") {
  const std::string search = "string.find(('a'):rep(3e5), '.-.-.-.-b')";
  World first(sending(search));
  const Outcome outcome = first.submit();
  CHECK(outcome.fate == Fate::deferred);
  CHECK(outcome.scope == Scope::request);
  CHECK(outcome.reason == "it ended");
  World second(sending("http { url = 'https://api.example.com' } " + search), {{"timeout", "1"}});
  test::ScriptedHost host;
  host.answer = [](const HttpRequest&) { return test::answered(""); };
  const Outcome unknown = second.submit(1, "a", host);
  CHECK(unknown.fate == Fate::unknown);
  CHECK(unknown.reason == "it did not answer in time");
}

TEST_CASE("lua: a call that hangs leaves the script time to say so") {
  LittleServer server([](Peer& peer) {
    peer.hear_request();
    peer.hang();
  });
  World world(sending(kPost), {{"hosts", "127.0.0.1:" + server.port()},
                               {"allow_private", "true"},
                               {"timeout", "1"},
                               {"options.url", "http://127.0.0.1:" + server.port()}});
  const Outcome outcome = world.submit();
  CHECK(outcome.fate == Fate::unknown);
  CHECK(outcome.reason.find("timed out") != std::string::npos);
}

TEST_CASE("lua: the child has no environment, no files, and a filter that is shut") {
  World world(sending(kPost));
  test::ScriptedHost host;
  std::string status, environment, limits;
  host.answer = [&](const HttpRequest&) { return test::answered(""); };
  world.submit(1, "a", host);
  const auto text_of = [](const std::filesystem::path& path) {
    std::ifstream file(path);
    return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  };
  // The one child of ours that runs a script.
  for (const auto& process : std::filesystem::directory_iterator("/proc")) {
    if (text_of(process.path() / "cmdline").find(std::string(script::kChildVerb)) == std::string::npos) continue;
    const std::string all = text_of(process.path() / "status");
    if (all.find("PPid:\t" + std::to_string(getpid()) + "\n") == std::string::npos) continue;
    status = all;
    limits = text_of(process.path() / "limits");
    environment = text_of(process.path() / "environ");
  }
  CHECK(environment.empty());
  CHECK(status.find("NoNewPrivs:\t1\n") != std::string::npos);
  CHECK(status.find("Seccomp:\t2\n") != std::string::npos);
  CHECK(limits.find("Max open files            3                    3 ") != std::string::npos);
  CHECK(limits.find("Max processes             0                    0 ") != std::string::npos);
  CHECK(limits.find("Max core file size        0                    0 ") != std::string::npos);
}

TEST_CASE("lua: capabilities are the script's") {
  const std::string send = sending("return { fate = 'accepted' }"), find = "function find() return {} end\n";
  World world("capabilities = { unknown = 'ask', duplicates = 'client_id', deadline = 3600 }\n" + send + find +
              "function poll(question) return { receipts = { { kind = 'delivered', provider_id = question.provider_id "
              "} } } end");
  const RemoteCapabilities can = world.remote->capabilities();
  CHECK(can.unknown == Unknown::ask);
  CHECK(can.polls);
  CHECK(can.duplicates == "client_id");
  CHECK(can.deadline == std::chrono::hours(1));
  CHECK(world.run(world.remote->reconcile(test::message_to("a", {}), *world.host)).fate == Fate::unknown);
  env::Moment again = 0;
  const auto receipts = world.run(world.remote->poll("p-1", 5, again, *world.host));
  REQUIRE(receipts.size() == 1);
  CHECK(receipts[0].provider_id == "p-1");
  CHECK(again == env::kNoMoment);
  CHECK(refusal("capabilities = { unknown = 'ask' }\n" + send) ==
        "`x.lua`: with `unknown = \"ask\"` it needs a function `find`");
  CHECK(refusal("capabilities = { unknown = 'never' }\n" + send) ==
        "`x.lua`: in `capabilities`, `unknown` is `once`, `again` or `ask`");
  CHECK(refusal("capabilities = { unknwon = 'once' }\n" + send) ==
        "`x.lua`: `capabilities` cannot have this `unknwon`, it has `unknown`, `duplicates` (a text) and `deadline` "
        "(seconds)");
}

TEST_CASE("lua: of the options those that name a secret are read") {
  const TempFolder folder;
  std::ofstream(folder.file("token")) << "hidden\n";
  const auto config =
      config_of(folder, "", {{"options.token", "file:" + folder.file("token")}, {"options.url", "https://x"}});
  REQUIRE(check_channel(config));
  const auto whole = with_secrets(config);
  REQUIRE(whole);
  CHECK(whole->options.at("options.token") == "hidden");
  CHECK(whole->options.at("options.url") == "https://x");
  CHECK(!with_secrets(config_of(folder, "", {{"options.token", "env:NO_SUCH_VARIABLE_HERE"}})));
}

TEST_CASE("lua: what cannot be run is said before anything is sent") {
  const std::string send = sending("return { fate = 'accepted' }");
  CHECK(refusal("function send(") == "`x.lua`: x.lua:1: <name> or '...' expected near '<eof>'");
  CHECK(refusal("") == "`x.lua`: it has no function `send`");
  CHECK(refusal("\x1bLJ\x02") == "`x.lua`: it is bytecode, and only text is run");
  CHECK(refusal("while true do end") == "`x.lua`: x.lua:1: it works for too long");
  CHECK(refusal("local t = {} while true do t = { t } end", {{"memory", "4"}}) == "`x.lua`: not enough memory");
  CHECK(refusal("string.find(('a'):rep(3e5), '.-.-.-.-b')") == "`x.lua`: it cannot be run: it ended");
  CHECK(refusal(send, {{"script", "y.lua"}}) == "the script `y.lua` cannot be read");
  CHECK(refusal(send, {{"hosts", " "}}) == "`hosts` names no host");
  for (const char* host : {"https://a.example", "a.example/", "*", "*.example.com", "a.example:", "a.example:http",
                           "[::1]", "-a.example", "a b@c"}) {
    CAPTURE(host);
    CHECK(refusal(send, {{"hosts", host}}).find("`hosts` cannot have") == 0);
  }
  CHECK(refusal(send, {{"memory", "0"}}) != "");
  CHECK(refusal(send, {{"allow_private", "yes"}}) == "`allow_private` cannot be `yes`, it is `true` or `false`");
}

TEST_CASE("lua: prints go to stderr, and a flood of them is nobody's trouble") {
  World world(sending("for i = 1, 1e4 do print(('x'):rep(2000), 1, nil, {}) end return { fate = 'accepted' }"));
  const int kept = dup(2), quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(quiet, 2);
  const Outcome outcome = world.submit();
  dup2(kept, 2);
  close(kept);
  close(quiet);
  CHECK(outcome.fate == Fate::accepted);
}

CallbackRequest call_of(const std::string& body) {
  return {.method = "POST",
          .url = "http://tend.example/v1/receipts/x?a=b",
          .query = "a=b",
          .headers = {{"x-signature", "s"}},
          .body = body};
}

TEST_CASE("lua: what the platform calls is the script's to read, in a process of its own") {
  World world(sending("return { fate = 'accepted' }") +
              "function receive(call, options)\n"
              "  if not same(call.headers['x-signature'], 's') then return { status = 401 } end\n"
              "  if call.body == 'loop' then while true do end end\n"
              "  if call.body == 'half' then return { receipts = { { kind = 'delivered', to = 'a' }, {} } } end\n"
              "  if call.body == 'type' then return { type = 'a\\r\\nb' } end\n"
              "  local said = json.decode(call.body)\n"
              "  return { status = 202, type = 'text/x', body = call.method .. call.query .. call.url,\n"
              "    receipts = json.list { { kind = 'delivered', provider_id = said.id } },\n"
              "    inbound = { { event = 'reply', from = said.from, fields = { text = 'TD' } } } }\n"
              "end\n");
  const Callback said = world.run(world.remote->called(call_of(R"({"id":"m-1","from":"+86139"})"), *world.host));
  CHECK(said.status == 202);
  CHECK(said.type == "text/x");
  CHECK(said.body == "POSTa=bhttp://tend.example/v1/receipts/x?a=b");
  REQUIRE(said.receipts.size() == 1);
  CHECK(said.receipts[0].provider_id == "m-1");
  REQUIRE(said.inbound.size() == 1);
  CHECK(said.inbound[0].from == "+86139");
  CHECK(said.inbound[0].fields.at("text") == "TD");
  CallbackRequest forged = call_of("{}");
  forged.headers["x-signature"] = "x";
  CHECK(world.run(world.remote->called(forged, *world.host)).status == 401);
  // What the script cannot read is told to come again, and nothing of it is taken.
  for (const char* body : {"no JSON", "loop", "half", "type"}) {
    CAPTURE(body);
    const Callback none = world.run(world.remote->called(call_of(body), *world.host));
    CHECK(none.status == 503);
    CHECK(none.receipts.empty());
  }
  CHECK(world.run(world.remote->called(call_of("\xff"), *world.host)).status == 400);
  CHECK(world.submit().fate == Fate::accepted);
}

TEST_CASE("lua: without `receive` nobody takes calls") {
  World world(sending("return { fate = 'accepted' }"));
  CHECK(world.run(world.remote->called(call_of("{}"), *world.host)).status == 404);
}

TEST_CASE("lua: what strangers call ends nothing that is being sent") {
  World world(sending("http { url = 'https://api.example.com' } return { fate = 'accepted' }") +
              "function receive(call) string.find(call.body, '.-.-.-.-b') end");
  test::ScriptedHost host;
  host.answer = [](const HttpRequest&) { return test::answered(""); };
  std::optional<Callback> called;
  boost::asio::co_spawn(world.context, world.remote->called(call_of(std::string(300'000, 'a')), host),
                        [&](const std::exception_ptr&, Callback callback) { called = std::move(callback); });
  // While the kernel has not ended the one, the other sends, and goes on doing so.
  CHECK(world.submit(1, "a", host).fate == Fate::accepted);
  CHECK(!called);
  while (!called) world.context.run_one();
  CHECK(called->status == 503);
  CHECK(world.submit(2, "a", host).fate == Fate::accepted);
}

TEST_CASE("lua: no more than sixteen calls are asked about at a time") {
  World world(sending("return { fate = 'accepted' }") + "function receive() return {} end");
  std::size_t taken = 0, refused = 0;
  for (int i = 0; i < 40; ++i) {
    boost::asio::co_spawn(world.context, world.remote->called(call_of("{}"), *world.host),
                          [&](const std::exception_ptr&, const Callback& callback) {
                            taken += callback.status == 200;
                            refused += callback.status == 503;
                          });
  }
  while (taken + refused < 40) world.context.run_one();
  CHECK(taken == 16);
}

/// What of the kit is broken, with a platform that takes everything once.
std::string broken(const std::string& lua, std::map<std::string, std::string> options) {
  LittleServer server([](Peer& peer) {
    std::string request;
    while (!(request = peer.hear_request()).empty()) {
      peer.say("HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{\"id\":\"m-1\"}\n");
    }
  });
  options.insert({{"hosts", "127.0.0.1:" + server.port()},
                  {"allow_private", "true"},
                  {"options.url", "http://127.0.0.1:" + server.port()}});
  const TempFolder folder;
  const auto checks = check_conformance(config_of(folder, lua, std::move(options)), "a@b.example", env::real_clock());
  REQUIRE(checks);
  CHECK(checks->size() >= 8);
  std::string out;
  for (const ConformanceCheck& check : *checks) {
    if (!check.kept) out += check.name + ": " + check.found + "\n";
  }
  return out;
}

TEST_CASE("lua: the conformance kit runs scripts too") {
  const std::string address = "if not message.to:find('@') then return { fate = 'rejected', suppress = true } end\n";
  CHECK(broken(sending(address + kPost), {}) == "");
  CHECK(broken("local seen = {}\ncapabilities = { unknown = 'ask' }\n" +
                   sending(address + "seen[message.key] = true\n" + kPost) +
                   "function find(message) return { fate = seen[message.key] and 'accepted' or 'deferred' } end",
               {}) == "");
  CHECK(broken(sending(kPost), {}).find("what is no address is rejected") == 0);
  CHECK(broken(sending(address + "if #message.items[1].text == 0 then return message.none.x end\n" + kPost), {})
            .find("any text has an outcome") == 0);
}

}  // namespace
}  // namespace tend::channel
