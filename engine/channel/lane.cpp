// The lane: what goes next. What a fate means stands in lane_fates.cpp.
#include "engine/channel/lane.hpp"

#include <algorithm>
#include <utility>

#include "dsl/text/must.hpp"

namespace tend::channel {
namespace {

/// A message may be on its way into memory this long before its turn by the account's rate comes.
constexpr std::int64_t kAheadMs = 5'000;
/// More than this wait only where one call takes more.
constexpr std::size_t kHeldMax = 8'192;

}  // namespace

Lane::Lane(LaneOptions options, env::Moment now)
    : options_(std::move(options)), recipients_(options_.rate_per_recipient), domains_(options_.rate_per_domain) {
  options_.can.batch_max = std::max<std::size_t>(options_.can.batch_max, 1);
  options_.can.concurrency = std::max<std::size_t>(options_.can.concurrency, 1);
  if (options_.rate) bucket_.emplace(*options_.rate, now);
}

std::size_t Lane::capacity() const {
  const std::size_t batch = options_.can.batch_max;
  return std::min(2 * batch * options_.can.concurrency, std::max(2 * batch, kHeldMax));
}

env::Moment Lane::shut_until(env::Moment now) const {
  const env::Moment broken = breaker_.state(now) == Breaker::State::open ? breaker_.until() : env::kNoMoment;
  return std::max(broken, limited_until_ > now ? limited_until_ : env::kNoMoment);
}

bool Lane::is_shut(env::Moment now) const { return shut_until(now) != env::kNoMoment; }

std::size_t Lane::room(env::Moment now) {
  std::size_t room = 0;
  if (!stopped_ && !is_shut(now) && unsure_.size() + under_way_ < options_.unsure_max) {
    const std::size_t most = breaker_.state(now) == Breaker::State::half_open ? 1 : capacity();
    room = most > held() ? most - held() : 0;
    if (bucket_) {
      const std::int64_t ahead = options_.rate->count * kAheadMs / options_.rate->per_ms;
      const std::size_t flow = bucket_->available(now) + static_cast<std::size_t>(ahead);
      room = std::min(room, flow > queue_.size() ? flow - queue_.size() : 0);
    }
  }
  if (room == 0) starved_ = true;
  return room;
}

env::Moment Lane::room_at(env::Moment now) {
  if (stopped_) return env::kNoMoment;
  if (is_shut(now)) return shut_until(now);
  if (!bucket_ || held() >= capacity() || unsure_.size() + under_way_ >= options_.unsure_max) return env::kNoMoment;
  // With tokens left it is the queue that is in the way, and no time that clears it.
  const std::int64_t wait_ms = bucket_->wait_ms(1, now);
  return wait_ms == 0 ? env::kNoMoment : now + wait_ms;
}

void Lane::take(Message message, env::Moment now) {
  if (stopped_) return give_back(message, now, "");
  message.attempt = std::max(message.attempt, remembered(message.key));
  queue_.push_back({std::move(message), now});
  if (room(now) == 0) starved_ = true;
}

void Lane::settle(Message message, env::Moment now) {
  message.attempt = std::max(message.attempt, remembered(message.key));
  if (options_.can.unknown == Unknown::once) {
    end(message, state::OutcomeKind::unknown_accepted,
        {.reason = "nobody knows whether it was taken before the last stop"}, now);
    return;
  }
  doubt(std::move(message), 0, now);
}

std::optional<Lane::Work> Lane::next(env::Moment now) {
  if (stopped_ || calls_ >= options_.can.concurrency) return std::nullopt;
  if (is_shut(now)) {
    if (shut_until(now) - now > kWaitMsMax) give_back_all(shut_until(now));
    return std::nullopt;
  }
  if (breaker_.state(now) == Breaker::State::half_open && calls_ > 0) return std::nullopt;
  std::optional<Work> work = next_unsure(now);
  if (!work) work = next_batch(now);
  if (!work) return std::nullopt;
  ++calls_;
  ++health_.calls;
  under_way_ += work->messages.size();
  return work;
}

std::optional<Lane::Work> Lane::next_unsure(env::Moment now) {
  const bool ask = options_.can.unknown == Unknown::ask;
  while (!unsure_.empty() && unsure_.begin()->first <= now) {
    if (!ask && bucket_ && bucket_->available(now) == 0) return std::nullopt;
    Unsure first = std::move(unsure_.begin()->second);
    unsure_.erase(unsure_.begin());
    if (!ask && give_up(first.message, now)) {
      end(first.message, state::OutcomeKind::unknown_accepted,
          {.reason = "nobody knows whether it was taken, and its time is over"}, now);
      continue;
    }
    if (!ask && bucket_) bucket_->take(1);
    Work work{.ask = ask};
    work.messages.push_back(std::move(first.message));
    work.asked.push_back(first.asked);
    return work;
  }
  return std::nullopt;
}

std::optional<Lane::Work> Lane::next_batch(env::Moment now) {
  std::size_t most = breaker_.state(now) == Breaker::State::half_open ? 1 : options_.can.batch_max;
  if (bucket_) {
    const std::size_t available = bucket_->available(now);
    // A fast account is not called for each token.
    if (available < std::min<std::size_t>({bucket_->step(), most, std::max<std::size_t>(queue_.size(), 1)})) {
      return std::nullopt;
    }
    most = std::min(most, available);
  }
  Work work;
  for (auto at = queue_.begin(); at != queue_.end() && work.messages.size() < most;) {
    const auto waiting = at++;
    if (waiting->ready_at > now) continue;
    Message& message = waiting->message;
    if (give_up(message, now)) {
      end(message, state::OutcomeKind::rejected_request, {.reason = "its time was over before the channel took it"},
          now);
      queue_.erase(waiting);
      continue;
    }
    // Messages to one address go one after the other.
    if (!message.to.empty() && busy_.contains(message.to)) continue;
    const env::Moment free =
        std::max(recipients_.free_at(message.to, now), domains_.free_at(domain_of(message.to), now));
    if (free - now > kWaitMsMax) {
      remember(message.key, message.attempt);
      give_back(message, free, "a limit of the recipient");
      queue_.erase(waiting);
      continue;
    }
    if (free > now) {
      waiting->ready_at = free;
      continue;
    }
    recipients_.take(message.to, now);
    domains_.take(domain_of(message.to), now);
    if (!message.to.empty()) busy_.insert(message.to);
    work.messages.push_back(std::move(message));
    queue_.erase(waiting);
  }
  if (work.messages.empty()) return std::nullopt;
  if (bucket_) bucket_->take(static_cast<std::uint32_t>(work.messages.size()));
  return work;
}

void Lane::finished(Work work, const std::vector<Outcome>& outcomes, env::Moment now) {
  CHECK_OR_DIE(outcomes.size() == work.messages.size(), "an outcome for each message");
  --calls_;
  under_way_ -= work.messages.size();
  bool failed = false, tripped = false, heard = false;
  for (const Outcome& outcome : outcomes) {
    const bool of_account = outcome.scope == Scope::account;
    if (outcome.fate == Fate::rejected && of_account) {
      tripped = true;
    } else if (outcome.fate == Fate::unknown || (outcome.fate == Fate::deferred && of_account)) {
      failed = failed || !work.ask;  // a platform that cannot say is not one that is down
    } else {
      heard = true;
    }
  }
  if (tripped) {
    breaker_.trip(now, options_.chance);
  } else if (failed) {
    breaker_.failed(now, options_.chance);
  } else if (heard) {
    breaker_.succeeded();
  }
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const std::optional<unsigned> asked = work.asked.empty() ? std::nullopt : std::optional(work.asked[i]);
    if (!asked) busy_.erase(work.messages[i].to);
    finished_one(std::move(work.messages[i]), asked, work.ask, outcomes[i], now);
  }
}

