// What a snapshot leaves out: texts that nothing names any more, ids of customers who are gone, and what was in memory
// that is free now. In the state they stay where they are until the next start; on the disk they would outlive an
// erasure. Works on the bytes of docs/formats/snapshot.md.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tend::state {

/// Overwrites, in an interner's bytes from `begin` on, each text whose number is not in `used`. Its number and length
/// stay. What is written is 0xFF, which no text from outside begins with, and the number: texts that are alike would
/// all want one place in the interner's table. Gives where the interner's bytes end.
std::size_t scrub_texts(std::string& out, std::size_t begin, const std::vector<bool>& used);

/// How many bytes at the front of a block are in use, by its handle; what is behind is overwritten by zeros. Of a free
/// block none.
struct UsedBytes {
  std::size_t begin = 0, end = 0;
};
/// Gives for a block in use what of it is in use.
using UsedOf = std::function<UsedBytes(std::uint32_t handle, std::size_t size, const char* block)>;

/// The same in a pool's bytes. Gives where they end.
std::size_t scrub_pool(std::string& out, std::size_t begin, const UsedOf& used_of);

}  // namespace tend::state
