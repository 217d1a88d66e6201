// The time of a live engine: a clock that never goes back, real or as fast as a demonstration wants it.
#pragma once
#include <atomic>
#include <memory>
#include <optional>

#include "engine/env/clock.hpp"

namespace tend::serve {

/// How time runs. With a speed or a start it is a time of its own: it stands still while the process is down, and goes
/// on from where the data folder is.
struct TimeOptions {
  env::Clock* base = &env::real_clock();
  double speed = 1;                                 // more than 0
  std::optional<env::Moment> start = std::nullopt;  // the first moment of a new data folder
};

/// INVARIANT: what now() has given is never followed by anything earlier, whatever the base does.
/// Thread: begin() from one; now() and base_ms_until() from any.
class Moments {
 public:
  explicit Moments(const TimeOptions& options) : options_(options) {}

  /// `reached` is the latest moment that the data folder has seen, kNoMoment for a new one. Called anew it only makes
  /// sure of it.
  void begin(env::Moment reached);

  /// kNoMoment before begin(): what a crash left is settled at the moments that it had.
  env::Moment now();

  /// How long in milliseconds of the base until `moment`; 0 if it is there.
  std::int64_t base_ms_until(env::Moment moment);

  /// How far a new start is behind the data folder's time, 0 if it is not: nothing happens by time until it has caught
  /// up.
  std::int64_t behind_ms() const { return behind_ms_; }

 private:
  TimeOptions options_;
  std::unique_ptr<env::ScaledClock> own_;
  std::atomic<env::Clock*> clock_{nullptr};
  std::atomic<env::Moment> last_{env::kNoMoment};
  std::int64_t behind_ms_ = 0;
};

}  // namespace tend::serve
