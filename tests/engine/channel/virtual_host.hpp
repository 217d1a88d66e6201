// A world in virtual time for adapters and the dispatcher: sleeping costs nothing, and nobody is called.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "engine/channel/host.hpp"
#include "engine/env/clock.hpp"

namespace tend::channel {

struct VirtualHost : NetworkHost {
  boost::asio::io_context context{1};
  env::SimulatedClock clock{1'000'000'000};
  std::multimap<env::Moment, std::shared_ptr<boost::asio::steady_timer>> sleeping;
  std::function<HttpAnswer(const HttpRequest&)> on_fetch;
  std::function<MailAnswer(const MailRequest&)> on_mail;

  Task<HttpAnswer> fetch(HttpRequest request) override { co_return on_fetch(request); }
  Task<MailAnswer> mail(MailRequest request) override { co_return on_mail(request); }
  Task<void> sleep(std::chrono::milliseconds time) override {
    const auto timer =
        std::make_shared<boost::asio::steady_timer>(context, boost::asio::steady_timer::time_point::max());
    sleeping.emplace(clock.now() + time.count(), timer);
    boost::system::error_code cancelled;
    co_await timer->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
  }
  void abandon() override {
    for (const auto& [at, timer] : std::exchange(sleeping, {})) timer->cancel();
  }
  env::Moment now() override { return clock.now(); }
  std::string random_hex(std::size_t bytes) override { return std::string(2 * bytes, '7'); }

  /// All that can happen now.
  void settle_down() {
    context.restart();
    context.poll();
  }
  /// Time passes until `until`, in steps from one sleeper to the next.
  void run_until(env::Moment until) {
    settle_down();
    while (!sleeping.empty() && sleeping.begin()->first <= until) {
      const auto first = sleeping.begin();
      clock.set(std::max(clock.now(), first->first));
      const auto timer = first->second;
      sleeping.erase(first);
      timer->cancel();
      settle_down();
    }
    clock.set(until);
  }
};

/// The answer of a task that waits for nothing but this world; time passes as it needs it.
template <typename T>
T run(VirtualHost& host, Task<T> task) {
  std::optional<T> answer;
  std::exception_ptr fault;
  boost::asio::co_spawn(host.context, std::move(task), [&](std::exception_ptr thrown, T value) {
    fault = thrown;
    answer = std::move(value);
  });
  host.settle_down();
  while (!answer && !host.sleeping.empty()) host.run_until(host.sleeping.begin()->first);
  if (fault) std::rethrow_exception(fault);
  return std::move(answer).value();
}

}  // namespace tend::channel
