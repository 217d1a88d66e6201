// What keeps a start short and the disk from filling: snapshots, the history's share, dropping what the log need not
// keep.
#include <algorithm>

#include "dsl/text/must.hpp"
#include "engine/run/engine.hpp"

namespace tend::run {
namespace {

/// So many sealed segments the history may be behind.
constexpr std::uint32_t kSegmentsBehindMax = 4;

}  // namespace

/// Every partition as the newest set of snapshots has it, under the program of that time; `after` says how far that
/// goes.
Result<void> Engine::restore(std::vector<std::uint64_t>& after) {
  const auto take = [&](std::uint16_t p, const SnapshotHead* head, std::string_view bytes) -> Result<void> {
    const Running* running = running_;
    if (head != nullptr) {
      auto loaded = programs_->load(folder_, head->program);
      if (!loaded) return tl::unexpected(loaded.error());
      running = *loaded;
    }
    auto state = std::make_unique<state::State>(running->program, running->plan->layout, p);
    if (head != nullptr && !state->load(bytes)) {
      return fail(ErrorCode::corrupt, "the snapshot of partition " + std::to_string(p) + " after batch " +
                                          std::to_string(head->batch) + " does not add up although its checksum does");
    }
    after[p] = head == nullptr ? 0 : head->position;
    partitions_.put(p, *running->plan, std::move(state));
    return {};
  };
  auto snapshots = read_newest_set(folder_, take);
  if (!snapshots) return tl::unexpected(snapshots.error());
  snapshots_ = std::move(*snapshots);
  const SnapshotSet set = newest_set(snapshots_.heads);
  for (std::uint32_t p = 0; p < partitions_.count(); ++p) {
    if (set[p] < snapshots_.heads[p].size())
      others_read_ = std::max(others_read_, snapshots_.heads[p][set[p]].others_read);
  }
  return {};
}

/// Takes the state down as it stands between two batches; it is written beside the loop.
void Engine::post_snapshot(std::uint16_t partition) {
  SnapshotHead head{.partition = partition,
                    .batch = log_->last_batch(),
                    .position = log_->heads()[partition],
                    .others_read = others_read_,
                    .epoch = log_->epoch(),
                    .program = running_->hash};
  {
    const std::lock_guard lock(snapshot_mutex_);
    const auto& of = snapshots_.heads[partition];
    // The same state again is of use only to those who have to be at one batch with it.
    const bool same = !of.empty() && of.front().position == head.position && of.front().program == head.program;
    if (same && (!plan().reads_others || of.front().batch == head.batch)) return;
  }
  auto bytes = std::make_shared<std::string>(partitions_.state(partition).save());
  round_bytes_ += bytes->size();
  background_->post([this, head, bytes = std::move(bytes)]() -> Result<void> {
    if (auto written = write_snapshot(folder_, head, *bytes); !written) return written;
    const std::lock_guard lock(snapshot_mutex_);
    auto& of = snapshots_.heads[head.partition];
    if (!of.empty() && of.front().batch == head.batch) of.erase(of.begin());
    of.insert(of.begin(), head);
    return drop_snapshots(folder_, head.partition, snapshots_);
  });
}

/// A round goes partition by partition, so that it holds nobody up. Where customers read one another all partitions are
/// taken down between the same two batches: what one of them read in another could not be told apart otherwise from
/// what stood there later.
void Engine::go_on_with_snapshots() {
  if (next_snapshot_ >= partitions_.count() || background_->waiting() >= 4) return;
  const std::uint32_t end = plan().reads_others ? partitions_.count() : next_snapshot_ + 1;
  while (next_snapshot_ < end) post_snapshot(static_cast<std::uint16_t>(next_snapshot_++));
}

Result<void> Engine::keep_house() {
  if (unlogged_.size() > 0 || is_busy()) return {};  // a snapshot stands where the log stands, with nothing out
  for (Background* const one : {background_.get(), ahead_.get()}) {
    if (const auto error = one->error()) return tl::unexpected(*error);
  }
  if (auto kept = keep_changes(); !kept) return kept;
  go_on_with_snapshots();
  background_->turn();
  ahead_->turn();
  if (log_bytes_ < checked_bytes_ + options_.house_bytes) return {};
  checked_bytes_ = log_bytes_;
  if (ahead_->waiting() == 0) ahead_->post([this] { return log_->prepare(); });

  const std::vector<log::SegmentInfo> segments = log_->segments();
  for (const log::SegmentInfo& segment : segments) {
    if (!segment.sealed || segment.number <= last_posted_segment_) continue;
    last_posted_segment_ = segment.number;
    if (options_.history.index_segment)
      background_->post([this, number = segment.number] { return options_.history.index_segment(number); });
  }
  // What the history has not taken in is kept in memory and on the disk, so more than it can take has to wait.
  const auto behind = [&] {
    return options_.history.indexed_through &&
           last_posted_segment_ > options_.history.indexed_through() + kSegmentsBehindMax;
  };
  for (std::size_t left = background_->waiting(); left > 0 && behind(); left = background_->waiting())
    background_->wait_for(left - 1);
  // A start reads a round of snapshots and the log behind it: a state larger than the log's growth is not worth
  // another.
  if (next_snapshot_ >= partitions_.count() && log_bytes_ >= std::max(options_.snapshot_bytes, round_bytes_)) {
    log_bytes_ = checked_bytes_ = round_bytes_ = 0;
    next_snapshot_ = 0;
  }
  // What two sets of snapshots cover and the history holds, the log need not keep.
  std::vector<std::uint64_t> covered(partitions_.count(), 0);
  {
    const std::lock_guard lock(snapshot_mutex_);
    const SnapshotSet set = set_before(snapshots_.heads, newest_set(snapshots_.heads));
    for (std::uint32_t p = 0; p < partitions_.count(); ++p) {
      if (set[p] < snapshots_.heads[p].size()) covered[p] = snapshots_.heads[p][set[p]].position;
    }
  }
  std::uint32_t below = log::first_segment_needed(segments, covered);
  below = options_.history.indexed_through ? std::min(below, options_.history.indexed_through() + 1) : 0;
  if (below > segments.front().number) return log_->trim(below);
  return {};
}

Result<std::uint32_t> Engine::begin_erasing() {
  CHECK_OR_DIE(can_erase() && !is_busy(), "who is erased is erased from a data folder");
  next_snapshot_ = partitions_.count();  // a round that is under way is done with this one
  if (auto written = snapshot_all(); !written) return tl::unexpected(written.error());
  {
    const std::lock_guard lock(snapshot_mutex_);
    if (auto kept = keep_newest_set(folder_, snapshots_); !kept) return tl::unexpected(kept.error());
  }
  // The next segment is not begun in the file of a former one.
  if (auto dropped = log_->drop_spares(); !dropped) return tl::unexpected(dropped.error());
  if (auto sealed = log_->seal(); !sealed) return tl::unexpected(sealed.error());
  const std::uint32_t through = log_->segments().back().number - 1;
  last_posted_segment_ = std::max(last_posted_segment_, through);
  return through;
}

Result<void> Engine::drop_log(std::uint32_t through) {
  if (auto trimmed = log_->trim(through + 1); !trimmed) return trimmed;
  return log_->drop_spares();
}

/// A snapshot may be what a start begins with: what came before it is not told again then.
Result<void> Engine::keep_changes() {
  if (changes_kept_ || next_snapshot_ >= partitions_.count()) return {};
  if (auto kept = options_.changes->keep(); !kept) return kept;
  changes_kept_ = true;
  return {};
}

Result<void> Engine::snapshot_all() {
  if (!log_ || is_busy()) return {};
  if (auto written = write_all(); !written) return written;
  if (!changes_kept_) {
    if (auto kept = options_.changes->keep(); !kept) return kept;
    changes_kept_ = true;
  }
  for (std::uint32_t p = 0; p < partitions_.count(); ++p) post_snapshot(static_cast<std::uint16_t>(p));
  background_->wait();
  if (const auto error = background_->error()) return tl::unexpected(*error);
  return {};
}

}  // namespace tend::run
