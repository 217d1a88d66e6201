// Keeps the history behind the log: on the engine's background thread, through a reader of its own.
#pragma once
#include <atomic>
#include <memory>

#include "engine/history/history.hpp"
#include "engine/run/engine.hpp"

namespace tend::run {

/// Opens the history when the first segment is sealed, so that a short run does not pay for it.
/// Lifetime: outlives the engine that holds its hook.
class Indexer {
 public:
  explicit Indexer(const DataFolder& folder)
      : files_(folder.files), log_(folder.log()), history_folder_(folder.history()) {}

  HistoryHook hook() {
    return {.index_segment = [this](std::uint32_t segment) { return index(segment); },
            .indexed_through = [this] { return through_.load(); },
            .visit = [this](const VisitInput& visit) { return read_all(visit); }};
  }

 private:
  Result<void> index(std::uint32_t segment) {
    auto reader = log::open_log_for_reading(*files_, log_);
    if (!reader) return tl::unexpected(reader.error());
    if (!history_) {
      auto opened = history::open_or_rebuild(history_folder_, **reader);
      if (!opened) return tl::unexpected(opened.error());
      history_ = std::move(opened->history);
    }
    if (segment > history_->indexed_through()) {
      if (auto caught_up = history_->catch_up(**reader); !caught_up) return tl::unexpected(caught_up.error());
    }
    through_.store(history_->indexed_through());
    return {};
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
  std::unique_ptr<history::History> history_;
  std::atomic<std::uint32_t> through_{0};
};

}  // namespace tend::run
