// Reading a row of segments, for the writer's own log and for the reader beside it.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/log/segment.hpp"

namespace tend::log {

/// What is to be read.
struct ReadJob {
  std::span<const std::uint64_t> after;  // empty: everything
  const Visitor* visitor = nullptr;
  /// Where the last segment ends, when it is known (its writer knows); else its end is where it stops adding up.
  std::optional<std::uint64_t> last_end;
  /// Somebody else may be writing: look twice before calling something damaged.
  bool beside_writer = false;
};

/// Where the reading of the last segment ended.
struct ReadEnd {
  Place place;
  ScanStop stop;
};

/// Reads the segments `headers`, the last of which is the last of the log, from the first of them to its end.
/// Errors: `corrupt` for damage, `not_found` for a segment that was dropped meanwhile, the visitor's.
Result<ReadEnd> read_segments(env::Files& files, const std::string& folder, std::span<const SegmentHeader> headers,
                              const ReadJob& job, SegmentBytes& bytes);

/// All batches of one sealed segment, `header`, which `next` follows.
Result<void> read_sealed(env::Files& files, const std::string& folder, const SegmentHeader& header,
                         const SegmentHeader& next, const ReadJob& job, SegmentBytes& bytes);

/// The index of the segment with which reading after these positions begins.
/// Errors: `not_found` if records after them have been trimmed; `usage` for another number of positions than
/// partitions.
Result<std::size_t> first_to_read(std::span<const SegmentHeader> headers, std::span<const std::uint64_t> after);

/// What the headers tell of their segments; `used_bytes` of the last is `last_end`.
std::vector<SegmentInfo> segment_infos(std::span<const SegmentHeader> headers, std::uint64_t last_end);

}  // namespace tend::log
