// The arithmetic of trying again.
#include "engine/channel/backoff.hpp"

#include <algorithm>

namespace tend::channel {

std::int64_t Backoff::ceiling_ms(unsigned attempt) const {
  std::int64_t ceiling = first_ms;
  for (unsigned i = 0; i < attempt && ceiling < most_ms; ++i) ceiling *= 2;
  return std::min(ceiling, most_ms);
}

std::int64_t Backoff::delay_ms(unsigned attempt, const Chance& chance) const {
  const auto drawn = static_cast<std::int64_t>(chance() * static_cast<double>(ceiling_ms(attempt)));
  return std::clamp<std::int64_t>(drawn, 1, ceiling_ms(attempt));
}

Breaker::State Breaker::state(env::Moment now) const {
  if (until_ == env::kNoMoment) return State::closed;
  return now < until_ ? State::open : State::half_open;
}

void Breaker::succeeded() { *this = Breaker(); }

void Breaker::failed(env::Moment now, const Chance& chance) {
  if (state(now) == State::open) return;  // a call that was under way when it opened
  ++failures_;
  if (until_ != env::kNoMoment || failures_ >= kFailuresMax) trip(now, chance);
}

void Breaker::trip(env::Moment now, const Chance& chance) {
  if (state(now) == State::open) return;
  // Half of it is certain, so that a platform that is down has peace; the other half keeps many channels apart.
  const std::int64_t ceiling = Backoff{kFirstMs, kMostMs}.ceiling_ms(opened_);
  until_ = now + ceiling / 2 + static_cast<std::int64_t>(chance() * static_cast<double>(ceiling / 2));
  ++opened_;
  failures_ = 0;
}

}  // namespace tend::channel
