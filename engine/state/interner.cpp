#include "engine/state/interner.hpp"

#include <cstring>

#include "engine/env/prefetch.hpp"
#include "engine/state/bytes.hpp"

namespace tend::state {
namespace {

// Eight bytes at a time; only placement in the table depends on it, never a result.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t h = 0x9E3779B97F4A7C15ull ^ text.size();
  const char* p = text.data();
  std::size_t n = text.size();
  const auto mix = [&h](std::uint64_t word) {
    h = (h ^ word) * 0xFF51AFD7ED558CCDull;
    h ^= h >> 32;
  };
  while (n >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, p, 8);
    mix(word);
    p += 8;
    n -= 8;
  }
  std::uint64_t word = 0;
  if (n > 0) std::memcpy(&word, p, n);
  mix(word);
  h *= 0xC4CEB9FE1A85EC53ull;
  return h ^ (h >> 29);
}

}  // namespace

std::size_t Interner::slot_of(std::string_view text) const {
  const std::uint64_t hash = hash_of(text);
  const std::size_t mask = table_.size() - 1;
  const auto print = static_cast<std::uint8_t>(hash >> 56);
  std::size_t slot = hash & mask;
  while (table_[slot] != kNoText && !(prints_[slot] == print && this->text(table_[slot]) == text))
    slot = (slot + 1) & mask;
  return slot;
}

void Interner::fetch(std::string_view text) const {
  const std::size_t slot = hash_of(text) & (table_.size() - 1);
  env::prefetch(table_.data() + slot);
  env::prefetch(prints_.data() + slot);
}

std::uint32_t Interner::fetch_text(std::string_view text) const {
  const std::uint32_t id = table_[hash_of(text) & (table_.size() - 1)];
  if (id != kNoText) env::prefetch(begins_.data() + id);
  return id;
}

std::uint32_t Interner::find(std::string_view text) const { return table_[slot_of(text)]; }

std::uint32_t Interner::intern(std::string_view text) {
  const std::size_t slot = slot_of(text);
  if (table_[slot] != kNoText) return table_[slot];
  const std::uint32_t id = count();
  bytes_.insert(bytes_.end(), text.begin(), text.end());
  begins_.push_back(bytes_.size());
  table_[slot] = id;
  prints_[slot] = static_cast<std::uint8_t>(hash_of(text) >> 56);
  if (std::size_t{count()} * 8 > table_.size() * 5) grow();
  return id;
}

void Interner::grow() {
  table_.assign(table_.size() * 2, kNoText);
  prints_.assign(table_.size(), 0);
  const std::size_t mask = table_.size() - 1;
  for (std::uint32_t id = 0; id < count(); ++id) {
    const std::uint64_t hash = hash_of(text(id));
    std::size_t slot = hash & mask;
    while (table_[slot] != kNoText) slot = (slot + 1) & mask;
    table_[slot] = id;
    prints_[slot] = static_cast<std::uint8_t>(hash >> 56);
  }
}

std::size_t Interner::memory() const {
  return bytes_.capacity() + begins_.capacity() * sizeof(std::uint64_t) + table_.capacity() * sizeof(std::uint32_t) +
         prints_.capacity();
}

void Interner::save(std::string& out) const {
  put_vector(out, bytes_);
  put_vector(out, begins_);
}

bool Interner::load(std::string_view& in) {
  if (!take_vector(in, bytes_) || !take_vector(in, begins_)) return false;
  if (begins_.empty() || begins_.front() != 0 || begins_.back() != bytes_.size()) return false;
  for (std::size_t i = 1; i < begins_.size(); ++i) {
    if (begins_[i] < begins_[i - 1]) return false;
  }
  std::size_t size = 16;
  while (std::size_t{count()} * 8 > size * 5) size *= 2;
  table_.assign(size / 2, kNoText);
  grow();
  return true;
}

}  // namespace tend::state
