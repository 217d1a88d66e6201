// Reading a row of segments.
#include "engine/log/read.hpp"

#include <algorithm>

namespace tend::log {
namespace {

using env::join_path;

tl::unexpected<Error> dropped(const std::string& path) {
  return fail(ErrorCode::not_found, "`" + path + "` was dropped while it was being read");
}

/// So much of a sealed segment is read at once, or as much as its largest batch takes: what is looked at is still in
/// the processor's cache then.
constexpr std::uint64_t kPieceBytes = 512u << 10;

Result<std::unique_ptr<env::File>> open_segment(env::Files& files, const std::string& path, bool beside_writer) {
  auto file = files.open(path, env::OpenMode::read);
  if (!file && beside_writer && file.error().code == ErrorCode::not_found) return dropped(path);
  return file;
}

/// These bytes of a segment, surely of this segment: its writer may have made another one of the file meanwhile.
Result<void> load(env::File& file, const std::string& path, const SegmentHeader& header, std::uint64_t begin,
                  std::uint64_t end, bool beside_writer, SegmentBytes& bytes) {
  if (auto loaded = bytes.load(file, begin, end); !loaded) return loaded;
  if (!beside_writer) return {};
  const auto now = read_header(file, path);
  if (!now && now.error().code == ErrorCode::io) return tl::unexpected(now.error());
  if (!now || now->number != header.number) return dropped(path);
  return {};
}

/// A segment that others follow: it must be whole up to its end and lead to the next one.
Result<void> read_sealed_from(env::Files& files, const std::string& folder, const SegmentHeader& header,
                              const SegmentHeader& next, const ReadJob& job, SegmentBytes& bytes, Place& place) {
  const std::string path = join_path(folder, segment_name(header.number));
  const std::string next_path = join_path(folder, segment_name(next.number));
  if (next.previous_end < header.header_bytes || next.previous_end > header.file_bytes) {
    return damaged(next_path, 40, "the segment before cannot end at byte " + std::to_string(next.previous_end));
  }
  auto file = open_segment(files, path, job.beside_writer);
  if (!file) return tl::unexpected(file.error());
  std::uint64_t piece = kPieceBytes;
  for (std::uint64_t at = header.header_bytes; at < next.previous_end;) {
    const std::uint64_t end = std::min(at + piece, next.previous_end);
    const bool part = end < next.previous_end;
    if (auto loaded = load(**file, path, header, at, end, job.beside_writer, bytes); !loaded) return loaded;
    const auto stop = scan_batches(bytes.view(), header, 0, place, job.after, *job.visitor, part);
    if (!stop) return tl::unexpected(stop.error());
    // What does not add up in a part may only be cut off.
    if (!stop->reason.empty() && (!part || stop->whole)) return damaged(path, at + stop->bad_at, stop->reason);
    if (stop->end == 0 && !part) break;  // the file is shorter than it was
    if (stop->end == 0) piece *= 2;
    at += stop->end;
  }
  if (place != next.begin) return damaged(next_path, 20, "the header does not go on where `" + path + "` ends");
  // Whoever reads on has read it. A log that grows would else always have memory that nobody had before, and that is
  // dear.
  (*file)->let_memory_go();
  return {};
}

/// The segment that is being written to, or was when the engine stopped.
Result<ScanStop> read_last(env::Files& files, const std::string& folder, const SegmentHeader& header,
                           const ReadJob& job, SegmentBytes& bytes, Place& place) {
  const std::string path = join_path(folder, segment_name(header.number));
  const std::uint64_t until = job.last_end.value_or(header.file_bytes);
  std::uint64_t from = header.header_bytes;
  std::optional<std::uint64_t> seen_bad;
  auto file = open_segment(files, path, job.beside_writer);
  if (!file) return tl::unexpected(file.error());
  while (true) {
    if (auto loaded = load(**file, path, header, 0, until, job.beside_writer, bytes); !loaded)
      return tl::unexpected(loaded.error());
    auto stop = scan_batches(bytes.view(), header, from, place, job.after, *job.visitor);
    if (!stop) return stop;
    const bool known_whole = job.last_end.has_value() && !stop->reason.empty();
    if (!stop->later_batch && !stop->whole && !known_whole) return stop;
    // A writer may have written the bad batch and the next one while they were read in this order; then a second look
    // shows it whole.
    if (!job.beside_writer || seen_bad == stop->bad_at || stop->whole) return damaged(path, stop->bad_at, stop->reason);
    seen_bad = stop->bad_at;
    from = stop->end;
  }
}

}  // namespace

Result<ReadEnd> read_segments(env::Files& files, const std::string& folder, std::span<const SegmentHeader> headers,
                              const ReadJob& job, SegmentBytes& bytes) {
  ReadEnd end;
  end.place = headers.front().begin;
  for (std::size_t i = 0; i + 1 < headers.size(); ++i) {
    auto read = read_sealed_from(files, folder, headers[i], headers[i + 1], job, bytes, end.place);
    if (!read) return tl::unexpected(read.error());
  }
  auto stop = read_last(files, folder, headers.back(), job, bytes, end.place);
  if (!stop) return tl::unexpected(stop.error());
  end.stop = std::move(*stop);
  return end;
}

Result<void> read_sealed(env::Files& files, const std::string& folder, const SegmentHeader& header,
                         const SegmentHeader& next, const ReadJob& job, SegmentBytes& bytes) {
  Place place = header.begin;
  return read_sealed_from(files, folder, header, next, job, bytes, place);
}

Result<std::size_t> first_to_read(std::span<const SegmentHeader> headers, std::span<const std::uint64_t> after) {
  const std::vector<std::uint64_t>& first = headers.front().begin.heads;
  if (after.size() != first.size()) {
    return fail(ErrorCode::usage, "the log has " + std::to_string(first.size()) + " partitions and was asked to read " +
                                      std::to_string(after.size()));
  }
  for (std::size_t i = headers.size(); i-- > 0;) {
    const std::vector<std::uint64_t>& before = headers[i].begin.heads;
    if (std::equal(before.begin(), before.end(), after.begin(), std::less_equal<>())) return i;
  }
  std::size_t partition = 0;
  while (first[partition] <= after[partition]) ++partition;
  return fail(ErrorCode::not_found, "the log no longer has what follows position " + std::to_string(after[partition]) +
                                        " of partition " + std::to_string(partition) + ": it begins after position " +
                                        std::to_string(first[partition]));
}

std::vector<SegmentInfo> segment_infos(std::span<const SegmentHeader> headers, std::uint64_t last_end) {
  std::vector<SegmentInfo> infos;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const bool sealed = i + 1 < headers.size();
    infos.push_back({headers[i].number, sealed, headers[i].file_bytes, sealed ? headers[i + 1].previous_end : last_end,
                     headers[i].begin.next_batch, headers[i].begin.heads});
  }
  return infos;
}

std::uint32_t first_segment_needed(std::span<const SegmentInfo> segments, std::span<const std::uint64_t> after) {
  for (std::size_t i = segments.size(); i-- > 0;) {
    const std::vector<std::uint64_t>& before = segments[i].heads_before;
    if (std::equal(before.begin(), before.end(), after.begin(), after.end(), std::less_equal<>()))
      return segments[i].number;
  }
  return segments.front().number;
}

}  // namespace tend::log
