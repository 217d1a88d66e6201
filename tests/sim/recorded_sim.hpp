// Recorded time under faults: the durable engine over a workspace's rows, on a disk and on channels that fail by seed,
// from crash to crash until it is through.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "tests/sim/outcome.hpp"
#include "tests/sim/subject.hpp"

namespace tend::sim {

struct Report {
  std::string failure;  // a sentence; empty where everything held
  int lives = 0;
  int crashes = 0;
  int full_disks = 0;
  int dropped_segments = 0;  // of the log, because snapshots and history have what they hold
  std::uint64_t sends = 0;
  std::uint64_t settled_as_sent = 0;  // by lying channels, and never had: what their policy allows
};

/// Runs the workspace to its end under the faults of `seed` and holds it against `undisturbed`. `tell` is told of each
/// life, for people; may be empty.
Report run_recorded_under_faults(const Subject& subject, const Outcome& undisturbed, std::uint64_t seed,
                                 const std::function<void(const std::string&)>& tell);

}  // namespace tend::sim
