// The list of messages to ask after.
#include "engine/channel/follow.hpp"

#include <algorithm>
#include <utility>

namespace tend::channel {
namespace {

constexpr std::int64_t kFirstMs = env::kMinute;
constexpr std::int64_t kLeastMs = 1'000;

}  // namespace

void Follows::add(Followed followed, env::Moment now) {
  if (!ids_.insert(followed.provider_id).second) return;
  const env::Moment at = std::max(now, followed.accepted + kFirstMs);
  by_time_.emplace(at, std::move(followed));
  if (by_time_.size() <= count_max_) return;
  const auto last = std::prev(by_time_.end());
  ids_.erase(last->second.provider_id);
  by_time_.erase(last);
  ++dropped_;
}

std::optional<Followed> Follows::next(env::Moment now) {
  if (by_time_.empty() || by_time_.begin()->first > now) return std::nullopt;
  Followed first = std::move(by_time_.begin()->second);
  by_time_.erase(by_time_.begin());
  return first;
}

void Follows::again(Followed followed, env::Moment at, env::Moment now) {
  if (at == env::kNoMoment) {
    ids_.erase(followed.provider_id);
    return;
  }
  by_time_.emplace(std::max(at, now + kLeastMs), std::move(followed));
}

env::Moment Follows::next_at() const { return by_time_.empty() ? env::kNoMoment : by_time_.begin()->first; }

}  // namespace tend::channel
