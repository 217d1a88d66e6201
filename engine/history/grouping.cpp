// Gathering records by customer: each partition is sorted by itself, which fits the caches, and compares mostly
// integers.
#include "engine/history/grouping.hpp"

#include <algorithm>
#include <cstring>

#include "dsl/text/must.hpp"
#include "engine/history/entry.hpp"

namespace tend::history {
namespace {

/// Up to eight bytes as a number that compares as they do, zeros behind.
std::uint64_t comparable(std::string_view bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
  return __builtin_bswap64(value);
}

std::size_t common_bytes(std::string_view a, std::string_view b) {
  const std::size_t limit = std::min(a.size(), b.size());
  std::size_t count = 0;
  while (count < limit && a[count] == b[count]) ++count;
  return count;
}

}  // namespace

Grouping::Grouping(std::uint32_t partitions, std::uint64_t bytes_expected)
    : partitions_(partitions), reserve_bytes_(partitions == 0 ? 0 : bytes_expected / partitions) {}

std::string_view Grouping::customer_of(const Partition& partition, const Entry& entry) {
  return std::string_view(partition.records).substr(entry.offset + entry.customer_offset, entry.customer_bytes);
}

void Grouping::add(const log::Record& record, std::string_view customer) {
  Partition& partition = partitions_[record.partition];
  std::string& records = partition.records;
  if (records.empty()) records.reserve(reserve_bytes_);
  Entry entry{};
  entry.offset = records.size();
  append_record(records, record);
  entry.bytes = static_cast<std::uint32_t>(records.size() - entry.offset);
  entry.segment = record.segment;
  if (!customer.empty()) {
    const auto within = static_cast<std::size_t>(customer.data() - record.payload.data());
    CHECK_OR_DIE(within + customer.size() <= record.payload.size(), "the customer stands in the payload");
    entry.customer_offset = static_cast<std::uint32_t>(entry.bytes - record.payload.size() + within);
    entry.customer_bytes = static_cast<std::uint32_t>(customer.size());
  }
  partition.entries.push_back(entry);
}

/// By customer, and those of one customer in the order they came.
void Grouping::sort(Partition& partition) {
  std::vector<Entry>& entries = partition.entries;
  // Ids of one shop begin alike (`customer-000…`): what all share is skipped. Records about nobody share nothing, but
  // come first in any case.
  const auto named = std::find_if(entries.begin(), entries.end(), [](const Entry& e) { return e.customer_bytes > 0; });
  std::size_t shared = named == entries.end() ? 0 : named->customer_bytes;
  for (auto entry = named; entry != entries.end() && shared > 0; ++entry) {
    if (entry->customer_bytes == 0) continue;
    shared = std::min(shared, common_bytes(customer_of(partition, *named), customer_of(partition, *entry)));
  }
  for (Entry& entry : entries) {
    if (entry.customer_bytes > 0) entry.sort_bytes = comparable(customer_of(partition, entry).substr(shared));
  }
  const bool alike = std::all_of(entries.begin(), entries.end(), [&](const Entry& entry) {
    return entry.customer_bytes == entries.front().customer_bytes &&
           entry.customer_bytes <= shared + sizeof entry.sort_bytes;
  });
  if (alike) {
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      return a.sort_bytes != b.sort_bytes ? a.sort_bytes < b.sort_bytes : a.offset < b.offset;
    });
    return;
  }
  std::sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
    if (a.sort_bytes != b.sort_bytes && a.customer_bytes > 0 && b.customer_bytes > 0)
      return a.sort_bytes < b.sort_bytes;
    const bool told = a.customer_bytes == b.customer_bytes && a.customer_bytes <= shared + sizeof a.sort_bytes;
    if (!told) {
      const int order = customer_of(partition, a).compare(customer_of(partition, b));
      if (order != 0) return order < 0;
    }
    return a.offset < b.offset;
  });
}

bool Grouping::next(Group& group) {
  while (at_partition_ < partitions_.size() && at_entry_ == partitions_[at_partition_].entries.size()) {
    partitions_[at_partition_] = Partition();
    ++at_partition_;
    at_entry_ = 0;
    sorted_ = false;
  }
  if (at_partition_ == partitions_.size()) return false;
  Partition& partition = partitions_[at_partition_];
  if (!sorted_) sort(partition);
  sorted_ = true;
  const Entry& first = partition.entries[at_entry_];
  group.partition = static_cast<std::uint16_t>(at_partition_);
  group.customer = customer_of(partition, first);
  group.records = 0;
  value_.clear();
  for (; at_entry_ < partition.entries.size(); ++at_entry_) {
    const Entry& entry = partition.entries[at_entry_];
    if (entry.sort_bytes != first.sort_bytes || customer_of(partition, entry) != group.customer) break;
    value_.append(partition.records, entry.offset, entry.bytes);
    group.segment = entry.segment;
    ++group.records;
  }
  group.value = value_;
  return true;
}

}  // namespace tend::history
