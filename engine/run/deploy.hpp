// Putting a new program into an engine under way: who stands where, what becomes of him, and what it would do.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "dsl/program/graft.hpp"
#include "dsl/program/on_edit.hpp"
#include "engine/run/partitions.hpp"
#include "engine/run/past.hpp"
#include "engine/run/programs.hpp"

namespace tend::run {

/// Customers who stand at one step of one version of a playbook.
struct Standing {
  std::uint32_t playbook = 0;  // of the program in force
  std::uint32_t step = 0;      // one past the last: they have finished, and their goal is watched
  std::uint64_t customers = 0;
  std::vector<std::string> some;  // ids, the first of them by bytes
  program::Carried carried;       // what becomes of them
};
inline constexpr std::size_t kSomeMax = 5;

/// A program ready to be put in.
struct Prepared {
  std::vector<Standing> standing;  // by (playbook, step)
  program::Grafted grafted;        // what would run; empty where the edit is refused
  bool refused = false;            // a `move` does not cover every step where somebody stands
};

/// Shape: `now` is as the checker made it.
/// Requires: nothing outstanding.
Prepared prepare(const Running& before, const Partitions& partitions, const program::Program& now,
                 const program::Places& now_places);

/// The sentence for whom a refused edit is refused: who stands where.
Error refusal_of(const Running& before, const Prepared& prepared);

/// What happens at the deploy itself, worked out on a copy of everything.
struct Rehearsal {
  struct Playbook {
    std::uint64_t entered = 0;  // `backfill all`
    std::uint64_t waiting = 0;  // `backfill N per day`: enter later, those of the first day at once
  };
  std::vector<Playbook> playbooks;  // of the program that would run
  std::uint64_t sends = 0;          // messages that would be tried at once
};
/// Memory: as much again as the partitions. Requires: `running` was made from `prepared`; nothing outstanding.
Result<Rehearsal> rehearse(const Partitions& partitions, const Programs& programs, const Running& running,
                           const Past& past, env::Moment moment);

}  // namespace tend::run
