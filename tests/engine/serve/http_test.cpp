// The HTTP interface over a real socket: answers, limits, connections that dawdle, and how it ends.
#include "engine/serve/http.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "engine/serve/answers.hpp"
#include "tests/engine/serve/shop.hpp"
#include "tests/support/temp_folder.hpp"

using namespace tend;
using namespace tend::serve;

namespace {

class Client {
 public:
  explicit Client(const std::string& address) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    const timeval patience{10, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const int at_once = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return connected_; }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// One whole answer by its Content-Length; what has come when the other side closes or nothing comes.
  std::string answer() {
    for (;;) {
      const std::size_t head = kept_.find("\r\n\r\n");
      if (head != std::string::npos) {
        const std::size_t at = kept_.find("Content-Length: ");
        const std::size_t length = at < head ? std::stoul(kept_.substr(at + 16)) : 0;
        if (kept_.size() >= head + 4 + length) {
          const std::string whole = kept_.substr(0, head + 4 + length);
          kept_.erase(0, whole.size());
          return whole;
        }
      }
      char bytes[4096];
      const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
      if (got <= 0) return std::exchange(kept_, {});
      kept_.append(bytes, static_cast<std::size_t>(got));
    }
  }
  /// True when the other side has closed.
  bool closed() {
    char byte;
    return ::recv(socket_, &byte, 1, 0) <= 0;
  }

