#include "tests/sim/world.hpp"

#include <algorithm>

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
  const std::lock_guard lock(mutex_);
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
  const std::lock_guard lock(mutex_);
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

// ---- channels that take their time
// --------------------------------------------------------------------------------------------------

const run::Slow* World::slow(std::string_view channel) const {
  static constexpr std::size_t kPercent = 60;
  static const run::Slow kById;
  if (!answers_later_) return nullptr;
  return env::fmix64(env::fnv1a64(channel, env::fmix64(seed_ + 7))) % 100 < kPercent ? &kById : nullptr;
}

std::size_t World::room(std::string_view channel) {
  constexpr std::size_t kFlightsMax = 5;
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const Flight& flight : flights_) count += flight.channel == channel ? 1 : 0;
  return count < kFlightsMax ? kFlightsMax - count : 0;
}

void World::take(const run::Send& send) {
  const std::lock_guard lock(mutex_);
  named_[state::format_key(send.key)] = {std::string(send.playbook), std::string(send.message)};
  for (const Flight& flight : flights_) {
    if (flight.key == send.key && !flight.being_told) return;  // it is being found out about
  }
  flights_.push_back(
      {send.key, std::string(send.customer), std::string(send.message), std::string(send.channel), false, false});
}

void World::find_out(const run::Send& send) {
  const std::lock_guard lock(mutex_);
  for (const Flight& flight : flights_) {
    if (flight.key == send.key) return;  // only the engine was opened anew
  }
  flights_.push_back(
      {send.key, std::string(send.customer), std::string(send.message), std::string(send.channel), false, true});
}

void World::tell(std::function<void(run::Report)> report, std::function<void()> room) {
  const std::lock_guard lock(mutex_);
  report_ = std::move(report);
  room_ = std::move(room);
}

/// Its effect, and what the channel says of it.
run::Answer World::land(const Flight& flight) {
  const std::string key = state::format_key(flight.key);
  const ChannelKind kind = kind_of(flight.channel);
  const run::Send send{
      .key = flight.key, .customer = flight.customer, .message = flight.message, .channel = flight.channel};
  if (is_rejected(send, reject_percent_)) {
    rejected_.insert(key);
    return {state::OutcomeKind::rejected_recipient, "by rule"};
  }
  const bool had = delivered_.contains(key);
  if (flight.uncertain && kind == ChannelKind::honest && had) return {state::OutcomeKind::accepted, "found"};
  if (flight.uncertain && kind == ChannelKind::lying) {
    if (!had) may_be_missing_.insert(key);
    return {state::OutcomeKind::unknown_accepted, {}};
  }
  if (had && kind == ChannelKind::idempotent) {
    ++dropped_;
    return {state::OutcomeKind::duplicate, {}};
  }
  ++delivered_[key];
  return {state::OutcomeKind::accepted, "id-" + key};
}

bool World::answer_one(std::uint64_t draw, env::Moment now) {
  std::function<void(run::Report)> report;
  std::function<void()> room;
  run::Report said;
  {
    const std::lock_guard lock(mutex_);
    if (flights_.empty()) return false;
    const auto flight = flights_.begin() + static_cast<std::ptrdiff_t>(draw % flights_.size());
    said.key = flight->key;
    if (draw / 64 % 5 == 0 && !flight->uncertain) {
      said.answer.outcome = state::OutcomeKind::returned;
      said.again = draw / 1024 % 2 == 0 ? env::kNoMoment : now + static_cast<env::Moment>(draw % (2 * env::kHour));
    } else {
      said.answer = land(*flight);
    }
    flight->being_told = true;
    report = report_;
    room = room_;
  }
  if (report) report(said);
  if (report && draw / 4096 % 4 == 0 && state::is_accepted(said.answer.outcome)) report(said);  // told twice
  {
    // It is forgotten only now: who asks meanwhile is told.
    const std::lock_guard lock(mutex_);
    flights_.erase(std::find_if(flights_.begin(), flights_.end(),
                                [&](const Flight& f) { return f.key == said.key && f.being_told; }));
  }
  if (room) room();
  return true;
}

void World::lose_flights(std::uint64_t draw) {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < flights_.size(); ++i) {
    if ((draw >> (i % 64) & 1) != 0 && !flights_[i].uncertain) (void)land(flights_[i]);
  }
  flights_.clear();
}

}  // namespace tend::sim
