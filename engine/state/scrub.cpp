// Bytes behind bytes, as Interner::save and Pool::save write them.
#include "engine/state/scrub.hpp"

#include <algorithm>
#include <cstring>

#include "dsl/text/must.hpp"

namespace tend::state {
namespace {

constexpr std::size_t kPoolClasses = 21;

std::uint64_t number_at(const std::string& bytes, std::size_t at) {
  std::uint64_t number = 0;
  CHECK_OR_DIE(at + sizeof number <= bytes.size(), "a snapshot ends where a count should stand");
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

}  // namespace

std::size_t scrub_texts(std::string& out, std::size_t begin, const std::vector<bool>& used) {
  const std::size_t texts = begin + sizeof(std::uint64_t);
  const std::size_t begins = texts + number_at(out, begin);
  const std::uint64_t count = number_at(out, begins);
  const std::size_t table = begins + sizeof(std::uint64_t);
  CHECK_OR_DIE(used.size() + 1 == count, "an interner's bytes belong to another one");
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (used[i]) continue;
    const std::uint64_t from = number_at(out, table + i * sizeof(std::uint64_t));
    const std::uint64_t to = number_at(out, table + (i + 1) * sizeof(std::uint64_t));
    std::memset(out.data() + texts + from, 0xFF, to - from);
    for (std::uint64_t at = from + 1; at < to && at < from + 5; ++at)
      out[texts + at] = static_cast<char>((i >> (8 * (at - from - 1))) & 0xFF);
  }
  return table + count * sizeof(std::uint64_t);
}

std::size_t scrub_pool(std::string& out, std::size_t begin, const UsedOf& used_of) {
  std::size_t at = begin;
  for (std::uint32_t cls = 0; cls < kPoolClasses; ++cls) {
    const std::size_t size = std::size_t{16} << cls;
    const std::uint64_t bytes = number_at(out, at);
    const std::size_t blocks = at + sizeof(std::uint64_t);
    const std::size_t free_at = blocks + bytes;
    const std::uint64_t free_count = number_at(out, free_at);
    std::vector<bool> is_free(bytes / size);
    for (std::uint64_t i = 0; i < free_count; ++i) {
      std::uint32_t handle = 0;
      std::memcpy(&handle, out.data() + free_at + sizeof(std::uint64_t) + i * sizeof handle, sizeof handle);
      is_free[handle & ((1u << 27) - 1)] = true;
    }
    for (std::size_t i = 0; i < is_free.size(); ++i) {
      char* const block = out.data() + blocks + i * size;
      const std::uint32_t handle = (cls << 27) | static_cast<std::uint32_t>(i);
      UsedBytes used = is_free[i] ? UsedBytes{} : used_of(handle, size, block);
      used.end = std::min(used.end, size);
      used.begin = std::min(used.begin, used.end);
      std::memset(block, 0, used.begin);
      std::memset(block + used.end, 0, size - used.end);
    }
    at = free_at + sizeof(std::uint64_t) + free_count * sizeof(std::uint32_t);
  }
  return at;
}

}  // namespace tend::state
