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
  std::uint64_t row, bits;
  Place(const state::SeenId& id, std::size_t rows) {
    std::memcpy(&row, id.data(), sizeof row);
    std::memcpy(&bits, id.data() + sizeof row, sizeof bits);
    row &= rows - 1;
  }
  /// Nine bits for each.
  std::size_t word(int i) const { return bits >> (9 * i) & 7; }
  std::uint64_t mask(int i) const { return std::uint64_t{1} << (bits >> (9 * i + 3) & 63); }
};

/// The parts are used in turn. Where the next one still has somebody young, the last goes on growing: who is put in
/// there never makes another one stay.
bool SeenFilter::may_begin_part(env::Moment since) const {
  return begun_ < kParts || parts_[(at_ + 1) % kParts].newest < since;
}

void SeenFilter::begin_part() {
  if (begun_ == 0) {
    rows_ = decltype(rows_)(rows());
  } else {
    at_ = (at_ + 1) % kParts;
  }
  parts_[at_] = Part();
  if (at_ == begun_) {
    begun_.store(begun_ + 1, std::memory_order_release);
    return;
  }
  for (std::size_t r = 0; r < rows(); ++r) {
    for (auto& word : rows_[r][at_].words) word.store(0, std::memory_order_relaxed);
  }
}

void SeenFilter::add(std::span<const SeenMessage> seen, env::Moment since) {
  constexpr std::size_t kAhead = 16;
  for (std::size_t n = 0; n < seen.size(); ++n) {
    const SeenMessage& one = seen[n];
    if (begun_ > 0 && n + kAhead < seen.size()) env::prefetch(&rows_[Place(seen[n + kAhead].id, rows()).row][at_]);
    if (begun_ == 0 || (parts_[at_].ids >= ids_of_part_ && may_begin_part(since))) begin_part();
    Part& part = parts_[at_];
    ++part.ids;
    part.newest = std::max(part.newest, one.moment);
    const Place place(one.id, rows());
    Block& block = rows_[place.row][at_];
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
    const Place place(id, rows());
    for (std::size_t p = 0; p < begun; ++p) env::prefetch(&rows_[place.row][p]);
  }
  const auto in = [](const Block& block, const Place& place) {
    for (int i = 0; i < kBits; ++i) {
      if ((block.words[place.word(i)].load(std::memory_order_relaxed) & place.mask(i)) == 0) return false;
    }
    return true;
  };
  for (std::uint32_t n = 0; n < ids.size(); ++n) {
    const Place place(ids[n], rows());
    for (std::size_t p = 0; p < begun; ++p) {
      if (!in(rows_[place.row][p], place)) continue;
      maybe.push_back(n);
      break;
    }
  }
}

}  // namespace tend::history
