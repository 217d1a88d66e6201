// Log records per second at groups of 1, 64 and 1,024, beside the bare floor: the same bytes appended to a preallocated
// file with one fdatasync per group.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "engine/env/crc32c.hpp"
#include "engine/env/files.hpp"
#include "engine/log/segment_log.hpp"
#include "engine/run/background.hpp"
#include "tests/bench/figure.hpp"

namespace tend::bench {
namespace {

constexpr std::size_t kPayload = 72;  // with its head a record has 96 bytes, as the floor's
constexpr std::size_t kRecord = 96;

/// The log as the engine drives it: the space for the next segment is made ready on another thread.
class OurLog {
 public:
  explicit OurLog(const std::string& folder) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    auto opened = log::open_log(env::real_files(), folder, {.partitions = 64});
    if (!opened || !opened->log->claim("bench")) throw std::runtime_error("the bench's log cannot be opened");
    log_ = std::move(opened->log);
  }

  double rate(unsigned group, double time) {
    const std::string payload(kPayload, 'x');
    std::uint64_t records = 0;
    const double begin = seconds();
    double now = begin;
    while (now - begin < time) {
      batch_.clear();
      for (unsigned i = 0; i < group; ++i) batch_.add(5, static_cast<std::uint16_t>((records + i) & 63), payload);
      if (!log_->append(batch_)) throw std::runtime_error("the bench's log cannot be written");
      records += group;
      bytes_ += batch_.bytes();
      if (bytes_ > (4u << 20)) {
        bytes_ = 0;
        background_.post([this] { return log_->prepare(); });
      }
      now = seconds();
    }
    // As when snapshots cover it: old segments are used again.
    if (!log_->trim(log_->segments().back().number)) throw std::runtime_error("the bench's log cannot be trimmed");
    return static_cast<double>(records) / (now - begin);
  }

 private:
  std::unique_ptr<log::Log> log_;
  log::Batch batch_;
  std::uint64_t bytes_ = 0;
  run::Background background_;
};

class Floor {
 public:
  explicit Floor(const std::string& folder) : path_(folder + "/floor") {
    fd_ = open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644);
    if (fd_ < 0) throw std::runtime_error("the bench's floor cannot be opened");
    const std::string zeros(1 << 20, '\0');
    for (off_t at = 0; at < kSize; at += 1 << 20) {
      if (pwrite(fd_, zeros.data(), zeros.size(), at) < 0)
        throw std::runtime_error("the bench's floor cannot be written");
    }
    fsync(fd_);
  }
  ~Floor() {
    close(fd_);
    unlink(path_.c_str());
  }
  Floor(const Floor&) = delete;
  Floor& operator=(const Floor&) = delete;

  double rate(unsigned group, double time) {
    std::string buffer(group * kRecord, 'y');
    std::uint64_t records = 0;
    const double begin = seconds();
    double now = begin;
    while (now - begin < time) {
      for (unsigned i = 0; i < group; ++i) {
        char* record = buffer.data() + i * kRecord;
        std::memset(record, 'x', kRecord);
        const std::uint32_t crc = env::crc32c({record + 8, kRecord - 8});
        std::memcpy(record, &crc, sizeof crc);
      }
      if (at_ + static_cast<off_t>(buffer.size()) > kSize) at_ = 0;
      if (pwrite(fd_, buffer.data(), buffer.size(), at_) < 0 || fdatasync(fd_) != 0)
        throw std::runtime_error("the bench's floor cannot be written");
      at_ += static_cast<off_t>(buffer.size());
      records += group;
      now = seconds();
    }
    return static_cast<double>(records) / (now - begin);
  }

 private:
  static constexpr off_t kSize = 1 << 30;
  std::string path_;
  int fd_ = -1;
  off_t at_ = 0;
};

}  // namespace

void bench_log(const std::string& scratch) {
  OurLog ours(scratch + "/log");
  Floor floor(scratch);
  for (const unsigned group : {1u, 64u, 1024u}) {
    std::vector<std::pair<double, double>> rounds;
    for (int round = 0; round < 9; ++round) {  // in turn, because the machine's speed drifts; the median pair counts
      const double a = ours.rate(group, 0.3);
      rounds.emplace_back(a, floor.rate(group, 0.3));
    }
    std::sort(rounds.begin(), rounds.end(),
              [](const auto& x, const auto& y) { return x.first / x.second < y.first / y.second; });
    report({"log records, group " + std::to_string(group), rounds[4].first, "records/s", "bare append and fdatasync",
            rounds[4].second});
  }
}

}  // namespace tend::bench
