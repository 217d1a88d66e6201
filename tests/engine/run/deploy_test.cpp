// Deploys into an engine under way: what becomes of those inside, and that no crash changes it.
#include "engine/run/deploy.hpp"

#include <map>
#include <random>

#include "engine/env/files_simulated.hpp"
#include "engine/run/engine.hpp"
#include "engine/run/figures.hpp"
#include "tests/support/compile.hpp"
#include "tests/support/test.hpp"

using namespace tend;

namespace {

/// What went out, as the world has it: `customer message` → the moments, each key once.
class World final : public run::Sender {
 public:
  std::map<std::string, std::vector<env::Moment>> sent;
  std::map<std::string, int> keys;
  std::function<bool()> dies_after_the_effect = [] { return false; };

  Result<std::vector<run::Answer>> hand_over(std::span<const run::Send> sends) override {
    for (const run::Send& send : sends) {
      ++keys[state::format_key(send.key)];
      sent[std::string(send.customer) + " " + std::string(send.message)].push_back(send.at);
      if (dies_after_the_effect()) return fail(ErrorCode::io, "the process died here");
    }
    return std::vector<run::Answer>(sends.size());
  }
  Result<std::vector<run::Settled>> settle(std::span<const run::Send> sends) override {
    std::vector<run::Settled> settled;
    for (const run::Send& send : sends)
      settled.push_back(keys.contains(state::format_key(send.key)) ? run::Settled::handed_over : run::Settled::never);
    return settled;
  }
  bool needs_dispatch_record(std::string_view) const override { return false; }
};

const std::string kDeclared =
    "customer { city text }\nevent order { amount money }\nevent visit { store text }\nactivity is order\n"
    "message a { text \"a\" }\nmessage b { text \"b\" }\nmessage c { text \"c\" }\n";

program::Program compiled(const std::string& playbooks) { return test::compile_or_throw(kDeclared + playbooks); }

/// An engine on a disk that can be closed and opened again.
struct Folder {
  env::SimulatedFiles files;
  World world;
  program::Program first;
  std::unique_ptr<run::Engine> engine;

  explicit Folder(const std::string& playbooks) : first(compiled(playbooks)) { open(); }

  void open() {
    engine.reset();
    auto folder = run::open_data_folder(files, "data", 3);
    REQUIRE(folder);
    const journey::Plan plan(first, "world");
    auto opened = run::Engine::open(std::move(*folder), plan, program::serialize(first), {}, {.threads = 1}, world);
    INFO((opened ? "" : opened.error().message));
    REQUIRE(opened);
    engine = std::move(*opened);
    if (engine->deployed()) return;
    engine->add_deploy(0);
    REQUIRE(engine->commit());
  }
  std::uint32_t event(const std::string& name) const { return *program::find_event(engine->running().program, name); }
  void happens(env::Moment at, const std::string& customer, const std::string& name) {
    engine->add(state::EventInput{.moment = at, .at = at, .customer = customer, .event = event(name)});
    REQUIRE(engine->commit());
  }
  void until(env::Moment at) {
    engine->add_tick(at);
    REQUIRE(engine->commit());
  }
  Result<void> deploy(const std::string& playbooks, env::Moment at) {
    return engine->deploy(compiled(playbooks), {}, at);
  }
  std::vector<env::Moment> days(const std::string& what) const {
    const auto found = world.sent.find(what);
    std::vector<env::Moment> out;
    if (found == world.sent.end()) return out;
    for (const env::Moment at : found->second) out.push_back(at / env::kDay);
    return out;
  }
  std::string versions() const {
    std::string out;
    for (const program::Playbook& playbook : engine->running().program.playbooks)
      out += playbook.name + std::to_string(playbook.version) + (playbook.superseded ? "- " : " ");
    return out;
  }
};

using Days = std::vector<env::Moment>;
constexpr env::Moment kDay = env::kDay;

}  // namespace

