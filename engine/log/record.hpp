// What stands in the log, as readers see it.
#pragma once
#include <cstdint>
#include <string_view>

namespace tend::log {

/// Kinds that belong to the log itself; 0 is never a kind. All others are the user's.
constexpr std::uint8_t kOwnerKind = 1;
constexpr std::uint8_t kCommitKind = 255;
/// The partition of the log's own records.
constexpr std::uint16_t kNoPartition = 0xFFFF;

/// Limits of a log. What is above them is refused, or, where the caller made it, a fault of ours.
constexpr std::uint32_t kPartitionsMax = 65535;
constexpr std::uint64_t kPayloadBytesMax = 64ULL << 20;
constexpr std::uint64_t kBatchBytesMax = 1ULL << 30;
constexpr std::uint64_t kCursorBytesMax = 65536;
constexpr std::uint64_t kNodeBytesMax = 4096;

struct Record {
  std::uint8_t kind = 0;
  std::uint16_t partition = 0;
  std::uint32_t epoch = 0;
  std::uint64_t position = 0;  // in its partition, from 1
  std::string_view payload;
  std::uint32_t segment = 0;
};

/// The end of a batch.
struct BatchEnd {
  std::uint64_t number = 0;  // from 1
  std::uint32_t epoch = 0;
  std::uint32_t segment = 0;
  std::uint32_t records = 0;  // of the batch, also those that the reader did not ask for
  std::string_view owner;     // of a batch that claims the log: for whom; else empty
  bool has_cursor = false;
  std::string_view cursor;
};

}  // namespace tend::log
