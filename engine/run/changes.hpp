// The seam between the engine's loop and who keeps platforms in step with customers: tags, transfers, and by what a
// platform knows somebody, told when they are durable, each of them once for a data folder's life.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/env/result.hpp"
#include "engine/journey/effects.hpp"
#include "engine/state/state.hpp"

namespace tend::run {

/// One change. The state is that of now: other changes of the same batch are in it. Lifetime: of the call.
struct Change {
  const journey::ChangeEffect* effect = nullptr;
  std::uint16_t partition = 0;
  const state::State* state = nullptr;
  const program::Program* program = nullptr;
};

/// Thread: the engine's.
class ChangeListener {
 public:
  virtual ~ChangeListener() = default;
  /// Lifetime: the listener's.
  virtual const journey::Told& told() const = 0;
  /// Up to which position of a partition's log changes are with him; none where he has never listened here.
  virtual std::optional<std::uint64_t> through(std::uint16_t partition) const = 0;
  /// He listens from here on. Shape: by partition, the position of its last record.
  virtual Result<void> begin(std::span<const std::uint64_t> heads) = 0;
  /// Shape: of each partition in the order of its log. When it returns they and their positions outlive the process,
  /// together or not at all.
  virtual Result<void> tell(std::span<const Change> changes) = 0;
  /// When it returns what he was told outlives the machine's end: the log that could tell it again may go.
  virtual Result<void> keep() = 0;
};

}  // namespace tend::run
