// What must not hold up the loop, on a thread of its own, in the order it was asked: writing snapshots, indexing
// history, preparing log files. A simulation has it done in the loop's thread, so that a run can be repeated.
#pragma once
#include <sys/resource.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/env/result.hpp"

namespace tend::run {

/// Thread: `post`, `wait` and `error` from any thread. The first error stops further work; who posts asks for it now
/// and then.
class Background {
 public:
  /// With `in_turn` there is no thread: whenever work could be done, it is asked whether the next piece is done now, in
  /// the caller's thread. What may lag does not take the processor from the loop.
  explicit Background(std::function<bool()> in_turn = {}, bool may_lag = true) : in_turn_(std::move(in_turn)) {
    if (!in_turn_) thread_ = std::thread([this, may_lag] { run(may_lag); });
  }
  /// Finishes what was posted.
  ~Background() {
    if (in_turn_) {
      wait();
      return;
    }
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  void post(std::function<Result<void>()> work) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(work));
    }
    changed_.notify_all();
    turn();
  }
  /// Where there is no thread: an occasion for it to do something. Else nothing.
  void turn() {
    while (in_turn_ && waiting() > 0 && in_turn_()) {
      std::unique_lock lock(mutex_);
      do_next(lock);
    }
  }
  std::size_t waiting() {
    const std::lock_guard lock(mutex_);
    return queue_.size() + (busy_ ? 1 : 0);
  }
  /// Back when no more than so many pieces of work are left.
  void wait_for(std::size_t left) {
    std::unique_lock lock(mutex_);
    while (in_turn_ && queue_.size() > left) do_next(lock);
    changed_.wait(lock, [this, left] { return queue_.size() + (busy_ ? 1 : 0) <= left; });
  }
  /// Back when everything posted so far is done.
  void wait() { wait_for(0); }
  std::optional<Error> error() {
    const std::lock_guard lock(mutex_);
    return error_;
  }

 private:
  void run(bool may_lag) {
    // If the system refuses, it only competes.
    if (may_lag) (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 10);
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return stop_ || !queue_.empty(); });
      if (queue_.empty()) return;
      do_next(lock);
    }
  }
  /// Requires: the lock, and something in the queue.
  void do_next(std::unique_lock<std::mutex>& lock) {
    const auto work = std::move(queue_.front());
    queue_.pop_front();
    if (!error_) {
      busy_ = true;
      lock.unlock();
      const Result<void> done = work();
      lock.lock();
      busy_ = false;
      if (!done) error_ = done.error();
    }
    changed_.notify_all();  // also for what was dropped: somebody may wait for the end of the queue
  }

  const std::function<bool()> in_turn_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<Result<void>()>> queue_;
  std::optional<Error> error_;
  bool busy_ = false;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace tend::run
