// The longest way through a playbook, and what entries and caps make of it.
#include "dsl/program/worst_case.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "dsl/program/steps.hpp"

namespace tend::program {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::uint64_t kManyMax = 1'000'000'000'000;  // sums stop here

std::uint64_t plus(std::uint64_t a, std::uint64_t b) { return std::min(a + b, kManyMax); }
std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  if (a == 0 || b == 0) return 0;
  return a > kManyMax / b ? kManyMax : a * b;
}

// The shortest that a length can be: months are at least 28 days, less what a change of clocks takes.
std::int64_t at_least_ms(const Duration& duration) {
  return duration.ms + (duration.months == 0 ? 0 : duration.months * 28 * kDayMs - 2 * kDayMs);
}

/// How many stretches of at least `length` it takes to cover `period`.
std::uint64_t stretches(std::int64_t period, std::int64_t length) {
  return static_cast<std::uint64_t>((period + length - 1) / length);
}

/// The most messages of a journey; of one class, where `only` says which.
std::uint64_t longest_way(const Program& program, const Playbook& playbook, std::optional<MessageClass> only) {
  // For each step the most from there on, within a loop's body until the round ends.
  std::vector<std::uint64_t> most(playbook.steps.size() + 1, 0);
  for (auto i = static_cast<std::uint32_t>(playbook.steps.size()); i-- > 0;) {
    const Step& step = playbook.steps[i];
    std::uint64_t rest = 0;
    if (step.kind == StepKind::repeat) {
      rest = plus(times(most[i + 1], step.times), most[step.target]);
    } else if (step.kind != StepKind::round_end) {
      for (const std::uint32_t next : next_steps(playbook, i)) rest = std::max(rest, most[next]);
    }
    const bool counts = sends(step) && (!only || program.messages[step.message].message_class == *only);
    most[i] = plus(rest, counts ? 1 : 0);
  }
  return most[0];
}

bool binds(const Cap& cap, MessageClass message_class, const std::vector<std::string>& channels) {
  if (cap.in_last != 0) return false;
  if (message_class == MessageClass::transactional || message_class == MessageClass::welcome) return false;
  if (cap.message_class && *cap.message_class != message_class) return false;
  if (cap.channel.empty()) return true;
  return !channels.empty() && std::all_of(channels.begin(), channels.end(),
                                          [&](const std::string& channel) { return channel == cap.channel; });
}

/// How many journeys of one customer can be under way within `period`; nullopt: any number.
Most journeys(const Playbook& playbook, std::int64_t period) {
  const bool keyed = std::any_of(playbook.enters.begin(), playbook.enters.end(),
                                 [](const Enter& enter) { return enter.per_field != kNone; });
  if (keyed) return {};  // a journey for each value of the field
  if (playbook.again == Again::never) return {1, Limit::once};
  if (playbook.again == Again::after) {
    const std::int64_t length = at_least_ms(playbook.again_after);
    if (length > 0) return {1 + stretches(period, length), Limit::again};
    return {};
  }
  // One that began before, and one for each day on which there is an entry.
  std::uint64_t count = 1;
  for (const Enter& enter : playbook.enters) {
    const std::uint64_t days = stretches(period, kDayMs) + 1;
    switch (enter.kind) {
      case EnterKind::schedule:
        if (enter.every == Every::weekday)
          count += stretches(period, 6 * kDayMs);
        else if (enter.every == Every::month)
          count += stretches(period, 26 * kDayMs);
        else
          count += days;
        break;
      case EnterKind::date: count += 1; break;
      case EnterKind::relative: count += days; break;
      default: return {};
    }
  }
  return {count, Limit::schedule};
}

std::optional<std::uint64_t> least_of(std::optional<std::uint64_t> a, std::optional<std::uint64_t> b) {
  if (!a) return b;
  return b ? std::min(a, b) : a;
}

/// What the caps leave in `period` of the playbook's messages of these classes together; nullopt where none binds all
/// of them.
std::optional<std::uint64_t> capped(const Program& program, const Playbook& playbook, const std::vector<Cap>& caps,
                                    std::initializer_list<MessageClass> classes, std::int64_t period) {
  std::optional<std::uint64_t> least;
  for (const Cap& cap : caps) {
    const std::int64_t length = at_least_ms(cap.per);
    if (length <= 0) continue;
    const bool all = std::all_of(playbook.steps.begin(), playbook.steps.end(), [&](const Step& step) {
      if (!sends(step)) return true;
      const MessageClass message_class = program.messages[step.message].message_class;
      if (std::find(classes.begin(), classes.end(), message_class) == classes.end()) return true;
      return binds(cap, message_class, channels_of(program, step));
    });
    if (all) least = least_of(least, times(cap.count, stretches(period, length)));
  }
  return least;
}

