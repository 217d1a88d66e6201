// The partitioned input log: the interface that the loop works with. Its one implementation keeps segment files
// (segment_log.hpp); the bytes are in docs/formats/log.md. A record belongs to a partition and has a position in it; a
// batch of records of any partitions is durable as a whole.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/env/result.hpp"
#include "engine/log/batch.hpp"
#include "engine/log/record.hpp"

namespace tend::log {

/// What reading hands over. Each may say no: reading then ends with its error. Either may be empty.
struct Visitor {
  /// Each record, in the order of the log. Its payload is valid during the call.
  std::function<Result<void>(const Record&)> on_record;
  /// After the records of each batch.
  std::function<Result<void>(const BatchEnd&)> on_batch;
};

/// A segment as its header tells it, and where it ends as far as that is known.
struct SegmentInfo {
  std::uint32_t number = 0;
  bool sealed = false;           // nothing more is written to it
  std::uint64_t bytes = 0;       // of the file
  std::uint64_t used_bytes = 0;  // up to the end of its last batch
  std::uint64_t first_batch = 0;
  std::vector<std::uint64_t> heads_before;  // for each partition the last position before this segment
};

/// The log. What it needs to know of the past it knows when it is made.
/// Errors: `io` for the disk's refusals; `corrupt` with file and byte for what does not add up.
/// Thread: one thread at a time, save for prepare().
class Log {
 public:
  virtual ~Log() = default;

  /// Takes the log for `node`: from now on records carry a new epoch, one higher than the last. Durable when it
  /// returns. Shape: `node` is text for operators, at most 4096 bytes; it becomes the payload of the owner record.
  virtual Result<std::uint32_t> claim(std::string_view node) = 0;

  /// Writes the batch: durable as a whole when it returns. Gives the records their positions and epoch (Batch::each
  /// tells them then). An empty batch without cursor writes nothing. Errors: after an error the log is as it was, and
  /// the batch can be appended again once the cause is gone (space on the disk); only after a failed sync every further
  /// append fails until the log is opened anew, and the batch may then be there, whole, or not. Requires: claim()
  /// before; partitions below partitions().
  Result<void> append(Batch& batch) { return append(batch, {}); }

  /// The same, and `meanwhile` is called on the caller's thread while the disk takes the batch, which has its positions
  /// then. It may be in vain: the sync can still fail. Not called where there is nothing to write or it cannot be
  /// written. Requires: it leaves batch and log as they are.
  virtual Result<void> append(Batch& batch, const std::function<void()>& meanwhile) = 0;

  /// All records with a position above `after[partition]`, in the order of the log, and the ends of the batches that
  /// were looked at. Shape: one position per partition. Segments that hold none of them are not read. Errors:
  /// `not_found` if some of them have been trimmed.
  virtual Result<void> read(std::span<const std::uint64_t> after, const Visitor& visitor) = 0;

  /// All batches of one segment.
  virtual Result<void> read_segment(std::uint32_t number, const Visitor& visitor) = 0;

  /// Drops the sealed segments with numbers below `below`; the one that is written to stays in any case.
  virtual Result<void> trim(std::uint32_t below) = 0;

  /// Ends the segment that is written to, so that it can be dropped: the next batch stands in a new one. One without a
  /// batch stays as it is.
  virtual Result<void> seal() = 0;

  /// Removes the space that is kept for new segments: it holds what stood in former ones.
  virtual Result<void> drop_spares() = 0;

  /// Makes the space for the next segment ready, so that no append has to wait for it. To be called now and then, from
  /// any one thread.
  virtual Result<void> prepare() = 0;

  virtual std::uint32_t partitions() const = 0;
  /// The position of the last durable record of each partition, 0 if there is none.
  virtual std::span<const std::uint64_t> heads() const = 0;
  /// The epoch of the last owner record, 0 if there is none.
  virtual std::uint32_t epoch() const = 0;
  /// The number of the last durable batch, 0 if there is none.
  virtual std::uint64_t last_batch() const = 0;
  /// The cursor of the last batch that had one, empty if none had.
  virtual std::string_view last_cursor() const = 0;
  /// The number of the segment with the last durable batch, 0 if there is none.
  virtual std::uint32_t last_segment() const = 0;
  /// All segments, in order.
  virtual std::vector<SegmentInfo> segments() const = 0;
};

/// The lowest segment that holds a record above `after`: what stands below it can be trimmed once snapshots cover
/// `after`. Shape: segments() of a log, never empty; one position per partition.
std::uint32_t first_segment_needed(std::span<const SegmentInfo> segments, std::span<const std::uint64_t> after);

}  // namespace tend::log
