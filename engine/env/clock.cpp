// The real clock and the scaled one.
#include "engine/env/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace tend::env {
namespace {

class RealClock final : public Clock {
 public:
  Moment now() override {
    using std::chrono::milliseconds;
    return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  }
};

}  // namespace

Clock& real_clock() {
  static RealClock clock;
  return clock;
}

Moment ScaledClock::now() {
  return start_ + static_cast<Moment>(static_cast<double>(base_.now() - base_start_) * speed_);
}

std::int64_t ScaledClock::base_ms_until(Moment moment) {
  const double from_start = std::ceil(static_cast<double>(moment - start_) / speed_);
  return std::max<std::int64_t>(0, static_cast<std::int64_t>(from_start) - (base_.now() - base_start_));
}

}  // namespace tend::env
