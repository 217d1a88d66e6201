// A radix sort of (moment, position) pairs of 16 bytes, from the lowest digit up, so it is stable by its nature; then
// one pass moves the rows.
#include "engine/simulate/sort_rows.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace tend::simulate {
namespace {

constexpr int kDigitBits = 11;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;

struct Key {
  std::uint64_t moment;  // since the first
  std::uint64_t position;
};

}  // namespace

void sort_by_moment(std::vector<SourceRow>& rows) {
  const auto earlier = [](const SourceRow& a, const SourceRow& b) { return a.at < b.at; };
  if (std::is_sorted(rows.begin(), rows.end(), earlier)) return;
  const auto [first, last] = std::minmax_element(rows.begin(), rows.end(), earlier);
  // Unsigned, because the two ends may be further apart than a signed number reaches.
  const auto origin = static_cast<std::uint64_t>(first->at);
  const auto bits = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(last->at) - origin));
  std::vector<Key> keys(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) keys[i] = {static_cast<std::uint64_t>(rows[i].at) - origin, i};
  std::vector<Key> other(rows.size());
  for (int shift = 0; shift < bits; shift += kDigitBits) {
    std::array<std::size_t, kDigits> places{};
    const auto digit = [&](const Key& key) { return (key.moment >> shift) & (kDigits - 1); };
    for (const Key& key : keys) ++places[digit(key)];
    std::size_t next = 0;
    for (std::size_t& place : places) next += std::exchange(place, next);
    for (const Key& key : keys) other[places[digit(key)]++] = key;
    keys.swap(other);
  }
  std::vector<SourceRow> sorted(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) sorted[i] = rows[keys[i].position];
  rows.swap(sorted);
}

}  // namespace tend::simulate
