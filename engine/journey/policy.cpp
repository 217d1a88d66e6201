#include "engine/journey/policy.hpp"

#include <algorithm>

namespace tend::journey {
namespace {

using env::Date;
using env::Moment;
using program::Cap;
using program::kNone;
using program::MessageClass;
using state::Contact;

bool binds(std::string_view of, std::string_view channel) { return of.empty() || of == channel; }

/// The end of the quiet hours that `now` lies in; `now` where it lies in none.
Moment end_of(const program::Quiet& quiet, const env::Zone& zone, Moment now) {
  Moment end = now;
  const Date today = env::date_of(zone, now);
  for (Date day = today - 1; day <= today; ++day) {
    const Moment from = env::clock(zone, day, quiet.from);
    const Moment to = env::clock(zone, quiet.to > quiet.from ? day : day + 1, quiet.to);
    if (from <= now && now < to) end = std::max(end, to);
  }
  return end;
}

Moment end_of(const program::Blackout& blackout, const env::Zone& zone, Moment now) {
  const Moment from = env::clock(zone, static_cast<Date>(blackout.first), 0);
  const Moment to = env::clock(zone, static_cast<Date>(blackout.last) + 1, 0);
  return from <= now && now < to ? to : now;
}

/// One cap and the messages that it counts.
class Counting {
 public:
  Counting(expr::Context& context, const Cap& cap, std::uint32_t family)
      : context_(context), state_(*context.state), cap_(cap), family_(family) {}

  bool counts(const Contact& contact) const {
    const auto message_class = static_cast<MessageClass>(contact.message_class);
    if (message_class == MessageClass::transactional) return false;
    if (cap_.message_class && cap_.in_last == 0 && message_class != *cap_.message_class) return false;
    if (!cap_.channel.empty() && state_.channel_name(contact.channel) != cap_.channel) return false;
    return family_ == kNone || state_.layout().family[contact.playbook] == family_;
  }

  /// `cap N CLASS in M messages`: of his last M - 1 counted messages N are of the class.
  bool full_in_last() const {
    std::uint32_t seen = 0, of_class = 0;
    for (std::uint32_t i = state_.contact_count(context_.customer); i-- > 0 && seen + 1 < cap_.in_last;) {
      const Contact contact = state_.contact(context_.customer, i);
      if (!counts(contact)) continue;
      ++seen;
      of_class += static_cast<MessageClass>(contact.message_class) == *cap_.message_class;
    }
    return of_class >= cap_.count;
  }

  /// When the window has a place; `now` where it has one.
  Moment place() {
    leaving_.clear();
    for (std::uint32_t i = 0; i < state_.contact_count(context_.customer); ++i) {
      const Contact contact = state_.contact(context_.customer, i);
      if (!counts(contact) || contact.at > context_.now) continue;
      const Moment leaves = expr::add_duration(context_, contact.at, cap_.per);
      if (context_.now < leaves) leaving_.push_back(leaves);
    }
    if (leaving_.size() < cap_.count) return context_.now;
    std::sort(leaving_.begin(), leaving_.end());
    return leaving_[leaving_.size() - cap_.count];
  }

  std::vector<Place> others() const {
    std::vector<Place> others;
    for (std::uint32_t i = 0; i < state_.contact_count(context_.customer); ++i) {
      const Contact contact = state_.contact(context_.customer, i);
      if (!counts(contact)) continue;
      if (cap_.in_last == 0 && context_.now >= expr::add_duration(context_, contact.at, cap_.per)) continue;
      others.push_back({.moment = contact.at,
                        .playbook = contact.playbook,
                        .message = contact.message,
                        .channel = std::string(state_.channel_name(contact.channel))});
    }
    const std::size_t most = cap_.in_last > 0 ? cap_.in_last - 1 : others.size();
    if (others.size() > most) others.erase(others.begin(), others.end() - static_cast<std::ptrdiff_t>(most));
    return others;
  }

