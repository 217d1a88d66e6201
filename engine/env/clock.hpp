// The seam for the time of day. Only shells ask a clock; the core gets moments as inputs.
#pragma once
#include <atomic>

#include "engine/env/moment.hpp"

namespace tend::env {

/// Thread: all clocks here are safe to ask from several threads.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Moment now() = 0;
};

/// The system's clock. Lives as long as the process. It may step back when the system is set right.
Clock& real_clock();

/// Stands still until it is set.
class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(Moment start) : now_(start) {}
  Moment now() override { return now_.load(); }
  void set(Moment moment) { now_.store(moment); }
  void advance(std::int64_t ms) { now_.fetch_add(ms); }

 private:
  std::atomic<Moment> now_;
};

/// Starts at `start` when it is made and from then on runs `speed` times as fast as `base`: a demo sees months pass in
/// minutes.
class ScaledClock final : public Clock {
 public:
  /// Requires: speed > 0; `base` outlives this clock.
  ScaledClock(Clock& base, Moment start, double speed)
      : base_(base), base_start_(base.now()), start_(start), speed_(speed) {}
  Moment now() override;
  /// How long, in milliseconds of `base`, until this clock shows `moment`; 0 if it already does.
  std::int64_t base_ms_until(Moment moment);

 private:
  Clock& base_;
  Moment base_start_;
  Moment start_;
  double speed_;
};

}  // namespace tend::env
