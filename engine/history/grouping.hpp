// Records of the log, gathered by customer: what is written for a sealed segment, and how the unsealed rest is listed.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/log/record.hpp"

namespace tend::history {

/// The records of one customer. Views are valid until the next call.
struct Group {
  std::uint16_t partition = 0;
  std::string_view customer;
  std::string_view value;     // his records in the order of the log, as entry.hpp writes them
  std::uint32_t records = 0;  // how many
  std::uint32_t segment = 0;  // of the last of them
};

/// Takes records in the order of the log, gives them back by partition and customer.
/// Memory: about the records' bytes and 40 for each; a partition's are given back when the next one begins.
class Grouping {
 public:
  /// Shape: about so many bytes of records are expected, for all partitions together.
  Grouping(std::uint32_t partitions, std::uint64_t bytes_expected);

  /// Requires: a partition below `partitions`; `customer` is empty or lies within record.payload.
  void add(const log::Record& record, std::string_view customer);

  /// The next customer, in the order of the history's keys; false at the end. No add() after it.
  bool next(Group& group);

 private:
  struct Entry {
    std::uint64_t sort_bytes;  // the customer's first bytes after what all of the partition share, zeros behind
    std::uint64_t offset;      // of the encoded record
    std::uint32_t bytes;
    std::uint32_t customer_offset;  // from `offset`
    std::uint32_t customer_bytes;
    std::uint32_t segment;
  };
  struct Partition {
    std::string records;  // encoded, one behind the other
    std::vector<Entry> entries;
  };

  static std::string_view customer_of(const Partition& partition, const Entry& entry);
  static void sort(Partition& partition);

  std::vector<Partition> partitions_;
  std::uint64_t reserve_bytes_;
  std::size_t at_partition_ = 0;
  std::size_t at_entry_ = 0;
  bool sorted_ = false;  // the partition we are at
  std::string value_;
};

}  // namespace tend::history