 private:
  expr::Context& context_;
  const state::State& state_;
  const Cap& cap_;
  std::uint32_t family_;  // a playbook's own cap counts its own messages; kNone: all
  std::vector<Moment> leaving_;
};

bool binds(const Cap& cap, MessageClass message_class, std::string_view channel) {
  if (!binds(cap.channel, channel)) return false;
  if (cap.message_class) return *cap.message_class == message_class;
  return true;
}

void ask(CapAnswer& answer, expr::Context& context, const std::vector<Cap>& caps, std::uint32_t of_playbook,
         MessageClass message_class, std::string_view channel, bool tell) {
  const std::uint32_t family = of_playbook == kNone ? kNone : context.state->layout().family[of_playbook];
  for (std::uint32_t i = 0; i < caps.size(); ++i) {
    const Cap& cap = caps[i];
    if (!binds(cap, message_class, channel)) continue;
    Counting counting(context, cap, family);
    const bool by_number = cap.in_last > 0;
    const Moment until = by_number ? context.now : counting.place();
    if (by_number ? !counting.full_in_last() : until <= context.now) continue;
    const bool skip = by_number || cap.skip;
    const bool decides = !answer.full || (skip && !answer.skip) || (skip == answer.skip && until > answer.until);
    answer.full = true;
    answer.skip |= skip;
    answer.until = std::max(answer.until, until);
    if (!decides) continue;
    answer.clause = {.kind = ClauseKind::cap, .number = i, .of_playbook = of_playbook};
    if (tell) answer.others = counting.others();
  }
}

}  // namespace

Moment quiet_until(const program::Program& program, const program::Playbook& playbook, std::uint32_t number,
                   std::string_view channel, const env::Zone& zone, Moment now, Clause& clause) {
  const program::Policy& policy = program.policy;
  if (playbook.quiet.empty() && policy.quiet.empty() && policy.blackouts.empty()) return now;
  Moment end = now;
  // A window that begins where another ends goes on: until none is left that holds.
  for (Moment before = now - 1; before < end;) {
    before = end;
    const auto look = [&](const auto& windows, ClauseKind kind, std::uint32_t of_playbook) {
      for (std::uint32_t i = 0; i < windows.size(); ++i) {
        if (!binds(windows[i].channel, channel)) continue;
        const Moment to = end_of(windows[i], zone, before);
        if (to > before && clause.kind == ClauseKind::none)
          clause = {.kind = kind, .number = i, .of_playbook = of_playbook};
        end = std::max(end, to);
      }
    };
    look(playbook.quiet, ClauseKind::quiet, number);
    look(policy.quiet, ClauseKind::quiet, kNone);
    look(policy.blackouts, ClauseKind::blackout, kNone);
  }
  return end;
}

CapAnswer ask_caps(expr::Context& context, std::uint32_t playbook, MessageClass message_class, std::string_view channel,
                   bool tell) {
  CapAnswer answer;
  const program::Program& program = context.tables->program();
  ask(answer, context, program.policy.caps, kNone, message_class, channel, tell);
  ask(answer, context, program.playbooks[playbook].caps, playbook, message_class, channel, tell);
  return answer;
}

bool is_suppressed(const state::State& state, std::uint32_t customer, std::string_view channel) {
  return state.has_consent(customer, state::suppression_of({})) ||
         state.has_consent(customer, state::suppression_of(channel));
}

bool lacks_consent(const program::Program& program, const state::State& state, std::uint32_t customer,
                   program::MessageClass message_class, std::string_view channel, Clause& clause) {
  static constexpr std::string_view kClassWords[] = {"marketing", "care", "transactional", "welcome"};
  const auto lacks = [&](const std::vector<std::string>& names, std::string_view name) {
    const auto at = std::lower_bound(names.begin(), names.end(), name);
    if (at == names.end() || *at != name || state.has_consent(customer, name)) return false;
    clause = {.kind = ClauseKind::consent, .number = static_cast<std::uint32_t>(at - names.begin())};
    return true;
  };
  return lacks(program.policy.consent, channel) ||
         lacks(program.policy.purposes, kClassWords[static_cast<std::size_t>(message_class)]);
}

env::Moment given_up(expr::Context& context, const state::Journey& journey, const program::Step& step) {
  return step.within ? expr::add_duration(context, journey.reached, *step.within) : state::kNever;
}

}  // namespace tend::journey
