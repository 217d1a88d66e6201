// A batch under construction: one buffer that already has the shape of the disk, so that appending it is one write
// without a copy.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/log/record.hpp"

namespace tend::log {

/// Records to be appended together. It is meant to be used again after clear(): then it allocates nothing any more.
/// Thread: one at a time.
class Batch {
 public:
  /// Adds a record.
  /// Requires: a kind of the user's; a payload of at most kPayloadBytesMax.
  void add(std::uint8_t kind, std::uint16_t partition, std::string_view payload);

  /// Begins a record whose payload is appended to the string it returns, without touching what is in there; end()
  /// closes it.
  std::string& begin(std::uint8_t kind, std::uint16_t partition);
  void end();

  /// The value that last_cursor() has from this batch on.
  /// Requires: at most kCursorBytesMax.
  void set_cursor(std::string_view cursor);

  /// How many records there are.
  std::uint32_t size() const { return records_; }
  bool empty() const { return records_ == 0; }
  /// How long they are on the disk.
  std::uint64_t bytes() const { return buffer_.size(); }
  void clear();
  /// All records of another batch behind its own, and the other's cursor if it has one.
  void take_over(const Batch& other);

  /// Calls `visit(const Record&)` for each record. Positions, epoch and segment are 0 until the batch has been
  /// appended.
  template <typename Visit>
  void each(Visit visit) const {
    for (std::uint64_t at = 0; at < records_end();) visit(record_at(at));
  }

 private:
  friend class BatchFrame;  // gives positions and checksums, adds the commit (frame.hpp)

  std::uint64_t records_end() const { return buffer_.size(); }
  /// The record at `at`, which moves on to the next.
  Record record_at(std::uint64_t& at) const;

  std::string buffer_;
  std::string cursor_;
  std::uint64_t open_at_ = 0;  // of the record that begin() began
  std::uint32_t records_ = 0;
  std::uint32_t segment_ = 0;  // it was appended to
  bool open_ = false;
  bool has_cursor_ = false;
};

}  // namespace tend::log
