// The floor of the journey bench: what this machine could do if journeys were all there is. An array of states, a
// wheel of milliseconds, a preallocated file.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>

#include "engine/env/crc32c.hpp"
#include "tests/bench/figure.hpp"
#include "tests/bench/journey.hpp"

namespace tend::bench {
namespace {

constexpr off_t kFileBytes = 1 << 30;
constexpr std::size_t kRecordBytes = 96;

struct Walker {
  std::uint32_t customer = 0;
  std::uint32_t spend = 0;
  std::uint64_t due_ms = 0;
  std::uint8_t place = 0;  // 0 new, 1 first send out, 2 waits, 3 second send out, 4 done
  bool gold = false;
  char room[22] = {};  // what a journey of an engine holds beside
};

class BareLog {
 public:
  explicit BareLog(const std::string& path) : path_(path), fd_(open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644)) {
    const std::string zeros(1 << 20, '\0');
    for (off_t at = 0; at < kFileBytes; at += static_cast<off_t>(zeros.size())) {
      if (fd_ < 0 || pwrite(fd_, zeros.data(), zeros.size(), at) < 0)
        throw std::runtime_error("the floor's file cannot be written");
    }
    fsync(fd_);
  }
  ~BareLog() {
    close(fd_);
    unlink(path_.c_str());
  }
  BareLog(const BareLog&) = delete;
  BareLog& operator=(const BareLog&) = delete;

  void add(const Walker& walker) {
    char record[kRecordBytes] = {};
    std::memcpy(record + 8, &walker, sizeof walker);
    const std::uint32_t crc = env::crc32c({record + 8, kRecordBytes - 8});
    std::memcpy(record, &crc, sizeof crc);
    buffer_.append(record, sizeof record);
  }
  bool empty() const { return buffer_.empty(); }
  void sync() {
    const auto size = static_cast<off_t>(buffer_.size());
    if (at_ + size > kFileBytes) at_ = 0;
    if (pwrite(fd_, buffer_.data(), buffer_.size(), at_) != size || fdatasync(fd_) != 0)
      throw std::runtime_error("the floor's file cannot be written");
    at_ += size;
    buffer_.clear();
  }

 private:
  std::string path_;
  int fd_;
  off_t at_ = 0;
  std::string buffer_;
};

/// Nobody waits longer than the ring is round, so a slot holds one millisecond's customers only.
class Ring {
 public:
  explicit Ring(std::uint32_t customers) : next_(customers) { heads_.fill(kNobody); }

  void set(std::uint32_t customer, std::uint64_t due_ms) {
    std::uint32_t& head = heads_[std::max(due_ms, now_ms_ + 1) % heads_.size()];
    next_[customer] = head;
    head = customer;
  }
  void advance(std::uint64_t to_ms, std::vector<std::uint32_t>& due) {
    while (now_ms_ < to_ms) {
      std::uint32_t& head = heads_[++now_ms_ % heads_.size()];
      for (; head != kNobody; head = next_[head]) due.push_back(head);
    }
  }

 private:
  static constexpr std::uint32_t kNobody = ~0u;
  std::vector<std::uint32_t> next_;
  std::array<std::uint32_t, 4096> heads_;
  std::uint64_t now_ms_ = 0;
};
static_assert(kWaitMsMax < 4096);

}  // namespace

JourneyRun run_floor(const std::string& path, std::uint32_t customers, std::uint32_t group) {
  BareLog log(path);
  std::vector<Walker> walkers(customers);
  for (std::uint32_t i = 0; i < customers; ++i) {
    walkers[i].customer = i;
    walkers[i].spend = spend_of(i);
  }
  Ring ring(customers);
  Arrivals arrivals(customers);
  std::vector<std::uint32_t> intents, answered, due;
  std::size_t due_at = 0;
  std::uint32_t entered = 0;

  JourneyRun run;
  const double cpu_begin = cpu_seconds(), begin = seconds();
  const auto now_ms = [begin] { return static_cast<std::uint64_t>((seconds() - begin) * 1e3); };
  while (arrivals.done() < customers || !answered.empty()) {
    const std::uint64_t ms = now_ms();
    for (const std::uint32_t i : answered) {
      Walker& walker = walkers[i];
      if (++walker.place == 2) {
        walker.due_ms = ms + wait_ms_of(i);
        ring.set(i, walker.due_ms);
      }
      log.add(walker);
    }
    answered.clear();
    if (due_at == due.size()) {
      due.clear();
      due_at = 0;
    }
    ring.advance(ms, due);
    for (; due_at < due.size() && intents.size() < group; ++due_at) {
      Walker& walker = walkers[due[due_at]];
      walker.place = 3;
      log.add(walker);
      intents.push_back(walker.customer);
    }
    for (; entered < customers && intents.size() < group; ++entered) {
      Walker& walker = walkers[entered];
      walker.place = 1;
      walker.gold = walker.spend > 500;
      log.add(walker);
      intents.push_back(entered);
    }
    if (log.empty()) {
      usleep(200);
      continue;
    }
    log.sync();
    const std::uint64_t sent_ms = now_ms();
    for (const std::uint32_t i : intents) {
      const bool second = walkers[i].place == 3;
      arrivals.take(i, second, second ? static_cast<std::int64_t>(sent_ms - walkers[i].due_ms) : 0);
    }
    answered.swap(intents);
  }
  run.seconds = seconds() - begin;
  run.cpu_seconds = cpu_seconds() - cpu_begin;
  arrivals.tell(run);
  return run;
}

}  // namespace tend::bench
