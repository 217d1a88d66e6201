// Keys, records and marks, to bytes and back.
#include "engine/history/entry.hpp"

namespace tend::history {
namespace {

constexpr std::size_t kPartitionBytes = 2;
constexpr std::size_t kSegmentBytes = 4;
// A zero byte of a customer's id is written as these two, so that the two that end it stand nowhere else and sort
// before everything that could follow.
constexpr std::string_view kZero{"\x00\xFF", 2};
constexpr std::string_view kEnd{"\x00\x00", 2};

void append_big_endian(std::string& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = bytes; i-- > 0;) out += static_cast<char>(value >> (8 * i));
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

void append_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

bool take_varint(std::string_view& bytes, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes[0]);
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

}  // namespace

void append_customer_prefix(std::string& out, std::uint16_t partition, std::string_view customer) {
  append_big_endian(out, partition, kPartitionBytes);
  for (std::size_t zero = customer.find('\0'); zero != std::string_view::npos; zero = customer.find('\0')) {
    out += customer.substr(0, zero);
    out += kZero;
    customer.remove_prefix(zero + 1);
  }
  out += customer;
  out += kEnd;
}

void append_segment(std::string& out, std::uint32_t segment) { append_big_endian(out, segment, kSegmentBytes); }

bool parse_key(std::string_view bytes, Key& key) {
  if (bytes.size() < kPartitionBytes + kEnd.size() + kSegmentBytes) return false;
  key.partition = static_cast<std::uint16_t>(big_endian(bytes.substr(0, kPartitionBytes)));
  key.segment = static_cast<std::uint32_t>(big_endian(bytes.substr(bytes.size() - kSegmentBytes)));
  std::string_view middle = bytes.substr(kPartitionBytes, bytes.size() - kPartitionBytes - kSegmentBytes);
  if (!middle.ends_with(kEnd)) return false;
  middle.remove_suffix(kEnd.size());
  key.customer.clear();
  for (std::size_t zero = middle.find('\0'); zero != std::string_view::npos; zero = middle.find('\0')) {
    if (middle.substr(zero, kZero.size()) != kZero) return false;
    key.customer += middle.substr(0, zero + 1);
    middle.remove_prefix(zero + kZero.size());
  }
  key.customer += middle;
  return key.partition != log::kNoPartition;
}

void append_record(std::string& value, const log::Record& record) {
  value += static_cast<char>(record.kind);
  append_varint(value, record.position);
  append_varint(value, record.epoch);
  append_varint(value, record.payload.size());
  value += record.payload;
}

bool take_record(std::string_view& value, log::Record& record) {
  if (value.empty()) return false;
  record.kind = static_cast<std::uint8_t>(value[0]);
  value.remove_prefix(1);
  std::uint64_t epoch = 0;
  std::uint64_t bytes = 0;
  if (!take_varint(value, record.position) || !take_varint(value, epoch) || !take_varint(value, bytes)) return false;
  if (epoch > UINT32_MAX || bytes > value.size()) return false;
  record.epoch = static_cast<std::uint32_t>(epoch);
  record.payload = value.substr(0, bytes);
  value.remove_prefix(bytes);
  return true;
}

std::string mark_prefix() {
  std::string key;
  append_big_endian(key, log::kNoPartition, kPartitionBytes);
  return key;
}

std::string mark_key(std::uint32_t segment) {
  std::string key = mark_prefix();
  append_segment(key, segment);
  return key;
}

std::string encode_mark(const Mark& mark) {
  std::string value(1, static_cast<char>(mark.version));
  append_varint(value, mark.records);
  append_varint(value, mark.heads.size());
  for (const std::uint64_t head : mark.heads) append_varint(value, head);
  return value;
}

MarkStatus decode_mark(std::string_view key, std::string_view value, Mark& mark) {
  if (key.size() != kPartitionBytes + kSegmentBytes || !key.starts_with(mark_prefix())) return MarkStatus::damaged;
  if (value.empty()) return MarkStatus::damaged;
  mark.version = static_cast<std::uint8_t>(value[0]);
  if (mark.version != kFormatVersion) return MarkStatus::other_version;
  value.remove_prefix(1);
  mark.segment = static_cast<std::uint32_t>(big_endian(key.substr(kPartitionBytes)));
  std::uint64_t partitions = 0;
  if (!take_varint(value, mark.records) || !take_varint(value, partitions)) return MarkStatus::damaged;
  if (partitions > log::kPartitionsMax) return MarkStatus::damaged;
  mark.heads.assign(partitions, 0);
  for (std::uint64_t& head : mark.heads) {
    if (!take_varint(value, head)) return MarkStatus::damaged;
  }
  return value.empty() ? MarkStatus::good : MarkStatus::damaged;
}

}  // namespace tend::history
