// What the log's tests share: a log on a simulated disk, and everything that reading it shows, as plain values.
#pragma once
#include <string>
#include <vector>

#include "engine/env/files_simulated.hpp"
#include "engine/log/segment_log.hpp"
#include "tests/support/test.hpp"

namespace tend::log {

inline const std::string kFolder = "data/log";

inline std::string path_of(std::uint32_t segment) {
  const std::string digits = std::to_string(segment);
  return kFolder + "/" + std::string(10 - digits.size(), '0') + digits + ".seg";
}

inline LogOptions small_log(std::uint32_t partitions = 4, std::uint64_t segment_bytes = 8192) {
  LogOptions options;
  options.partitions = partitions;
  options.segment_bytes = segment_bytes;
  return options;
}

struct SeenRecord {
  std::uint8_t kind;
  std::uint16_t partition;
  std::uint64_t position;
  std::string payload;
  friend bool operator==(const SeenRecord&, const SeenRecord&) = default;
};

struct SeenBatch {
  std::uint64_t number = 0;
  std::uint32_t epoch = 0;
  std::string owner;
  std::vector<SeenRecord> records;
  bool has_cursor = false;
  std::string cursor;
  friend bool operator==(const SeenBatch&, const SeenBatch&) = default;
};

/// Everything after these positions.
inline Result<std::vector<SeenBatch>> read_after(Log& log, const std::vector<std::uint64_t>& after) {
  std::vector<SeenBatch> batches(1);
  Visitor visitor;
  visitor.on_record = [&](const Record& record) -> Result<void> {
    batches.back().records.push_back({record.kind, record.partition, record.position, std::string(record.payload)});
    return {};
  };
  visitor.on_batch = [&](const BatchEnd& end) -> Result<void> {
    SeenBatch& batch = batches.back();
    batch.number = end.number;
    batch.epoch = end.epoch;
    batch.owner = end.owner;
    batch.has_cursor = end.has_cursor;
    batch.cursor = end.cursor;
    batches.emplace_back();
    return {};
  };
  auto read = log.read(after, visitor);
  if (!read) return tl::unexpected(read.error());
  CHECK(batches.back().records.empty());
  batches.pop_back();
  return batches;
}

/// Everything that the log still has.
inline std::vector<SeenBatch> read_all(Log& log) {
  auto batches = read_after(log, log.segments().front().heads_before);
  if (!batches) FAIL(batches.error().message);
  return *batches;
}

inline OpenedLog open_or_fail(env::Files& files, const LogOptions& options) {
  auto opened = open_log(files, kFolder, options);
  if (!opened) FAIL(opened.error().message);
  return std::move(*opened);
}

inline void claim_or_fail(Log& log, std::string_view node = "node") {
  auto claimed = log.claim(node);
  if (!claimed) FAIL(claimed.error().message);
}

/// Appends one batch and returns what reading must show of it.
inline SeenBatch append_seen(Log& log, Batch& batch, const std::string& cursor = "") {
  if (!cursor.empty()) batch.set_cursor(cursor);
  auto appended = log.append(batch);
  if (!appended) FAIL(appended.error().message);
  SeenBatch seen;
  seen.number = log.last_batch();
  seen.epoch = log.epoch();
  batch.each([&](const Record& record) {
    seen.records.push_back({record.kind, record.partition, record.position, std::string(record.payload)});
  });
  seen.has_cursor = !cursor.empty();
  seen.cursor = cursor;
  return seen;
}

inline SeenBatch owner_batch(std::uint64_t number, std::uint32_t epoch, const std::string& node = "node") {
  SeenBatch seen;
  seen.number = number;
  seen.epoch = epoch;
  seen.owner = node;
  return seen;
}

/// A small seeded source of chance (splitmix64).
struct Chance {
  std::uint64_t state;
  std::uint64_t below(std::uint64_t bound) {
    std::uint64_t z = (state += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return (z ^ (z >> 31)) % bound;
  }
};

}  // namespace tend::log
