// A few threads that do the same thing to many partitions. Which thread takes which partition is open; what comes out
// is not, because partitions do not share anything.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tend::run {

/// Thread: `each` is called by one thread at a time, which works along. It waits for what others have begun, never for
/// somebody to wake up: on a busy machine that may take longer than the work.
class Workers {
 public:
  using Work = std::function<void(std::uint32_t)>;

  explicit Workers(unsigned threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// work(i) for i = 0 … count-1, each once; back when all are done.
  void each(std::uint32_t count, const Work& work);
  unsigned threads() const { return static_cast<unsigned>(threads_.size()) + 1; }

 private:
  void run();
  void take(std::uint32_t round, std::uint32_t count, const Work& work);

  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable start_, done_;
  const Work* work_ = nullptr;
  std::uint32_t count_ = 0;
  std::uint32_t round_ = 0;
  /// The round, and below it the next one to be taken: who comes late to a round takes nothing of another.
  std::atomic<std::uint64_t> next_{0};
  std::atomic<std::uint32_t> finished_{0};  // of this round
  bool stop_ = false;
};

}  // namespace tend::run
