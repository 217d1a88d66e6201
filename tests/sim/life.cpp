#include "tests/sim/life.hpp"

namespace tend::sim {
namespace {

constexpr const char* kCalls[] = {"open",   "read",   "write", "sync",        "truncate",   "preallocate",
                                  "rename", "remove", "list",  "make_folder", "sync_folder"};

}  // namespace

Life choose_life(Random& random, int number) {
  Life life;
  life.threads = static_cast<unsigned>(1 + random.below(3));
  life.window_rows = random.one_of<std::uint32_t>({1, 2, 5, 30, 300, 65536});
  life.window_ms = random.one_of<std::int64_t>({1, 3, 10, 30, 100, 1000}) * env::kDay;
  life.segment_bytes = random.one_of<std::uint64_t>({8 << 10, 16 << 10, 64 << 10});
  life.snapshot_bytes = random.one_of<std::uint64_t>({1 << 10, 16 << 10, 1 << 20});
  life.house_bytes = random.one_of<std::uint64_t>({1, 2 << 10, 64 << 10, 4 << 20});
  life.background_percent = random.one_of<unsigned>({3, 30, 100});
  life.snapshot_percent = random.one_of<unsigned>({0, 0, 5, 30, 100});
  if (number >= kStormyLives) return life;
  life.fault =
      random.one_of<Fault>({Fault::none, Fault::plug, Fault::plug, Fault::plug, Fault::one_call, Fault::one_call,
                            Fault::full_disk, Fault::channel, Fault::channel_plug, Fault::channel_plug, Fault::settle});
  return life;
}

void arm(Life& life, Random& random, env::SimulatedFiles& files, World& world) {
  switch (life.fault) {
    case Fault::none: life.story = "nothing goes wrong"; return;
    case Fault::plug: {
      const std::uint64_t calls = random.any_size(11);
      files.unplug_after(calls);
      life.story = "the plug is pulled after " + std::to_string(calls) + " calls of the disk";
      return;
    }
    case Fault::one_call: {
      const auto call = random.one_of<env::DiskCall>(
          {env::DiskCall::open, env::DiskCall::read, env::DiskCall::write, env::DiskCall::write, env::DiskCall::sync,
           env::DiskCall::sync, env::DiskCall::sync, env::DiskCall::preallocate, env::DiskCall::rename,
           env::DiskCall::remove, env::DiskCall::list, env::DiskCall::sync_folder});
      const auto after = static_cast<unsigned>(random.any_size(8));
      files.fail_next(call, after);
      life.story = std::string("after ") + std::to_string(after) + " calls of `" +
                   kCalls[static_cast<std::size_t>(call)] + "` one fails";
      return;
    }
    case Fault::full_disk: {
      const std::uint64_t space = random.any_size(17);
      files.set_capacity(files.used_bytes() + space);
      life.story = "the disk has space for " + std::to_string(space) + " bytes more";
      return;
    }
    case Fault::channel:
    case Fault::channel_plug: {
      const std::uint64_t messages = random.any_size(8);
      world.fail_after(messages, life.fault == Fault::channel_plug);
      life.story = "the channels take " + std::to_string(messages) + " messages" +
                   (life.fault == Fault::channel_plug ? ", then the machine dies" : ", then the process ends");
      return;
    }
    case Fault::settle:
      world.fail_settle();
      life.story = "the channels do not answer what they had";
      return;
  }
}

}  // namespace tend::sim