 private:
  int socket_;
  bool connected_ = false;
  std::string kept_;
};

std::string post(const std::string& path, const std::string& body, const std::string& more = "",
                 const std::string& type = "application/json") {
  return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more + "\r\n" + body;
}
std::string get(const std::string& path, const std::string& host = "localhost") {
  return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

int status_of(const std::string& answer) { return answer.size() < 12 ? 0 : std::stoi(answer.substr(9, 3)); }
std::string body_of(const std::string& answer) {
  const std::size_t head = answer.find("\r\n\r\n");
  return head == std::string::npos ? "" : answer.substr(head + 4);
}

struct Site {
  Shop shop;
  std::unique_ptr<Live> live;
  DeadLetters letters{shop.files, "shop/data/dead-letters"};
  std::unique_ptr<HttpServer> server;

  explicit Site(HttpOptions options = {}) {
    live = shop.start();
    options.listen.port = 0;
    auto bound = HttpServer::bind(options);
    REQUIRE(bound.has_value());
    server = std::move(*bound);
    REQUIRE(server->start({.live = live.get(), .letters = &letters}).has_value());
  }
  ~Site() { server->finish(); }
  std::string once(const std::string& request) {
    Client client(server->address());
    client.send(request);
    return client.answer();
  }
};

}  // namespace

TEST_CASE("events and traits are taken over one connection, and show in the figures") {
  Site site;
  Client client(site.server->address());
  client.send(post("/v1/identify", R"({"userId":"c1","traits":{"city":"Berlin","shoe":43}})"));
  std::string answer = client.answer();
  CHECK(status_of(answer) == 200);
  CHECK(body_of(answer) == "{\"success\":true,\"ignored\":[\"shoe\"]}\n");
  client.send(post("/v1/track", R"({"userId":"c1","event":"order","properties":{"quantity":2}})"));
  answer = client.answer();
  CHECK(status_of(answer) == 200);
  CHECK(body_of(answer) == "{\"success\":true}\n");
  // Two requests at once are answered in their order.
  client.send(
      post(
          "/v1/batch?debug=1",
          R"({"batch":[{"type":"track","userId":"c2","event":"order"},{"type":"track","userId":"c3","event":"visit"}]})") +
      get("/v1/figures"));
  CHECK(status_of(client.answer()) == 200);
  answer = client.answer();
  CHECK(status_of(answer) == 200);
  const auto figures = nlohmann::json::parse(body_of(answer));
  CHECK(figures["format"] == "tend.figures/1");
  CHECK(figures["at"] == "2026-03-01T00:00:00Z");
  CHECK(figures["customers"] == 3);
  CHECK(figures["events"] == 3);
  CHECK(figures["playbooks"]["thanks"]["entered"] == 2);
  CHECK(figures["playbooks"]["thanks"]["live"] == 2);
  CHECK(figures["playbooks"]["thanks"]["steps"][0] == nlohmann::json({{"step", "send thanks"}, {"reached", 2}}));
  CHECK(figures["playbooks"]["thanks"]["sends"]["thanks"]["outbox"]["accepted"] == 2);
  CHECK(site.shop.channel.lines().size() == 2);

  client.send(get("/metrics"));
  answer = client.answer();
  CHECK(answer.find("Content-Type: text/plain; version=0.0.4") != std::string::npos);
  for (const char* line :
       {"\ntend_up 1\n", "\ntend_inputs_total{kind=\"event\"} 3\n", "\ntend_inputs_total{kind=\"attributes\"} 1\n",
        "\ntend_customers 3\n", "\ntend_journeys_live{playbook=\"thanks\"} 2\n", "\ntend_ignored_values_total 1\n",
        "\ntend_http_answers_total{status=\"2xx\"} 4\n",
        "\ntend_sends_total{playbook=\"thanks\",message=\"thanks\",channel=\"outbox\",outcome=\"accepted\"} 2\n"}) {
    INFO(line);
    CHECK(answer.find(line) != std::string::npos);
  }
  client.send(get("/healthz"));
  CHECK(body_of(client.answer()) == "{\"status\":\"ok\"}\n");
}

TEST_CASE("what is wrong with a request is said with its status") {
  HttpOptions options;
  options.body_bytes_max = 2000;
  Site site(options);
  const std::string track = R"({"userId":"c1","event":"visit"})";
  struct Case {
    std::string request;
    int status;
    std::string part;
  };
  const std::vector<Case> cases = {
      {post("/v1/track", R"({"userId":"c1","event":"vist"})"), 400, "there is no event `vist`: did you mean `visit`?"},
      {post("/v1/batch", R"({"batch":[{"type":"track","userId":"c1","event":"visit"},{"type":}]})"), 400, "\"item\":1"},
      {post("/v1/track", "{\"userId\":\"\xFF\",\"event\":\"visit\"}"), 400, "not UTF-8"},
      {post("/v1/track", std::string(2001, ' ')), 413, "longer than 2000 bytes"},
      {"POST /v1/track HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
       "99999999999\r\n\r\n",
       413, "longer than"},
      {"POST /v1/track HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: "
       "chunked\r\n\r\n900\r\n" +
           std::string(0x900, ' '),
       413, "longer than"},
      {"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n", 431,
       "header is longer"},
      {"hello\r\n\r\n", 400, "not an HTTP request"},
      {post("/v1/track", track, "", "text/plain"), 415, "application/json"},
      {post("/v1/track", track, "", "application/json; charset=gb18030"), 415, "UTF-8"},
      {post("/v1/track", track, "Content-Encoding: br\r\n"), 415, "compressed"},
      {post("/v1/track", track, "Content-Encoding: gzip\r\n"), 400, "the compressed body cannot be unpacked"},
      {post("/v1/pause", "{}", "Content-Encoding: gzip\r\n"), 415, "compressed"},
      {"POST /v1/track HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", 415, "application/json"},
      {get("/v1/track"), 405, "Allow: POST"},
      {post("/metrics", track), 405, "Allow: GET"},
      {get("/v1/tracks"), 404, "nothing at this path"},
      {get("/healthz", "shop.example.com"), 421, "localhost"},
      {"GET /healthz HTTP/1.1\r\n\r\n", 421, "localhost"},
      {post("/v1/track", track, "", "Application/JSON; charset=UTF-8"), 200, "true"},
      {"POST /v1/track HTTP/1.1\r\nHost: [::1]:7700\r\nContent-Type: application/json\r\nTransfer-Encoding: "
       "chunked\r\n\r\n1f\r\n" +
           track + "\r\n0\r\n\r\n",
       200, "true"},
      {get("/healthz", "127.0.0.1:7700"), 200, "ok"},
  };
  for (const Case& c : cases) {
    INFO(c.request.substr(0, 200));
    const std::string answer = site.once(c.request);
    INFO(answer);
    CHECK(status_of(answer) == c.status);
    CHECK(answer.find(c.part) != std::string::npos);
  }
  CHECK(figures_of(*site.live)->events == 2);
}

TEST_CASE("requests are understood wherever they are cut") {
  Site site;
  const std::string three = post("/v1/track", R"({"userId":"c1","event":"visit"})") +
                            "POST /v1/track HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                            "Transfer-Encoding: chunked\r\n\r\n"
                            "f\r\n{\"userId\":\"c1\",\r\nf\r\n\"event\":\"visit\"\r\n1\r\n}\r\n0\r\n\r\n" +
                            get("/healthz");
  Client client(site.server->address());
  Client beside[2] = {Client(site.server->address()), Client(site.server->address())};
  std::uint64_t requests = 0;
  for (std::size_t cut = 1; cut < three.size(); ++cut) {
    INFO(cut);
    client.send(three.substr(0, cut));
    // Both threads do something else in between: what came first is mostly looked at then.
    for (Client& other : beside) {
      other.send(get("/healthz"));
      REQUIRE(status_of(other.answer()) == 200);
    }
    client.send(three.substr(cut));
    for (int i = 0; i < 3; ++i) REQUIRE(status_of(client.answer()) == 200);
    requests += 2;
  }
  CHECK(figures_of(*site.live)->events == requests);
}

TEST_CASE("a client that asks first is told to go on") {
  Site site;
  Client client(site.server->address());
  const std::string body = R"({"userId":"c1","event":"visit"})";
  client.send(
      "POST /v1/track HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Type: "
      "application/json\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n");
  CHECK(status_of(client.answer()) == 100);
  client.send(body);
  CHECK(status_of(client.answer()) == 200);
}

TEST_CASE("connections that dawdle are closed, however many bytes they drip") {
  HttpOptions options;
  options.header_max = options.body_max = std::chrono::milliseconds(150);
  options.idle_max = std::chrono::milliseconds(150);
  Site site(options);
  Client silent(site.server->address()), slow_header(site.server->address()), slow_body(site.server->address());
  slow_body.send(
      "POST /v1/track HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n");
  for (int i = 0; i < 60; ++i) {
    slow_header.send("G");
    slow_body.send("{");
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK(silent.closed());
  CHECK(slow_header.closed());
  CHECK(slow_body.closed());
  CHECK(status_of(site.once(get("/healthz"))) == 200);
}

TEST_CASE("more connections than allowed are told so") {
  HttpOptions options;
  options.connections_max = 2;
  Site site(options);
  Client first(site.server->address());
  first.send(get("/healthz"));
  CHECK(status_of(first.answer()) == 200);
  {
    Client second(site.server->address());
    second.send(get("/healthz"));
    CHECK(status_of(second.answer()) == 200);
    Client third(site.server->address());
    const std::string answer = third.answer();
    CHECK(status_of(answer) == 503);
    CHECK(nlohmann::json::parse(body_of(answer))["error"] == "too many open connections");
  }
  CHECK(eventually([&] { return status_of(site.once(get("/healthz"))) == 200; }));
}

TEST_CASE("a full queue is answered 429 and a full disk 503, to come again") {
  Site site;
  site.server->finish();
  REQUIRE(site.live->stop());
  site.shop.options.queue_inputs_max = 1;
  site.live = site.shop.start();
  auto bound = HttpServer::bind({.listen = {"127.0.0.1", 0}});
  REQUIRE(bound);
  site.server = std::move(*bound);
  REQUIRE(site.server->start({.live = site.live.get()}));
  const std::string order = post("/v1/track", R"({"userId":"c1","event":"order"})");
  site.shop.channel.hold(true);
  CHECK(status_of(site.once(order)) == 200);
  site.shop.channel.wait_for_call();
  Client waiting(site.server->address());
  waiting.send(order);
  REQUIRE(eventually([&] { return site.live->counts().queue_inputs == 1; }));
  std::string answer = site.once(order);
  CHECK(status_of(answer) == 429);
  CHECK(answer.find("Retry-After: 1") != std::string::npos);
  site.shop.channel.hold(false);
  CHECK(status_of(waiting.answer()) == 200);

  site.shop.files.set_capacity(0);
  for (int i = 0; i < 2000 && status_of(answer = site.once(order)) == 200; ++i) {
  }
  CHECK(status_of(answer) == 503);
  CHECK(answer.find("full") != std::string::npos);
  CHECK(eventually([&] { return status_of(site.once(get("/healthz"))) == 503; }));
  CHECK(status_of(site.once(get("/v1/figures"))) == 503);
  CHECK(body_of(site.once(get("/metrics"))).find("tend_up 0") != std::string::npos);
  site.shop.files.set_capacity(std::nullopt);
  CHECK(eventually([&] { return status_of(site.once(get("/healthz"))) == 200; }));
  CHECK(status_of(site.once(order)) == 200);
}

TEST_CASE("calls under way are answered before it ends, later ones are told") {
  Site site;
  const std::string order = post("/v1/track", R"({"userId":"c1","event":"order"})");
  site.shop.channel.hold(true);
  CHECK(status_of(site.once(order)) == 200);
  site.shop.channel.wait_for_call();
  Client waiting(site.server->address()), late(site.server->address());
  waiting.send(order);
  late.send(get("/healthz"));
  CHECK(status_of(late.answer()) == 200);
  REQUIRE(eventually([&] { return site.live->counts().queue_inputs == 1; }));
  site.server->stop_taking();
  late.send(order);
  std::string answer = late.answer();
  CHECK(status_of(answer) == 503);
  CHECK(answer.find("stopping") != std::string::npos);
  std::thread stopper([&] { CHECK(site.live->stop()); });
  site.shop.channel.hold(false);
  stopper.join();
  site.server->finish();
  CHECK(status_of(waiting.answer()) == 200);
  CHECK(waiting.closed());
  CHECK(!Client(site.server->address()).connected());
}

TEST_CASE("a port is taken once, and only addresses of this machine pass without keys") {
  Site site;
  const auto port =
      static_cast<std::uint16_t>(std::stoi(site.server->address().substr(site.server->address().rfind(':') + 1)));
  const auto second = HttpServer::bind({.listen = {"127.0.0.1", port}});
  REQUIRE(!second);
  CHECK(second.error().code == ErrorCode::in_use);
  CHECK(second.error().message.find("another process listens at `127.0.0.1:") == 0);

  CHECK(parse_listen("127.0.0.1:80")->port == 80);
  CHECK(parse_listen(":0")->host == "127.0.0.1");
  CHECK(parse_listen("localhost:7700")->host == "127.0.0.1");
  CHECK(parse_listen("[::1]:7700")->host == "::1");
  CHECK(parse_listen("0.0.0.0:7700")->host == "0.0.0.0");
  for (const char* bad : {"", "7700", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000", "127.0.0.1:-1",
                          "example.com:80", "::1:80", "[127.0.0.1]:80"}) {
    INFO(bad);
    REQUIRE(!parse_listen(bad));
    CHECK(parse_listen(bad).error().code == ErrorCode::usage);
  }
  CHECK(require_loopback({"127.0.0.2", 1}));
  CHECK(require_loopback({"::1", 1}));
  for (const char* bad : {"0.0.0.0", "192.168.1.5", "::", "8.8.8.8"}) CHECK(!require_loopback({bad, 1}));
}

TEST_CASE("an operator's orders and looks are answered over HTTP") {
  Site site;
  Client client(site.server->address());
  client.send(post("/v1/track", R"({"userId":"c1","event":"order"})"));
  CHECK(status_of(client.answer()) == 200);
  const auto asked = [&](const std::string& request, int status) {
    client.send(request);
    const std::string answer = client.answer();
    CHECK(status_of(answer) == status);
    return nlohmann::json::parse(body_of(answer));
  };
  CHECK(asked(post("/v1/pause", R"({"what":"playbook:thanks"})"), 200)["changed"] == true);
  CHECK(asked(get("/v1/playbooks"), 200)["paused"] == nlohmann::json{"playbook:thanks"});
  CHECK(asked(post("/v1/pause", R"({"what":"playbook:thank"})"), 404)["error"] ==
        "there is no playbook `thank`: did you mean `thanks`?");
  CHECK(asked(post("/v1/start", R"({"playbook":"thanks","customers":["c1"]})"), 200)["refused"]["paused"] == 1);
  CHECK(asked(post("/v1/resume", R"({"what":"playbook:thanks"})"), 200)["paused"].empty());
  CHECK(asked(post("/v1/start", R"({"playbook":"thanks","customers":["c1"]})"), 200)["refused"]["live"] == 1);
  CHECK(asked(post("/v1/stop", R"({"playbook":"thanks","customers":["c1"]})"), 200)["stopped"] == 1);
  CHECK(asked(post("/v1/start", "{"), 400)["success"] == false);
  CHECK(asked(get("/v1/customers/c%31"), 200)["customer"] == "c1");
  CHECK(asked(get("/v1/customers/c2"), 404)["error"] == "there is no customer `c2`");
  CHECK(asked(get("/v1/journeys?cursor=7"), 400)["success"] == false);
  CHECK(asked(get("/v1/journeys?limit=0"), 400)["success"] == false);
  CHECK(asked(get("/v1/tasks"), 200)["tasks"].empty());
  CHECK(asked(get("/v1/pause"), 405)["success"] == false);
  CHECK(status_of(site.once(post("/v1/tasks", "{}"))) == 405);

  CHECK(asked(post("/v1/alias", R"({"previousId":"c1","userId":"c9"})"), 200)["success"] == true);
  CHECK(asked(post("/v1/batch", R"({"batch":[{"type":"alias","previousId":"c9","userId":"c1"}]})"), 200)["success"] ==
        true);  // a circle: he is already
  CHECK(asked(get("/v1/customers/c1"), 200)["customer"] == "c9");
  CHECK(asked(post("/v1/forget", R"({"customer":"c1"})"), 200)["is"] == "c9");
  CHECK(asked(get("/v1/customers/c9"), 404)["success"] == false);
  client.send(get("/metrics"));
  const std::string metrics = body_of(client.answer());
  CHECK(metrics.find("tend_inputs_total{kind=\"alias\"} 1\n") != std::string::npos);
  CHECK(metrics.find("tend_inputs_total{kind=\"order\"} 6\n") != std::string::npos);
}

TEST_CASE("a batch is taken but for what no playbook knows, which is kept, and taken later") {
  Site site;
  const std::string batch =
      R"({"batch":[{"type":"track","userId":"c1","event":"order","messageId":"1"},{"type":"track","userId":"c2","event":"ordr","messageId":"2"}],"sentAt":"2026-03-01T00:00:00Z"})";
  const std::string expected =
      R"({"success":true,"refused":1,"reasons":[{"item":1,"error":"there is no event `ordr`: did you mean `order`?"}]})"
      "\n";
  CHECK(body_of(site.once(post("/v1/batch", batch, "Authorization: Basic YXBwOg==\r\n"))) == expected);
  CHECK(figures_of(*site.live)->events == 1);
  // The same once more is the same answer, and nothing new but the letter.
  CHECK(body_of(site.once(post("/v1/batch", batch, "Authorization: Basic YXBwOg==\r\n"))) == expected);
  CHECK(figures_of(*site.live)->events == 1);
  CHECK(body_of(site.once(post("/v1/batch", batch))) == expected);  // another source: another message
  CHECK(figures_of(*site.live)->events == 2);
  std::vector<DeadLetter> letters;
  REQUIRE(read_dead_letters(site.shop.files, "shop/data/dead-letters", [&](const DeadLetter& one) -> Result<void> {
    letters.push_back(one);
    return {};
  }));
  REQUIRE(letters.size() == 3);
  CHECK(letters[0].source == "app");
  CHECK(letters[0].sent == "2026-03-01T00:00:00Z");
  CHECK(letters[0].call == R"({"type":"track","userId":"c2","event":"ordr","messageId":"2"})");

  CHECK(body_of(site.once(post("/v1/deadletters/retry", ""))) == "{\"success\":true,\"taken\":0,\"left\":3}\n");
  // As if it had come by a playbook that did not know `order` yet.
  DeadLetter good = letters[0];
  good.call = R"({"type":"track","userId":"c2","event":"order","messageId":"2"})";
  REQUIRE(site.letters.add({good, good}));
  CHECK(body_of(site.once(post("/v1/deadletters/retry", ""))) == "{\"success\":true,\"taken\":2,\"left\":3}\n");
  CHECK(figures_of(*site.live)->events == 3);
  CHECK(body_of(site.once(post("/v1/deadletters/retry", ""))) == "{\"success\":true,\"taken\":0,\"left\":3}\n");
}

TEST_CASE("a letter is taken once, whatever it is called and however often it is read") {
  Site site;
  DeadLetter letter{.at = site.live->now() - 2 * env::kHour, .source = "app", .cloud = false, .sent = {}, .reason = {}};
  letter.call = R"({"type":"track","userId":"c1","event":"order"})";
  REQUIRE(site.letters.add({letter, letter}));
  const std::string folder = "shop/data/dead-letters", name = site.shop.files.list(folder).value().at(0);
  const std::string bytes = env::read_whole_file(site.shop.files, folder + "/" + name).value();
  CHECK(body_of(site.once(post("/v1/deadletters/retry", ""))) == "{\"success\":true,\"taken\":2,\"left\":0}\n");
  CHECK(figures_of(*site.live)->events == 2);
  // As after a crash before the file was removed.
  REQUIRE(env::write_whole_file(site.shop.files, folder + "/" + name, bytes));
  CHECK(status_of(site.once(post("/v1/deadletters/retry", ""))) == 200);
  CHECK(figures_of(*site.live)->events == 2);
  const auto customer = nlohmann::json::parse(body_of(site.once(get("/v1/customers/c1"))));
  CHECK(customer["first_seen"] == env::format_moment(letter.at));

  letter.at += 1;
  REQUIRE(site.letters.add(std::vector<DeadLetter>(50, letter)));
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<Client>(site.server->address()));
    clients.back()->send(post("/v1/deadletters/retry", ""));
  }
  int taken = 0;
  for (auto& client : clients) {
    const std::string answer = client->answer();
    if (status_of(answer) == 503) {
      CHECK(answer.find("Retry-After: 1") != std::string::npos);
    } else {
      taken += nlohmann::json::parse(body_of(answer))["taken"].get<int>();
    }
  }
  CHECK(taken == 50);
  CHECK(figures_of(*site.live)->events == 52);
}

