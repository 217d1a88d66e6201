// Two states of one partition that should be the same: told apart customer by customer.
#include <algorithm>
#include <map>
#include <tuple>

#include "engine/run/doctor.hpp"

namespace tend::run {
namespace {

using program::kNone;
using program::Value;
using state::Journey;
using state::State;

bool same_value(const Value& a, const Value& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case program::ValueKind::missing: return true;
    case program::ValueKind::text: return a.str() == b.str();
    case program::ValueKind::list: return a.extra == b.extra;  // their elements lie encoded in the state's texts
    default: return a.i == b.i && a.extra == b.extra;
  }
}

bool same_journey(const State& left, const Journey& a, const State& right, const Journey& b) {
  return a.playbook == b.playbook && a.number == b.number && a.entered == b.entered && a.reached == b.reached &&
         a.due == b.due && a.step == b.step && a.visit == b.visit && a.status == b.status && a.flags == b.flags &&
         a.channel == b.channel && left.pool.text(a.entry) == right.pool.text(b.entry) &&
         left.pool.text(a.arms) == right.pool.text(b.arms) && left.pool.text(a.kept) == right.pool.text(b.kept);
}

std::vector<const Journey*> journeys_of(const State& state, std::uint32_t customer) {
  std::vector<const Journey*> journeys;
  for (std::uint32_t j = state.at(customer).first_journey; j != kNone; j = state.journey(j).next)
    journeys.push_back(&state.journey(j));
  return journeys;
}

bool same_contacts(const State& left, std::uint32_t l, const State& right, std::uint32_t r) {
  if (left.contact_count(l) != right.contact_count(r)) return false;
  for (std::uint32_t i = 0; i < left.contact_count(l); ++i) {
    const state::Contact a = left.contact(l, i), b = right.contact(r, i);
    const bool same = a.at == b.at && a.playbook == b.playbook && a.journey == b.journey && a.step == b.step &&
                      a.visit == b.visit && a.message == b.message && a.message_class == b.message_class &&
                      left.channel_name(a.channel) == right.channel_name(b.channel);
    if (!same) return false;
  }
  return true;
}

bool same_entries(const State& left, std::uint32_t l, const State& right, std::uint32_t r) {
  const auto entries = [](const State& state, std::uint32_t customer) {
    const auto found = state.entries.find(customer);
    return found == state.entries.end() ? std::vector<state::PendingEntry>() : found->second;
  };
  const auto ours = entries(left, l), theirs = entries(right, r);
  return std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(), [](const auto& a, const auto& b) {
    return a.moment == b.moment && a.occurrence == b.occurrence && a.playbook == b.playbook && a.enter == b.enter &&
           a.entry_date == b.entry_date;
  });
}

bool same_jobs(const State& left, std::uint32_t l, const State& right, std::uint32_t r) {
  const auto jobs = [](const State& state, std::uint32_t customer) {
    const auto found = state.jobs.find(customer);
    return found == state.jobs.end() ? std::vector<state::Job>() : found->second;
  };
  const auto ours = jobs(left, l), theirs = jobs(right, r);
  return std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(), [](const auto& a, const auto& b) {
    return a.person == b.person && a.label == b.label && a.text == b.text && a.since == b.since && a.due == b.due &&
           a.playbook == b.playbook && a.journey == b.journey;
  });
}

/// What he was granted, by budget and period.
std::vector<std::tuple<std::string, std::int64_t, std::int64_t>> spent_on(const State& state, std::uint32_t customer) {
  std::vector<std::tuple<std::string, std::int64_t, std::int64_t>> spent;
  for (auto at = state.spent_on.lower_bound({customer, std::string(), INT64_MIN});
       at != state.spent_on.end() && std::get<0>(at->first) == customer; ++at)
    spent.emplace_back(std::get<1>(at->first), std::get<2>(at->first), at->second);
  return spent;
}

