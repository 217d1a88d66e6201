// Two things make it exact: what is forgotten here is in the history before, and who asked the history too early asks
// again.
#include "engine/run/seen.hpp"

#include <sodium.h>

namespace tend::run {

state::SeenId seen_id(std::string_view source, std::string_view message) {
  static_assert(sizeof(state::SeenId) == crypto_generichash_BYTES_MIN);
  static const int ready = sodium_init();  // picks the fastest of its ways for this machine
  (void)ready;
  crypto_generichash_state hash;
  state::SeenId id{};
  const std::uint64_t length = source.size();  // so that no two pairs are the same bytes
  crypto_generichash_init(&hash, nullptr, 0, id.size());
  crypto_generichash_update(&hash, reinterpret_cast<const unsigned char*>(&length), sizeof length);
  crypto_generichash_update(&hash, reinterpret_cast<const unsigned char*>(source.data()), source.size());
  crypto_generichash_update(&hash, reinterpret_cast<const unsigned char*>(message.data()), message.size());
  crypto_generichash_final(&hash, id.data(), id.size());
  if (id == state::SeenId{}) id[0] = 1;
  return id;
}

Result<void> Seen::restore(log::Log& log) {
  generations_.clear();
  generations_.emplace_back();
  forgotten_through_ = 0;
  std::vector<std::uint64_t> after;
  if (hook_.heads) {
    auto heads = hook_.heads();
    if (!heads) return tl::unexpected(heads.error());
    after = std::move(*heads);
  }
  after.resize(log.partitions(), 0);
  log::Visitor visitor;
  visitor.on_record = [&](const log::Record& record) -> Result<void> {
    if (static_cast<state::InputKind>(record.kind) != state::InputKind::seen) return {};
    state::SeenInput input;
    if (!decode(record.payload, input))
      return fail(ErrorCode::corrupt, "a record of messages seen in segment " + std::to_string(record.segment) +
                                          " of the log does not add up");
    committed(record.segment - 1);
    for (std::size_t i = 0; i < input.ids.size() / sizeof(state::SeenId); ++i)
      generations_.back().moments.insert_or_assign(state::seen_at(input.ids, i), input.moment);
    return {};
  };
  if (auto read = log.read(after, visitor); !read) return read;
  committed(log.last_segment());
  return {};
}

bool Seen::take(const state::SeenId& id, env::Moment now) {
  for (std::size_t i = 0; i + 1 < generations_.size(); ++i) {
    const auto found = generations_[i].moments.find(id);
    if (found != generations_[i].moments.end() && found->second >= now - state::kSeenFor) return false;
  }
  const auto [place, is_new] = generations_.back().moments.try_emplace(id, now);
  if (!is_new && place->second >= now - state::kSeenFor) return false;
  place->second = now;
  return true;
}

void Seen::committed(std::uint32_t last_segment) {
  Generation& last = generations_.back();
  if (last_segment > last.through) {
    // What it has may stand in the segment that has just begun.
    last.through = last_segment;
    if (!last.moments.empty()) generations_.emplace_back().through = last_segment;
  }
  forget();
}

void Seen::forget() {
  const std::uint32_t through = hook_.through ? hook_.through() : 0;
  while (generations_.size() > 1 && generations_.front().through <= through) {
    forgotten_through_ = generations_.front().through;
    generations_.pop_front();
  }
}

Result<std::uint32_t> Seen::find_old(std::span<const state::SeenId> ids, env::Moment now,
                                     std::vector<bool>& found) const {
  found.assign(ids.size(), false);
  if (!hook_.find) return UINT32_MAX;
  return hook_.find(ids, now - state::kSeenFor, found);
}

std::size_t Seen::size() const {
  std::size_t size = 0;
  for (const Generation& generation : generations_) size += generation.moments.size();
  return size;
}

}  // namespace tend::run
