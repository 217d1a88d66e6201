// Says of most messages that they were never seen, from memory: a Bloom filter over all ids in the store. Who it cannot
// say that of is looked for in the store.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/env/large_pages.hpp"
#include "engine/env/moment.hpp"
#include "engine/state/input.hpp"

namespace tend::history {

/// A message from outside, and when it was taken.
struct SeenMessage {
  state::SeenId id{};
  env::Moment moment = 0;
};

/// Memory: two bytes for each of 16 million ids, 32 MB from the first on. More ids than that go into the same memory:
/// nobody is ever said to be new who is not, but more are looked for in vain (with 32 million an eighth of all).
/// Thread: add from one, find from any beside it.
class SeenFilter {
 public:
  static constexpr std::size_t kParts = 4;

  /// Shape: a power of two, at least 32.
  explicit SeenFilter(std::size_t ids_of_part = 4u << 20) : ids_of_part_(ids_of_part) {}
  SeenFilter(const SeenFilter&) = delete;
  SeenFilter& operator=(const SeenFilter&) = delete;

  /// Shape: `since` is the moment before which nobody cares any more; what is older makes room.
  void add(std::span<const SeenMessage> seen, env::Moment since);

  /// Appends to `maybe` the numbers of those ids that may have been added.
  void find(std::span<const state::SeenId> ids, std::vector<std::uint32_t>& maybe) const;

 private:
  struct Block {
    std::array<std::atomic<std::uint64_t>, 8> words;
  };
  /// One line of each part side by side: an id has the same place in all of them.
  using Row = std::array<Block, kParts>;
  struct Part {
    std::size_t ids = 0;
    env::Moment newest = env::kNoMoment;
  };
  struct Place;                                           // of an id
  std::size_t rows() const { return ids_of_part_ / 32; }  // 16 bits for each id, in lines of the cache
  bool may_begin_part(env::Moment since) const;
  void begin_part();

  const std::size_t ids_of_part_;
  std::vector<Row, env::LargePages<Row>> rows_;  // from the first id on
  std::array<Part, kParts> parts_;
  std::size_t at_ = 0;                  // the part that grows
  std::atomic<std::size_t> begun_ = 0;  // parts
};

}  // namespace tend::history