/// The first thing in which a customer is not the same, in words; empty if he is.
std::string other_than(const journey::Plan& plan, const State& left, std::uint32_t l, const State& right,
                       std::uint32_t r) {
  const state::Customer& a = left.at(l);
  const state::Customer& b = right.at(r);
  if (a.first_seen != b.first_seen || a.last_activity != b.last_activity) return "when he was seen";
  if (a.outstanding != b.outstanding) return "how many answers are outstanding";
  for (std::uint32_t i = 0; i < plan.program.attributes.size(); ++i) {
    if (!same_value(left.attribute(l, i), right.attribute(r, i)))
      return "his attribute `" + plan.program.attributes[i].name + "`";
  }
  if (left.tags(l) != right.tags(r)) return "his tags";
  for (std::uint32_t bit = 0; bit < plan.layout.conditions.size(); ++bit) {
    if (left.bit(l, bit) != right.bit(r, bit))
      return "whether a way into `" + plan.program.playbooks[plan.layout.conditions[bit].playbook].name + "` holds";
  }
  for (std::uint32_t s = 0; s < plan.layout.stored.size(); ++s) {
    const std::string events = "his events `" + plan.program.events[plan.layout.stored[s].event].name + "`";
    if (left.kept_count(l, s) != right.kept_count(r, s)) return events;
    for (std::uint32_t i = 0; i < left.kept_count(l, s); ++i) {
      if (left.kept_at(l, s, i) != right.kept_at(r, s, i)) return events;
      for (std::uint32_t slot = 0; slot < plan.layout.stored[s].fields.size(); ++slot) {
        if (!same_value(left.kept_field(l, s, i, slot), right.kept_field(r, s, i, slot))) return events;
      }
    }
  }
  const auto ours = journeys_of(left, l), theirs = journeys_of(right, r);
  if (ours.size() != theirs.size()) return "how many journeys he has";
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (!same_journey(left, *ours[i], right, *theirs[i]))
      return "his journey " + std::to_string(ours[i]->number) + " through `" +
             plan.program.playbooks[ours[i]->playbook].name + "`";
  }
  if (!same_contacts(left, l, right, r)) return "which of his messages caps count";
  for (std::uint32_t s = 0; s < plan.layout.schedules.size(); ++s) {
    if (left.occurrence(l, s).next != right.occurrence(r, s).next ||
        left.occurrence(l, s).last != right.occurrence(r, s).last)
      return "when a schedule lets him in";
  }
  if (!same_entries(left, l, right, r)) return "which entries are his turn";
  if (!same_jobs(left, l, right, r)) return "what people have to do for him";
  if (spent_on(left, l) != spent_on(right, r)) return "what he was granted";
  if (a.due != b.due) return "when he is due";
  return {};
}

std::string other_figures(const journey::Plan& plan, const State& left, const State& right) {
  if (left.clock != right.clock) return "how far time is";
  if (left.deployed != right.deployed || left.recorded != right.recorded) return "whether it is deployed and recorded";
  if (left.events_taken != right.events_taken) return "how many events were taken";
  if (left.spent != right.spent) return "what budgets have spent";
  if (left.given != right.given) return "which jobs people were given";
  if (left.paused != right.paused) return "what is paused";
  if (left.taken != right.taken || left.messages_sent != right.messages_sent)
    return "which messages between customers were taken";
  for (std::size_t p = 0; p < left.figures.size(); ++p) {
    const state::PlaybookFigures &a = left.figures[p], &b = right.figures[p];
    if (a.entered != b.entered || a.goal != b.goal || a.left != b.left || a.finished != b.finished ||
        a.held_out != b.held_out || a.held_out_goal != b.held_out_goal || a.reached != b.reached ||
        a.arm_entered != b.arm_entered || a.arm_goal != b.arm_goal)
      return "the figures of playbook `" + plan.program.playbooks[p].name + "`";
  }
  const auto counts = [](const State& state) {
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::string>, std::vector<std::uint64_t>> sums;
    for (const state::SendFigures& send : state.sends) {
      std::vector<std::uint64_t>& sum =
          sums[{send.playbook, send.message, std::string(state.channel_name(send.channel))}];
      sum.assign(std::begin(send.skipped), std::end(send.skipped));
      sum.push_back(send.accepted);
    }
    return sums;
  };
  return counts(left) == counts(right) ? "" : "how many messages were sent";
}

}  // namespace

void compare_states(const journey::Plan& plan, const state::State& left, const state::State& right,
                    const std::string& right_is, std::vector<Finding>& findings) {
  const auto find = [&](std::string customer, const std::string& what) {
    if (findings.size() < kFindingsMax)
      findings.push_back({.check = "state",
                          .partition = left.partition(),
                          .customer = std::move(customer),
                          .playbook = {},
                          .journey = 0,
                          .what = what + " is not what comes out of " + right_is});
  };
  for (std::uint32_t customer = 0; customer < left.customer_count(); ++customer) {
    if (left.is_gone(customer)) continue;
    const std::string id(left.customer_id(customer));
    const std::uint32_t other = right.find_customer(id);
    if (other == state::kNoText) {
      find(id, "that he is known");
      continue;
    }
    const std::string what = other_than(plan, left, customer, right, other);
    if (!what.empty()) find(id, what);
  }
  if (left.existing_count() != right.existing_count()) find({}, "how many customers there are");
  const std::string what = other_figures(plan, left, right);
  if (!what.empty()) find({}, what);
}

}  // namespace tend::run
