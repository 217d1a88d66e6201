// The doctor finds nothing in what the engine leaves, and each of its checks finds what it is there for.
#include "engine/run/doctor.hpp"

#include "engine/env/files_simulated.hpp"
#include "engine/run/doctor_folder.hpp"
#include "engine/run/engine.hpp"
#include "engine/run/snapshots.hpp"
#include "tests/engine/run/clinic.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::run;

namespace {

bool finds(const std::vector<Finding>& findings, std::string_view check, std::string_view part = {}) {
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
    return finding.check == check && text_of(finding).find(part) != std::string::npos;
  });
}

}  // namespace

TEST_CASE("the doctor finds nothing in what the engine leaves", "[doctor]") {
  Clinic clinic;
  for (int day = 0; day < 20; ++day) {
    clinic.live_a_day(day);
    const auto findings = clinic.examine();
    INFO((findings.empty() ? std::string() : text_of(findings.front())));
    REQUIRE(findings.empty());
  }
  REQUIRE(clinic.engine->partitions().state(0).journey_count() > 0);
}

TEST_CASE("the doctor finds each thing that is wrong with a customer", "[doctor]") {
  Clinic clinic;
  for (int day = 0; day < 5; ++day) clinic.live_a_day(day);
  const auto wait = clinic.find_journey(state::JourneyStatus::waiting);
  state::State& state = *wait.state;
  state::Journey& journey = state.journey(wait.journey);
  state::Customer& row = state.at(journey.customer);
  const std::string who(state.customer_id(journey.customer));

  SECTION("a wait that nothing wakes") {
    journey.due = state::kNever;
    CHECK(finds(clinic.examine(), "wake",
                "customer `" + who + "`, playbook `p`, journey 1: it waits at `wait 3 days` and nothing wakes it"));
  }
  SECTION("one who is looked at too late") {
    row.due = journey.due + 1;
    state.wheel.set(journey.customer, row.due);
    CHECK(finds(clinic.examine(), "wake", "a journey is due at"));
  }
  SECTION("one who should have been woken") {
    journey.due = row.due = state.clock;
    state.wheel.set(journey.customer, row.due);
    CHECK(finds(clinic.examine(), "wake", "he was due at"));
  }
  SECTION("one whom the wheel has forgotten") {
    state.wheel.set(journey.customer, state::kNever);
    CHECK(finds(clinic.examine(), "wheel", "the wheel has nothing for him"));
  }
  SECTION("a step that goes on by nothing") {
    journey.status = state::JourneyStatus::runnable;
    journey.due = state::kNever;
    CHECK(finds(clinic.examine(), "wake", "goes on by nothing"));
  }
  SECTION("an answer that nobody counts") {
    journey.status = state::JourneyStatus::sending;
    journey.due = state::kNever;
    CHECK(finds(clinic.examine(), "answer", "1 of his journeys stand still for a channel's answer, and 0 answers"));
  }
  SECTION("an answer that nobody waits for") {
    row.outstanding = 1;
    CHECK(finds(clinic.examine(), "answer"));
  }
  SECTION("a step behind the last one") {
    journey.step = 99;
    CHECK(finds(clinic.examine(), "journey", "behind the last step"));
  }
  SECTION("a list that leads nowhere") {
    journey.next = 1'000'000;
    CHECK(finds(clinic.examine(), "journey", "leads nowhere"));
  }
  SECTION("a list that bites its tail") {
    journey.next = wait.journey;
    CHECK(finds(clinic.examine(), "journey"));
  }
  SECTION("a journey in nobody's list") {
    row.first_journey = program::kNone;
    CHECK(finds(clinic.examine(), "journey", "stand in the lists of customers"));
  }
  SECTION("another's journey") {
    journey.customer = journey.customer == 0 ? 1 : 0;
    CHECK(finds(clinic.examine(), "journey", "another's"));
  }
  SECTION("figures that are not the sum of the journeys") {
    ++state.figures[0].entered;
    CHECK(finds(clinic.examine(), "figures", "are inside playbook `p`"));
  }
  SECTION("one who is over and would be woken") {
    journey.status = state::JourneyStatus::finished;
    CHECK(finds(clinic.examine(), "wake", "it is over, and would be woken"));
  }
  SECTION("inputs that wait for nothing") {
    state.pending[journey.customer].push_back({});
    CHECK(finds(clinic.examine(), "pending"));
  }
  SECTION("a condition that changed unseen") {
    state.set_bit(journey.customer, 0, !state.bit(journey.customer, 0));
    CHECK(finds(clinic.examine(), "condition", "of playbook `silent` was last seen"));
  }
  SECTION("a condition whose wake-up comes too late") {
    const std::uint32_t other = clinic.quiet_customer(state);
    REQUIRE(other != program::kNone);
    state.at(other).due += env::kDay;
    state.wheel.set(other, state.at(other).due);
    CHECK(finds(clinic.examine(), "condition", "before he is looked at again"));
  }
}

TEST_CASE("the doctor goes round all customers a few at a time", "[doctor]") {
  Clinic clinic;
  for (int day = 0; day < 3; ++day) clinic.live_a_day(day);
  const auto wait = clinic.find_journey(state::JourneyStatus::waiting);
  wait.state->journey(wait.journey).due = state::kNever;
  std::vector<const state::State*> states;
  std::uint32_t customers = 0;
  for (std::uint32_t p = 0; p < clinic.engine->partitions().count(); ++p) {
    states.push_back(&clinic.engine->partitions().state(p));
    customers += states.back()->customer_count();
  }
  Rounds rounds;
  std::vector<Finding> findings;
  for (std::uint32_t looked = 0; looked < customers;) looked += rounds.step(clinic.plan, states, 3, findings);
  CHECK(!findings.empty());
  rounds.step(clinic.plan, states, customers, findings);
  CHECK(rounds.rounds() >= 1);
  CHECK(rounds.step(clinic.plan, {}, 5, findings) == 0);
}

