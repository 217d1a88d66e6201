// A Host for tests of adapters: answers by a script or a function, notes what it was asked, keeps its own time.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/channel/config.hpp"
#include "engine/channel/kinds.hpp"
#include "engine/channel/remote.hpp"
#include "tests/support/test.hpp"

namespace tend::channel::test {

inline HttpAnswer answered(std::string body, int status = 200) {
  HttpAnswer answer{.status = status};
  answer.body = std::move(body);
  return answer;
}
inline HttpAnswer no_connection() {
  HttpAnswer answer{.reached = Reached::no};
  answer.error = "refused";
  return answer;
}
inline HttpAnswer no_answer() {
  HttpAnswer answer{.reached = Reached::maybe};
  answer.error = "timed out";
  return answer;
}

class ScriptedHost final : public Host {
 public:
  /// 2026-01-05 10:00:00 in China, a Monday.
  static constexpr env::Moment kStart = 1'767'578'400'000;

  std::deque<HttpAnswer> script;                                        // taken from the front
  std::function<std::optional<HttpAnswer>(const HttpRequest&)> answer;  // asked first
  std::vector<HttpRequest> requests;
  std::vector<std::chrono::milliseconds> slept;
  env::Moment time = kStart;

  Task<HttpAnswer> fetch(HttpRequest request) override {
    requests.push_back(request);
    // Others get their turn, as they do while a call is under way.
    co_await boost::asio::post(boost::asio::use_awaitable);
    std::optional<HttpAnswer> said;
    if (answer) said = answer(request);
    if (!said) {
      INFO("no answer is left for " << request.url);
      REQUIRE_FALSE(script.empty());
      said = std::move(script.front());
      script.pop_front();
    }
    co_return std::move(*said);
  }
  Task<MailAnswer> mail(MailRequest) override { co_return MailAnswer{}; }
  Task<void> sleep(std::chrono::milliseconds span) override {
    co_await boost::asio::post(boost::asio::use_awaitable);
    slept.push_back(span);
    time += span.count();
    co_return;
  }
  env::Moment now() override { return time; }
  std::string random_hex(std::size_t bytes) override { return std::string(bytes * 2, 'a'); }
};

/// Runs one task to its end.
template <typename T>
T run(Task<T> task) {
  boost::asio::io_context context;
  std::optional<T> result;
  std::exception_ptr thrown;
  boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr error, T value) {
    thrown = error;
    result = std::move(value);
  });
  context.run();
  if (thrown) std::rethrow_exception(thrown);
  REQUIRE(result.has_value());
  return std::move(*result);
}

inline Message message_to(std::string to, std::vector<Item> items, std::uint64_t key = 1) {
  Message message{.key = {0x0123456789abcdefu, key}, .at = ScriptedHost::kStart};
  message.customer = "c-" + std::to_string(key);
  message.playbook = "p";
  message.message = "m";
  message.channel = "ch";
  message.to = std::move(to);
  message.items = std::move(items);
  return message;
}

/// The only outcome of a submit of one message.
inline Outcome submit_one(Remote& remote, const Message& message, Host& host) {
  auto outcomes = run(remote.submit(std::span(&message, 1), host));
  REQUIRE(outcomes.size() == 1);
  return outcomes.front();
}

/// An adapter as the table makes it, secrets in clear.
inline std::unique_ptr<Remote> make(const std::string& adapter, std::map<std::string, std::string> options) {
  const AdapterKind* kind = find_adapter(adapter);
  REQUIRE(kind != nullptr);
  REQUIRE(kind->make_remote != nullptr);
  ChannelConfig config{
      .name = "ch", .adapter = adapter, .options = std::move(options), .limits = known_limits(adapter)};
  auto made = kind->make_remote(config);
  if (!made) FAIL(made.error().message);
  return std::move(*made);
}

inline CallbackRequest call_of(std::string method, std::string query, std::string body) {
  CallbackRequest request{.method = std::move(method)};
  request.url = "https://tend.example/v1/receipts/ch?" + query;
  request.query = std::move(query);
  request.body = std::move(body);
  return request;
}

}  // namespace tend::channel::test
