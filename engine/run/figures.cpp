#include "engine/run/figures.hpp"

namespace tend::run {

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
    figures.customers += state.customer_count();
    figures.events += state.events_taken;
    for (std::size_t i = 0; i < program.playbooks.size(); ++i) {
      PlaybookCount& sum = figures.playbooks[i];
      const state::PlaybookFigures& part = state.figures[i];
      sum.entered += part.entered;
      sum.goal += part.goal;
      sum.left += part.left;
      sum.finished += part.finished;
      for (std::size_t s = 0; s < sum.reached.size(); ++s) sum.reached[s] += part.reached[s];
    }
    for (const state::SendFigures& send : state.sends) {
      SendCount& count = figures.playbooks[send.playbook]
                             .sends[program.messages[send.message].name][std::string(state.channel_name(send.channel))];
      count.accepted += send.accepted;
      if (send.rejected > 0) count.skipped["rejected"] += send.rejected;
    }
  }
  for (PlaybookCount& count : figures.playbooks) count.live = count.entered - count.goal - count.left - count.finished;
  return figures;
}

}  // namespace tend::run
