// What the fate of a message means: for it, for its recipient, and for all of the account.
#include <algorithm>

#include "engine/channel/lane.hpp"

namespace tend::channel {
namespace {

using state::OutcomeKind;

constexpr std::size_t kReasonBytes = 200;
constexpr std::size_t kRemembered = 65'536;
constexpr std::int64_t kLimitMs = env::kMinute;  // of a recipient or a domain, where the platform says nothing
constexpr Backoff kAccountLimit{1'000, env::kMinute};
constexpr Backoff kAsking{2'000, env::kMinute};

/// What a platform said, as far as it may stand in a record: one line, not long.
std::string one_line(const std::string& text) {
  std::string out = text.substr(0, kReasonBytes);
  while (!out.empty() && out.size() == kReasonBytes && (out.back() & 0xC0) == 0x80) out.pop_back();
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return out;
}

}  // namespace

void Lane::finished_one(Message message, std::optional<unsigned> asked, bool ask, const Outcome& outcome,
                        env::Moment now) {
  if (outcome.fate != Fate::accepted && outcome.fate != Fate::duplicate) note_error(outcome, now);
  switch (outcome.fate) {
    case Fate::accepted: limits_in_a_row_ = 0; return end(message, OutcomeKind::accepted, outcome, now);
    case Fate::duplicate: limits_in_a_row_ = 0; return end(message, OutcomeKind::duplicate, outcome, now);
    case Fate::rejected:
      switch (outcome.scope) {
        case Scope::request: return end(message, OutcomeKind::rejected_request, outcome, now);
        case Scope::account: return end(message, OutcomeKind::rejected_account, outcome, now);
        case Scope::recipient:
        case Scope::domain: return end(message, OutcomeKind::rejected_recipient, outcome, now);
      }
      return;
    case Fate::deferred:
      ++health_.deferred;
      if (ask) {  // it never came
        ++message.attempt;
        return wait_or_return(std::move(message), std::max(outcome.until, now), outcome.reason, now);
      }
      return put_off(std::move(message), asked, outcome, now);
    case Fate::throttled: ++health_.throttled; return throttled(std::move(message), asked, outcome, now);
    case Fate::unknown:
      if (!ask) ++health_.unknown;
      return unknown(std::move(message), asked, outcome, now);
  }
}

void Lane::put_off(Message message, std::optional<unsigned> asked, const Outcome& outcome, env::Moment now) {
  const env::Moment until = outcome.until == env::kNoMoment
                                ? now + options_.backoff.delay_ms(message.attempt, options_.chance)
                                : std::max(outcome.until, now + 1);
  ++message.attempt;
  if (message.attempt <= options_.attempts_max) {
    if (asked) return doubt(std::move(message), *asked, until);
    return wait_or_return(std::move(message), until, outcome.reason, now);
  }
  Outcome last = outcome;
  last.reason = "given up after " + std::to_string(message.attempt) + " attempts: " + outcome.reason;
  end(message, asked ? OutcomeKind::unknown_accepted : OutcomeKind::rejected_request, last, now);
}

void Lane::throttled(Message message, std::optional<unsigned> asked, const Outcome& outcome, env::Moment now) {
  const bool is_single = outcome.scope == Scope::recipient || outcome.scope == Scope::domain;
  env::Moment until = std::max(outcome.until, now + env::kSecond);
  if (outcome.until == env::kNoMoment) {
    until = now + (is_single ? kLimitMs : kAccountLimit.ceiling_ms(limits_in_a_row_));
    // Not all that wait for it at once.
    until += static_cast<std::int64_t>(options_.chance() * env::kSecond);
  }
  if (outcome.scope == Scope::recipient) {
    recipients_.hold(message.to, until, now);
  } else if (outcome.scope == Scope::domain) {
    domains_.hold(domain_of(message.to), until, now);
  } else {
    limited_until_ = std::max(limited_until_, until);
    ++limits_in_a_row_;
  }
  if (asked) return doubt(std::move(message), *asked, until);
  wait_or_return(std::move(message), until, outcome.reason, now);
}

void Lane::unknown(Message message, std::optional<unsigned> asked, const Outcome& outcome, env::Moment now) {
  if (options_.can.unknown == Unknown::once) return end(message, OutcomeKind::unknown_accepted, outcome, now);
  if (options_.can.unknown == Unknown::again && outcome.until != env::kNoMoment) {  // the adapter counts itself
    ++message.attempt;
    if (message.attempt > options_.attempts_max) return end(message, OutcomeKind::unknown_accepted, outcome, now);
    return doubt(std::move(message), asked.value_or(0), std::max(outcome.until, now + 1));
  }
  const unsigned count = asked ? *asked + 1 : 0;
  if (count >= options_.asks_max) return end(message, OutcomeKind::unknown_accepted, outcome, now);
  doubt(std::move(message), count, now + kAsking.delay_ms(count, options_.chance));
}

void Lane::wait_or_return(Message message, env::Moment until, const std::string& reason, env::Moment now) {
  if (give_up(message, until)) {
    return end(message, OutcomeKind::rejected_request, {.reason = "its time is over before the channel takes it"}, now);
  }
  if (!stopped_ && until - now <= kWaitMsMax) {
    queue_.push_front({std::move(message), until});
    return;
  }
  remember(message.key, message.attempt);
  give_back(message, until, reason);
}

void Lane::doubt(Message message, unsigned asked, env::Moment at) {
  unsure_.emplace(at, Unsure{std::move(message), asked});
}

bool Lane::give_up(const Message& message, env::Moment at) {
  return options_.can.deadline.count() > 0 && at >= message.at + options_.can.deadline.count();
}

void Lane::end(const Message& message, OutcomeKind kind, const Outcome& outcome, env::Moment now) {
  switch (kind) {
    case OutcomeKind::accepted: ++health_.accepted; break;
    case OutcomeKind::duplicate: ++health_.duplicate; break;
    case OutcomeKind::rejected_recipient: ++health_.rejected_recipient; break;
    case OutcomeKind::rejected_request: ++health_.rejected_request; break;
    case OutcomeKind::rejected_account: ++health_.rejected_account; break;
    case OutcomeKind::unknown_accepted: ++health_.unknown_accepted; break;
    case OutcomeKind::with_channel:
    case OutcomeKind::called:
    case OutcomeKind::returned: break;  // the engine's own
  }
  if (state::is_accepted(kind)) health_.last_accepted_at = now;
  const bool is_recipient = outcome.fate == Fate::rejected && outcome.scope == Scope::recipient;
  if (outcome.fate == Fate::rejected && outcome.scope == Scope::domain) ++health_.policy;
  reports_.push_back({.key = message.key,
                      .channel = options_.channel,
                      .kind = Report::Kind::final,
                      .outcome = kind,
                      .reason = one_line(outcome.reason),
                      .provider_id = outcome.provider_id,
                      .suppress = is_recipient && outcome.suppress,
                      .soft = outcome.soft && state::is_refusal(kind)});
}

void Lane::give_back(const Message& message, env::Moment until, const std::string& reason) {
  ++health_.returned;
  reports_.push_back({.key = message.key,
                      .channel = options_.channel,
                      .kind = Report::Kind::returned,
                      .reason = one_line(reason),
                      .until = until});
}

void Lane::give_back_all(env::Moment until) {
  for (const Waiting& waiting : queue_) {
    remember(waiting.message.key, waiting.message.attempt);
    give_back(waiting.message, std::max(until, waiting.ready_at), stopped_ ? "" : health_.last_error);
  }
  queue_.clear();
}

void Lane::note_error(const Outcome& outcome, env::Moment now) {
  if (outcome.reason.empty()) return;
  health_.last_error = one_line(outcome.reason);
  health_.last_error_at = now;
}

unsigned Lane::remembered(state::SendKey key) const {
  const auto found = attempts_.find(key);
  return found == attempts_.end() ? 0 : found->second;
}

void Lane::remember(state::SendKey key, unsigned attempt) {
  if (attempt == 0) return;
  if (attempts_.insert_or_assign(key, attempt).second) attempts_order_.push_back(key);
  if (attempts_order_.size() <= kRemembered) return;
  attempts_.erase(attempts_order_.front());
  attempts_order_.pop_front();
}

}  // namespace tend::channel
