// A table of messages and when they were taken, which can be told beforehand whom it will be asked for.
#pragma once
#include <algorithm>
#include <cstring>
#include <vector>

#include "engine/env/large_pages.hpp"
#include "engine/env/prefetch.hpp"
#include "engine/state/input.hpp"

namespace tend::run {

/// Open addressing with steps of one; the ids are hashes already. Who is not there, which is nearly everybody, costs
/// one look into one line of memory. Memory: 24 bytes for each message and 16 to 32 for its places. Thread: one.
class SeenTable {
 public:
  /// Lets memory bring what the next find() or put() of this id reads.
  void fetch(const state::SeenId& id) const {
    if (!places_.empty()) env::prefetch(&places_[first_of(id) & (places_.size() - 1)]);
  }

  /// When it was taken; null where it is not there. Lifetime: until the next put().
  env::Moment* find(const state::SeenId& id) {
    if (places_.empty()) return nullptr;
    const std::uint32_t number = places_[place_of(id)].number;
    return number == 0 ? nullptr : &kept_[number - 1].moment;
  }

  /// Puts it in, or gives it another moment.
  void put(const state::SeenId& id, env::Moment moment) {
    if (kept_.size() >= places_.size() / 2) reserve(std::max<std::size_t>(512, 2 * kept_.size()));
    Place& place = places_[place_of(id)];
    if (place.number != 0) {
      kept_[place.number - 1].moment = moment;
      return;
    }
    kept_.push_back({id, moment});
    place = {tag_of(id), static_cast<std::uint32_t>(kept_.size())};
  }

  /// Room for so many, so that it need not grow meanwhile.
  void reserve(std::size_t count) {
    std::size_t places = 1024;
    while (places / 2 < count) places *= 2;
    kept_.reserve(count);
    if (places <= places_.size()) return;
    places_.assign(places, Place());
    for (std::uint32_t i = 0; i < kept_.size(); ++i) places_[place_of(kept_[i].id)] = {tag_of(kept_[i].id), i + 1};
  }

  std::size_t size() const { return kept_.size(); }

  /// Nobody is in it any more; its memory stays.
  void clear() {
    kept_.clear();
    std::fill(places_.begin(), places_.end(), Place());
  }

 private:
  struct Kept {
    state::SeenId id;
    env::Moment moment;
  };
  struct Place {
    std::uint32_t tag = 0;
    std::uint32_t number = 0;  // in kept_, from 1; 0: free
  };
  static std::uint64_t first_of(const state::SeenId& id) {
    std::uint64_t word = 0;
    std::memcpy(&word, id.data(), sizeof word);
    return word;
  }
  static std::uint32_t tag_of(const state::SeenId& id) {
    std::uint32_t tag = 0;
    std::memcpy(&tag, id.data() + 8, sizeof tag);
    return tag;
  }
  /// Where it is, or else would be.
  std::size_t place_of(const state::SeenId& id) const {
    const std::uint32_t tag = tag_of(id);
    std::size_t at = first_of(id) & (places_.size() - 1);
    for (;; at = (at + 1) & (places_.size() - 1)) {
      const Place& place = places_[at];
      if (place.number == 0 || (place.tag == tag && kept_[place.number - 1].id == id)) return at;
    }
  }

  std::vector<Kept> kept_;                             // in the order of their coming
  std::vector<Place, env::LargePages<Place>> places_;  // a power of two, at most half of them taken
};

}  // namespace tend::run
