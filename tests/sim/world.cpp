#include "tests/sim/world.hpp"

#include "engine/env/draw.hpp"

namespace tend::sim {

bool is_rejected(const run::Send& send, unsigned reject_percent) {
  if (reject_percent == 0) return false;
  const std::string_view parts[] = {"reject", send.customer, send.message, send.channel};
  return env::draw_hash(parts) % 100 < reject_percent;
}

ChannelKind World::kind_of(std::string_view channel) const {
  if (files_ == nullptr) return ChannelKind::honest;
  return static_cast<ChannelKind>(env::fmix64(env::fnv1a64(channel, env::fmix64(seed_))) % 3);
}

Result<std::vector<run::Answer>> World::hand_over(std::span<const run::Send> sends) {
  std::vector<run::Answer> answers;
  if (slow_ms_ > 0)
    clock_->advance(static_cast<std::int64_t>(env::fmix64(seed_ + ++calls_) % static_cast<std::uint64_t>(slow_ms_)));
  for (const run::Send& send : sends) {
    named_[state::format_key(send.key)] = {std::string(send.playbook), std::string(send.message)};
    if (left_ && (*left_)-- == 0) {
      left_.reset();
      if (pulls_plug_) files_->unplug_after(0);
      return fail(ErrorCode::io, "the channel `" + std::string(send.channel) + "` does not answer");
    }
    if (is_rejected(send, reject_percent_)) {
      rejected_.insert(state::format_key(send.key));
      answers.push_back({.outcome = state::OutcomeKind::rejected_recipient, .reason = "by rule"});
      continue;
    }
    int& times = delivered_[state::format_key(send.key)];
    const bool known = times > 0 && kind_of(send.channel) == ChannelKind::idempotent;
    if (known) {
      ++dropped_;
    } else {
      ++times;
    }
    answers.push_back({.outcome = known ? state::OutcomeKind::duplicate : state::OutcomeKind::accepted, .reason = {}});
  }
  return answers;
}

Result<std::vector<run::Settled>> World::settle(std::span<const run::Send> sends) {
  if (settle_fails_) {
    settle_fails_ = false;
    return fail(ErrorCode::io, "the channel does not answer what it had");
  }
  std::vector<run::Settled> settled;
  for (const run::Send& send : sends) {
    const std::string key = state::format_key(send.key);
    named_[key] = {std::string(send.playbook), std::string(send.message)};
    const bool had = delivered_.contains(key);
    const ChannelKind kind = kind_of(send.channel);
    // What a channel refused it never took in, and so much even a lying one knows: taken as sent it would be another
    // story than that of the undisturbed run.
    if (is_rejected(send, reject_percent_) || kind == ChannelKind::idempotent) {
      settled.push_back(run::Settled::never);
    } else if (kind == ChannelKind::lying) {
      settled.push_back(run::Settled::unknown);
      if (!had) may_be_missing_.insert(key);
    } else {
      settled.push_back(had ? run::Settled::handed_over : run::Settled::never);
    }
  }
  return settled;
}

}  // namespace tend::sim
