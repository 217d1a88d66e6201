// The durable engine on a simulated disk: crashes at any call of the disk, by seed; full disks; snapshots and what they
// allow to drop.
#include "engine/run/engine.hpp"

#include <map>
#include <random>
#include <set>

#include "engine/env/files_simulated.hpp"
#include "engine/env/zone.hpp"
#include "engine/run/figures.hpp"
#include "tests/support/test.hpp"

using namespace tend;

namespace {

/// `enter on order again always · send a · wait 3 days · send b`, by hand: this folder stands below the checker.
program::Program make_program() {
  program::Program p;
  p.attributes = {{.name = "timezone", .type = {.type = program::Type::text}},
                  {.name = "language", .type = {.type = program::Type::text}}};
  for (const std::string_view name : program::kBuiltinEvents) {
    p.events.push_back({.name = std::string(name),
                        .fields = {{.name = "message", .type = {.type = program::Type::text}},
                                   {.name = "channel", .type = {.type = program::Type::text}},
                                   {.name = "playbook", .type = {.type = program::Type::text}}}});
  }
  p.events.push_back({.name = "order", .fields = {}});
  p.constants.push_back({.kind = program::ValueKind::duration, .integer = 3 * env::kDay});
  p.nodes.push_back({.op = program::Op::constant, .type = program::Type::duration, .a = 0});
  p.expressions.push_back({.root = 0, .dependencies = {}});
  for (const char* name : {"a", "b"})
    p.messages.push_back({.name = name, .items = {{.kind = "text", .parts = {{.literal = name}}}}});
  program::Playbook book;
  book.name = "p";
  book.again = program::Again::always;
  book.enters.push_back({.kind = program::EnterKind::on_event, .event = program::kBuiltinEventCount});
  book.steps.push_back({.kind = program::StepKind::send, .label = "send a", .message = 0});
  book.steps.push_back({.kind = program::StepKind::wait, .label = "wait 3 days", .expression = 0});
  book.steps.push_back({.kind = program::StepKind::send, .label = "send b", .message = 1});
  p.playbooks.push_back(book);
  return p;
}

/// A channel that remembers what it was given as the world does: a crash of the engine does not undo it.
class World final : public run::Sender {
 public:
  std::map<std::string, int> handed_over;  // key → how often
  std::function<bool()> dies_after_the_effect = [] { return false; };

  Result<std::vector<run::Answer>> hand_over(std::span<const run::Send> sends) override {
    for (const run::Send& send : sends) {
      ++handed_over[state::format_key(send.key)];
      if (dies_after_the_effect()) return fail(ErrorCode::io, "the process died here");
    }
    return std::vector<run::Answer>(sends.size());
  }
  Result<std::vector<run::Settled>> settle(std::span<const run::Send> sends) override {
    std::vector<run::Settled> settled;
    for (const run::Send& send : sends)
      settled.push_back(handed_over.contains(state::format_key(send.key)) ? run::Settled::handed_over
                                                                          : run::Settled::never);
    return settled;
  }
  bool needs_dispatch_record(std::string_view) const override { return false; }
};

constexpr int kDays = 40;
constexpr int kCustomers = 30;

/// The work of a day: some customers order, then time goes on. Returns false where the engine failed.
Result<void> live_a_day(run::Engine& engine, int day) {
  if (!engine.deployed()) engine.add_deploy(0);
  const env::Moment begin = day * env::kDay;
  for (int c = 0; c < kCustomers; ++c) {
    if ((c * 7 + day * 5) % 11 != 0) continue;
    const std::string customer = "c" + std::to_string(c);
    engine.add(state::EventInput{
        .moment = begin + c, .at = begin + c, .customer = customer, .event = program::kBuiltinEventCount});
  }
  engine.add_tick(begin + env::kDay - 1);
  engine.set_cursor(std::to_string(day + 1));
  return engine.commit();
}

struct Outcome {
  std::set<std::string> keys;
  std::uint64_t entered = 0;
};

/// Lives all days, however often the plug is pulled.
Outcome live(std::uint64_t seed, bool storms) {
  const program::Program program = make_program();
  const std::string bytes = program::serialize(program);
  const journey::Plan plan(program, "world");
  env::SimulatedFiles files;
  World world;
  std::mt19937_64 random(seed);
  if (storms) world.dies_after_the_effect = [&random] { return random() % 150 == 0; };
  Outcome outcome;
  for (int life = 0; life < 10'000; ++life) {
    if (storms && life < 60) files.unplug_after(random() % 900);
    const auto once = [&]() -> Result<void> {
      auto folder = run::open_data_folder(files, "data", 4);
      if (!folder) return tl::unexpected(folder.error());
      run::EngineOptions options{.threads = 1, .segment_bytes = 64 << 10, .snapshot_bytes = 8 << 10};
      auto engine = run::Engine::open(std::move(*folder), plan, bytes, {}, options, world);
      if (!engine) return tl::unexpected(engine.error());
      for (;;) {
        const std::string cursor = (*engine)->cursor();
        const int day = cursor.empty() ? 0 : std::stoi(cursor);
        if (day >= kDays) {
          outcome.entered = run::collect_figures((*engine)->partitions()).playbooks[0].entered;
          return {};
        }
        if (auto done = live_a_day(**engine, day); !done) return done;
      }
    };
    if (once()) break;
    files.crash(random());
  }
  for (const auto& [key, times] : world.handed_over) {
    CHECK(times == 1);
    outcome.keys.insert(key);
  }
  return outcome;
}

}  // namespace

