#include "engine/run/figures.hpp"

#include <utility>

#include "engine/state/moving.hpp"

namespace tend::run {

namespace {

void add(std::vector<std::uint64_t>& to, const std::vector<std::uint64_t>& from,
         const std::vector<std::uint32_t>& where) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (where[i] < to.size()) to[where[i]] += from[i];
  }
}

/// What was counted in an older version, to the newest of its name.
void fold(const program::Program& program, std::size_t older, std::size_t newest, Figures& figures) {
  PlaybookCount& sum = figures.playbooks[newest];
  PlaybookCount part;
  std::swap(part, figures.playbooks[older]);
  for (const auto count : {&PlaybookCount::entered, &PlaybookCount::goal, &PlaybookCount::left,
                           &PlaybookCount::finished, &PlaybookCount::held_out, &PlaybookCount::held_out_goal})
    sum.*count += part.*count;
  const state::MovedKept moved =
      state::moved_kept(program, program.playbooks[older], program, program.playbooks[newest]);
  add(sum.reached, part.reached, moved.steps);
  add(sum.arm_entered, part.arm_entered, moved.shares);
  add(sum.arm_goal, part.arm_goal, moved.shares);
  for (const auto& [message, channels] : part.sends) {
    for (const auto& [channel, count] : channels) {
      SendCount& send = sum.sends[message][channel];
      send.accepted += count.accepted;
      for (const auto& [reason, times] : count.skipped) send.skipped[reason] += times;
    }
  }
}

}  // namespace

Figures collect_figures(const Partitions& partitions) {
  const program::Program& program = partitions.plan().program;
  Figures figures;
  figures.playbooks.resize(program.playbooks.size());
  for (std::size_t i = 0; i < program.playbooks.size(); ++i) {
    figures.playbooks[i].reached.assign(program.playbooks[i].steps.size(), 0);
    figures.playbooks[i].arm_entered.assign(program.playbooks[i].shares.size(), 0);
    figures.playbooks[i].arm_goal.assign(program.playbooks[i].shares.size(), 0);
  }
  for (std::uint32_t p = 0; p < partitions.count(); ++p) {
    const state::State& state = partitions.state(p);
    figures.customers += state.existing_count();
    figures.events += state.events_taken;
    for (std::size_t i = 0; i < program.playbooks.size(); ++i) {
      PlaybookCount& sum = figures.playbooks[i];
      const state::PlaybookFigures& part = state.figures[i];
      sum.entered += part.entered;
      sum.goal += part.goal;
      sum.left += part.left;
      sum.finished += part.finished;
      sum.held_out += part.held_out;
      sum.held_out_goal += part.held_out_goal;
      for (std::size_t a = 0; a < sum.arm_entered.size(); ++a) {
        sum.arm_entered[a] += part.arm_entered[a];
        sum.arm_goal[a] += part.arm_goal[a];
      }
      for (std::size_t s = 0; s < sum.reached.size(); ++s) sum.reached[s] += part.reached[s];
    }
    for (const state::SendFigures& send : state.sends) {
      SendCount& count = figures.playbooks[send.playbook]
                             .sends[program.messages[send.message].name][std::string(state.channel_name(send.channel))];
      count.accepted += send.accepted;
      for (std::size_t r = 0; r < state::kRefusals; ++r) {
        if (send.skipped[r] > 0)
          count.skipped[std::string(state::refusal_word(static_cast<state::Refusal>(r)))] += send.skipped[r];
      }
    }
  }
  for (std::size_t i = 0, newest = 0; i < program.playbooks.size(); ++i) {
    if (has_newer(program, i)) {
      fold(program, i, newest, figures);
    } else {
      newest = i;
    }
  }
  for (PlaybookCount& count : figures.playbooks) count.live = count.entered - count.goal - count.left - count.finished;
  return figures;
}

}  // namespace tend::run