TEST_CASE("pin: those inside finish on the old steps, others take the new ones; the old version then goes") {
  Folder folder("playbook p { enter on order; again always; wait 3 days; send a; wait 3 days; send b }");
  folder.happens(1 * kDay, "anna", "order");
  REQUIRE(folder.deploy("playbook p { enter on order; again always; wait 1 day; send c }", 2 * kDay));
  CHECK(folder.versions() == "p2 p1- ");
  folder.happens(2 * kDay, "anna", "order");  // she is inside
  folder.happens(2 * kDay, "bob", "order");
  folder.open();
  CHECK(folder.versions() == "p2 p1- ");
  folder.until(9 * kDay);
  CHECK(folder.days("anna a") == Days{4});
  CHECK(folder.days("anna b") == Days{7});
  CHECK(folder.days("anna c").empty());
  CHECK(folder.days("bob c") == Days{3});
  folder.happens(9 * kDay, "anna", "order");
  folder.until(11 * kDay);
  CHECK(folder.days("anna c") == Days{10});
  REQUIRE(folder.deploy("playbook p { enter on order; again always; wait 2 days; send c }", 11 * kDay));
  CHECK(folder.versions() == "p3 ");
  CHECK(run::collect_figures(folder.engine->partitions()).playbooks[0].entered == 3);
}

TEST_CASE("an edit back to what an older version does takes those inside it along") {
  const std::string first = "playbook p { enter on order; again always; wait 3 days; send a }";
  Folder folder(first);
  folder.happens(1 * kDay, "anna", "order");
  REQUIRE(folder.deploy("playbook p { enter on order; again always; wait 1 day; send c }", 2 * kDay));
  folder.happens(2 * kDay, "bob", "order");
  REQUIRE(folder.deploy(first, 2 * kDay + 1));
  CHECK(folder.versions() == "p3 p2- ");
  folder.open();
  folder.until(9 * kDay);
  CHECK(folder.days("anna a") == Days{4});
  CHECK(folder.days("bob c") == Days{3});
}

TEST_CASE("follow: a wait under way is worked out anew from when it was reached") {
  Folder folder("playbook p { enter on order; wait 6 days; send a }");
  folder.happens(1 * kDay, "anna", "order");
  folder.happens(3 * kDay, "bob", "order");
  REQUIRE(folder.deploy("playbook p { enter on order; on edit follow; wait 2 days; send b; send c }", 4 * kDay));
  CHECK(folder.versions() == "p2 ");
  CHECK(folder.days("anna b") == Days{4});  // her wait is over already
  folder.open();
  folder.until(9 * kDay);
  CHECK(folder.days("bob b") == Days{5});
  CHECK(folder.days("anna c").size() == 1);
  CHECK(folder.days("anna a").empty());
  for (const auto& [key, times] : folder.world.keys) CHECK(times == 1);
}

TEST_CASE("a journey that follows does not send under a key that it had") {
  Folder folder("playbook p { enter on order; send a; wait 3 days; send b }");
  folder.happens(1 * kDay, "anna", "order");
  REQUIRE(folder.deploy("playbook p { enter on order; on edit follow; wait 2 days; send c; send a }", 2 * kDay));
  folder.until(9 * kDay);
  CHECK(folder.days("anna c") == Days{3});
  CHECK(folder.days("anna a") == Days{1, 3});
  CHECK(folder.world.keys.size() == 3);
}

TEST_CASE("move: by label, the step begins anew; who is not covered keeps the edit out") {
  const std::string before =
      "playbook p { enter on order; wait 1 day; wait up to 9 days { on visit { send a } else { send b } } }\n";
  const std::string now =
      "playbook p { enter on order; on edit move \"thanks\" to \"care\"; wait 2 days; send c as care }\n";
  Folder folder(before);
  folder.happens(1 * kDay, "anna", "order");
  const auto refused = folder.deploy(now, 2 * kDay + 1);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("`on edit move` of playbook `p` says nothing of those who stand at `wait up to") ==
        0);
  CHECK(refused.error().message.find("(1 customer: `anna`)") != std::string::npos);
  CHECK(folder.versions() == "p1 ");
  folder.until(20 * kDay);
  CHECK(folder.days("anna b") == Days{11});
  REQUIRE(folder.deploy(now, 21 * kDay));
  CHECK(folder.versions() == "p2 ");
}

TEST_CASE("move takes those at a label to another") {
  Folder folder("policy { quiet 0:00 to 12:00 }\nplaybook p { enter on order; send a as one }\n");
  folder.happens(1 * kDay, "anna", "order");  // put off until noon
  REQUIRE(folder.deploy(
      "policy { quiet 0:00 to 12:00 }\n"
      "playbook p { enter on order; on edit move \"one\" to \"two\"; send b; wait 1 day; send c as two }\n",
      1 * kDay + 1));
  folder.open();
  folder.until(3 * kDay);
  CHECK(folder.days("anna a").empty());
  CHECK(folder.days("anna b").empty());
  CHECK(folder.world.sent["anna c"] == std::vector<env::Moment>{kDay + kDay / 2});
}