env::Moment Lane::wake_at(env::Moment now) {
  env::Moment earliest = env::kNoMoment;
  const auto consider = [&](env::Moment at) {
    if (at > now && (earliest == env::kNoMoment || at < earliest)) earliest = at;
  };
  if (stopped_) return earliest;
  if (is_shut(now)) {
    if (starved_ || !queue_.empty() || !unsure_.empty()) consider(shut_until(now));
    return earliest;
  }
  if (starved_) consider(room_at(now));
  if (calls_ >= options_.can.concurrency) return earliest;
  if (breaker_.state(now) == Breaker::State::half_open && calls_ > 0) return earliest;
  if (!unsure_.empty()) {
    consider(unsure_.begin()->first);
    if (bucket_ && options_.can.unknown == Unknown::again) consider(now + bucket_->wait_ms(1, now));
  }
  for (const Waiting& waiting : queue_) consider(waiting.ready_at);
  if (bucket_ && !queue_.empty()) {
    const std::size_t count = std::min<std::size_t>({bucket_->step(), queue_.size(), options_.can.batch_max});
    consider(now + bucket_->wait_ms(static_cast<std::uint32_t>(count), now));
  }
  return earliest;
}

std::vector<Report> Lane::take_reports() { return std::exchange(reports_, {}); }

bool Lane::has_room_again(env::Moment now) {
  if (!starved_) return false;
  const std::size_t free = room(now);
  // Not for each message: that would cost the engine a round each.
  if (free == 0 || (free < capacity() / 4 && !queue_.empty())) return false;
  starved_ = false;
  return true;
}

void Lane::stop(env::Moment now) {
  stopped_ = true;
  give_back_all(now);
}

LaneHealth Lane::health(env::Moment now) const {
  LaneHealth health = health_;
  health.waiting = queue_.size();
  health.under_way = under_way_;
  health.unsure = unsure_.size();
  health.breaker = breaker_.state(now);
  health.closed_until = shut_until(now);
  return health;
}

}  // namespace tend::channel