TEST_CASE("CloudEvents over HTTP: attributes in headers, one, a list") {
  Site site;
  const std::string headers =
      "ce-specversion: 1.0\r\nce-id: 1\r\nce-source: /shop\r\nce-type: com.example.order\r\nce-subject: "
      "Z%C3%BCrich\r\n";
  CHECK(status_of(site.once(post("/v1/events", R"({"quantity":1})", headers))) == 200);
  CHECK(status_of(site.once(post("/v1/events", "", headers))) == 200);  // the same message
  CHECK(figures_of(*site.live)->events == 1);
  const std::string event =
      R"({"specversion":"1.0","id":"2","source":"/shop","type":"order","subject":"c1","data":{"quantity":1}})";
  CHECK(status_of(site.once(post("/v1/events", event, "", "application/cloudevents+json"))) == 200);
  CHECK(status_of(site.once(
            post("/v1/events", "[" + event + "]", "", "application/cloudevents-batch+json; charset=UTF-8"))) == 200);
  CHECK(figures_of(*site.live)->events == 2);
  CHECK(status_of(site.once(post("/v1/events", event))) == 400);  // no attributes beside it
  CHECK(status_of(site.once(post("/v1/events", "{}", headers, "text/plain"))) == 415);
  CHECK(status_of(site.once(post("/v1/events", "{}", "ce-id: %zz\r\n"))) == 400);
}