TEST_CASE("bits of an unchanged condition stay, those of a changed one are set without an edge") {
  Folder folder(
      "playbook p { enter when count(order) over 30 days >= 2; again always; send a }\n"
      "playbook q { enter when count(order) over 30 days >= 1; again always; send b }");
  folder.happens(1 * kDay, "anna", "order");
  folder.happens(2 * kDay, "anna", "order");
  CHECK(folder.days("anna a") == Days{2});
  CHECK(folder.days("anna b") == Days{1});
  REQUIRE(
      folder.deploy("playbook o { enter when count(order) over 9 days >= 2; again always; send c }\n"
                    "playbook p { enter when count(order) over 30 days >= 2; again always; wait 1 day; send a }\n"
                    "playbook q { enter when count(order) over 30 days >= 2; again always; send b }",
                    3 * kDay));
  folder.happens(4 * kDay, "anna", "order");
  folder.until(50 * kDay);
  CHECK(folder.days("anna a") == Days{2});
  CHECK(folder.days("anna b") == Days{1});
  CHECK(folder.days("anna c").empty());
  folder.happens(51 * kDay, "anna", "order");
  folder.happens(52 * kDay, "anna", "order");
  folder.until(60 * kDay);
  CHECK(folder.days("anna a") == Days{2, 53});
  CHECK(folder.days("anna c") == Days{52});
}

TEST_CASE("backfill lets in those for whom a new condition holds already, and a rehearsal says how many") {
  Folder folder("playbook p { enter when count(order) over 30 days >= 2; send a }");
  for (const char* customer : {"anna", "bob", "carl"}) folder.happens(1 * kDay, customer, "order");
  const std::string now =
      "playbook p { enter when count(order) over 30 days >= 2; send a }\n"
      "playbook q { enter when count(order) over 30 days >= 1; backfill all; send b }\n";
  const program::Program program = compiled(now);
  auto prepared = folder.engine->prepare(program, {});
  REQUIRE(prepared);
  run::Programs programs("world");
  const run::Running& running = programs.add(prepared->grafted.program, prepared->grafted.places);
  const auto rehearsal = run::rehearse(folder.engine->partitions(), programs, running, {}, 2 * kDay);
  REQUIRE(rehearsal);
  CHECK(rehearsal->playbooks[0].entered == 0);
  CHECK(rehearsal->playbooks[1].entered == 3);
  CHECK(rehearsal->sends == 3);
  CHECK(folder.days("anna b").empty());  // nothing has happened yet
  REQUIRE(folder.deploy(now, 2 * kDay));
  CHECK(folder.days("anna b") == Days{2});
  CHECK(folder.days("carl b") == Days{2});
}

TEST_CASE("who is forgotten or became another one is let in by no backfill") {
  Folder folder("playbook p { enter when count(order) over 30 days >= 2; send a }");
  for (const char* customer : {"anna", "bob", "carl"}) folder.happens(1 * kDay, customer, "order");
  folder.engine->add(state::ForgetInput{.moment = folder.engine->clock(), .customer = "anna"});
  folder.engine->add(state::MergeInput{.moment = folder.engine->clock(), .customer = "bob", .into = "carl"});
  REQUIRE(folder.engine->commit());
  const std::string now =
      "playbook p { enter when count(order) over 30 days >= 2; send a }\n"
      "playbook q { enter when count(order) over 30 days < 9; backfill all; send b }\n";
  auto prepared = folder.engine->prepare(compiled(now), {});
  REQUIRE(prepared);
  run::Programs programs("world");
  const run::Running& running = programs.add(prepared->grafted.program, prepared->grafted.places);
  const auto rehearsal = run::rehearse(folder.engine->partitions(), programs, running, {}, 2 * kDay);
  REQUIRE(rehearsal);
  CHECK(rehearsal->playbooks[1].entered == 1);
  REQUIRE(folder.deploy(now, 2 * kDay));
  CHECK(folder.days("anna b").empty());
  CHECK(folder.days("bob b").empty());
  CHECK(folder.days("carl b") == Days{2});
}

