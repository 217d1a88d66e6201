// Messages from outside that were taken already: whoever brings one again is told that it was, and nothing happens. The
// log says which they are, in the same batch as what they brought; the history keeps those of sealed segments; here are
// the few that are not in it yet.
#pragma once
#include <atomic>
#include <functional>
#include <list>
#include <span>
#include <string_view>
#include <vector>

#include "engine/env/result.hpp"
#include "engine/log/log.hpp"
#include "engine/state/input.hpp"

namespace tend::run {

/// The history's part: see HistoryHook. Both may be empty, then nothing is in it. From any thread.
struct SeenHook {
  /// Sets `found` where a message was seen at `since` or later. Gives the last segment that it has looked through.
  std::function<Result<std::uint32_t>(std::span<const state::SeenId>, env::Moment since, std::vector<bool>& found)>
      find = {};
  /// The last segment that is in it.
  std::function<std::uint32_t()> through = {};
  /// For each partition the last position that is in it; empty before the first segment.
  std::function<Result<std::vector<std::uint64_t>>()> heads = {};
};

/// Memory: the messages of the segments that the history has not taken in yet, at most a few; flat however long it
/// runs. Thread: one, save for find_old.
class Seen {
 public:
  explicit Seen(SeenHook hook = {});
  ~Seen();

  /// Begins anew with what the log has beyond the history.
  Result<void> restore(log::Log& log);

  /// Lets memory bring what take() of this message will read.
  void fetch(const state::SeenId& id) const;

  /// True for a message that is new, which is remembered. The history is not asked: see find_old.
  bool take(const state::SeenId& id, env::Moment now);

  /// After each commit: what was taken so far stands in this segment or an earlier one.
  void committed(std::uint32_t last_segment);

  /// Which of these the history has. Gives the segment through which that holds: ask again when it is below
  /// forgotten_through() at the time of take(). Thread: any.
  Result<std::uint32_t> find_old(std::span<const state::SeenId> ids, env::Moment now, std::vector<bool>& found) const;

  /// What stands up to this segment is in the history and here no more.
  std::uint32_t forgotten_through() const { return forgotten_through_; }
  /// How many are here.
  std::size_t size() const;

 private:
  struct Generation;
  void forget();

  const SeenHook hook_;
  std::list<Generation> generations_;  // the last one grows
  std::list<Generation> spare_;        // at most one, whose memory the next one takes, while the history is behind
  std::uint32_t forgotten_through_ = 0;
};

}  // namespace tend::run
