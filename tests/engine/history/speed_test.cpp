// How fast segments are indexed and customers read. Not part of the tests: `test_engine_history "[speed]"`, built for
// release.
#include <chrono>
#include <cstdio>
#include <ctime>
#include <random>

#include "tests/engine/history/ledger.hpp"

namespace tend::history {
namespace {

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
double cpu_seconds_now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Fills a log with events of 60 bytes of random customers until `segments` are sealed; the number of records in them.
std::uint64_t fill(log::Log& log, std::uint32_t customers, std::uint32_t segments) {
  std::mt19937 random(7);
  log::Batch batch;
  std::uint64_t total = 0;
  std::uint64_t sealed = 0;
  while (log.segments().size() <= segments) {
    sealed = total;
    batch.clear();
    for (int i = 0; i < 1000; ++i) {
      char id[32];
      const std::uint32_t customer = static_cast<std::uint32_t>(random()) % customers;
      std::snprintf(id, sizeof id, "customer-%07u", customer);
      std::string& payload = batch.begin(static_cast<std::uint8_t>(state::InputKind::event),
                                         static_cast<std::uint16_t>(customer * 2654435761u >> 26));
      const std::string fields(20, static_cast<char>(random()));
      encode(payload, state::EventInput{.moment = i, .at = i, .customer = id, .event = 1, .fields = fields});
      batch.end();
      ++total;
    }
    REQUIRE(log.append(batch));
  }
  return sealed;
}

void measure(std::uint32_t customers) {
  TempFolder folder;
  auto opened = log::open_log(env::real_files(), folder.file("log"), {});
  REQUIRE(opened);
  log::Log& log = *opened->log;
  REQUIRE(log.claim("speed"));
  const std::uint64_t records = fill(log, customers, 4);

  double begin = seconds_now();
  auto history = open_history(folder.file("history"));
  std::printf("history.open %.1f ms\n", (seconds_now() - begin) * 1e3);

  begin = seconds_now();
  double cpu = cpu_seconds_now();
  for (std::uint32_t segment = 1; segment <= 4; ++segment) {
    REQUIRE(log.read_segment(segment, {[](const log::Record&) -> Result<void> { return {}; }, nullptr}));
  }
  std::printf("log.read_segment alone %.2f M records/s\n",
              static_cast<double>(records) / (seconds_now() - begin) / 1e6);

  begin = seconds_now();
  cpu = cpu_seconds_now();
  REQUIRE(history->catch_up(log) == 4u);
  const double took = seconds_now() - begin;
  cpu = cpu_seconds_now() - cpu;
  std::printf("history.index, %u customers: %.2f M records/s, %.2f M records per second of processor\n", customers,
              static_cast<double>(records) / took / 1e6, static_cast<double>(records) / cpu / 1e6);

  std::mt19937 random(9);
  begin = seconds_now();
  std::uint64_t found = 0;
  for (int i = 0; i < 10'000; ++i) {
    char id[32];
    const std::uint32_t customer = static_cast<std::uint32_t>(random()) % customers;
    std::snprintf(id, sizeof id, "customer-%07u", customer);
    REQUIRE(history->read_customer(static_cast<std::uint16_t>(customer * 2654435761u >> 26), id,
                                   [&](const log::Record&) -> Result<void> {
                                     ++found;
                                     return {};
                                   }));
  }
  std::printf("history.read_customer %.1f us, %.1f records each\n", (seconds_now() - begin) / 1e4 * 1e6,
              static_cast<double>(found) / 1e4);

  begin = seconds_now();
  REQUIRE(history->verify());
  std::printf("history.verify %.2f M records/s\n", static_cast<double>(records) / (seconds_now() - begin) / 1e6);
}

TEST_CASE("speed of indexing", "[.][speed]") {
  measure(20'000);
  measure(1'000'000);
}

}  // namespace
}  // namespace tend::history
