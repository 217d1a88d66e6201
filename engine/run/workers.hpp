// A few threads that do the same thing to many partitions. Which thread takes which partition is open; what comes out
// is not, because partitions do not share anything.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tend::run {

/// Thread: `each` is called by one thread at a time, which works along.
class Workers {
 public:
  explicit Workers(unsigned threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// work(i) for i = 0 … count-1, each once; back when all are done.
  void each(std::uint32_t count, const std::function<void(std::uint32_t)>& work);
  unsigned threads() const { return static_cast<unsigned>(threads_.size()) + 1; }

 private:
  void run();
  void take_all();

  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable start_, done_;
  const std::function<void(std::uint32_t)>* work_ = nullptr;
  std::atomic<std::uint32_t> next_{0};
  std::uint32_t count_ = 0;
  std::uint64_t round_ = 0;
  unsigned busy_ = 0;
  bool stop_ = false;
};

}  // namespace tend::run
