// Memory of one partition in size classes, addressed by handles: no pointers to chase or to mend when it grows, and a
// snapshot is a copy.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tend::state {

inline constexpr std::uint32_t kNoBlock = 0xFFFFFFFFu;

/// Blocks of 16 << class bytes. A handle is class (5 bits) and index (27 bits).
/// Shape: pointers from `at` hold until the next `take` of the same class; handles hold until `release`.
class Pool {
 public:
  /// A block of at least `bytes` (at most 16 MiB): contents undefined.
  std::uint32_t take(std::uint32_t bytes);
  void release(std::uint32_t handle);
  char* at(std::uint32_t handle) {
    return classes_[handle >> 27].bytes.data() + std::size_t{handle & kIndexMask} * size_of(handle);
  }
  const char* at(std::uint32_t handle) const {
    return classes_[handle >> 27].bytes.data() + std::size_t{handle & kIndexMask} * size_of(handle);
  }
  static std::uint32_t size_of(std::uint32_t handle) { return 16u << (handle >> 27); }
  std::size_t memory() const;

  /// A text kept as u32 length and bytes; kNoBlock for an empty one.
  std::uint32_t keep(std::string_view text);
  std::string_view text(std::uint32_t handle) const;

  void save(std::string& out) const;
  bool load(std::string_view& in);

 private:
  static constexpr std::uint32_t kIndexMask = (1u << 27) - 1;
  struct Class {
    std::vector<char> bytes;
    std::vector<std::uint32_t> free;
  };
  std::array<Class, 21> classes_;
};

}  // namespace tend::state
