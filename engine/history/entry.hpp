// The bytes of the history: its keys, the records in a value, the mark of a segment. Written down in
// docs/formats/history.md.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/log/record.hpp"

namespace tend::history {

/// Written in every mark. Changes when a byte of the format gets another meaning.
inline constexpr std::uint8_t kFormatVersion = 1;

/// What a key names: the records of one customer in one segment.
struct Key {
  std::uint16_t partition = 0;
  std::string customer;  // empty for records about nobody
  std::uint32_t segment = 0;
};

/// The bytes that all keys of a customer begin with, and no key of another.
void append_customer_prefix(std::string& out, std::uint16_t partition, std::string_view customer);
/// The segment after the prefix. Keys sort by partition, customer (his bytes), segment.
void append_segment(std::string& out, std::uint32_t segment);
/// Errors: false for bytes that are no such key.
bool parse_key(std::string_view bytes, Key& key);

/// Appends a record to a value; partition and segment stand in the key.
void append_record(std::string& value, const log::Record& record);
/// Takes the first record off `value`. Shape: record.payload points into it; partition and segment are left alone.
/// Errors: false for bytes that do not add up.
bool take_record(std::string_view& value, log::Record& record);

/// What is written with the records of a segment: that it is there, whole, and where it ends.
struct Mark {
  std::uint8_t version = kFormatVersion;
  std::uint32_t segment = 0;
  std::uint64_t records = 0;         // of this segment that are in the history
  std::vector<std::uint64_t> heads;  // for each partition the last position up to the segment's end
};

/// Marks stand behind all other keys, in the order of their segments.
std::string mark_prefix();
std::string mark_key(std::uint32_t segment);
std::string encode_mark(const Mark& mark);
enum class MarkStatus { good, other_version, damaged };
/// Of another version only mark.version is known.
MarkStatus decode_mark(std::string_view key, std::string_view value, Mark& mark);

}  // namespace tend::history
