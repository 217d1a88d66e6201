// What a deploy finds of the time before it is the same from the whole log and, once its beginning is gone, from the
// history; and a start finds it in the log of the deploy.
#include "engine/run/past.hpp"

#include "engine/run/engine.hpp"
#include "engine/run/indexer.hpp"
#include "tests/engine/run/clinic.hpp"
#include "tests/engine/simulate/scratch_folder.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::run;

namespace {

const std::string kDeclared =
    "event order { amount money }\nevent visit { store text }\nactivity is order\nmessage a { text \"a\" }\n"
    "message b { text \"b\" }\nplaybook p { enter on order; again always; send a }\n";
const std::string kEdited =
    kDeclared + "playbook q { enter when count(visit where store = \"x\") over 30 days >= 60; backfill all; send b }\n";
constexpr int kCustomers = 12;
constexpr int kDays = 60;

struct Shop {
  program::Program first = test::compile_or_throw(kDeclared);
  journey::Plan plan{first, "world"};
  Taking channel;
  std::unique_ptr<Indexer> indexer;
  std::unique_ptr<Engine> engine;

  void open(const std::string& path, EngineOptions options) {
    engine.reset();
    auto folder = open_data_folder(env::real_files(), path, 3);
    REQUIRE(folder);
    indexer = std::make_unique<Indexer>(*folder);
    options.history = indexer->hook();
    auto opened = Engine::open(std::move(*folder), plan, program::serialize(first), {}, options, channel);
    REQUIRE(opened);
    engine = std::move(*opened);
  }
  void live() {
    engine->add_deploy(0);
    const std::uint32_t visit = *program::find_event(first, "visit");
    for (int day = 0; day < kDays; ++day) {
      for (int c = 0; c < kCustomers; ++c) {
        const std::string customer = "c" + std::to_string(c);
        const env::Moment at = day * env::kDay + c;
        for (int i = 0; i < 20; ++i) {
          std::string fields;
          state::append_field(fields, 0, program::Value::string((c + day + i) % (3 * c + 2) == 0 ? "x" : "y"));
          engine->add(
              state::EventInput{.moment = at, .at = at, .customer = customer, .event = visit, .fields = fields});
        }
        REQUIRE(engine->commit());
      }
      engine->add_tick((day + 1) * env::kDay - 1);
      REQUIRE(engine->commit());
    }
  }
  std::vector<std::uint64_t> entered() const {
    std::vector<std::uint64_t> out;
    for (std::uint32_t p = 0; p < engine->partitions().count(); ++p) {
      for (const state::PlaybookFigures& one : engine->partitions().state(p).figures) out.push_back(one.entered);
    }
    return out;
  }
};

}  // namespace

TEST_CASE("a deploy finds the same past in the log and in the history, and a start finds it in the log", "[past]") {
  const simulate::ScratchFolder scratch;
  const program::Program edited = test::compile_or_throw(kEdited);
  std::vector<std::uint64_t> entered;
  std::vector<Past> pasts;
  for (const bool whole : {true, false}) {
    Shop shop;
    const std::string path = scratch / (whole ? "whole" : "short");
    EngineOptions options{.threads = 1};
    if (!whole) {
      options.segment_bytes = 64 << 10;
      options.snapshot_bytes = 16 << 10;
      options.house_bytes = 4 << 10;
      options.background_in_turn = [] { return true; };  // so that it has dropped by the end what it may drop
    }
    shop.open(path, options);
    shop.live();
    REQUIRE((shop.engine->log()->segments().front().number == 1) == whole);
    auto prepared = shop.engine->prepare(edited, {});
    REQUIRE(prepared);
    Programs programs("world");
    const auto past = shop.engine->past_of(programs.add(prepared->grafted.program, {}), kDays * env::kDay);
    REQUIRE(past);
    CHECK(past->unknown.empty());
    REQUIRE(past->filled.size() == 1);
    CHECK(past->filled[0].customers == kCustomers);
    CHECK(past->filled[0].events > 3000);
    pasts.push_back(*past);
    REQUIRE(shop.engine->deploy(edited, {}, kDays * env::kDay));
    if (whole) {
      entered = shop.entered();
      std::uint64_t inside = 0;
      for (const std::uint64_t one : entered) inside += one;
      CHECK(inside > 1);
      CHECK(inside < kCustomers);
    }
    CHECK(shop.entered() == entered);
    shop.open(path, options);
    CHECK(shop.entered() == entered);
    shop.engine.reset();
    const auto folder = open_data_folder_for_reading(env::real_files(), path);
    REQUIRE(folder);
    const auto report = check_folder(*folder, {.default_channel = "world"});
    REQUIRE(report);
    INFO((report->findings.empty() ? std::string() : text_of(report->findings.front())));
    CHECK(report->findings.empty());
  }
  REQUIRE(pasts[0].records.size() == pasts[1].records.size());
  for (std::size_t i = 0; i < pasts[0].records.size(); ++i)
    CHECK(pasts[0].records[i].payload == pasts[1].records[i].payload);
}