TEST_CASE("a run with the plug pulled at any call of the disk sends what an undisturbed run sends, each once",
          "[run]") {
  const Outcome calm = live(0, false);
  REQUIRE(calm.entered > 50);
  REQUIRE(calm.keys.size() > calm.entered);
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    INFO("repeat with: test_engine_run '[run]', seed " << seed);
    const Outcome storm = live(seed, true);
    REQUIRE(storm.keys == calm.keys);
    REQUIRE(storm.entered == calm.entered);
  }
}

TEST_CASE("on a full disk nothing is half done, and it goes on when there is space again", "[run]") {
  const program::Program program = make_program();
  const std::string bytes = program::serialize(program);
  const journey::Plan plan(program, "world");
  env::SimulatedFiles files;
  World world;
  auto folder = run::open_data_folder(files, "data", 4);
  REQUIRE(folder);
  auto engine =
      run::Engine::open(std::move(*folder), plan, bytes, {}, {.threads = 1, .segment_bytes = 16 << 10}, world);
  REQUIRE(engine);
  for (int day = 0; day < 3; ++day) REQUIRE(live_a_day(**engine, day));
  const std::size_t before = world.handed_over.size();
  files.set_capacity(files.used_bytes());
  int day = 3;
  Result<void> done;
  while (day < kDays && (done = live_a_day(**engine, day))) ++day;
  if (day < kDays) {  // the segment was full and the next could not be made
    CHECK(done.error().message.find("full") != std::string::npos);
    files.set_capacity(std::nullopt);
    REQUIRE((*engine)->commit());  // the batch is still there
    ++day;
  }
  for (; day < kDays; ++day) REQUIRE(live_a_day(**engine, day));
  CHECK(world.handed_over.size() > before);
  for (const auto& [key, times] : world.handed_over) CHECK(times == 1);
}

TEST_CASE("another process and another version are refused in a sentence; another program does not come in by itself",
          "[run]") {
  program::Program program = make_program();
  const journey::Plan plan(program, "world");
  env::SimulatedFiles files;
  World world;
  {
    auto folder = run::open_data_folder(files, "data", 4);
    REQUIRE(folder);
    const auto second = run::open_data_folder(files, "data", 4);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == ErrorCode::in_use);
    auto engine = run::Engine::open(std::move(*folder), plan, program::serialize(program), {}, {.threads = 1}, world);
    REQUIRE(engine);
    REQUIRE(live_a_day(**engine, 0));
  }
  program::Program other = program;
  other.playbooks[0].title = "edited";
  const journey::Plan other_plan(other);
  auto folder = run::open_data_folder(files, "data", 4);
  REQUIRE(folder);
  auto engine = run::Engine::open(std::move(*folder), other_plan, program::serialize(other), {}, {.threads = 1}, world);
  REQUIRE(engine);
  CHECK((*engine)->running().from == run::program_hash(program::serialize(program)));
  CHECK((*engine)->running().program.playbooks[0].title.empty());
  engine->reset();
  files.set_content("data/tend-data", "tend data 7 partitions 4\n");
  const auto version = run::open_data_folder(files, "data", 4);
  REQUIRE_FALSE(version);
  CHECK(version.error().code == ErrorCode::version);
}
