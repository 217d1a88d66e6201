// A small durable engine on a disk in memory that the doctor's tests look at and hurt.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "engine/env/files_simulated.hpp"
#include "engine/env/zone.hpp"
#include "engine/log/segment_log.hpp"
#include "engine/run/doctor_folder.hpp"
#include "engine/run/engine.hpp"
#include "tests/support/compile.hpp"
#include "tests/support/test.hpp"

namespace tend::run {

/// A channel that takes everything.
class Taking final : public Sender {
 public:
  Result<std::vector<Answer>> hand_over(std::span<const Send> sends) override {
    return std::vector<Answer>(sends.size());
  }
  Result<std::vector<Settled>> settle(std::span<const Send> sends) override {
    return std::vector<Settled>(sends.size(), Settled::handed_over);
  }
  bool needs_dispatch_record(std::string_view) const override { return false; }
};

struct Clinic {
  env::SimulatedFiles files;
  program::Program program = test::compile_or_throw(
      "event order { amount money }\n"
      "activity is order\n"
      "message a { text \"a\" }\n"
      "message b { text \"b\" }\n"
      "playbook p {\n  enter on order\n  again always\n  goal order within 2 days\n  send a\n  wait 3 days\n  send "
      "b\n}\n"
      "playbook silent {\n  enter when inactive for 10 days\n  again always\n  send b\n}\n");
  std::string bytes = program::serialize(program);
  journey::Plan plan{program, "outbox"};
  Taking channel;
  std::unique_ptr<Engine> engine = open();

  DataFolder folder() {
    auto opened = open_data_folder(files, "data", 2);
    REQUIRE(opened);
    return std::move(*opened);
  }
  std::unique_ptr<Engine> open() {
    auto opened = Engine::open(folder(), plan, bytes, {}, {.threads = 1}, channel);
    REQUIRE(opened);
    return std::move(*opened);
  }

  /// Some customers order, then the day goes by.
  void live_a_day(int day) {
    if (!engine->deployed()) engine->add_deploy(0);
    for (int c = 0; c < 30; ++c) {
      if ((c * 7 + day * 5) % 11 != 0) continue;
      const std::string customer = "c" + std::to_string(c);
      const env::Moment at = day * env::kDay + c;
      engine->add(
          state::EventInput{.moment = at, .at = at, .customer = customer, .event = *find_event(program, "order")});
    }
    engine->add_tick((day + 1) * env::kDay - 1);
    REQUIRE(engine->commit());
  }

  std::vector<Finding> examine() {
    std::vector<Finding> findings;
    for (std::uint32_t p = 0; p < engine->partitions().count(); ++p)
      check_state(plan, engine->partitions().state(p), findings);
    return findings;
  }
  FolderReport examine_folder() {
    const auto opened = open_data_folder_for_reading(files, "data");
    REQUIRE(opened);
    auto report = check_folder(*opened, {.default_channel = "outbox", .history = false});
    REQUIRE(report);
    return std::move(*report);
  }

  struct Found {
    state::State* state = nullptr;
    std::uint32_t journey = 0;
  };
  Found find_journey(state::JourneyStatus status) {
    for (std::uint32_t p = 0; p < engine->partitions().count(); ++p) {
      state::State& state = engine->partitions().state(p);
      for (std::uint32_t j = 0; j < state.journey_count(); ++j) {
        if (state.journey(j).status == status && state.customer_count() > 1) return {&state, j};
      }
    }
    FAIL("there is no such journey");
    return {};
  }
  /// One whom only a condition will wake.
  std::uint32_t quiet_customer(const state::State& state) {
    for (std::uint32_t c = 0; c < state.customer_count(); ++c) {
      bool waits = false;
      for (std::uint32_t j = state.at(c).first_journey; j != program::kNone; j = state.journey(j).next)
        waits |= is_live(state.journey(j).status);
      if (!waits && state.at(c).due != state::kNever) return c;
    }
    return program::kNone;
  }

  /// The log says once more that a message went out. Requires: no engine.
  void repeat_an_outcome() {
    auto opened = log::open_log(files, "data/log", {.partitions = 2});
    REQUIRE(opened);
    log::Batch batch;
    log::Visitor visitor;
    visitor.on_record = [&](const log::Record& record) -> Result<void> {
      if (batch.empty() && record.kind == static_cast<std::uint8_t>(state::InputKind::outcome))
        batch.add(record.kind, record.partition, record.payload);
      return {};
    };
    REQUIRE(opened->log->read(std::vector<std::uint64_t>(2, 0), visitor));
    REQUIRE(opened->log->claim("test"));
    REQUIRE(opened->log->append(batch));
  }
};

}  // namespace tend::run
