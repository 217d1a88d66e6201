// What each call does, from a request that is read whole to its answer. Only http.cpp includes this.
#pragma once
#include <array>
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/serve/answers.hpp"
#include "engine/serve/http.hpp"
#include "engine/serve/http_head.hpp"

namespace tend::serve {

namespace asio = boost::asio;

/// Thread: any; each connection has an executor of its own, on which its coroutine works.
class HttpCalls {
 public:
  explicit HttpCalls(const HttpOptions& options) : options_(options) {}

  /// Before the first call. Shape: `owner` keeps alive what answers come back to (the executors); what the engine's
  /// thread is to call holds it, coroutines do not.
  void begin(const HttpServices& services, std::weak_ptr<void> owner) {
    services_ = services;
    owner_ = std::move(owner);
  }

  /// Who calls, as far as the header says: null where no key is asked for, or one may still stand in the body.
  struct Caller {
    std::shared_ptr<KnownKey> key;
  };
  /// Whether a call may be looked at further. Errors: the refusal.
  tl::expected<Caller, Answer> admit(const Request& head);
  bool asks_for_keys() const { return services_.keys != nullptr; }

  asio::awaitable<Answer> answer(asio::any_io_executor executor, Request& request, Caller caller);

  std::atomic<std::size_t> connections{0};
  std::array<std::atomic<std::uint64_t>, 6> by_class{};

 private:
  using Executor = asio::any_io_executor;
  asio::awaitable<Answer> answer_place(const Executor& executor, const Place& place, Request& request,
                                       const Caller& caller);
  asio::awaitable<Answer> take(const Executor& executor, const Place& place, Request& request, const Caller& caller);
  asio::awaitable<std::optional<Answer>> post(const Executor& executor, const journey::Plan& plan,
                                              std::vector<PostedInput> inputs);
  asio::awaitable<Answer> retry_letters(const Executor& executor);
  asio::awaitable<Answer> change(const Executor& executor, bool applies, const std::string& body);
  asio::awaitable<Answer> order(const Executor& executor, OrderKind kind, const std::string& body,
                                const Caller& caller);
  asio::awaitable<Answer> import(const Executor& executor, std::string body);
  asio::awaitable<Answer> look(const Executor& executor, std::string_view target, const Caller& caller);
  std::optional<Answer> refuse_key(const std::shared_ptr<KnownKey>& key, const Place& place, std::string_view path);
  asio::awaitable<Answer> receipts(const Executor& executor, const Place& place, Request& request,
                                   const Caller& caller);
  bool is_told_by_key(const Request& request) const;
  asio::awaitable<Answer> take_told(const Executor& executor, const Place& place, const Request& request,
                                    const std::shared_ptr<KnownKey>& key);
  asio::awaitable<Result<void>> keep_news(const Executor& executor, std::string_view channel, channel::News news);
  asio::awaitable<Answer> link(const Executor& executor, const Place& place, const Request& request);
  asio::awaitable<Result<void>> take_receipt(const Executor& executor, const NewsPlace& from, channel::Receipt receipt);
  asio::awaitable<std::optional<EngineCounts>> engine_counts(const Executor& executor);
  ReadBody read(const journey::Plan& plan, const BodyRequest& request, std::string& body);
  Result<void> bury(const ReadBody& read, bool cloud, env::Moment now);
  HttpCounts counts() const;

  void note(const Request& request, const Place& place, const Caller& caller, const Answer& answer);
  const HttpOptions& options_;
  HttpServices services_;
  std::weak_ptr<void> owner_;
  std::atomic<std::uint64_t> ignored_values_{0};
  std::atomic<std::uint64_t> refused_calls_{0};
  std::atomic<bool> retrying_{false};  // letters are being read again
  std::mutex readers_mutex_;
  const journey::Plan* readers_plan_ = nullptr;       // by which they read
  std::vector<std::unique_ptr<BodyReader>> readers_;  // that nobody uses just now
};

}  // namespace tend::serve
