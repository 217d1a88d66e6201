// The program adapter with programs that do well and badly: every message has an outcome, and tend goes on.
#include "engine/channel/program/program.hpp"

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "engine/channel/host.hpp"
#include "engine/channel/program/child.hpp"
#include "tests/engine/channel/run_task.hpp"
#include "tests/engine/channel/scripted_host.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/test.hpp"

namespace tend::channel {
namespace {

/// A program of a few lines of Python in a folder of its own.
struct World {
  TempFolder folder;
  boost::asio::io_context context{1};
  std::unique_ptr<NetworkHost> host;
  std::unique_ptr<Remote> remote;

  explicit World(const std::string& python, std::map<std::string, std::string> options = {}) {
    std::ofstream(folder.file("adapter.py")) << python;
    options.emplace("command",
                    "env \"OUTBOX=" + folder.file("sent.txt") + "\" python3 '" + folder.file("adapter.py") + "'");
    remote = test::make("program", std::move(options));
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
  std::vector<Outcome> submit(const std::vector<Message>& messages) { return run(remote->submit(messages, *host)); }
  Outcome submit(std::uint64_t key, const std::string& to = "a@b.example") {
    return submit({test::message_to(to, {{"text", "你好 \"you\"\n", ""}}, key)}).at(0);
  }
  std::string sent() const {
    std::ifstream file(folder.file("sent.txt"));
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
};

/// A program that answers every question with what `answer` says, an expression of `question`.
std::string answering(const std::string& answer) {
  return "import json, sys, time, os\nfor line in sys.stdin:\n  question = json.loads(line)\n  print(" + answer +
         ", flush=True)\n";
}
const std::string kAccept =
    "json.dumps({'id': question['id'], 'outcomes': [{'fate': 'accepted'} for m in question['submit']]})";

/// The first program of a page of the documentation.
std::string program_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream all;
  all << file.rdbuf();
  const std::string text = all.str(), start = "```python\n";
  const std::size_t at = text.find(start);
  REQUIRE(at != std::string::npos);
  return text.substr(at + start.size(), text.find("```\n", at + start.size()) - at - start.size());
}

TEST_CASE("the program of docs/adapters.md does what it says, in no more than 30 lines") {
  const std::string python = program_of("docs/adapters.md");
  CHECK(std::count(python.begin(), python.end(), '\n') <= 32);
  const auto code = [](const std::string& text) { return text.substr(text.find("import json")); };
  CHECK(code(program_of("docs/adapters.zh.md")) == code(python));
  World world(python, {{"batch", "10"}, {"unknown", "again"}});
  const auto outcomes = world.submit({test::message_to("a@b.example", {{"text", "x", ""}}, 1),
                                      test::message_to("nowhere", {{"text", "x", ""}}, 2),
                                      test::message_to("a@b.example", {{"text", "x", ""}}, 1)});
  REQUIRE(outcomes.size() == 3);
  CHECK(outcomes[0].fate == Fate::accepted);
  CHECK(outcomes[0].provider_id == state::format_key({0x0123456789abcdef, 1}));
  CHECK(outcomes[1].fate == Fate::rejected);
  CHECK(outcomes[1].suppress);
  CHECK(outcomes[2].fate == Fate::duplicate);
  CHECK(world.sent().find("\"a@b.example\", \"x\"]\n") != std::string::npos);
}

TEST_CASE("program: a program that does not exist is deferred, with why") {
  World world("", {{"command", "/nowhere/adapter --fast"}});
  const Outcome outcome = world.submit(1);
  CHECK(outcome.fate == Fate::deferred);
  CHECK(outcome.scope == Scope::account);
  CHECK(outcome.reason == "`/nowhere/adapter` cannot be started: No such file or directory");
  // It is not tried again at once.
  CHECK(world.submit(2).reason.ends_with("and is started again soon"));
}

TEST_CASE("program: who ends in the middle leaves unknown fates, and is started again") {
  World world("import sys, os\nline = sys.stdin.readline()\nos._exit(1)\n");
  const Outcome outcome = world.submit(1);
  CHECK(outcome.fate == Fate::unknown);
  CHECK(outcome.reason == "it ended");
  CHECK(world.submit(2).fate == Fate::deferred);  // it rests for a second
  std::ofstream(world.folder.file("adapter.py")) << answering(kAccept);
  Outcome later{.fate = Fate::deferred};
  for (int i = 0; i < 500 && later.fate != Fate::accepted; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    later = world.submit(3);
    if (later.fate != Fate::accepted) CHECK(later.fate == Fate::deferred);
  }
  CHECK(later.fate == Fate::accepted);
}

TEST_CASE("program: who hangs is killed, with what it has started") {
  World world(
      "import os, sys, time\nif os.fork() == 0:\n  open(os.environ['OUTBOX'], 'w').write(str(os.getpid()))\n"
      "  time.sleep(1000)\nsys.stdin.readline()\ntime.sleep(1000)\n",
      {{"timeout", "1"}});
  const Outcome outcome = world.submit(1);
  CHECK(outcome.fate == Fate::unknown);
  CHECK(outcome.reason == "it did not answer in time");
  const std::string pid = world.sent();
  REQUIRE(!pid.empty());
  // The grandchild is gone too, or waits to be buried by init.
  bool is_gone = false;
  for (int i = 0; i < 500 && !is_gone; ++i) {
    std::ifstream stat("/proc/" + pid + "/stat");
    std::string word, state;
    is_gone = !(stat >> word >> word >> state) || state == "Z";
    if (!is_gone) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(is_gone);
}

TEST_CASE("program: answers that are none are unknown fates, and harm nobody") {
  const std::vector<std::string> answers = {
      "json.dumps({'id': question['id']})",
      "json.dumps({'id': question['id'], 'outcomes': []})",
      "json.dumps({'id': question['id'], 'outcomes': [{}, {}]})",
      "json.dumps({'id': question['id'], 'outcomes': [{'fate': 'sent'}]})",
      "json.dumps({'id': question['id'], 'outcomes': [{'fate': 'rejected', 'scope': 'nobody'}]})",
      "json.dumps({'id': question['id'], 'outcomes': [{'fate': 'accepted', 'reason': 7}]})",
      "json.dumps({'id': question['id'], 'outcomes': 'accepted'})",
  };
  for (const std::string& answer : answers) {
    World world(answering(answer));
    const Outcome outcome = world.submit(1);
    CAPTURE(answer, outcome.reason);
    CHECK(outcome.fate == Fate::unknown);
    CHECK(outcome.reason == "its answer is none");
  }
}

TEST_CASE("program: garbage between answers is passed over, a flood of it ends the program") {
  World world(answering("'no json\\n[1]\\n{\"id\":77}\\n{\"id\":-1}\\n\\x00\\xff\\n' + " + kAccept));
  CHECK(world.submit(1).fate == Fate::accepted);
  CHECK(world.submit(2).fate == Fate::accepted);
  World lines("while True:\n  print('garbage')\n");
  CHECK(lines.submit(1).reason == "it writes lines that are no JSON");
  World line("import sys\nwhile True:\n  sys.stdout.write('x' * 65536)\n");
  CHECK(line.submit(1).reason == "it wrote a line that is too long");
  World news("while True:\n  print('{\"receipts\":[{\"kind\":\"opened\",\"to\":\"x\"}]}')\n");
  CHECK(news.submit(1).reason == "it tells more than can be kept");
  World deaf("import time\ntime.sleep(1000)\n", {{"timeout", "20"}});
  const std::string long_text(6u << 20, 'x');
  std::vector<Message> messages = {test::message_to("a@b.example", {{"text", long_text + long_text + long_text, ""}})};
  CHECK(deaf.submit(messages).at(0).reason == "it does not read what it is told");
}

TEST_CASE("program: who takes too much memory ends") {
  World world("x = ' ' * (200 << 20)\n" + answering(kAccept), {{"memory", "100"}});
  CHECK(world.submit(1).reason == "it ended");
}

TEST_CASE("program: all fields of an outcome, and answers in another order") {
  World world(
      "import json, sys\nlines = []\nfor line in sys.stdin:\n  lines.append(json.loads(line))\n  if len(lines) < 2: "
      "continue\n"
      "  for q in reversed(lines):\n    print(json.dumps({'id': q['id'], 'more': 1, 'outcomes': [{'fate': 'throttled', "
      "'scope': 'domain', 'reason': q['submit'][0]['to'], 'after': 90, 'more': 1}]}), flush=True)\n  lines = []\n");
  std::vector<Outcome> first, second;
  const Message one = test::message_to("one", {}, 1), two = test::message_to("two", {}, 2);
  const auto start = [&](const Message& message, std::vector<Outcome>& into) {
    boost::asio::co_spawn(world.context, world.remote->submit(std::span(&message, 1), *world.host),
                          [&](const std::exception_ptr&, std::vector<Outcome> all) { into = std::move(all); });
  };
  start(one, first);
  start(two, second);
  while (first.empty() || second.empty()) world.context.run_one();
  CHECK(first.at(0).reason == "one");
  CHECK(second.at(0).reason == "two");
  CHECK(first.at(0).fate == Fate::throttled);
  CHECK(first.at(0).scope == Scope::domain);
  const std::int64_t wait = first.at(0).until - env::real_clock().now();
  CHECK(wait > 80'000);
  CHECK(wait <= 90'000);
}

TEST_CASE("program: what it tells unasked is told on until it is kept; receipts and open questions are asked for") {
  World world(
      "import json, sys\nprint(json.dumps({'receipts': [{'kind': 'failed', 'key': 'k', 'suppress': True}, {'kind': "
      "'x'}],"
      " 'inbound': [{'event': 'reply', 'from': 'a', 'id': 'i', 'fields': {'text': 'STOP'}}]}), flush=True)\n"
      "for line in sys.stdin:\n  q = json.loads(line)\n  a = {'id': q['id']}\n"
      "  if 'poll' in q: a.update(receipts=[{'kind': 'delivered', 'provider_id': q['poll']['provider_id']}], "
      "after=60)\n"
      "  else: a['outcomes'] = [{'fate': 'deferred' if 'reconcile' in q else 'accepted'}]\n"
      "  print(json.dumps(a), flush=True)\n",
      {{"unknown", "ask"}, {"polls", "true"}});
  CHECK(world.remote->capabilities().polls);
  env::Moment again = 0;
  News news;
  for (int i = 0; i < 1000 && news.receipts.empty(); ++i) {
    news = world.run(world.remote->gather(again, *world.host));
    world.context.restart();
    world.context.run_for(std::chrono::milliseconds(10));
  }
  REQUIRE(news.receipts.size() == 1);
  CHECK(news.receipts[0].key == "k");
  CHECK(news.receipts[0].suppress);
  REQUIRE(news.inbound.size() == 1);
  CHECK(news.inbound[0].fields.at("text") == "STOP");
  CHECK(world.run(world.remote->gather(again, *world.host)).receipts.size() == 1);
  world.remote->gathered();
  CHECK(world.run(world.remote->gather(again, *world.host)).receipts.empty());
  const Message message = test::message_to("a", {});
  CHECK(world.run(world.remote->reconcile(message, *world.host)).fate == Fate::deferred);
  const auto receipts = world.run(world.remote->poll("p-1", 5, again, *world.host));
  REQUIRE(receipts.size() == 1);
  CHECK(receipts[0].provider_id == "p-1");
  CHECK(again > env::real_clock().now() + 50'000);
}

TEST_CASE("what somebody tells in one body is taken whole or not at all") {
  const auto news = parse_news(
      R"({"receipts":[{"kind":"delivered","key":"00112233445566778899aabbccddeeff"},{"kind":"failed","to":"a","suppress":true}],)"
      R"("inbound":[{"event":"reply","from":"a","id":"i","fields":{"text":"STOP"}}]})");
  REQUIRE(news.has_value());
  REQUIRE(news->receipts.size() == 2);
  CHECK(news->receipts[1].kind == ReceiptKind::failed);
  CHECK(news->receipts[1].suppress);
  REQUIRE(news->inbound.size() == 1);
  CHECK(news->inbound[0].fields.at("text") == "STOP");
  const auto refused = [](std::string_view body) {
    const auto read = parse_news(body);
    REQUIRE_FALSE(read.has_value());
    return read.error().message;
  };
  CHECK(refused("{") == "the body is not a JSON object");
  CHECK(refused("[]") == "the body is not a JSON object");
  CHECK(refused("{}") == "the body has neither `receipts` nor `inbound`");
  CHECK(refused(R"({"receipts":{}})") == "`receipts` is not a list");
  CHECK(refused(R"({"receipts":[{"kind":"delivered","to":"a"},{"kind":"eaten","to":"a"}]})") ==
        "`receipts`[1] is not as docs/adapters.md says; nothing of this body was taken");
  CHECK(refused(R"({"receipts":[{"kind":"delivered","to":"a"}],"inbound":[{"event":"reply"}]})") ==
        "`inbound`[0] is not as docs/adapters.md says; nothing of this body was taken");
  std::string many = R"({"receipts":[)";
  for (int i = 0; i <= 10'000; ++i) many += i == 0 ? "1" : ",1";
  CHECK(refused(many + "]}") == "`receipts` has more than 10000: send them in pieces");
}

TEST_CASE("program: what the platform calls is told to who wants it") {
  const std::string python =
      "import json, sys\nfor line in sys.stdin:\n  q = json.loads(line)\n  c = q['call']\n"
      "  a = {'id': q['id'], 'body': c['body'] + c['query'] + c['headers']['x'], 'receipts': [{'kind': 'failed', "
      "'key': "
      "'k'}]}\n"
      "  if c['body'] == 'bad': a['status'] = 99\n  if c['body'] == 'end': sys.exit(1)\n"
      "  print(json.dumps(a), flush=True)\n";
  const auto call = [](const std::string& body) {
    return CallbackRequest{.method = "POST", .url = "u", .query = "q", .headers = {{"x", "h"}}, .body = body};
  };
  World world(python, {{"calls", "true"}});
  const Callback said = world.run(world.remote->called(call("b"), *world.host));
  CHECK(said.status == 200);
  CHECK(said.body == "bqh");
  REQUIRE(said.receipts.size() == 1);
  CHECK(said.receipts[0].key == "k");
  CHECK(world.run(world.remote->called(call("bad"), *world.host)).status == 503);
  CHECK(world.run(world.remote->called(call("end"), *world.host)).status == 503);
  World deaf(python);
  CHECK(deaf.run(deaf.remote->called(call("b"), *deaf.host)).status == 404);
}

TEST_CASE("a command is words, and quotes keep them together") {
  CHECK(*words_of("python3 a.py  --fast") == std::vector<std::string>{"python3", "a.py", "--fast"});
  CHECK(*words_of("'my program' \"a b\"c ''") == std::vector<std::string>{"my program", "a bc", ""});
  CHECK(!words_of(""));
  CHECK(!words_of("  "));
  CHECK(!words_of("a 'b"));
}

}  // namespace
}  // namespace tend::channel
