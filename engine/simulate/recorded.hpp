// Recorded time: the engine whose clock follows the sources. `simulate` runs it without a log, `replay` durably.
#pragma once
#include <functional>

#include "engine/run/engine.hpp"
#include "engine/simulate/sources.hpp"

namespace tend::simulate {

struct RecordedOptions {
  env::Moment from = 0;                     // where the deploy is; rows before are history
  env::Moment to = 0;                       // moments of [from, to) happen
  env::Moment until = state::kNever;        // this time it goes no further than here; called again, it goes on
  std::uint32_t window_rows = 65536;        // rows in one batch: two or three syncs for all of them
  std::int64_t window_ms = 30 * env::kDay;  // the longest stretch of time in one batch
  /// Told after each window how far it is, from 0 to 1.
  std::function<void(double)> progress = {};
};

/// Lets [from, to) happen. An engine that did a part of it already (its cursor says how much) goes on there.
/// Errors: of the engine; `invalid` if the engine's cursor belongs to other sources or other limits.
Result<void> run_recorded(run::Engine& engine, const Rows& rows, const RecordedOptions& options);

/// Moments before it have happened in this engine's run; kNoMoment before the run begins.
env::Moment reached(const run::Engine& engine);

/// Channels as `simulate` has them: every message is accepted at once.
class AcceptingSender final : public run::Sender {
 public:
  Result<std::vector<run::Answer>> hand_over(std::span<const run::Send> sends) override {
    return std::vector<run::Answer>(sends.size());
  }
  Result<std::vector<run::Settled>> settle(std::span<const run::Send> sends) override {
    return std::vector<run::Settled>(sends.size(), run::Settled::never);
  }
  bool needs_dispatch_record(std::string_view) const override { return false; }
};

}  // namespace tend::simulate
