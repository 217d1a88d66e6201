// What a coroutine waits for and another thread brings.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>

namespace tend::serve {

namespace asio = boost::asio;
inline constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

/// What another thread will bring. Both sides work on the connection's thread.
template <typename T>
struct Awaited {
  explicit Awaited(const asio::any_io_executor& executor) : timer(executor) {
    timer.expires_at(asio::steady_timer::time_point::max());
  }
  asio::steady_timer timer;
  std::optional<T> value;
};

template <typename T>
void bring(const asio::any_io_executor& executor, std::shared_ptr<Awaited<T>> awaited, T value) {
  asio::post(executor, [awaited = std::move(awaited), value = std::move(value)]() mutable {
    awaited->value = std::move(value);
    awaited->timer.cancel();
  });
}

template <typename T>
asio::awaitable<T> arrival(std::shared_ptr<Awaited<T>> awaited) {
  while (!awaited->value) co_await awaited->timer.async_wait(kAwait);
  co_return std::move(*awaited->value);
}

}  // namespace tend::serve
