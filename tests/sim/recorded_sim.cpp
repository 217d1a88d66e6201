#include "tests/sim/recorded_sim.hpp"

#include <algorithm>
#include <memory>

#include "engine/env/files_simulated.hpp"
#include "engine/run/doctor_folder.hpp"
#include "tests/sim/archive.hpp"
#include "tests/sim/life.hpp"
#include "tests/sim/random.hpp"
#include "tests/sim/world.hpp"

namespace tend::sim {
namespace {

constexpr const char* kFolder = "data";
constexpr int kLivesMax = 100;

/// A run under way. What survives a life is the disk and the world.
class Storm {
 public:
  Storm(const Subject& subject, const Outcome& undisturbed, std::uint64_t seed,
        const std::function<void(const std::string&)>& tell)
      : subject_(subject),
        undisturbed_(undisturbed),
        tell_(tell),
        random_(seed),
        partitions_(random_.one_of<unsigned>({1, 2, 4, 16})),
        world_(&files_, subject.reject_percent, seed) {}

  Report run();

 private:
  Result<void> live();
  Result<void> go_to_the_end(run::Engine& engine);
  Result<std::unique_ptr<run::Engine>> open();
  Result<Outcome> outcome_of(run::Engine& engine);
  void examine(run::Engine& engine, const char* when);
  Result<void> examine_folder();
  void check_end(const Outcome& outcome);
  void check_sends();
  void fail(const std::string& sentence) {
    if (report_.failure.empty()) report_.failure = sentence;
  }
  void say(const std::string& line) const {
    if (tell_) tell_(line);
  }