TEST_CASE(
    "a new condition reads events that nothing kept, longer windows and new fields out of the log, and after a start "
    "too") {
  const std::string first = "playbook p { enter on order; send a }\n";
  Folder folder(first);
  const auto visits = [&](env::Moment at, const std::string& customer, const std::string& store) {
    std::string fields;
    const auto& declared = folder.engine->running().program.events[folder.event("visit")].fields;
    for (std::uint16_t f = 0; f < declared.size(); ++f) {
      if (declared[f].name == "store") state::append_field(fields, f, program::Value::string(store));
    }
    folder.engine->add(state::EventInput{
        .moment = at, .at = at, .customer = customer, .event = folder.event("visit"), .fields = fields});
    REQUIRE(folder.engine->commit());
  };
  visits(1 * kDay, "anna", "north");
  visits(9 * kDay, "anna", "south");
  visits(9 * kDay, "bob", "north");
  visits(9 * kDay, "carl", "north");
  folder.engine->add(state::ForgetInput{.moment = 9 * kDay + 1, .customer = "carl"});
  REQUIRE(folder.engine->commit());

  // Fields have other numbers now, and the window does not reach back to the first day.
  const program::Program now = test::compile_or_throw(
      "customer { city text }\nevent order { amount money }\nevent visit { page text; store text }\nactivity is order\n"
      "message a { text \"a\" }\nmessage b { text \"b\" }\nmessage c { text \"c\" }\n" +
      first + "playbook q { enter when count(visit) over 5 days >= 1; backfill all; send b }\n");
  const auto plan_of = [&](const program::Program& next, env::Moment at) {
    auto prepared = folder.engine->prepare(next, {});
    REQUIRE(prepared);
    run::Programs programs("world");
    const run::Running& running = programs.add(prepared->grafted.program, prepared->grafted.places);
    auto past = folder.engine->past_of(running, at);
    REQUIRE(past);
    return std::move(*past);
  };
  const run::Past past = plan_of(now, 10 * kDay);
  CHECK(past.unknown.empty());
  REQUIRE(past.filled.size() == 1);
  CHECK(past.filled[0].customers == 2);
  CHECK(past.filled[0].events == 2);
  REQUIRE(folder.engine->deploy(now, {}, 10 * kDay));
  CHECK(folder.days("anna b") == Days{10});
  CHECK(folder.days("bob b") == Days{10});
  CHECK(folder.days("carl b").empty());

  // A longer window, and a field that nothing read.
  const program::Program third = test::compile_or_throw(
      "customer { city text }\nevent order { amount money }\nevent visit { page text; store text }\nactivity is order\n"
      "message a { text \"a\" }\nmessage b { text \"b\" }\nmessage c { text \"c\" }\n" +
      first +
      "playbook r { enter when count(visit where store = \"north\") over 20 days >= 1; backfill all; send c }\n");
  REQUIRE(folder.engine->deploy(third, {}, 11 * kDay));
  folder.open();
  CHECK(folder.days("anna c") == Days{11});
  CHECK(folder.days("bob c") == Days{11});
  for (std::uint32_t p = 0; p < folder.engine->partitions().count(); ++p) {
    const state::State& state = folder.engine->partitions().state(p);
    const std::uint32_t anna = state.find_customer("anna");
    if (anna == state::kNoText) continue;
    const std::uint32_t stored = state.layout().stored_of_event[folder.event("visit")];
    REQUIRE(state.kept_count(anna, stored) == 2);
    CHECK(state.kept_at(anna, stored, 0) == 1 * kDay);
    CHECK(state.kept_at(anna, stored, 1) == 9 * kDay);
  }
}

TEST_CASE("what a playbook emitted stays unknown, and the plan says so") {
  const std::string first = "playbook p { enter on order; emit visit { store: \"x\" } }\n";
  Folder folder(first);
  folder.happens(1 * kDay, "anna", "order");
  const program::Program now =
      compiled(first + "playbook q { enter when count(visit) over 5 days >= 1; backfill all; send b }\n");
  auto prepared = folder.engine->prepare(now, {});
  REQUIRE(prepared);
  run::Programs programs("world");
  const auto past = folder.engine->past_of(programs.add(prepared->grafted.program, {}), 2 * kDay);
  REQUIRE(past);
  CHECK(past->filled.empty());
  CHECK(past->records.empty());
  CHECK(past->unknown == std::vector<std::uint32_t>{*program::find_event(now, "visit")});
}

TEST_CASE("a pause does not forget when a condition turns by time") {
  Folder folder("playbook p { enter when inactive for 10 days; send a }\nplaybook q { enter on visit; send b }\n");
  folder.happens(1 * kDay, "anna", "order");
  folder.engine->add(state::PauseInput{.moment = 2 * kDay, .paused = true, .what = "playbook:q"});
  REQUIRE(folder.engine->commit());
  folder.until(20 * kDay);
  CHECK(folder.days("anna a") == Days{11});
}

