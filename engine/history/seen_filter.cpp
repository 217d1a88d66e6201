// All bits of an id lie in one line of the cache. The ids are hashes already, so their own bits say which.
#include "engine/history/seen_filter.hpp"

#include <algorithm>
#include <cstring>

#include "engine/env/prefetch.hpp"

namespace tend::history {
namespace {

constexpr int kBits = 6;  // of an id

}  // namespace

struct SeenFilter::Place {
  std::uint64_t block, bits;
  Place(const state::SeenId& id, std::size_t blocks) {
    std::memcpy(&block, id.data(), sizeof block);
    std::memcpy(&bits, id.data() + sizeof block, sizeof bits);
    block &= blocks - 1;
  }
  /// Nine bits for each.
  std::size_t word(int i) const { return bits >> (9 * i) & 7; }
  std::uint64_t mask(int i) const { return std::uint64_t{1} << (bits >> (9 * i + 3) & 63); }
};

/// The next part, or the first once more: what is in there and too old goes, else it stays in.
void SeenFilter::begin_part(env::Moment since) {
  if (begun_ > 0) at_ = (at_ + 1) % kPartsMax;
  Part& part = parts_[at_];
  part.ids = 0;
  if (part.blocks == nullptr) {
    part.blocks = std::make_unique<Block[]>(blocks());
    begun_.store(begun_ + 1, std::memory_order_release);
    return;
  }
  if (part.newest >= since) return;
  for (std::size_t b = 0; b < blocks(); ++b) {
    for (auto& word : part.blocks[b].words) word.store(0, std::memory_order_relaxed);
  }
  part.newest = env::kNoMoment;
}

void SeenFilter::add(std::span<const SeenMessage> seen, env::Moment since) {
  for (const SeenMessage& one : seen) {
    if (begun_ == 0 || parts_[at_].ids == ids_of_part_) begin_part(since);
    Part& part = parts_[at_];
    ++part.ids;
    part.newest = std::max(part.newest, one.moment);
    const Place place(one.id, blocks());
    Block& block = part.blocks[place.block];
    for (int i = 0; i < kBits; ++i) {
      auto& word = block.words[place.word(i)];
      word.store(word.load(std::memory_order_relaxed) | place.mask(i), std::memory_order_relaxed);
    }
  }
}

void SeenFilter::find(std::span<const state::SeenId> ids, std::vector<std::uint32_t>& maybe) const {
  const std::size_t begun = begun_.load(std::memory_order_acquire);
  // Memory is asked for all lines before the first is needed.
  for (const state::SeenId& id : ids) {
    const Place place(id, blocks());
    for (std::size_t p = 0; p < begun; ++p) env::prefetch(&parts_[p].blocks[place.block]);
  }
  const auto in = [](const Block& block, const Place& place) {
    for (int i = 0; i < kBits; ++i) {
      if ((block.words[place.word(i)].load(std::memory_order_relaxed) & place.mask(i)) == 0) return false;
    }
    return true;
  };
  for (std::uint32_t n = 0; n < ids.size(); ++n) {
    const Place place(ids[n], blocks());
    for (std::size_t p = 0; p < begun; ++p) {
      if (!in(parts_[p].blocks[place.block], place)) continue;
      maybe.push_back(n);
      break;
    }
  }
}

}  // namespace tend::history
