// The real host against a server on loopback: what comes back, and how far a request came when nothing does.
#include "engine/channel/host.hpp"

#include <boost/asio/co_spawn.hpp>
#include <optional>

#include "engine/channel/address.hpp"
#include "tests/engine/channel/little_server.hpp"
#include "tests/engine/channel/run_task.hpp"
#include "tests/support/test.hpp"

namespace tend::channel {
namespace {

struct World {
  boost::asio::io_context context{1};
  std::unique_ptr<NetworkHost> host;

  World() {
    auto made = make_host(context, env::real_clock());
    REQUIRE(made);
    host = std::move(*made);
  }
  template <typename T>
  T run(Task<T> task) {
    return test::run_task(context, std::move(task));
  }
  HttpAnswer fetch(HttpRequest request) { return run(host->fetch(std::move(request))); }
  MailAnswer mail(MailRequest request) { return run(host->mail(std::move(request))); }
};

HttpRequest post(const std::string& port, const std::string& body = "hello") {
  HttpRequest request;
  request.url = "http://127.0.0.1:" + port + "/path?q=1";
  request.body = body;
  request.timeout = std::chrono::milliseconds(5'000);
  return request;
}

std::string ok(const std::string& body, const std::string& more = "") {
  return "HTTP/1.1 200 OK\r\n" + more + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST_CASE("an answer comes with status, headers and body, and the connection is used again") {
  std::vector<std::string> requests;
  LittleServer server([&](Peer& peer) {
    for (std::string request = peer.hear_request(); !request.empty(); request = peer.hear_request()) {
      requests.push_back(request);
      peer.say(ok("answer", "X-Some-Header:  value \r\n"));
    }
  });
  World world;
  HttpRequest request = post(server.port());
  request.headers = {{"Content-Type", "text/x"}, {"X-Empty", ""}};
  for (int i = 0; i < 2; ++i) {
    const HttpAnswer answer = world.fetch(request);
    CHECK(answer.reached == Reached::yes);
    CHECK(answer.status == 200);
    CHECK(answer.headers.at("x-some-header") == "value");
    CHECK(answer.body == "answer");
    CHECK(answer.error.empty());
  }
  request.method = "GET";
  request.body.clear();
  CHECK(world.fetch(request).status == 200);
  CHECK(server.connections() == 1);
  REQUIRE(requests.size() == 3);
  CHECK(requests[0].starts_with("POST /path?q=1 HTTP/1.1\r\n"));
  CHECK(requests[0].ends_with("\r\n\r\nhello"));
  CHECK(requests[0].find("Content-Type: text/x\r\n") != std::string::npos);
  CHECK(requests[2].starts_with("GET /path?q=1 HTTP/1.1\r\n"));
}

TEST_CASE("where nobody listens, and where there is no such name, nothing was sent") {
  std::string port;
  {
    port = LittleServer([](Peer&) {}).port();
  }
  World world;
  HttpRequest request = post(port);
  CHECK(world.fetch(request).reached == Reached::no);
  request.url = "http://nobody.invalid/";
  CHECK(world.fetch(request).reached == Reached::no);
  request.url = "gopher://127.0.0.1/";
  CHECK(world.fetch(request).reached == Reached::no);
  request.url = "https://127.0.0.1:" + port + "/";
  CHECK(world.fetch(request).reached == Reached::no);
}

TEST_CASE("a request that was sent and not answered may have been received") {
  SECTION("the server hangs") {
    LittleServer server([](Peer& peer) { peer.hang(); });
    World world;
    HttpRequest request = post(server.port());
    request.timeout = std::chrono::milliseconds(200);
    const HttpAnswer answer = world.fetch(request);
    CHECK(answer.reached == Reached::maybe);
    CHECK(!answer.error.empty());
  }
  SECTION("the server breaks off") {
    LittleServer server([](Peer& peer) { peer.hear_request(); });
    World world;
    CHECK(world.fetch(post(server.port())).reached == Reached::maybe);
  }
  SECTION("the server breaks off in the middle of its answer") {
    LittleServer server([](Peer& peer) {
      peer.hear_request();
      peer.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    });
    World world;
    CHECK(world.fetch(post(server.port())).reached == Reached::maybe);
  }
  SECTION("the server speaks no TLS: the request itself was not sent") {
    LittleServer server([](Peer& peer) { peer.say("what?\r\n"); });
    World world;
    HttpRequest request = post(server.port());
    request.url = "https://127.0.0.1:" + server.port() + "/";
    CHECK(world.fetch(request).reached == Reached::no);
  }
}

TEST_CASE("a request on a kept connection that breaks is not sent a second time") {
  std::atomic<int> seen = 0;
  {
    LittleServer server([&](Peer& peer) {
      if (!peer.hear("\r\n\r\n").empty()) ++seen;
      peer.hear("hello");
      peer.say(ok("first"));
      if (!peer.hear_request().empty()) ++seen;  // taken, and then the connection is gone
    });
    World world;
    CHECK(world.fetch(post(server.port())).reached == Reached::yes);
    CHECK(world.fetch(post(server.port())).reached == Reached::maybe);
    CHECK(seen == 2);
  }
  CHECK(seen == 2);  // nor was it begun
}

TEST_CASE("answers are bounded") {
  LittleServer server([](Peer& peer) {
    const bool headers = peer.hear_request().find("/headers") != std::string::npos;
    if (headers) {
      peer.say("HTTP/1.1 200 OK\r\nX: " + std::string(90'000, 'x') + "\r\n\r\n");
    } else {
      peer.say(ok(std::string(2'000, 'x')));
    }
  });
  // The server closes after each answer: a kept connection could be found closed at any moment.
  const auto fetch = [](const HttpRequest& request) { return World().fetch(request); };
  HttpRequest request = post(server.port());
  request.answer_bytes_max = 2'000;
  CHECK(fetch(request).body.size() == 2'000);
  request.answer_bytes_max = 1'999;
  const HttpAnswer answer = fetch(request);
  CHECK(answer.reached == Reached::maybe);
  CHECK(answer.error == "the answer is too long");
  request.url += "/headers";
  CHECK(fetch(request).reached == Reached::maybe);
}

TEST_CASE("a redirect is an answer like any other") {
  LittleServer server([](Peer& peer) {
    peer.hear_request();
    peer.say("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  });
  World world;
  const HttpAnswer answer = world.fetch(post(server.port()));
  CHECK(answer.status == 302);
  CHECK(answer.headers.at("location") == "http://127.0.0.1:1/");
}

TEST_CASE("with public_only this machine is not called, by no name, and not on a connection of before") {
  LittleServer server([](Peer& peer) {
    while (!peer.hear_request().empty()) peer.say(ok(""));
  });
  World world;
  HttpRequest request = post(server.port());
  for (const char* name : {"127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433", "[::ffff:127.0.0.1]"}) {
    request.url = "http://" + std::string(name) + ":" + server.port() + "/";
    request.public_only = true;
    const HttpAnswer answer = world.fetch(request);
    CAPTURE(name, answer.error);
    CHECK(answer.reached == Reached::no);
    CHECK(answer.status == 0);
  }
  CHECK(server.connections() == 0);
  request.url = "http://127.0.0.1:" + server.port() + "/";
  request.public_only = false;
  CHECK(world.fetch(request).status == 200);
  request.public_only = true;
  const HttpAnswer answer = world.fetch(request);
  CHECK(answer.reached == Reached::no);
  CHECK(answer.error == "the address is one of this machine or of a private network");
}

TEST_CASE("a line end in a header or an address is refused") {
  World world;
  HttpRequest request = post("1");
  request.headers = {{"X", "a\r\nY: b"}};
  CHECK(world.fetch(request).error == "a header has a control character");
  MailRequest mail;
  mail.url = "smtp://127.0.0.1:1";
  mail.to = "a@b.example\r\nRCPT TO:<c@d.example>";
  CHECK(world.mail(mail).error == "an address cannot be empty and has no blanks, `<`, `>` or line ends");
}

TEST_CASE("stopped, calls and sleeps come back at once") {
  LittleServer server([](Peer& peer) { peer.hang(); });
  World world;
  std::optional<HttpAnswer> answer;
  bool slept = false;
  boost::asio::co_spawn(world.context, world.host->fetch(post(server.port())),
                        [&](const std::exception_ptr&, HttpAnswer value) { answer = std::move(value); });
  boost::asio::co_spawn(world.context, world.host->sleep(std::chrono::hours(1)),
                        [&](const std::exception_ptr&) { slept = true; });
  while (server.connections() == 0) world.context.run_one_for(std::chrono::milliseconds(10));
  world.host->abandon();
  world.context.run_for(std::chrono::seconds(5));
  REQUIRE(answer);
  CHECK(answer->error == "tend is being stopped");
  CHECK(slept);
}

/// A mail server's side of a conversation: each line of the client, and what is said to it.
struct MailServer {
  std::vector<std::pair<std::string, std::string>> answers;  // by the beginning of a line; the first that fits
  std::vector<std::string> heard;

  void serve(Peer& peer) {
    peer.say("220 here\r\n");
    for (std::string line = peer.hear("\r\n"); !line.empty(); line = peer.hear("\r\n")) {
      heard.push_back(line);
      const auto found = std::find_if(answers.begin(), answers.end(),
                                      [&](const auto& answer) { return line.starts_with(answer.first); });
      const std::string say = found != answers.end()     ? found->second
                              : line.starts_with("DATA") ? "354 go on"
                                                         : "250 fine";
      if (say == "break off") return;
      if (say == "hang") return peer.hang();
      peer.say(say + "\r\n");
      if (say.starts_with("354")) {
        heard.push_back(peer.hear("\r\n.\r\n"));
        const auto after = std::find_if(answers.begin(), answers.end(), [](const auto& a) { return a.first == "."; });
        const std::string last = after != answers.end() ? after->second : "250 taken";
        if (last == "break off") return;
        if (last == "hang") return peer.hang();
        peer.say(last + "\r\n");
      }
    }
  }
};

TEST_CASE("mail: what the server says, and how far a mail came when it says nothing") {
  struct Row {
    std::vector<std::pair<std::string, std::string>> answers;
    Reached reached;
    int code;
  };
  const std::vector<Row> rows = {
      {{}, Reached::yes, 250},
      {{{"RCPT", "550 5.1.1 nobody"}}, Reached::yes, 550},
      {{{"RCPT", "421 4.7.0 too many"}}, Reached::yes, 421},
      {{{"MAIL", "451 later"}}, Reached::yes, 451},
      {{{".", "554 5.7.1 spam"}}, Reached::yes, 554},
      {{{".", "451 4.3.0 later"}}, Reached::yes, 451},
      {{{"RCPT", "break off"}}, Reached::no, 250},
      {{{"DATA", "hang"}}, Reached::no, 250},
      {{{".", "hang"}}, Reached::maybe, 354},
      {{{".", "break off"}}, Reached::maybe, 354},
  };
  for (const Row& row : rows) {
    MailServer script{row.answers, {}};
    MailAnswer answer;
    {
      LittleServer server([&](Peer& peer) { script.serve(peer); });
      World world;
      MailRequest request;
      request.url = "smtp://127.0.0.1:" + server.port();
      request.require_tls = false;
      request.from = "bounce@us.example";
      request.to = "a@b.example";
      request.data = "Subject: x\r\n\r\n.a line with a dot\r\nend\r\n";
      request.timeout = std::chrono::milliseconds(500);
      answer = world.mail(request);
    }
    CAPTURE(row.answers.empty() ? "" : row.answers[0].first + " " + row.answers[0].second, answer.error);
    CHECK(answer.reached == row.reached);
    CHECK(answer.code == row.code);
    if (row.code >= 400) CHECK(answer.text == row.answers[0].second);
    if (row.answers.empty()) {
      CHECK(answer.text == "250 taken");
      const auto said = [&](const std::string& line) {
        return std::count(script.heard.begin(), script.heard.end(), line) == 1;
      };
      CHECK(said("MAIL FROM:<bounce@us.example>\r\n"));
      CHECK(said("RCPT TO:<a@b.example>\r\n"));
      CHECK(said("Subject: x\r\n\r\n..a line with a dot\r\nend\r\n.\r\n"));
    }
  }
}

TEST_CASE("mail without TLS is not sent where TLS is required") {
  MailServer script;
  {
    LittleServer server([&](Peer& peer) { script.serve(peer); });
    World world;
    MailRequest request;
    request.url = "smtp://127.0.0.1:" + server.port();
    request.from = "a@b.example";
    request.to = "c@d.example";
    request.data = "x\r\n";
    CHECK(world.mail(request).reached == Reached::no);
  }
  for (const std::string& line : script.heard) CHECK(!line.starts_with("MAIL"));
}

TEST_CASE("which addresses are public") {
  for (const char* address :
       {"8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.0", "100.63.255.255", "100.128.0.0", "223.255.255.255",
        "2606:4700::1111", "2002:808:808::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"}) {
    CAPTURE(address);
    CHECK(is_public(address));
  }
  for (const char* address : {"127.0.0.1",
                              "127.255.255.255",
                              "10.0.0.1",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.168.1.1",
                              "169.254.169.254",
                              "100.64.0.1",
                              "0.0.0.0",
                              "224.0.0.1",
                              "255.255.255.255",
                              "198.18.0.1",
                              "::",
                              "::1",
                              "fe80::1",
                              "fc00::1",
                              "fd00::1",
                              "ff02::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "64:ff9b::10.0.0.1",
                              "2002:7f00:1::1",
                              "2002:a00:1::",
                              "2001::1",
                              "2001:db8::1",
                              "::127.0.0.1",
                              "",
                              "localhost"}) {
    CAPTURE(address);
    CHECK(!is_public(address));
  }
}

}  // namespace
}  // namespace tend::channel