bool is_started(const Program& program, std::uint32_t playbook) {
  return std::any_of(program.playbooks.begin(), program.playbooks.end(), [&](const Playbook& other) {
    return std::any_of(other.steps.begin(), other.steps.end(),
                       [&](const Step& step) { return step.kind == StepKind::start && step.playbook == playbook; });
  });
}

class Bounds {
 public:
  Bounds(const Program& program, std::uint32_t index) : program_(program), playbook_(program.playbooks[index]) {
    // `start` lets customers in whenever `again` allows it.
    by_others_ = is_started(program, index);
    for (std::size_t i = 0; i < kClasses; ++i)
      per_journey_[i] = longest_way(program, playbook_, static_cast<MessageClass>(i));
    whole_journey_ = longest_way(program, playbook_, std::nullopt);
  }

  std::uint64_t per_journey() const { return whole_journey_; }

  Most in(std::int64_t period) const {
    if (whole_journey_ == 0) return {0, Limit::silent};
    Most own = entered(period);
    if (own.messages) own.messages = times(*own.messages, whole_journey_);
    Most best = own;
    for (const bool policy : {false, true}) {
      const auto most = with_caps(policy ? program_.policy.caps : playbook_.caps, period);
      if (most && (!best.messages || *most < *best.messages))
        best = {most, policy ? Limit::policy_cap : Limit::playbook_cap};
    }
    return best;
  }

 private:
  static constexpr std::size_t kClasses = 4;

  Most entered(std::int64_t period) const {
    const Most most = journeys(playbook_, period);
    return by_others_ && most.limit == Limit::schedule ? Most{} : most;
  }

  std::optional<std::uint64_t> with_caps(const std::vector<Cap>& caps, std::int64_t period) const {
    const Most times_entered = entered(period);
    const auto by_entries = [&](MessageClass message_class) -> std::optional<std::uint64_t> {
      const std::uint64_t one = per_journey_[static_cast<std::size_t>(message_class)];
      if (one == 0) return 0;
      return times_entered.messages ? std::optional(times(*times_entered.messages, one)) : std::nullopt;
    };
    std::optional<std::uint64_t> sum = 0;
    for (const MessageClass message_class : {MessageClass::marketing, MessageClass::care}) {
      const auto most = least_of(by_entries(message_class), capped(program_, playbook_, caps, {message_class}, period));
      sum = sum && most ? std::optional(plus(*sum, *most)) : std::nullopt;
    }
    sum = least_of(sum, capped(program_, playbook_, caps, {MessageClass::marketing, MessageClass::care}, period));
    for (const MessageClass message_class : {MessageClass::transactional, MessageClass::welcome}) {
      const auto most = by_entries(message_class);
      sum = sum && most ? std::optional(plus(*sum, *most)) : std::nullopt;
    }
    return sum;
  }

  const Program& program_;
  const Playbook& playbook_;
  std::array<std::uint64_t, kClasses> per_journey_{};
  std::uint64_t whole_journey_ = 0;
  bool by_others_ = false;
};

}  // namespace

const std::vector<std::string>& channels_of(const Program& program, const Step& step) {
  if (!step.channels.empty()) return step.channels;
  return program.messages[step.message].channels;
}

bool is_capped(const Program& program, const Playbook& playbook, const Step& step) {
  const MessageClass message_class = program.messages[step.message].message_class;
  const auto& channels = channels_of(program, step);
  const auto bound = [&](const Cap& cap) { return at_least_ms(cap.per) > 0 && binds(cap, message_class, channels); };
  return std::any_of(program.policy.caps.begin(), program.policy.caps.end(), bound) ||
         std::any_of(playbook.caps.begin(), playbook.caps.end(), bound);
}

WorstCase worst_case(const Program& program, std::uint32_t playbook) {
  const Bounds bounds(program, playbook);
  WorstCase worst;
  worst.per_journey = bounds.per_journey();
  worst.per_day = bounds.in(kDayMs);
  worst.per_30_days = bounds.in(30 * kDayMs);
  return worst;
}

}  // namespace tend::program
