// Log records per second at groups of 1, 64 and 1,024, beside the bare floor: the same bytes appended to a preallocated file with one
// fdatasync per group.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "engine/env/crc32c.hpp"
#include "engine/env/files.hpp"
#include "engine/log/segment_log.hpp"
#include "tests/bench/figure.hpp"

namespace tend::bench {
namespace {

constexpr std::size_t kPayload = 72;        // with its head a record has 96 bytes, as the floor's
constexpr std::size_t kRecord = 96;

double log_rate(const std::string& folder, unsigned group, double time) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  auto opened = log::open_log(env::real_files(), folder, {.partitions = 64});
  if (!opened || !opened->log->claim("bench")) throw std::runtime_error("the bench's log cannot be opened");
  const std::string payload(kPayload, 'x');
  log::Batch batch;
  std::uint64_t records = 0;
  const double begin = seconds();
  double now = begin;
  while (now - begin < time) {
    batch.clear();
    for (unsigned i = 0; i < group; ++i) batch.add(5, static_cast<std::uint16_t>((records + i) & 63), payload);
    if (!opened->log->append(batch)) throw std::runtime_error("the bench's log cannot be written");
    records += group;
    now = seconds();
  }
  return static_cast<double>(records) / (now - begin);
}

double floor_rate(const std::string& folder, unsigned group, double time) {
  std::filesystem::create_directories(folder);
  const std::string path = folder + "/floor";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644);
  if (fd < 0) throw std::runtime_error("the bench's floor cannot be opened");
  constexpr off_t kSize = 256 << 20;
  const std::string zeros(1 << 20, '\0');
  for (off_t at = 0; at < kSize; at += 1 << 20) {
    if (pwrite(fd, zeros.data(), zeros.size(), at) < 0) throw std::runtime_error("the bench's floor cannot be written");
  }
  fsync(fd);
  std::string buffer(group * kRecord, 'y');
  std::uint64_t records = 0;
  off_t at = 0;
  const double begin = seconds();
  double now = begin;
  while (now - begin < time) {
    for (unsigned i = 0; i < group; ++i) {
      char* record = buffer.data() + i * kRecord;
      std::memset(record, 'x', kRecord);
      const std::uint32_t crc = env::crc32c({record + 8, kRecord - 8});
      std::memcpy(record, &crc, sizeof crc);
    }
    if (at + static_cast<off_t>(buffer.size()) > kSize) at = 0;
    if (pwrite(fd, buffer.data(), buffer.size(), at) < 0 || fdatasync(fd) != 0) throw std::runtime_error("the bench's floor cannot be written");
    at += static_cast<off_t>(buffer.size());
    records += group;
    now = seconds();
  }
  close(fd);
  unlink(path.c_str());
  return static_cast<double>(records) / (now - begin);
}

}  // namespace

void bench_log(const std::string& scratch) {
  for (const unsigned group : {1u, 64u, 1024u}) {
    std::vector<double> ours, floor;
    for (int round = 0; round < 3; ++round) {   // alternately, medians
      ours.push_back(log_rate(scratch + "/log", group, 1.0));
      floor.push_back(floor_rate(scratch + "/log-floor", group, 1.0));
    }
    std::sort(ours.begin(), ours.end());
    std::sort(floor.begin(), floor.end());
    report({"log records, group " + std::to_string(group), ours[1], "records/s", "bare append and fdatasync", floor[1]});
  }
  std::filesystem::remove_all(scratch + "/log");
}

}  // namespace tend::bench
