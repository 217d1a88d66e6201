// Keeps the history behind the log: on the engine's background thread, through a reader of its own.
#pragma once
#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

#include "engine/env/draw.hpp"
#include "engine/history/history.hpp"
#include "engine/run/engine.hpp"

namespace tend::run {

/// Opens the history when the first segment is sealed, so that a short run does not pay for it.
/// Lifetime: outlives the engine that holds its hook.
class Indexer {
 public:
  /// Shape: `at_rest` is called where it has taken everything in, on the thread that does.
  explicit Indexer(const DataFolder& folder, std::function<void()> at_rest = {})
      : files_(folder.files), log_(folder.log()), history_folder_(folder.history()), at_rest_(std::move(at_rest)) {}

  HistoryHook hook() {
    return {.index_segment = [this](std::uint32_t segment) { return index(segment); },
            .indexed_through = [this] { return through_.load(); },
            .visit = [this](const VisitInput& visit) { return read_all(visit); },
            .erase = [this](std::span<const std::string> customers,
                            std::uint32_t through) { return erase(customers, through); },
            .knows = [this](std::span<const std::string> customers) { return knows(customers); },
            .seen = {.find = [this](auto ids, env::Moment since,
                                    std::vector<bool>& found) { return find_seen(ids, since, found); },
                     .through = [this] { return through_.load(); },
                     .heads = [this] { return heads(); }}};
  }

 private:
  /// Requires: the lock.
  Result<void> open(log::Log& reader) {
    if (history_) return {};
    auto opened = history::open_or_rebuild(history_folder_, reader);
    if (!opened) return tl::unexpected(opened.error());
    history_ = std::move(opened->history);
    seen_from_.store(history_.get());
    through_.store(history_->indexed_through());
    return {};
  }

  Result<void> index(std::uint32_t segment) {
    if (erasing_) return {};  // it is taken in when that is done
    auto reader = log::open_sealed_log_for_reading(*files_, log_);
    if (!reader) return tl::unexpected(reader.error());
    const std::lock_guard lock(mutex_);
    if (auto opened = open(**reader); !opened) return opened;
    if (segment > history_->indexed_through()) {
      if (auto caught_up = history_->catch_up(**reader); !caught_up) return tl::unexpected(caught_up.error());
    }
    through_.store(history_->indexed_through());
    if (at_rest_ && !is_behind()) at_rest_();
    return {};
  }

  /// Whether other segments wait; a log that cannot be read just now is told of when they are taken in. Requires: the
  /// lock.
  bool is_behind() const {
    const auto reader = log::open_sealed_log_for_reading(*files_, log_);
    if (!reader) return true;
    const std::vector<log::SegmentInfo> segments = (*reader)->segments();
    return std::any_of(segments.begin(), segments.end(), [this](const log::SegmentInfo& segment) {
      return segment.sealed && segment.number > history_->indexed_through();
    });
  }

  /// Beside the indexing, so with readers of its own. What an erasure that was cut off has left of whom nobody knows.
  Result<std::vector<std::string>> knows(std::span<const std::string> customers) const {
    auto reader = log::open_log_for_reading(*files_, log_);
    if (!reader) return tl::unexpected(reader.error());
    auto history = history::History::open_for_reading(history_folder_);
    if (!history) return tl::unexpected(history.error());
    const auto cut_off = files_->exists(history::erasing_mark(history_folder_));
    if (!cut_off) return tl::unexpected(cut_off.error());
    if (*cut_off) return std::vector<std::string>(customers.begin(), customers.end());
    const auto known = (*history)->known_of(customers, **reader);
    if (!known) return tl::unexpected(known.error());
    std::vector<std::string> all;
    for (const std::string& customer : customers) {
      if (known->contains(customer)) all.push_back(customer);
    }
    return all;
  }

  Result<std::uint64_t> erase(std::span<const std::string> customers, std::uint32_t through) {
    erasing_ = true;
    const auto erased = take_out(customers, through);
    erasing_ = false;
    if (erased) {
      if (auto indexed = index(UINT32_MAX); !indexed) return tl::unexpected(indexed.error());
    }
    return erased;
  }

  Result<std::uint64_t> take_out(std::span<const std::string> customers, std::uint32_t through) {
    auto reader = log::open_sealed_log_for_reading(*files_, log_);
    if (!reader) return tl::unexpected(reader.error());
    const std::lock_guard lock(mutex_);
    if (auto opened = open(**reader); !opened) return tl::unexpected(opened.error());
    return history_->erase((*reader)->partitions(), customers, through);
  }

  /// How far the history goes that this folder has already.
  Result<std::vector<std::uint64_t>> heads() {
    const std::lock_guard lock(mutex_);
    auto there = files_->exists(history_folder_);
    if (!there) return tl::unexpected(there.error());
    if (!history_ && *there) {
      auto reader = log::open_sealed_log_for_reading(*files_, log_);
      if (!reader) return tl::unexpected(reader.error());
      if (auto opened = open(**reader); !opened) return tl::unexpected(opened.error());
    }
    if (!history_) return std::vector<std::uint64_t>();
    return std::vector<std::uint64_t>(history_->heads().begin(), history_->heads().end());
  }

  Result<std::uint32_t> find_seen(std::span<const state::SeenId> ids, env::Moment since,
                                  std::vector<bool>& found) const {
    const std::uint32_t through = through_.load();  // before looking: what comes in meanwhile may be overlooked
    history::History* history = seen_from_.load();
    if (history == nullptr) return through;
    if (auto done = history->find_seen(ids, since, found); !done) return tl::unexpected(done.error());
    return through;
  }

  /// Beside the indexing, so with readers of its own.
  Result<void> read_all(const VisitInput& visit) const {
    auto reader = log::open_log_for_reading(*files_, log_);
    if (!reader) return tl::unexpected(reader.error());
    auto history = history::History::open_for_reading(history_folder_);
    if (!history) return tl::unexpected(history.error());
    return (*history)->for_each(**reader, visit);
  }

  env::Files* files_;
  std::string log_;
  std::string history_folder_;
  std::function<void()> at_rest_;
  std::mutex mutex_;  // for opening and indexing
  std::unique_ptr<history::History> history_;
  std::atomic<history::History*> seen_from_{nullptr};
  std::atomic<std::uint32_t> through_{0};
  std::atomic<bool> erasing_{false};
};

}  // namespace tend::run
