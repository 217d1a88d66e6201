// How fast an outbox is written and searched. Not part of the tests: `test_engine_channel "[speed]"`, built for
// release.
#include <chrono>
#include <cstdio>

#include "engine/channel/file_adapter.hpp"
#include "engine/channel/outbox_line.hpp"
#include "tests/engine/channel/sends.hpp"
#include "tests/support/test.hpp"

namespace tend::channel {
namespace {

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

TEST_CASE("speed of the outbox", "[.][speed]") {
  constexpr std::size_t kLines = 2'000'000;
  std::vector<run::Send> sends;
  std::vector<TestSend> bodies(1000);
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    bodies[i].customer = "customer-" + std::to_string(i);
    bodies[i].text = i % 2 == 0 ? "We miss you, dear friend of tea: here is 10% off" : "好久不见，送您一张九折券";
    bodies[i].send();
  }
  for (std::size_t i = 0; i < kLines; ++i) {
    sends.push_back(bodies[i % bodies.size()].send());
    sends.back().key = {i * 0x9E3779B97F4A7C15u, i * 0xC2B2AE3D27D4EB4Fu};
  }

  std::string buffer;
  buffer.reserve(256 * kLines);
  double begin = seconds_now();
  for (const run::Send& send : sends) append_outbox_line(buffer, send);
  double took = seconds_now() - begin;
  std::printf("outbox lines in memory %.2f M/s, %.0f MB\n", kLines / took / 1e6,
              static_cast<double>(buffer.size()) / 1e6);

  TempFolder folder;
  auto adapter = open_file_adapter(env::real_files(), folder.file("outbox.jsonl"), "outbox");
  REQUIRE(adapter);
  begin = seconds_now();
  REQUIRE((*adapter)->hand_over(sends));
  took = seconds_now() - begin;
  std::printf("outbox lines on the disk %.2f M/s\n", kLines / took / 1e6);

  begin = seconds_now();
  REQUIRE((*adapter)->settle(std::span(sends).first(10'000)));
  took = seconds_now() - begin;
  std::printf("settle of 10000 keys %.3f s, %.0f MB/s\n", took, static_cast<double>(buffer.size()) / took / 1e6);
}

}  // namespace
}  // namespace tend::channel
