// Adapters against the double of their platforms: the double as a process of its own, the real Host that calls it, and
// a server that it calls back, all in one thread.
#pragma once
#include <signal.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "engine/channel/host.hpp"
#include "tests/engine/channel/scripted_host.hpp"

namespace tend::channel::test {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::asio::ip::tcp;
using Json = nlohmann::json;

/// The real Host with less patience: what takes longer has no answer. `time` is what the adapters take for the moment:
/// the double's own, which stands still until it is moved.
class LoopbackHost final : public Host {
 public:
  explicit LoopbackHost(boost::asio::io_context& context) {
    auto made = make_host(context, env::real_clock());
    if (!made) FAIL(made.error().message);
    network_ = std::move(*made);
  }
  env::Moment time = ScriptedHost::kStart;
  std::chrono::milliseconds patience{150};

  Task<HttpAnswer> fetch(HttpRequest request) override {
    request.timeout = std::min(request.timeout, patience);
    return network_->fetch(std::move(request));
  }
  Task<HttpAnswer> fetch_patiently(HttpRequest request) { return network_->fetch(std::move(request)); }
  Task<MailAnswer> mail(MailRequest) override { co_return MailAnswer{}; }
  Task<void> sleep(std::chrono::milliseconds span) override { return network_->sleep(span); }
  env::Moment now() override { return time; }
  std::string random_hex(std::size_t bytes) override { return network_->random_hex(bytes); }

 private:
  std::unique_ptr<NetworkHost> network_;
};

/// The double with its clock standing at ScriptedHost::kStart until it is moved, and what it calls.
class World {
 public:
  World() {
    process_ = popen(
        "echo $$; exec timeout 100 python3 -B tests/support/double/double.py --now 2026-01-05T10:00:00+08:00 --frozen",
        "r");
    REQUIRE(process_ != nullptr);
    pid_ = std::stoi(line());
    const std::string said = line();
    const std::size_t begin = said.find("http://");
    INFO("the double says: " << said);
    REQUIRE(begin != std::string::npos);
    url = said.substr(begin);
    acceptor_.emplace(context, tcp::endpoint(boost::asio::ip::make_address("127.0.0.1"), 0));
    boost::asio::co_spawn(context, listen(), boost::asio::detached);
  }
  ~World() {
    kill(pid_, SIGTERM);
    pclose(process_);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  boost::asio::io_context context;
  LoopbackHost host{context};
  std::string url;           // of the double
  Remote* called = nullptr;  // who gets the double's calls
  std::vector<Receipt> receipts;
  std::vector<Inbound> inbound;
  std::vector<int> answered;  // the statuses of our answers

  /// Where the double is to call.
  std::string callback_url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_->local_endpoint().port()) + "/v1/receipts/ch";
  }

  template <typename T>
  T run(Task<T> task) {
    std::optional<T> result;
    std::exception_ptr thrown;
    bool done = false;
    boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr error, T value) {
      thrown = error;
      result = std::move(value);
      done = true;
    });
    while (!done) {
      const bool moves = context.run_one_for(std::chrono::seconds(30)) > 0;
      REQUIRE(moves);
    }
    if (thrown) std::rethrow_exception(thrown);
    return std::move(*result);
  }

  /// A call of the double's `/_sim/`.
  Task<Json> tell(std::string method, std::string verb, Json told = Json::object()) {
    HttpRequest request;
    request.method = std::move(method);
    request.url = url + "/_sim/" + verb;
    if (request.method == "POST") request.body = told.dump();
    const HttpAnswer answer = co_await host.fetch_patiently(std::move(request));
    INFO("/_sim/" << verb << ": " << answer.body);
    REQUIRE(answer.status == 200);
    co_return Json::parse(answer.body);
  }
  Task<void> advance(std::int64_t seconds) {
    host.time += seconds * 1000;
    const Json told = {{"seconds", seconds}};
    co_await tell("POST", "advance", told);
  }
  void post(const std::string& verb, const Json& told) { run(tell("POST", verb, told)); }
  Json get(const std::string& verb) { return run(tell("GET", verb)); }
  void pass(std::int64_t seconds) {
    host.time += seconds * 1000;
    post("advance", {{"seconds", seconds}});
  }

 private:
  std::string line() {
    char text[256] = "";
    const char* got = fgets(text, sizeof text, process_);
    std::string out(got == nullptr ? "" : got);
    while (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
  }

  Task<void> listen() {
    while (true) {
      tcp::socket socket = co_await acceptor_->async_accept(boost::asio::use_awaitable);
      boost::asio::co_spawn(context, serve(std::move(socket)), boost::asio::detached);
    }
  }

  Task<void> serve(tcp::socket socket) {
    beast::tcp_stream stream(std::move(socket));
    beast::flat_buffer buffer;
    http::request<http::string_body> in;
    co_await http::async_read(stream, buffer, in, boost::asio::use_awaitable);
    CallbackRequest request{.method = std::string(in.method_string())};
    const std::string target(in.target());
    request.url = "http://" + std::string(in[http::field::host]) + target;
    if (const std::size_t mark = target.find('?'); mark != std::string::npos) request.query = target.substr(mark + 1);
    for (const auto& field : in) {
      std::string name(field.name_string());
      for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      request.headers[name] = std::string(field.value());
    }
    request.body = std::move(in.body());
    Callback said = called == nullptr ? Callback{.status = 404} : called->on_callback(request, host.now());
    answered.push_back(said.status);
    receipts.insert(receipts.end(), said.receipts.begin(), said.receipts.end());
    inbound.insert(inbound.end(), said.inbound.begin(), said.inbound.end());
    http::response<http::string_body> out(http::int_to_status(static_cast<unsigned>(said.status)), 11);
    out.set(http::field::content_type, said.type);
    out.set(http::field::connection, "close");
    out.body() = said.body;
    out.prepare_payload();
    co_await http::async_write(stream, out, boost::asio::use_awaitable);
  }

  std::FILE* process_ = nullptr;
  int pid_ = 0;
  std::optional<tcp::acceptor> acceptor_;
};