TEST_CASE("the doctor holds the disk against itself", "[doctor]") {
  Clinic clinic;
  for (int day = 0; day < 6; ++day) clinic.live_a_day(day);
  REQUIRE(clinic.engine->snapshot_all());
  for (int day = 6; day < 9; ++day) clinic.live_a_day(day);
  clinic.engine.reset();
  const auto report = clinic.examine_folder();
  INFO((report.findings.empty() ? std::string() : text_of(report.findings.front())));
  REQUIRE(report.findings.empty());
  CHECK(report.customers > 20);
  CHECK(report.live_journeys > 0);
  CHECK(report.records > 50);
  const journey::Plan& plan = clinic.plan;

  SECTION("a snapshot that is not what the log gives") {
    DataFolder folder = clinic.folder();
    state::State state(plan.program, plan.layout, 0);
    const auto snapshots = list_snapshots(folder);
    REQUIRE((snapshots && !snapshots->heads[0].empty()));
    SnapshotHead head = snapshots->heads[0].front();
    const auto bytes = read_snapshot(folder, head);
    REQUIRE((bytes && *bytes && state.load(**bytes)));
    state.set_tag(0, "smuggled", true);
    REQUIRE(write_snapshot(folder, head, state.save()));
    CHECK(finds(clinic.examine_folder().findings, "state", "his tags is not what comes out of the log"));
  }
  SECTION("a snapshot ahead of the log") {
    DataFolder folder = clinic.folder();
    state::State state(plan.program, plan.layout, 0);
    const auto snapshots = list_snapshots(folder);
    REQUIRE((snapshots && !snapshots->heads[0].empty()));
    SnapshotHead head = snapshots->heads[0].front();
    const auto bytes = read_snapshot(folder, head);
    REQUIRE((bytes && *bytes && state.load(**bytes)));
    head.position += 1'000'000;
    REQUIRE(write_snapshot(folder, head, state.save()));
    CHECK(finds(clinic.examine_folder().findings, "snapshot", "and the log ends with record"));
  }
  SECTION("a damaged snapshot") {
    const auto names = clinic.files.list("data/snapshots");
    REQUIRE((names && !names->empty()));
    const std::string path = "data/snapshots/" + names->front();
    std::string content = clinic.files.content(path);
    content[content.size() / 2] ^= 1;
    clinic.files.set_content(path, content);
    CHECK(finds(clinic.examine_folder().findings, "snapshot", "is damaged"));
  }
  SECTION("a damaged log") {
    const auto names = clinic.files.list("data/log");
    REQUIRE((names && !names->empty()));
    const std::string path = "data/log/" + names->front();
    std::string content = clinic.files.content(path);
    content[5000] ^= 1;
    clinic.files.set_content(path, content);
    CHECK(finds(clinic.examine_folder().findings, "damage"));
  }
  SECTION("a message that went out twice") {
    clinic.repeat_an_outcome();
    CHECK(finds(clinic.examine_folder().findings, "outcome", "went out twice"));
  }
}

TEST_CASE("the doctor goes through deploys with the log", "[doctor]") {
  Clinic clinic;
  for (int day = 0; day < 4; ++day) clinic.live_a_day(day);
  REQUIRE(clinic.engine->snapshot_all());
  const program::Program edited = test::compile_or_throw(
      "customer { level text }\nevent visit { store text }\nevent order { amount money }\nactivity is order\n"
      "message a { text \"a\" }\nmessage b { text \"b\" }\n"
      "playbook first { enter on visit; send a }\n"
      "playbook p { enter on order; again always; on edit follow; send b; wait 2 days; send a }\n");
  REQUIRE(clinic.engine->deploy(edited, {}, 5 * env::kDay));
  clinic.engine->add_tick(8 * env::kDay);
  REQUIRE(clinic.engine->commit());
  const bool snapshots_behind = GENERATE(false, true);
  if (snapshots_behind) REQUIRE(clinic.engine->snapshot_all());
  clinic.engine.reset();
  const auto report = clinic.examine_folder();
  INFO((report.findings.empty() ? std::string() : text_of(report.findings.front())));
  CHECK(report.findings.empty());
  CHECK(report.customers > 10);
  CHECK(report.from_the_beginning);

  DataFolder folder = clinic.folder();
  const auto snapshots = list_snapshots(folder);
  REQUIRE((snapshots && !snapshots->heads[0].empty()));
  const SnapshotHead head = snapshots->heads[0].front();
  Programs programs("outbox");
  const auto running = programs.load(folder, head.program);
  const auto bytes = read_snapshot(folder, head);
  REQUIRE((running && bytes && *bytes));
  state::State state((*running)->program, (*running)->plan->layout, 0);
  REQUIRE(state.load(**bytes));
  state.set_tag(0, "smuggled", true);
  REQUIRE(write_snapshot(folder, head, state.save()));
  CHECK(finds(clinic.examine_folder().findings, "state", "his tags is not what comes out of the log"));
}
