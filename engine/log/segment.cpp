// Segment headers and the folder of segments.
#include "engine/log/segment.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "engine/env/crc32c.hpp"
#include "engine/log/bytes.hpp"

namespace tend::log {
namespace {

constexpr std::string_view kMagic("tendlog\n", 8);
constexpr std::uint32_t kFixedBytes = 64;
constexpr std::uint32_t kHeaderUnit = 4096;
/// As long as the most partitions and the longest cursor make it.
constexpr std::uint32_t kHeaderBytesMax =
    (kFixedBytes + kPartitionsMax * 8 + kCursorBytesMax) / kHeaderUnit * kHeaderUnit + kHeaderUnit;

std::uint32_t header_crc(std::string_view header) {
  return env::crc32c(header.substr(20), env::crc32c(header.substr(0, 16)));
}

}  // namespace

tl::unexpected<Error> damaged(const std::string& path, std::uint64_t at, std::string_view reason) {
  return fail(ErrorCode::corrupt,
              "`" + path + "` is damaged at byte " + std::to_string(at) + ": " + std::string(reason));
}

std::uint32_t header_bytes_of(const Place& place) {
  const std::uint64_t bytes = kFixedBytes + place.heads.size() * 8 + place.cursor.size();
  return static_cast<std::uint32_t>((bytes + kHeaderUnit - 1) / kHeaderUnit * kHeaderUnit);
}

std::string encode_header(const SegmentHeader& header) {
  std::string bytes(header.header_bytes, '\0');
  char* const to = bytes.data();
  std::memcpy(to, kMagic.data(), kMagic.size());
  put_u32(to + 8, kFormatVersion);
  put_u32(to + 12, header.header_bytes);
  put_u32(to + 20, header.number);
  put_u32(to + 24, static_cast<std::uint32_t>(header.begin.heads.size()));
  put_u32(to + 28, header.begin.epoch);
  put_u64(to + 32, header.begin.next_batch);
  put_u64(to + 40, header.previous_end);
  put_u64(to + 48, header.file_bytes);
  put_u32(to + 56, static_cast<std::uint32_t>(header.begin.cursor.size()));
  char* at = to + kFixedBytes;
  for (const std::uint64_t head : header.begin.heads) {
    put_u64(at, head);
    at += 8;
  }
  std::copy(header.begin.cursor.begin(), header.begin.cursor.end(), at);
  put_u32(to + 16, header_crc(bytes));
  return bytes;
}

Result<SegmentHeader> read_header(env::File& file, const std::string& path) {
  std::array<char, kFixedBytes> fixed{};
  const auto got = file.read(0, fixed);
  if (!got) return tl::unexpected(got.error());
  if (*got < fixed.size() || std::string_view(fixed.data(), 8) != kMagic) {
    return damaged(path, 0, "this is not a segment of a log");
  }
  const std::uint32_t version = get_u32(fixed.data() + 8);
  if (version != kFormatVersion) {
    return fail(ErrorCode::version, "`" + path + "` has version " + std::to_string(version) +
                                        " of the log's format, and this program reads version " +
                                        std::to_string(kFormatVersion));
  }
  const std::uint32_t header_bytes = get_u32(fixed.data() + 12);
  if (header_bytes < kHeaderUnit || header_bytes > kHeaderBytesMax || header_bytes % kHeaderUnit != 0) {
    return damaged(path, 12, "the length of the header is impossible");
  }
  std::string bytes(header_bytes, '\0');
  const auto whole = file.read(0, bytes);
  if (!whole) return tl::unexpected(whole.error());
  if (*whole < bytes.size() || header_crc(bytes) != get_u32(bytes.data() + 16)) {
    return damaged(path, 0, "the checksum of the header is wrong");
  }
  SegmentHeader header;
  const char* const from = bytes.data();
  header.header_bytes = header_bytes;
  header.number = get_u32(from + 20);
  const std::uint64_t partitions = get_u32(from + 24);
  header.begin.epoch = get_u32(from + 28);
  header.begin.next_batch = get_u64(from + 32);
  header.previous_end = get_u64(from + 40);
  header.file_bytes = get_u64(from + 48);
  const std::uint64_t cursor_bytes = get_u32(from + 56);
  if (partitions == 0 || partitions > kPartitionsMax || kFixedBytes + partitions * 8 + cursor_bytes > header_bytes) {
    return damaged(path, 24, "the header does not add up");
  }
  for (std::uint64_t i = 0; i < partitions; ++i) header.begin.heads.push_back(get_u64(from + kFixedBytes + i * 8));
  header.begin.cursor.assign(from + kFixedBytes + partitions * 8, cursor_bytes);
  return header;
}

std::string segment_name(std::uint32_t number) {
  const std::string digits = std::to_string(number);
  return std::string(10 - digits.size(), '0') + digits + ".seg";
}

std::optional<std::uint32_t> segment_number(std::string_view name) {
  if (name.size() != 14 || !name.ends_with(".seg")) return std::nullopt;
  std::uint32_t number = 0;
  const auto read = std::from_chars(name.data(), name.data() + 10, number);
  if (read.ec != std::errc() || read.ptr != name.data() + 10 || number == 0) return std::nullopt;
  return number;
}

Result<std::vector<SegmentHeader>> read_headers(env::Files& files, const std::string& folder) {
  const auto names = files.list(folder);
  if (!names) return tl::unexpected(names.error());
  std::vector<SegmentHeader> headers;
  for (const std::string& name : *names) {
    const std::optional<std::uint32_t> number = segment_number(name);
    if (!number) continue;
    const std::string path = env::join_path(folder, name);
    if (!headers.empty() && *number != headers.back().number + 1) {
      const std::string missing = env::join_path(folder, segment_name(headers.back().number + 1));
      return fail(ErrorCode::corrupt, "the log misses `" + missing + "`, which stands before `" + path + "`");
    }
    auto file = files.open(path, env::OpenMode::read);
    if (!file) return tl::unexpected(file.error());
    auto header = read_header(**file, path);
    if (!header) return tl::unexpected(header.error());
    if (header->number != *number) {
      return damaged(path, 20, "the header says that this is segment " + std::to_string(header->number));
    }
    if (!headers.empty() && header->begin.heads.size() != headers.back().begin.heads.size()) {
      return damaged(path, 24, "the segment before has another number of partitions");
    }
    const auto size = (*file)->size();
    if (!size) return tl::unexpected(size.error());
    if (*size < header->file_bytes || header->file_bytes < header->header_bytes) {
      return damaged(path, *size, "the file should have " + std::to_string(header->file_bytes) + " bytes");
    }
    headers.push_back(std::move(*header));
  }
  return headers;
}

Result<void> SegmentBytes::load(env::File& file, std::uint64_t begin, std::uint64_t end) {
  const std::uint64_t bytes = end - begin;
  if (room_ < bytes) {
    bytes_ = std::make_unique_for_overwrite<char[]>(bytes);
    room_ = bytes;
  }
  const auto got = file.read(begin, std::span<char>(bytes_.get(), bytes));
  if (!got) return tl::unexpected(got.error());
  length_ = *got;
  return {};
}

}  // namespace tend::log