  const Subject& subject_;
  const Outcome& undisturbed_;
  const std::function<void(const std::string&)>& tell_;
  Random random_;
  unsigned partitions_;
  env::SimulatedFiles files_;
  Archive archive_{files_, env::join_path(kFolder, "log")};
  World world_;
  Life life_;
  Report report_;
};

Report Storm::run() {
  for (int number = 0; report_.failure.empty(); ++number) {
    if (number == kLivesMax) {
      fail("after " + std::to_string(number) + " lives it is not through");
      break;
    }
    life_ = choose_life(random_, number);
    arm(life_, random_, files_, world_);
    ++report_.lives;
    const bool calm = life_.fault == Fault::none;  // a fault that is over may still be told by the background's work
    const auto done = live();
    files_.set_capacity(std::nullopt);
    files_.forget_faults();
    world_.forget_faults();
    say("life " + std::to_string(number + 1) + ": " + life_.story + ": " + (done ? "through" : done.error().message));
    if (done) break;
    // A refusal of the disk or of a channel is what a fault may look like; nothing else is.
    if (done.error().code != ErrorCode::io) fail("a fault of the disk became damage: " + done.error().message);
    if (calm) fail("without a fault it ended with: " + done.error().message);
    if (files_.unplugged() || random_.chance(30)) {
      ++report_.crashes;
      files_.crash(random_.next());
    }
  }
  if (report_.failure.empty()) check_sends();
  return report_;
}

Result<std::unique_ptr<run::Engine>> Storm::open() {
  auto folder = run::open_data_folder(files_, kFolder, partitions_);
  if (!folder) return tl::unexpected(folder.error());
  run::EngineOptions options{.threads = life_.threads,
                             .segment_bytes = life_.segment_bytes,
                             .snapshot_bytes = life_.snapshot_bytes,
                             .house_bytes = life_.house_bytes,
                             .background_in_turn = [this] { return random_.chance(life_.background_percent); },
                             .history = archive_.hook()};
  const cli::Compiled& compiled = *subject_.prepared.compiled;
  return run::Engine::open(std::move(*folder), *subject_.plan, compiled.program_bytes, compiled.places_bytes, options,
                           world_);
}

Result<void> Storm::live() {
  auto engine = open();
  if (!engine) return tl::unexpected(engine.error());
  examine(**engine, "after opening it");
  if (auto done = go_to_the_end(**engine); !done) return done;
  auto outcome = outcome_of(**engine);
  if (!outcome) return tl::unexpected(outcome.error());
  check_end(*outcome);
  examine(**engine, "at the end");
  if (auto done = (*engine)->snapshot_all(); !done) return done;
  engine->reset();
  return examine_folder();
}

/// The doctor over what is in memory.
void Storm::examine(run::Engine& engine, const char* when) {
  std::vector<run::Finding> findings;
  for (std::uint32_t p = 0; p < engine.partitions().count(); ++p)
    run::check_state(engine.plan(), engine.partitions().state(p), findings);
  if (!findings.empty()) fail(std::string("the doctor ") + when + ": " + run::text_of(findings.front()));
}

/// The doctor over what is on the disk.
Result<void> Storm::examine_folder() {
  const auto folder = run::open_data_folder_for_reading(files_, kFolder);
  if (!folder) return tl::unexpected(folder.error());
  const auto report = run::check_folder(*folder, folder_check(subject_));
  if (!report) return tl::unexpected(report.error());
  if (!report->findings.empty()) fail("the doctor over the data folder: " + run::text_of(report->findings.front()));
  return {};
}

Result<void> Storm::go_to_the_end(run::Engine& engine) {
  simulate::RecordedOptions options = subject_.prepared.options;
  options.window_rows = life_.window_rows;
  options.window_ms = life_.window_ms;
  Result<void> snapshot;
  options.progress = [&](double) {
    if (random_.chance(10)) examine(engine, "between two windows");
    if (snapshot && random_.chance(life_.snapshot_percent)) snapshot = engine.snapshot_all();
  };
  for (;;) {
    auto done = run_through(engine, subject_, options);
    if (done && !snapshot) done = snapshot;
    if (done) return done;
    // On a full disk the batch stays, and goes on when there is space again; what a channel did not take needs a start.
    const bool waits = life_.fault == Fault::full_disk && engine.batch_size() > 0 && snapshot && random_.chance(70);
    if (!waits) return done;
    ++report_.full_disks;
    files_.set_capacity(std::nullopt);
    life_.fault = Fault::none;
    life_.story += ", and then it has space again";
    if (auto again = engine.commit(); !again) return again;
  }
}

/// What log and archive say together, and what the state says.
Result<Outcome> Storm::outcome_of(run::Engine& engine) {
  Outcome outcome;
  std::vector<std::uint64_t> positions(engine.partitions().count(), 0);
  const auto look = [&](std::uint8_t kind, std::uint16_t partition, std::uint64_t position, std::string_view payload) {
    if (partition == log::kNoPartition || !report_.failure.empty()) return;
    if (position != ++positions[partition]) fail("the log lacks a record before " + std::to_string(position));
    if (static_cast<state::InputKind>(kind) != state::InputKind::outcome) return;
    if (!take_outcome(payload, world_, outcome.sends)) fail("the log holds an outcome that cannot be read");
  };
  const auto segments = engine.log()->segments();
  for (const auto& [number, records] : archive_.segments()) {
    if (number >= segments.front().number) break;
    ++report_.dropped_segments;
    for (const Archive::Record& record : records) look(record.kind, record.partition, record.position, record.payload);
  }
  log::Visitor visitor;
  visitor.on_record = [&](const log::Record& record) -> Result<void> {
    look(record.kind, record.partition, record.position, record.payload);
    return {};
  };
  for (const log::SegmentInfo& segment : segments) {
    if (auto read = engine.log()->read_segment(segment.number, visitor); !read) return tl::unexpected(read.error());
  }
  outcome.figures = figures_of(subject_, engine);
  return outcome;
}

void Storm::check_end(const Outcome& outcome) {
  const std::string other = difference(undisturbed_, outcome);
  if (!other.empty()) fail("the undisturbed run against this one: " + other);
}

/// What the channels had, against what the undisturbed run sent: none missing, none twice, none besides.
void Storm::check_sends() {
  const auto& delivered = world_.delivered();
  std::set<std::string> wanted;
  for (const simulate::SendLine& send : undisturbed_.sends) {
    const std::string key = state::format_key(send.key);
    wanted.insert(key);
    const auto found = delivered.find(key);
    const std::string what = "`" + send.message + "` to " + send.customer + " at " + env::format_moment(send.at);
    if (found == delivered.end() && !world_.may_be_missing().contains(key)) fail("never handed over: " + what);
    if (found == delivered.end()) ++report_.settled_as_sent;
    if (found != delivered.end() && found->second != 1)
      fail("handed over " + std::to_string(found->second) + " times: " + what);
  }
  report_.sends = wanted.size();
  for (const auto& [key, times] : delivered) {
    if (!wanted.contains(key)) fail("handed over, and not by the undisturbed run: key " + key);
  }
}

}  // namespace

Report run_recorded_under_faults(const Subject& subject, const Outcome& undisturbed, std::uint64_t seed,
                                 const std::function<void(const std::string&)>& tell) {
  return Storm(subject, undisturbed, seed, tell).run();
}

}  // namespace tend::sim
