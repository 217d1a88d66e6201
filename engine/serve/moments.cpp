#include "engine/serve/moments.hpp"

#include <algorithm>

namespace tend::serve {

void Moments::begin(env::Moment reached) {
  if (reached > last_.load()) last_.store(reached);
  if (clock_.load() != nullptr) return;
  if (options_.speed == 1 && !options_.start) {
    behind_ms_ = std::max<std::int64_t>(0, reached == env::kNoMoment ? 0 : reached - options_.base->now());
    clock_.store(options_.base);
    return;
  }
  env::Moment start = options_.start.value_or(reached == env::kNoMoment ? options_.base->now() : reached);
  start = std::max(start, reached);
  own_ = std::make_unique<env::ScaledClock>(*options_.base, start, options_.speed);
  clock_.store(own_.get());
}

env::Moment Moments::now() {
  env::Clock* const clock = clock_.load();
  if (clock == nullptr) return env::kNoMoment;
  const env::Moment now = clock->now();
  env::Moment last = last_.load();
  while (last < now && !last_.compare_exchange_weak(last, now)) {
  }
  return std::max(last, now);
}

std::int64_t Moments::base_ms_until(env::Moment moment) {
  env::Clock* const clock = clock_.load();
  if (clock == nullptr || now() >= moment) return 0;
  if (own_ != nullptr) return own_->base_ms_until(moment);
  return std::max<std::int64_t>(0, moment - clock->now());
}

}  // namespace tend::serve
