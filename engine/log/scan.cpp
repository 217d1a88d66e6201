// Going through the batches of a segment: first a batch's bytes must be whole, then what they say must follow from what
// came before.
#include <string>

#include "engine/env/crc32c.hpp"
#include "engine/log/frame.hpp"
#include "engine/log/segment.hpp"

namespace tend::log {
namespace {

/// A record at `at` whose bytes are in order, or why they are not.
struct Checked {
  RecordHeader header{};
  std::string_view payload;
  std::uint64_t next = 0;
  const char* reason = nullptr;
};

Checked check_record(std::string_view bytes, std::uint64_t at, std::uint32_t seed) {
  Checked record;
  if (bytes.size() - at < kRecordHeaderBytes) {
    record.reason = "the segment ends inside a record";
    return record;
  }
  record.header = get_record_header(bytes.data() + at);
  const std::uint64_t length = record_bytes(record.header.length);
  if (record.header.length > kPayloadBytesMax || length > bytes.size() - at) {
    record.reason = "the length of the record goes beyond the segment";
    return record;
  }
  if (record_crc(bytes.substr(at, length), seed) != record.header.crc) {
    record.reason = "the checksum of the record is wrong";
    return record;
  }
  record.payload = bytes.substr(at + kRecordHeaderBytes, record.header.length);
  record.next = at + length;
  return record;
}

/// A batch whose bytes are whole, or the record that is not.
struct Framed {
  Checked commit;
  std::uint64_t records_end = 0;
  std::uint64_t bad_at = 0;
  const char* reason = nullptr;
};

Framed bad_frame(std::uint64_t at, const char* reason) {
  Framed batch;
  batch.bad_at = at;
  batch.reason = reason;
  return batch;
}

/// Checks the bytes of the batch that begins at `begin`: each record's checksum and what the commit says of them.
Framed check_frame(std::string_view bytes, std::uint64_t begin, std::uint32_t seed, std::uint64_t number) {
  std::uint32_t records = 0;
  std::uint32_t chain = 0;
  std::uint64_t at = begin;
  while (true) {
    const Checked record = check_record(bytes, at, seed);
    if (record.reason != nullptr) return bad_frame(at, record.reason);
    if (record.header.kind == kCommitKind) {
      if (record.payload.size() < kCommitFixedBytes) return bad_frame(at, "the commit is too short");
      if (record.header.position != number) return bad_frame(at, "the commit has the number of another batch");
      const char* const says = record.payload.data();
      if (get_u32(says) != records || get_u32(says + 4) != at - begin || get_u32(says + 8) != chain) {
        return bad_frame(at, "the commit does not fit the records before it");
      }
      Framed batch;
      batch.commit = record;
      batch.records_end = at;
      return batch;
    }
    ++records;
    chain = env::crc32c(bytes.substr(at + 4, 4), chain);
    at = record.next;
  }
}

/// The highest number, from `number` on, of the commits that stand anywhere behind `at`; 0 if there is none.
std::uint64_t find_commit(std::string_view bytes, std::uint64_t at, std::uint32_t seed, std::uint64_t number) {
  std::uint64_t found = 0;
  for (; at + kRecordHeaderBytes <= bytes.size(); at += 8) {
    if (static_cast<std::uint8_t>(bytes[at + 8]) != kCommitKind || get_u16(bytes.data() + at + 10) != kNoPartition)
      continue;
    if (get_u64(bytes.data() + at + 16) < std::max(number, found)) continue;
    const Checked commit = check_record(bytes, at, seed);
    if (commit.reason == nullptr) found = commit.header.position;
  }
  return found;
}

/// Holds what a whole batch says against the place before it, and moves the place on. None, or what is wrong and where.
struct Wrong {
  std::uint64_t at;
  std::string reason;
};

std::optional<Wrong> follow(std::string_view bytes, std::uint64_t begin, const Framed& batch, Place& place) {
  const RecordHeader& commit = batch.commit.header;
  const bool claims = begin < batch.records_end && get_record_header(bytes.data() + begin).kind == kOwnerKind;
  if (claims && begin + record_bytes(get_u32(bytes.data() + begin)) != batch.records_end) {
    return Wrong{begin, "an owner record is not alone in its batch"};
  }
  const std::uint32_t epoch = claims ? place.epoch + 1 : place.epoch;
  const auto wrong_epoch = [&](std::uint64_t at, std::uint32_t found) {
    return Wrong{at, "epoch " + std::to_string(found) + " stands where epoch " + std::to_string(epoch) + " should"};
  };
  for (std::uint64_t at = begin; at < batch.records_end;) {
    const RecordHeader record = get_record_header(bytes.data() + at);
    if (record.epoch != epoch) return wrong_epoch(at, record.epoch);
    if (record.kind == 0 || record.flags != 0) return Wrong{at, "the record has an unknown kind or flag"};
    if (!claims) {
      if (record.partition >= place.heads.size() || record.kind == kOwnerKind) {
        return Wrong{at, "the record names partition " + std::to_string(record.partition) + " of " +
                             std::to_string(place.heads.size())};
      }
      const std::uint64_t expected = place.heads[record.partition] + 1;
      if (record.position != expected) {
        return Wrong{at, "position " + std::to_string(record.position) + " of partition " +
                             std::to_string(record.partition) + " stands where " + std::to_string(expected) +
                             " should"};
      }
      place.heads[record.partition] = expected;
    }
    at += record_bytes(record.length);
  }
  if (commit.epoch != epoch) return wrong_epoch(batch.records_end, commit.epoch);
  if (commit.flags > kCursorFlag || commit.partition != kNoPartition)
    return Wrong{batch.records_end, "the commit has an unknown flag"};
  place.epoch = epoch;
  place.next_batch = commit.position + 1;
  if (commit.flags == kCursorFlag) place.cursor = batch.commit.payload.substr(kCommitFixedBytes);
  return std::nullopt;
}

/// Hands a batch to the visitor.
Result<void> hand_over(std::string_view bytes, std::uint64_t begin, const Framed& batch, std::uint32_t segment,
                       std::span<const std::uint64_t> after, const Visitor& visitor) {
  BatchEnd end;
  end.number = batch.commit.header.position;
  end.epoch = batch.commit.header.epoch;
  end.segment = segment;
  end.records = get_u32(batch.commit.payload.data());
  end.has_cursor = batch.commit.header.flags == kCursorFlag;
  if (end.has_cursor) end.cursor = batch.commit.payload.substr(kCommitFixedBytes);
  for (std::uint64_t at = begin; at < batch.records_end;) {
    const RecordHeader record = get_record_header(bytes.data() + at);
    const std::string_view payload = bytes.substr(at + kRecordHeaderBytes, record.length);
    at += record_bytes(record.length);
    if (record.kind == kOwnerKind) {
      end.owner = payload;
      continue;
    }
    if (!visitor.on_record || (!after.empty() && record.position <= after[record.partition])) continue;
    auto said = visitor.on_record({record.kind, record.partition, record.epoch, record.position, payload, segment});
    if (!said) return said;
  }
  if (!visitor.on_batch) return {};
  return visitor.on_batch(end);
}

}  // namespace

Result<ScanStop> scan_batches(std::string_view bytes, const SegmentHeader& header, std::uint64_t at, Place& place,
                              std::span<const std::uint64_t> after, const Visitor& visitor, bool part) {
  const std::uint32_t seed = segment_seed(header.number);
  ScanStop stop;
  stop.end = stop.last_begin = at;
  while (stop.end < bytes.size()) {
    const std::uint64_t begin = stop.end;
    const Framed batch = check_frame(bytes, begin, seed, place.next_batch);
    if (batch.reason != nullptr && part) {
      stop.bad_at = batch.bad_at;
      stop.reason = batch.reason;
      return stop;
    }
    if (batch.reason != nullptr) {
      const std::uint64_t commit = find_commit(bytes, begin, seed, place.next_batch);
      stop.bad_at = batch.bad_at;
      stop.reason = batch.reason;
      stop.later_batch = commit > place.next_batch;
      stop.unfinished = commit == place.next_batch || batch.bad_at > begin;
      return stop;
    }
    if (std::optional<Wrong> wrong = follow(bytes, begin, batch, place)) {
      stop.bad_at = wrong->at;
      stop.reason = std::move(wrong->reason);
      stop.whole = true;
      return stop;
    }
    auto handed = hand_over(bytes, begin, batch, header.number, after, visitor);
    if (!handed) return tl::unexpected(handed.error());
    stop.last_begin = begin;
    stop.end = batch.commit.next;
  }
  return stop;
}

}  // namespace tend::log
