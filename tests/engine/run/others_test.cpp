// Customers who read one another: a start finds what stood there then, wherever the snapshots lie and whatever was
// deployed between.
#include <map>
#include <random>
#include <set>

#include "engine/env/files_simulated.hpp"
#include "engine/run/doctor_folder.hpp"
#include "engine/run/engine.hpp"
#include "tests/support/compile.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::run;

namespace {

/// What went out; a crash of the engine does not undo it.
class World final : public Sender {
 public:
  std::map<std::string, int> handed_over;  // `customer message day` → how often
  std::set<std::string> keys;

  Result<std::vector<Answer>> hand_over(std::span<const Send> sends) override {
    for (const Send& send : sends) {
      keys.insert(state::format_key(send.key));
      ++handed_over[std::string(send.customer) + " " + std::string(send.message) + " " +
                    std::to_string(send.at / env::kDay)];
    }
    return std::vector<Answer>(sends.size());
  }
  Result<std::vector<Settled>> settle(std::span<const Send> sends) override {
    std::vector<Settled> settled;
    for (const Send& send : sends)
      settled.push_back(keys.contains(state::format_key(send.key)) ? Settled::handed_over : Settled::never);
    return settled;
  }
  bool needs_dispatch_record(std::string_view) const override { return false; }
};

const std::string kDeclared =
    "customer { referrer customer; rank number }\nevent order { amount money }\nactivity is order\n"
    "message a { text \"a\" }\nmessage b { text \"b\" }\nmessage c { text \"c\" }\n";
/// Which way a journey goes says what its referrer was on that day, and it goes on for days.
const std::string kReads =
    "playbook p { enter on order; again always; if customer.referrer.rank >= 5 { send a; wait 2 days; send c } else { "
    "wait 1 day; send b } }";
const std::string kReadsMore =
    "playbook p { enter on order; again always; on edit follow; if customer.referrer.rank >= 3 { send a; wait 3 days; "
    "send c } else { wait 1 day; send b } }";
const std::string kReadsNobody = "playbook p { enter on order; again always; wait 1 day; send b }";

constexpr int kCustomers = 24;
constexpr int kSteps = 9;  // of a day
constexpr int kEnd = 30 * kSteps;
constexpr unsigned kPartitions = 4;

program::Program compiled(const std::string& playbooks) { return test::compile_or_throw(kDeclared + playbooks); }

struct Shop {
  env::SimulatedFiles files;
  World world;
  program::Program first = compiled(kReads);
  journey::Plan plan{first, "world"};
  EngineOptions options{.threads = 1};
  std::unique_ptr<Engine> engine;

