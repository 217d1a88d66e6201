// Two states of one partition that should be the same: told apart customer by customer.
#include <algorithm>
#include <set>
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
         left.pool.text(a.entry) == right.pool.text(b.entry) && left.pool.text(a.arms) == right.pool.text(b.arms);
}

std::vector<const Journey*> journeys_of(const State& state, std::uint32_t customer) {
  std::vector<const Journey*> journeys;
  for (std::uint32_t j = state.at(customer).first_journey; j != kNone; j = state.journey(j).next)
    journeys.push_back(&state.journey(j));
  return journeys;
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
  if (a.due != b.due) return "when he is due";
  return {};
}

std::string other_figures(const journey::Plan& plan, const State& left, const State& right) {
  if (left.clock != right.clock) return "how far time is";
  if (left.deployed != right.deployed || left.recorded != right.recorded) return "whether it is deployed and recorded";
  if (left.events_taken != right.events_taken) return "how many events were taken";
  for (std::size_t p = 0; p < left.figures.size(); ++p) {
    const state::PlaybookFigures &a = left.figures[p], &b = right.figures[p];
    if (a.entered != b.entered || a.goal != b.goal || a.left != b.left || a.finished != b.finished ||
        a.reached != b.reached)
      return "the figures of playbook `" + plan.program.playbooks[p].name + "`";
  }
  const auto counts = [](const State& state) {
    std::set<std::tuple<std::uint32_t, std::uint32_t, std::string, std::uint64_t, std::uint64_t>> sums;
    for (const state::SendFigures& send : state.sends)
      sums.emplace(send.playbook, send.message, std::string(state.channel_name(send.channel)), send.accepted,
                   send.rejected);
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
    const std::string id(left.customer_id(customer));
    const std::uint32_t other = right.find_customer(id);
    if (other == state::kNoText) {
      find(id, "that he is known");
      continue;
    }
    const std::string what = other_than(plan, left, customer, right, other);
    if (!what.empty()) find(id, what);
  }
  if (left.customer_count() != right.customer_count()) find({}, "how many customers there are");
  const std::string what = other_figures(plan, left, right);
  if (!what.empty()) find({}, what);
}

}  // namespace tend::run
