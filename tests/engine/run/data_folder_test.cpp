// A data folder whose first opening is cut off anywhere is still a data folder.
#include "engine/run/data_folder.hpp"

#include "engine/env/files_simulated.hpp"
#include "tests/support/test.hpp"

using namespace tend;

TEST_CASE("a crash at any call of a first opening leaves a folder that opens", "[run]") {
  for (std::uint64_t calls = 0; calls < 20; ++calls) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      env::SimulatedFiles files;
      files.unplug_after(calls);
      (void)run::open_data_folder(files, "data", 4);
      files.crash(seed);
      const auto folder = run::open_data_folder(files, "data", 4);
      INFO("calls " << calls << ", seed " << seed << ": " << (folder ? "" : folder.error().message));
      REQUIRE(folder);
    }
  }
}

TEST_CASE("a mark whose name was never synced is made sure of by the next opening", "[run]") {
  for (unsigned after = 0; after < 4; ++after) {
    env::SimulatedFiles files;
    files.fail_next(env::DiskCall::sync_folder, after);
    (void)run::open_data_folder(files, "data", 4);  // the process ends here, the machine goes on
    files.forget_faults();
    REQUIRE(run::open_data_folder(files, "data", 4));
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      files.crash(seed);
      REQUIRE(run::open_data_folder(files, "data", 4));
    }
  }
}

TEST_CASE("a folder keeps its secret for ids of messages, and one of before goes on without", "[run]") {
  env::SimulatedFiles files;
  const auto made = run::open_data_folder(files, "data", 4);
  REQUIRE(made);
  REQUIRE(made->seen_key);
  const auto key = made->seen_key;
  const auto again = run::open_data_folder_for_reading(files, "data");
  REQUIRE(again);
  CHECK(again->seen_key == key);
  CHECK(again->partitions == 4);
  files.set_content("old/tend-data", "tend data 1 partitions 8\n");
  const auto old = run::open_data_folder_for_reading(files, "old");
  REQUIRE(old);
  CHECK_FALSE(old->seen_key);
  for (const char* rest : {" messages 0011", " messages zz112233445566778899aabbccddeeff", " messages "}) {
    files.set_content("old/tend-data", "tend data 1 partitions 8" + std::string(rest) + "\n");
    const auto broken = run::open_data_folder_for_reading(files, "old");
    INFO(rest);
    REQUIRE_FALSE(broken);
    CHECK(broken.error().code == ErrorCode::corrupt);
  }
}