TEST_CASE("what Authorization says is read or refused, and names the source of messages") {
  Site site;
  const std::string body = R"({"userId":"c1","event":"order","messageId":"1"})";
  const auto with = [&](const std::string& value) {
    return status_of(site.once(post("/v1/track", body, "Authorization: " + value + "\r\n")));
  };
  CHECK(with("Basic YXBwOg==") == 200);
  CHECK(with("basic YXBw") == 200);  // without a colon
  CHECK(with("Bearer app") == 200);
  CHECK(figures_of(*site.live)->events == 1);
  CHECK(with("Bearer other") == 200);
  CHECK(figures_of(*site.live)->events == 2);
  CHECK(status_of(site.once(
            post("/v1/track", body, "Authorization: Basic YXBwOg==\r\n", "application/x-www-form-urlencoded"))) == 200);
  CHECK(with("Basic !!!") == 401);
  CHECK(with("Digest x") == 401);
  CHECK(with("Basic") == 401);
  CHECK(with("Bearer " + std::string(5000, 'x')) == 401);
}

TEST_CASE("with keys each call needs one with its scope, in the header or, of calls, in the body") {
  Shop shop;
  auto live = shop.start();
  TempFolder folder;
  std::vector<Key> made;
  const auto add = [&](Key key) {
    const std::string text = make_key(key);
    made.push_back(key);
    return text;
  };
  const std::string shop_key = add({.name = "shop", .scopes = {Scope::ingest}}),
                    reader = add({.name = "board", .scopes = {Scope::read}}),
                    dealer = add({.name = "berlin", .scopes = {Scope::read, Scope::operate}, .where = "city = Berlin"}),
                    boss = add({.name = "boss", .scopes = {Scope::admin}}),
                    slow = add({.name = "slow", .scopes = {Scope::ingest}, .rate = 1});
  REQUIRE(write_keys(shop.files, "shop/data/keys.json", made));
  Keys keys(shop.files, "shop/data/keys.json");
  REQUIRE(keys.load());
  Audit audit(folder.file("audit.jsonl"));
  auto bound = HttpServer::bind({.listen = {"127.0.0.1", 0}});
  REQUIRE(bound);
  REQUIRE((*bound)->start({.live = live.get(), .keys = &keys, .audit = &audit}));
  const auto once = [&](const std::string& request) {
    Client client((*bound)->address());
    client.send(request);
    return client.answer();
  };
  const auto by = [](const std::string& key) { return "Authorization: Bearer " + key + "\r\n"; };
  const auto got = [&](const std::string& path, const std::string& key) {
    return once("GET " + path + " HTTP/1.1\r\nHost: shop.example.com\r\n" + by(key) + "\r\n");
  };
  const std::string order = R"({"userId":"c1","event":"order","messageId":"1"})";
  CHECK(status_of(once(post("/v1/track", order, by(shop_key)))) == 200);
  CHECK(status_of(once(post("/v1/track", order))) == 401);
  CHECK(status_of(once(post("/v1/track", order, by("tend_000000000000_" + std::string(43, 'A'))))) == 401);
  CHECK(status_of(once(post("/v1/track", order, by(reader)))) == 403);
  CHECK(status_of(once(post("/v1/batch", R"({"batch":[{"type":"track",)" + order.substr(1) + R"(],"writeKey":")" +
                                             shop_key + "\"}"))) == 200);
  CHECK(figures_of(*live)->events == 1);  // the same key, the same message
  CHECK(status_of(once(post("/v1/batch", R"({"batch":[],"writeKey":"nobody"})"))) == 401);
  CHECK(status_of(once(post("/v1/batch", R"({"batch":[],"writeKey":")" + reader + "\"}"))) == 403);

  CHECK(status_of(once(get("/healthz"))) == 200);
  CHECK(status_of(once(get("/metrics"))) == 401);
  CHECK(status_of(got("/metrics", reader)) == 200);
  CHECK(status_of(got("/v1/figures", shop_key)) == 403);
  CHECK(status_of(once(post("/v1/pause", "{}", by(reader)))) == 403);
  CHECK(status_of(once(post("/v1/forget", R"({"customer":"c9"})", by(dealer)))) == 403);

  // A dealer sees his own.
  CHECK(status_of(once(post("/v1/identify", R"({"userId":"c1","traits":{"city":"Berlin"}})", by(shop_key)))) == 200);
  CHECK(status_of(once(post("/v1/identify", R"({"userId":"c2","traits":{"city":"Hamburg"}})", by(shop_key)))) == 200);
  CHECK(status_of(got("/v1/customers/c1", dealer)) == 200);
  CHECK(status_of(got("/v1/customers/c2", dealer)) == 404);
  CHECK(status_of(got("/v1/customers/c3", dealer)) == 404);
  CHECK(status_of(got("/v1/customers/c2", boss)) == 200);
  CHECK(status_of(got("/v1/journeys", dealer)) == 403);
  CHECK(status_of(got("/v1/figures", dealer)) == 403);
  CHECK(status_of(once(post("/v1/pause", "{}", by(dealer)))) == 403);
  CHECK(status_of(once(post("/v1/stop", R"({"playbook":"thanks","customers":["c1"]})", by(dealer)))) == 200);
  CHECK(status_of(once(post("/v1/stop", R"({"playbook":"thanks","customers":["c1","c2"]})", by(dealer)))) == 404);

  // A rate: what was too much is waited for.
  std::string many = R"({"batch":[)";
  for (int i = 0; i < 2000; ++i) many += (i > 0 ? "," : "") + std::string(R"({"type":"page","userId":"c"})");
  many += "]}";
  CHECK(status_of(once(post("/v1/batch", many, by(slow)))) == 200);
  CHECK(status_of(once(post("/v1/batch", many, by(slow)))) == 200);
  const std::string waits = once(post("/v1/batch", many, by(slow)));
  CHECK(status_of(waits) == 429);
  CHECK(waits.find("Retry-After: 15") != std::string::npos);

  (*bound)->finish();
  const auto lines = env::read_whole_file(env::real_files(), folder.file("audit.jsonl"));
  REQUIRE(lines);
  CHECK(lines->find(R"("name":"berlin","what":"GET /v1/customers/c1","status":200)") != std::string::npos);
  CHECK(lines->find(R"("name":"berlin","what":"POST /v1/stop thanks c1","status":200)") != std::string::npos);
  CHECK(lines->find(R"("name":"board","what":"POST /v1/pause","status":403)") != std::string::npos);
  CHECK(lines->find(R"("what":"GET /metrics","status":401)") != std::string::npos);
  CHECK(lines->find(shop_key) == std::string::npos);
}
