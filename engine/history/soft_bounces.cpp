#include "engine/history/soft_bounces.hpp"

#include <algorithm>

namespace tend::history {

SoftBounces count_soft_bounces(std::span<const Passed> messages, env::Moment now) {
  env::Moment arrived = now - kBouncesFor;
  for (const Passed& one : messages) {
    const bool silent = one.what == Passage::out && now - one.at >= kSilenceArrives;
    if (silent || one.what == Passage::delivered) arrived = std::max(arrived, one.at);
  }
  SoftBounces bounces;
  for (const Passed& one : messages) {
    if (one.what != Passage::soft || one.at <= arrived) continue;
    bounces.first = bounces.count == 0 ? one.at : std::min(bounces.first, one.at);
    if (bounces.count == 0 || one.at >= bounces.last) {
      bounces.last = one.at;
      bounces.reason = one.reason;
    }
    ++bounces.count;
  }
  return bounces;
}

bool is_too_many(const SoftBounces& bounces, const SoftLimit& limit) {
  return limit.count > 0 && bounces.count >= limit.count && bounces.last - bounces.first >= limit.span;
}

}  // namespace tend::history
