// Records and batches as bytes: their headers, checksums and commits. docs/formats/log.md is the law here.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/log/batch.hpp"
#include "engine/log/bytes.hpp"
#include "engine/log/record.hpp"

namespace tend::log {

constexpr std::uint64_t kRecordHeaderBytes = 24;
constexpr std::uint64_t kCommitFixedBytes = 12;
constexpr std::uint8_t kCursorFlag = 1;

/// The bytes of a record with this payload, padding included.
constexpr std::uint64_t record_bytes(std::uint64_t payload_bytes) {
  return kRecordHeaderBytes + (payload_bytes + 7) / 8 * 8;
}

/// A record's header as it stands on the disk.
struct RecordHeader {
  std::uint32_t length;
  std::uint32_t crc;
  std::uint8_t kind;
  std::uint8_t flags;
  std::uint16_t partition;
  std::uint32_t epoch;
  std::uint64_t position;
};

inline RecordHeader get_record_header(const char* from) {
  return {get_u32(from),
          get_u32(from + 4),
          static_cast<std::uint8_t>(from[8]),
          static_cast<std::uint8_t>(from[9]),
          get_u16(from + 10),
          get_u32(from + 12),
          get_u64(from + 16)};
}

inline void put_record_header(char* to, const RecordHeader& header) {
  put_u32(to, header.length);
  put_u32(to + 4, header.crc);
  to[8] = static_cast<char>(header.kind);
  to[9] = static_cast<char>(header.flags);
  put_u16(to + 10, header.partition);
  put_u32(to + 12, header.epoch);
  put_u64(to + 16, header.position);
}

/// What each record's checksum begins with, so that the bytes of a file's earlier use never pass.
std::uint32_t segment_seed(std::uint32_t segment);

/// The checksum of a whole record, header and padding included, whatever its CRC field says.
std::uint32_t record_crc(std::string_view record, std::uint32_t seed);

/// What a batch gets when it is appended.
struct BatchStamp {
  std::uint32_t segment;
  std::uint32_t epoch;
  std::uint64_t number;
};

/// Turns a batch into what is written, and back.
class BatchFrame {
 public:
  /// The bytes that append will write.
  static std::uint64_t written_bytes(const Batch& batch);
  /// Gives each record its position (counting `heads` up), epoch and checksum, and adds the commit and so many zeros.
  /// The view is valid until the batch is touched.
  static std::string_view close(Batch& batch, const BatchStamp& stamp, std::span<std::uint64_t> heads,
                                std::uint64_t zeros);
  /// Takes the commit and the zeros off again.
  static void open(Batch& batch);
  /// Counts `heads` down again, after the write of a closed batch failed.
  static void give_back(const Batch& batch, std::span<std::uint64_t> heads);
  /// Adds the log's own record.
  static void add_owner(Batch& batch, std::string_view node);
  static bool has_cursor(const Batch& batch) { return batch.has_cursor_; }
  static std::string_view cursor(const Batch& batch) { return batch.cursor_; }
};

}  // namespace tend::log
