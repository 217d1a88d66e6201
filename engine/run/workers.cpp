#include "engine/run/workers.hpp"

namespace tend::run {
namespace {

/// So often it is looked whether the others are done before sleeping, some microseconds: they have one partition each
/// left.
constexpr int kLooks = 20'000;

}  // namespace

Workers::Workers(unsigned threads) {
  for (unsigned i = 1; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  start_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Workers::take(std::uint32_t round, std::uint32_t count, const Work& work) {
  for (std::uint64_t next = next_.load(std::memory_order_relaxed);;) {
    if (static_cast<std::uint32_t>(next >> 32) != round) return;
    const auto i = static_cast<std::uint32_t>(next);
    if (i >= count) return;
    if (!next_.compare_exchange_weak(next, next + 1, std::memory_order_relaxed)) continue;
    work(i);
    if (finished_.fetch_add(1, std::memory_order_acq_rel) + 1 == count) {
      const std::lock_guard lock(mutex_);
      done_.notify_one();
    }
    next = next_.load(std::memory_order_relaxed);
  }
}

void Workers::each(std::uint32_t count, const Work& work) {
  if (threads_.empty() || count < 2) {
    for (std::uint32_t i = 0; i < count; ++i) work(i);
    return;
  }
  std::uint32_t round = 0;
  {
    const std::lock_guard lock(mutex_);
    work_ = &work;
    count_ = count;
    round = ++round_;
    finished_.store(0, std::memory_order_relaxed);
    next_.store(std::uint64_t{round} << 32, std::memory_order_relaxed);
  }
  start_.notify_all();
  take(round, count, work);
  const auto done = [&] { return finished_.load(std::memory_order_acquire) == count; };
  for (int look = 0; look < kLooks; ++look) {
    if (done()) return;
  }
  std::unique_lock lock(mutex_);
  done_.wait(lock, done);
}

void Workers::run() {
  for (std::uint32_t seen = 0;;) {
    const Work* work = nullptr;
    std::uint32_t count = 0;
    {
      std::unique_lock lock(mutex_);
      start_.wait(lock, [&] { return stop_ || round_ != seen; });
      if (stop_) return;
      seen = round_;
      work = work_;
      count = count_;
    }
    take(seen, count, *work);
  }
}

}  // namespace tend::run