  Result<void> open() {
    engine.reset();
    auto folder = open_data_folder(files, "data", kPartitions);
    if (!folder) return tl::unexpected(folder.error());
    auto opened = Engine::open(std::move(*folder), plan, program::serialize(first), {}, options, world);
    if (!opened) return tl::unexpected(opened.error());
    engine = std::move(*opened);
    return {};
  }
  /// Three customers' ranks move and they order, or a day goes to its end; one batch.
  Result<void> live(int step) {
    if (!engine->deployed()) engine->add_deploy(0);
    const program::Program& program = engine->running().program;
    const int day = step / kSteps, group = step % kSteps;
    for (int c = group * 3; c < group * 3 + 3 && c < kCustomers; ++c) {
      const std::string customer = "c" + std::to_string(c);
      const env::Moment at = day * env::kDay + c * env::kMinute;
      if ((c * 5 + day * 3) % 4 == 0) {
        std::string fields;
        const std::string referrer = "c" + std::to_string((c * 7 + 1) % kCustomers);
        state::append_field(fields, static_cast<std::uint16_t>(*program::find_attribute(program, "referrer")),
                            program::Value::string(referrer));
        state::append_field(fields, static_cast<std::uint16_t>(*program::find_attribute(program, "rank")),
                            program::Value::number((c * 11 + day * 7) % 10));
        engine->add(state::AttributesInput{.moment = at, .customer = customer, .fields = fields});
      }
      if ((c * 7 + day * 5) % 3 == 0)
        engine->add(state::EventInput{
            .moment = at + 1, .at = at + 1, .customer = customer, .event = *program::find_event(program, "order")});
    }
    if (group == kSteps - 1) engine->add_tick((day + 1) * env::kDay - 1);
    engine->set_cursor(std::to_string(step + 1));
    return engine->commit();
  }
  /// How many steps the log has.
  int lived() const {
    const std::string cursor = engine->cursor();
    return cursor.empty() ? 0 : std::stoi(cursor);
  }
  /// What is wrong with folder or state; empty if nothing is.
  std::string examine() {
    engine.reset();
    const auto folder = open_data_folder_for_reading(files, "data");
    REQUIRE(folder);
    const auto report = check_folder(*folder, {.default_channel = "world", .history = false});
    INFO((report ? "" : report.error().message));
    REQUIRE(report);
    return report->findings.empty() ? std::string() : text_of(report->findings.front());
  }
};

/// Programs that are put in before a step.
using Deploys = std::map<int, std::string>;

Result<void> go_on(Shop& shop, const Deploys& deploys, std::set<int>& deployed) {
  while (shop.lived() < kEnd) {
    const int step = shop.lived();
    const auto deploy = deploys.find(step);
    if (deploy != deploys.end() && !deployed.contains(step)) {
      const program::Program next = compiled(deploy->second);
      // It is in already where the crash came between its batch and the next.
      if (shop.engine->running().from != program_hash(program::serialize(next))) {
        if (auto done = shop.engine->deploy(next, {}, shop.engine->clock()); !done) return done;
      }
      deployed.insert(step);
    }
    if (auto done = shop.live(step); !done) return done;
  }
  return {};
}

std::map<std::string, int> calm(const Deploys& deploys) {
  Shop shop;
  std::set<int> deployed;
  REQUIRE(shop.open());
  REQUIRE(go_on(shop, deploys, deployed));
  return shop.world.handed_over;
}

/// The same from crash to crash.
void storm(const Deploys& deploys, std::uint64_t seeds) {
  const auto expected = calm(deploys);
  REQUIRE(expected.size() > 100);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    INFO("repeat with: test_engine_run '[others]', seed " << seed);
    std::mt19937_64 random(seed);
    Shop shop;
    shop.options.segment_bytes = 16 << 10;
    shop.options.snapshot_bytes = 2 << 10;
    shop.options.house_bytes = 512;
    shop.options.history = {.index_segment = [](std::uint32_t) { return Result<void>(); },
                            .indexed_through = [] { return UINT32_MAX - 1; }};
    const unsigned share = seed % 3 == 0 ? 10 : 60;  // percent of occasions at which snapshots are written
    shop.options.background_in_turn = [&random, share] { return random() % 100 < share; };
    std::set<int> deployed;
    for (int life = 0;; ++life) {
      REQUIRE(life < 1000);
      if (life < 60) shop.files.unplug_after(random() % 1200);
      if (shop.open() && go_on(shop, deploys, deployed)) break;
      if (shop.engine != nullptr && shop.engine->batch_size() == 0 && random() % 2 == 0)
        (void)shop.engine->snapshot_all();
      shop.engine.reset();
      shop.files.crash(random());
    }
    shop.files.forget_faults();
    REQUIRE(shop.world.handed_over == expected);
    const std::string found = shop.examine();
    INFO(found);
    REQUIRE(found.empty());
  }
}

SnapshotHead head(std::uint16_t partition, std::uint64_t batch, std::uint64_t others_read) {
  return {.partition = partition, .batch = batch, .others_read = others_read};
}

}  // namespace

TEST_CASE("snapshots that fit one another: nobody read another between the oldest and the newest of them", "[others]") {
  using Set = SnapshotSet;
  SECTION("where nobody reads another, each partition's newest") {
    const SnapshotHeads heads{{head(0, 9, 0), head(0, 4, 0)}, {head(1, 5, 0)}, {}};
    CHECK(newest_set(heads) == Set{0, 0, 0});
    CHECK(set_before(heads, newest_set(heads)) == Set{1, 1, 0});
  }
  SECTION("a round under way waits for its last one") {
    const SnapshotHeads heads{{head(0, 9, 9), head(0, 4, 4), head(0, 2, 2)}, {head(1, 4, 4), head(1, 2, 2)}};
    CHECK(newest_set(heads) == Set{1, 0});
    CHECK(set_before(heads, newest_set(heads)) == Set{2, 1});
  }
  SECTION("rounds that crashes left half done") {
    const SnapshotHeads heads{{head(0, 9, 9), head(0, 7, 7), head(0, 2, 2)}, {head(1, 8, 8), head(1, 2, 2)}};
    CHECK(newest_set(heads) == Set{2, 1});
    CHECK(set_before(heads, newest_set(heads)) == Set{3, 2});
  }
  SECTION("none of one partition: all begin with the log") {
    const SnapshotHeads heads{{head(0, 9, 9)}, {}};
    CHECK(newest_set(heads) == Set{1, 0});
  }
  SECTION("a program that no longer reads anybody: from its deploy on each goes alone") {
    const SnapshotHeads heads{{head(0, 12, 10), head(0, 9, 9)}, {head(1, 15, 10), head(1, 9, 9)}};
    CHECK(newest_set(heads) == Set{0, 0});
    const SnapshotHeads early{{head(0, 12, 10), head(0, 9, 9)}, {head(1, 9, 9)}};
    CHECK(newest_set(early) == Set{1, 0});
  }
}

TEST_CASE("a start reads in other customers what stood there then, wherever the snapshots lie", "[others]") {
  storm({}, 40);
}

TEST_CASE("deploys between change nothing of it: to one that reads more, to one that reads nobody, and back",
          "[others]") {
  storm({{60, kReadsMore}, {120, kReadsNobody}, {125, kReads}, {126, kReadsNobody}, {200, kReadsMore}}, 40);
}
