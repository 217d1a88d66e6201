// Two playbooks that can write to the same customer on the same day.
#include <algorithm>

#include "dsl/check/hold/reads.hpp"
#include "dsl/check/lint/lints.hpp"
#include "dsl/check/report.hpp"
#include "dsl/program/worst_case.hpp"

namespace tend::check {
namespace {

using program::Playbook;
using program::Program;
using program::Step;

constexpr std::size_t kLookBackMax = 8;  // playbooks that each is held against, so that work grows with their number
constexpr std::int64_t kDayMs = 86'400'000;

// A message that a cap would count.
bool promotes(const Program& program, const Step& step) {
  if (!program::sends(step)) return false;
  const auto message_class = program.messages[step.message].message_class;
  return message_class == program::MessageClass::marketing || message_class == program::MessageClass::care;
}

// Whatever these two send, one message a day is all that a cap of the policy leaves.
bool at_most_one_a_day(const Program& program, const Playbook& a, const Playbook& b) {
  return std::any_of(program.policy.caps.begin(), program.policy.caps.end(), [&](const program::Cap& cap) {
    if (cap.count > 1 || cap.in_last != 0 || (cap.per.months == 0 && cap.per.ms < kDayMs)) return false;
    for (const Playbook* playbook : {&a, &b}) {
      for (const Step& step : playbook->steps) {
        if (!promotes(program, step)) continue;
        if (cap.message_class && *cap.message_class != program.messages[step.message].message_class) return false;
        const auto& channels = program::channels_of(program, step);
        const bool elsewhere = std::any_of(channels.begin(), channels.end(),
                                           [&](const std::string& channel) { return channel != cap.channel; });
        if (!cap.channel.empty() && (channels.empty() || elsewhere)) return false;
      }
    }
    return true;
  });
}

// By what they ask of the customer at entry. Conditions on the event that lets one in say nothing about the other.
bool exclude_each_other(const Program& program, const hold::Reads& reads, const Playbook& a, const Playbook& b) {
  for (const program::Enter& one : a.enters) {
    for (const program::Enter& other : b.enters) {
      std::vector<hold::Claim> claims;
      for (const auto& [playbook, enter] : {std::pair{&a, &one}, std::pair{&b, &other}}) {
        for (const std::uint32_t expression : {enter->condition, enter->where, playbook->where}) {
          if (expression != kNone) claims.push_back({program.expressions[expression].root});
        }
      }
      if (!reads.never_together(claims)) return false;
    }
  }
  return true;
}

}  // namespace

void lint_same_day(Workspace& workspace, const Program& program, const program::Places& places) {
  const hold::Reads reads(program);
  std::vector<std::size_t> senders;
  for (std::size_t p = 0; p < program.playbooks.size(); ++p) {
    const auto& steps = program.playbooks[p].steps;
    if (std::any_of(steps.begin(), steps.end(), [&](const Step& step) { return promotes(program, step); }))
      senders.push_back(p);
  }
  for (std::size_t i = 1; i < senders.size(); ++i) {
    const Playbook& playbook = program.playbooks[senders[i]];
    const std::size_t first = i > kLookBackMax ? i - kLookBackMax : 0;
    for (std::size_t j = first; j < i; ++j) {
      const Playbook& other = program.playbooks[senders[j]];
      if (at_most_one_a_day(program, playbook, other) || exclude_each_other(program, reads, playbook, other)) continue;
      workspace.sink.report(mistake(611, places.playbooks[senders[i]].name, {other.name, playbook.name}, 70));
      break;
    }
  }
}

}  // namespace tend::check
