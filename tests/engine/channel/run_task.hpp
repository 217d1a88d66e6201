// Waiting for what an adapter or a host does, on the test's own thread.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "engine/channel/remote.hpp"
#include "tests/support/test.hpp"

namespace tend::channel::test {

/// What the task gives. Requires: it does not throw, and something in `context` always moves it on.
template <typename T>
T run_task(boost::asio::io_context& context, Task<T> task) {
  std::optional<T> answer;
  boost::asio::co_spawn(context, std::move(task), [&](const std::exception_ptr& fault, T value) {
    REQUIRE(!fault);
    answer = std::move(value);
  });
  context.restart();
  while (!answer && context.run_one() > 0) {
  }
  return std::move(answer).value();
}

}  // namespace tend::channel::test
