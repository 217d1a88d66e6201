// One life of a simulated process: how it is set up, and what goes wrong in it.
#pragma once
#include <cstdint>
#include <string>

#include "engine/env/files_simulated.hpp"
#include "tests/sim/random.hpp"
#include "tests/sim/world.hpp"

namespace tend::sim {

enum class Fault {
  none,
  plug,          // all calls of the disk fail from one on, in the middle of whatever it was
  one_call,      // a single call of the disk fails, once
  full_disk,     // no more space, until somebody notices
  channel,       // the channel stops answering after some messages; the process ends
  channel_plug,  // the same with the whole machine
  settle,        // the channel does not answer what it had
};

struct Life {
  unsigned threads = 1;
  std::uint32_t window_rows = 65536;
  std::int64_t window_ms = 30 * env::kDay;
  std::uint64_t segment_bytes = 64 << 10;
  std::uint64_t snapshot_bytes = 1 << 20;
  std::uint64_t house_bytes = 4 << 20;
  unsigned background_percent = 100;  // of occasions at which work beside the loop is done at once
  unsigned snapshot_percent = 0;      // of windows after which everything is snapshot
  Fault fault = Fault::none;
  std::string story;  // for people
};

/// Chooses a life. From `kStormyLives` on nothing goes wrong any more, so that every run ends.
inline constexpr int kStormyLives = 12;
Life choose_life(Random& random, int number);

/// Lets the fault of this life loose on disk and channels.
void arm(Life& life, Random& random, env::SimulatedFiles& files, World& world);

}  // namespace tend::sim
