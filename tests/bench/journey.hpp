// What the journey bench holds together: one run of N five-step journeys, whoever does them.
#pragma once
#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace tend::bench {

/// enter, branch, send, wait, send.
inline constexpr unsigned kSteps = 5;
inline constexpr unsigned kWaitMsMax = 2000;

/// The customer's number decides over him, the same for everybody who takes part.
inline std::uint32_t spend_of(std::uint32_t customer) { return static_cast<std::uint32_t>(customer * 7919ull % 1000); }
inline std::uint32_t wait_ms_of(std::uint32_t customer) {
  return static_cast<std::uint32_t>(customer * 104729ull % (kWaitMsMax + 1));
}

struct JourneyRun {
  double seconds = 0;
  double cpu_seconds = 0;
  std::uint64_t journeys = 0;
  std::uint64_t sends = 0;    // different ones
  std::uint64_t doubled = 0;  // sends that came again
  double late_p50_ms = 0;     // from the moment a wait was over to the adapter
  double late_p99_ms = 0;

  double per_second() const { return static_cast<double>(journeys) / seconds; }
  double cpu_per_million_steps() const { return cpu_seconds / (static_cast<double>(journeys) * kSteps) * 1e6; }
};

/// Of this process, all threads, in user and system.
inline double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

/// The adapter that does nothing but remember: which of a customer's two sends came, and how late the second was.
class Arrivals {
 public:
  explicit Arrivals(std::uint32_t customers) : seen_(customers, 0) { late_ms_.reserve(customers); }

  void take(std::uint32_t customer, bool second, std::int64_t late_ms) {
    const std::uint8_t bit = second ? 2 : 1;
    doubled_ += (seen_[customer] & bit) != 0;
    sends_ += (seen_[customer] & bit) == 0;
    seen_[customer] |= bit;
    if (!second) return;
    ++done_;
    late_ms_.push_back(static_cast<float>(late_ms));
  }
  std::uint32_t done() const { return done_; }

  void tell(JourneyRun& run) {
    run.journeys = done_;
    run.sends = sends_;
    run.doubled = doubled_;
    if (late_ms_.empty()) return;
    std::sort(late_ms_.begin(), late_ms_.end());
    run.late_p50_ms = late_ms_[late_ms_.size() / 2];
    run.late_p99_ms = late_ms_[late_ms_.size() * 99 / 100];
  }

 private:
  std::vector<std::uint8_t> seen_;
  std::vector<float> late_ms_;
  std::uint64_t sends_ = 0, doubled_ = 0;
  std::uint32_t done_ = 0;
};

/// The limit: the same journeys on a bare log, one thread, arrays and a timing wheel, nothing else. A send's intent is
/// durable before the adapter has it and its answer before the next step: four records of 96 bytes a journey.
/// Shape: at most `group` sends between two syncs.
JourneyRun run_floor(const std::string& path, std::uint32_t customers, std::uint32_t group);

}  // namespace tend::bench
