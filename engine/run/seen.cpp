// Two things make it exact: what is forgotten here is in the history before, and who asked the history too early asks
// again.
#include "engine/run/seen.hpp"

#include "engine/run/seen_table.hpp"

namespace tend::run {

/// Those of some segments, up to `through`.
struct Seen::Generation {
  std::uint32_t through = 0;
  SeenTable moments;
};

Seen::Seen(SeenHook hook) : hook_(std::move(hook)) { generations_.emplace_back(); }
Seen::~Seen() = default;

void Seen::fetch(const state::SeenId& id) const {
  for (const Generation& generation : generations_) generation.moments.fetch(id);
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
      generations_.back().moments.put(state::seen_at(input.ids, i), input.moment);
    return {};
  };
  if (auto read = log.read(after, visitor); !read) return read;
  committed(log.last_segment());
  return {};
}

bool Seen::take(const state::SeenId& id, env::Moment now) {
  for (Generation& generation : generations_) {
    const env::Moment* taken = generation.moments.find(id);
    if (taken != nullptr && *taken >= now - state::kSeenFor) return false;
  }
  generations_.back().moments.put(id, now);
  return true;
}

void Seen::committed(std::uint32_t last_segment) {
  Generation& last = generations_.back();
  if (last_segment > last.through) {
    // What it has may stand in the segment that has just begun.
    last.through = last_segment;
    if (last.moments.size() > 0) {
      const std::size_t size = last.moments.size();
      if (spare_.empty()) {
        generations_.emplace_back();
      } else {
        generations_.splice(generations_.end(), spare_);
        generations_.back().moments.clear();
      }
      generations_.back().through = last_segment;
      generations_.back().moments.reserve(size);  // the next segment has as many
    }
  }
  forget();
}

void Seen::forget() {
  const std::uint32_t through = hook_.through ? hook_.through() : 0;
  while (generations_.size() > 1 && generations_.front().through <= through) {
    forgotten_through_ = generations_.front().through;
    spare_.clear();
    spare_.splice(spare_.end(), generations_, generations_.begin());
  }
  if (generations_.size() <= 2) spare_.clear();  // one that is sealed and one that grows: the history keeps up
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