/// What became of messages that were carried through to an end.
struct Carried {
  std::vector<Outcome> ends;  // of each message; `unknown`: it counts as sent, and nobody can tell
  int asked = 0;              // how often the platform was asked what became of one

  int count(Fate fate) const {
    return static_cast<int>(
        std::count_if(ends.begin(), ends.end(), [&](const Outcome& one) { return one.fate == fate; }));
  }
};

/// Carries messages to their ends as a dispatcher does: what was not taken is sent again, of what is unknown the
/// platform is asked, or it is sent again, as the adapter says. Time that is waited for passes at once.
inline Task<Carried> carry(Remote& remote, std::vector<Message> messages, World& world) {
  constexpr int kRounds = 12;
  const RemoteCapabilities can = remote.capabilities();
  Carried out;
  out.ends.resize(messages.size());
  std::vector<std::size_t> open(messages.size());
  for (std::size_t i = 0; i < open.size(); ++i) open[i] = i;
  std::vector<bool> unsure(messages.size());
  for (int round = 0; round < kRounds && !open.empty(); ++round) {
    std::vector<std::size_t> still;
    for (std::size_t at = 0; at < open.size();) {
      std::vector<std::size_t> batch;
      std::vector<Outcome> outcomes;
      if (unsure[open[at]] && can.unknown == Unknown::ask) {
        batch = {open[at]};
        ++out.asked;
        Outcome told = co_await remote.reconcile(messages[batch[0]], world.host);
        outcomes.push_back(std::move(told));
      } else {
        std::vector<Message> group;
        while (at + batch.size() < open.size() && batch.size() < can.batch_max &&
               !(unsure[open[at + batch.size()]] && can.unknown == Unknown::ask)) {
          batch.push_back(open[at + batch.size()]);
          group.push_back(messages[batch.back()]);
        }
        outcomes = co_await remote.submit(group, world.host);
      }
      REQUIRE(outcomes.size() == batch.size());
      at += batch.size();
      for (std::size_t b = 0; b < batch.size(); ++b) {
        const std::size_t i = batch[b];
        const Outcome& one = out.ends[i] = outcomes[b];
        ++messages[i].attempt;
        if (one.fate == Fate::unknown) unsure[i] = true;
        if (one.fate == Fate::deferred) unsure[i] = false;
        const bool again = one.fate == Fate::deferred || one.fate == Fate::throttled ||
                           (one.fate == Fate::unknown && can.unknown != Unknown::once);
        if (again) still.push_back(i);
      }
    }
    open = std::move(still);
    if (!open.empty()) co_await world.advance(5);
  }
  for (const std::size_t i : open) UNSCOPED_INFO("without an end: " << i << ", " << out.ends[i].reason);
  co_return out;
}

}  // namespace tend::channel::test
