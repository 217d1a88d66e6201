// A segment file: its name, its header, and going through its batches. Nothing here writes.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/env/files.hpp"
#include "engine/env/result.hpp"
#include "engine/log/log.hpp"

namespace tend::log {

constexpr std::uint32_t kFormatVersion = 1;

/// The state of the log at a place between two batches: what a reader needs to know of all that came before.
struct Place {
  std::vector<std::uint64_t> heads;
  std::uint32_t epoch = 0;
  std::uint64_t next_batch = 1;
  std::string cursor;
  friend bool operator==(const Place&, const Place&) = default;
};

/// A segment's header: where it stands in the log and the place at which it begins.
struct SegmentHeader {
  std::uint32_t number = 0;
  std::uint32_t header_bytes = 0;
  std::uint64_t previous_end = 0;
  std::uint64_t file_bytes = 0;
  Place begin;
};

/// The length of the header for a place.
std::uint32_t header_bytes_of(const Place& place);
/// `header.header_bytes` must be header_bytes_of(header.begin).
std::string encode_header(const SegmentHeader& header);

/// Errors: `corrupt` and `version` with the path.
Result<SegmentHeader> read_header(env::File& file, const std::string& path);

/// `0000000007.seg`.
std::string segment_name(std::uint32_t number);
/// The number of a segment's name; none for other names.
std::optional<std::uint32_t> segment_number(std::string_view name);

/// The headers of all segments in the folder, in order. Empty for a folder without segments.
/// Errors: `corrupt` for a hole, another number of partitions, a file that is too short.
Result<std::vector<SegmentHeader>> read_headers(env::Files& files, const std::string& folder);

/// The bytes of a file from `begin` to `end`, in memory that is used again for the next.
class SegmentBytes {
 public:
  Result<void> load(env::File& file, std::uint64_t begin, std::uint64_t end);
  std::string_view view() const { return {bytes_.get(), length_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t room_ = 0;
  std::size_t length_ = 0;
};

/// Where going through a segment stopped, and why.
struct ScanStop {
  std::uint64_t end = 0;         // of the last whole batch
  std::uint64_t last_begin = 0;  // where that batch begins; equal to `end` if there was none
  std::uint64_t bad_at = 0;      // the record that does not add up, when `reason` is not empty
  std::string reason;            // empty: there was nothing left to look at
  bool later_batch = false;      // a commit of a batch after the bad one stands behind it: damage
  bool unfinished = false;       // the bad batch has left something of itself: an unfinished end
  bool whole = false;            // the bad batch has a right commit: what it says is wrong, not its bytes
};

/// Goes through the batches of a segment from byte `at` on, moving `place` on, until the bytes end or something does
/// not add up. Only whole batches are handed to the visitor, and of them the records above `after` (all, if it is
/// empty). Shape: `bytes` is the file from its first byte on, as far as it is to be looked at; with `part` only a part
/// of it that begins with a batch and is cut off anywhere, and the stop tells of nothing but where and why. Errors: the
/// visitor's.
Result<ScanStop> scan_batches(std::string_view bytes, const SegmentHeader& header, std::uint64_t at, Place& place,
                              std::span<const std::uint64_t> after, const Visitor& visitor, bool part = false);

/// The error for bytes that do not add up: "`log/0000000001.seg` is damaged at byte 4096: …".
tl::unexpected<Error> damaged(const std::string& path, std::uint64_t at, std::string_view reason);

}  // namespace tend::log