TEST_CASE("a removed playbook takes nobody in, those inside finish, and it comes back where it was") {
  const std::string kept = "playbook q { enter on visit; send c }\n";
  Folder folder("playbook p { enter on order; wait 3 days; send a }\n" + kept);
  folder.happens(1 * kDay, "anna", "order");
  REQUIRE(folder.deploy(kept, 2 * kDay));
  folder.happens(2 * kDay, "bob", "order");
  folder.until(9 * kDay);
  CHECK(folder.days("anna a") == Days{4});
  CHECK(folder.days("bob a").empty());
  REQUIRE(folder.deploy("playbook r { enter on visit; send c }\n", 9 * kDay));
  CHECK(folder.versions() == "p1- r1 ");
  REQUIRE(folder.deploy("playbook p { enter on order; wait 3 days; send a }\n" + kept, 10 * kDay));
  folder.happens(11 * kDay, "anna", "order");  // `again never` goes on by the name
  folder.happens(11 * kDay, "bob", "order");
  folder.until(20 * kDay);
  CHECK(folder.days("anna a") == Days{4});
  CHECK(folder.days("bob a") == Days{14});
}

namespace {

constexpr int kDays = 40;
constexpr int kCustomers = 30;

/// Edits of a summer, by the day on which they are put in.
std::map<int, program::Program> edits() {
  std::map<int, program::Program> out;
  out[0] = compiled(
      "playbook p { enter on order; again always; send a; wait 3 days; send b }\n"
      "playbook q { enter when count(order) over 12 days >= 2; again always; wait 5 days; send c }\n");
  out[7] = compiled(
      "customer { age number }\nevent aside\n"
      "playbook o { enter on aside; send a }\n"
      "playbook p { enter on order; again always; send a; wait 5 days; send c }\n"
      "playbook q { enter when count(order) over 12 days >= 2; again always; wait 5 days; send c }\n");
  out[15] = compiled(
      "playbook p { enter on order; again always; on edit follow; send a; wait 4 days; send b; wait 1 day; send c }\n"
      "playbook q { enter when count(order) over 9 days >= 2; again always; on edit follow; wait 6 days; send b }\n");
  out[23] = compiled("playbook p { enter on order; again always; send a; wait 4 days; send b; wait 1 day; send c }\n");
  out[30] = out[0];
  return out;
}

Result<void> live_a_day(run::Engine& engine, const std::map<int, program::Program>& programs, int day) {
  const env::Moment begin = day * env::kDay;
  if (!engine.deployed()) engine.add_deploy(0);
  const auto edit = programs.find(day);
  if (day > 0 && edit != programs.end() && engine.running().from != run::program_hash(serialize(edit->second))) {
    if (auto done = engine.deploy(edit->second, {}, begin); !done) return done;
  }
  const std::uint32_t order = *program::find_event(engine.running().program, "order");
  for (int c = 0; c < kCustomers; ++c) {
    if ((c * 7 + day * 5) % 11 != 0) continue;
    const std::string customer = "c" + std::to_string(c);
    engine.add(state::EventInput{.moment = begin + c + 1, .at = begin + c + 1, .customer = customer, .event = order});
  }
  engine.add_tick(begin + env::kDay - 1);
  engine.set_cursor(std::to_string(day + 1));
  return engine.commit();
}

/// Lives all days, however often the plug is pulled: what went out.
World live(std::uint64_t seed, bool storms) {
  const auto programs = edits();
  const journey::Plan plan(programs.at(0), "world");
  const std::string bytes = serialize(programs.at(0));
  env::SimulatedFiles files;
  World world;
  std::mt19937_64 random(seed);
  if (storms) world.dies_after_the_effect = [&random] { return random() % 150 == 0; };
  bool finished = false;
  for (int life = 0; life < 10'000 && !finished; ++life) {
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
        if (day >= kDays) return {};
        if (auto done = live_a_day(**engine, programs, day); !done) return done;
      }
    };
    const auto lived = once();
    if (!storms && !lived) FAIL(lived.error().message);
    finished = lived.has_value();
    if (!finished) files.crash(random());
  }
  REQUIRE(finished);
  for (const auto& [key, times] : world.keys) CHECK(times == 1);
  return world;
}

}  // namespace

TEST_CASE("edits put in while the plug is pulled at any call of the disk end as undisturbed ones", "[deploys]") {
  const World calm = live(0, false);
  CHECK(calm.keys.size() > 200);
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    INFO("repeat with: test_engine_run '[deploys]', seed " << seed);
    const World storm = live(seed, true);
    REQUIRE(storm.sent == calm.sent);
  }
}
