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
