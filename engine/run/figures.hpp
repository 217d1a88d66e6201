// What a run did, added up over the partitions: the figures of `simulate`, `replay` and the API.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "engine/run/partitions.hpp"

namespace tend::run {

struct SendCount {
  std::uint64_t accepted = 0;
  std::map<std::string, std::uint64_t> skipped;  // by reason
};

struct PlaybookCount {
  std::uint64_t entered = 0, goal = 0, left = 0, finished = 0, live = 0;
  std::uint64_t held_out = 0, held_out_goal = 0;
  std::vector<std::uint64_t> reached;  // as the program's steps
  // As Playbook::shares: journeys that went into the arm, and those of them that reached the goal. Each counts once,
  // however many rounds led it there; nobody who is held out does.
  std::vector<std::uint64_t> arm_entered, arm_goal;
  std::map<std::string, std::map<std::string, SendCount>> sends;  // message, channel
};

struct Figures {
  std::uint64_t customers = 0;
  std::uint64_t events = 0;
  /// As the program's playbooks. Older versions count with the newest of their name (steps and arms that are the same,
  /// with those), and nothing stands in their own place.
  std::vector<PlaybookCount> playbooks;
};

Figures collect_figures(const Partitions& partitions);

}  // namespace tend::run
