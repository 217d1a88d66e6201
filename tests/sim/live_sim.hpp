// Live time under faults: serve's loop without its sockets, on a disk, a clock and channels that misbehave by seed.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "tests/sim/recorded_sim.hpp"

namespace tend::sim {

/// Posts the workspace's rows, one after the other and in floods, while the clock is set back and forth, the disk and
/// the channels fail and the machine dies, also between the acknowledgement of an event and what it causes. At the end:
/// what was acknowledged is in the log once, what was refused as `down` is not, every message that the log's inputs ask
/// for was handed over once, the doctor finds nothing.
Report run_live_under_faults(const Subject& subject, std::uint64_t seed,
                             const std::function<void(const std::string&)>& tell);

}  // namespace tend::sim
