#include "engine/state/pool.hpp"

#include <bit>

#include "dsl/text/must.hpp"
#include "engine/state/bytes.hpp"

namespace tend::state {

std::uint32_t Pool::take(std::uint32_t bytes) {
  const std::uint32_t cls = bytes <= 16 ? 0u : static_cast<std::uint32_t>(std::bit_width((bytes - 1) / 16));
  CHECK_OR_DIE(cls < classes_.size(), "a block of at most 16 MiB");
  Class& c = classes_[cls];
  if (!c.free.empty()) {
    const std::uint32_t handle = c.free.back();
    c.free.pop_back();
    return handle;
  }
  const std::size_t size = std::size_t{16} << cls;
  const std::size_t index = c.bytes.size() / size;
  CHECK_OR_DIE(index < kIndexMask, "a partition holds at most 2^27 blocks of a size");
  c.bytes.resize(c.bytes.size() + size);
  return (cls << 27) | static_cast<std::uint32_t>(index);
}

void Pool::release(std::uint32_t handle) {
  if (handle != kNoBlock) classes_[handle >> 27].free.push_back(handle);
}

std::size_t Pool::memory() const {
  std::size_t sum = 0;
  for (const Class& c : classes_) sum += c.bytes.capacity() + c.free.capacity() * sizeof(std::uint32_t);
  return sum;
}

std::uint32_t Pool::keep(std::string_view text) {
  if (text.empty()) return kNoBlock;
  const auto length = static_cast<std::uint32_t>(text.size());
  const std::uint32_t handle = take(length + 4);
  std::memcpy(at(handle), &length, 4);
  std::memcpy(at(handle) + 4, text.data(), length);
  return handle;
}

std::string_view Pool::text(std::uint32_t handle) const {
  if (handle == kNoBlock) return {};
  std::uint32_t length = 0;
  std::memcpy(&length, at(handle), 4);
  return {at(handle) + 4, length};
}

void Pool::save(std::string& out) const {
  for (const Class& c : classes_) {
    put_vector(out, c.bytes);
    put_vector(out, c.free);
  }
}

bool Pool::load(std::string_view& in) {
  for (Class& c : classes_) {
    if (!take_vector(in, c.bytes) || !take_vector(in, c.free)) return false;
  }
  return true;
}

}  // namespace tend::state
