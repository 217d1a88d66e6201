// The main function of every Catch2 test binary.
#define CATCH_CONFIG_RUNNER
#include "tests/support/test_main.hpp"

#include "tests/support/test.hpp"

int main(int argc, char** argv) {
  for (const auto& [word, run] : tend::other_mains()) {
    if (argc == 2 && argv[1] == word) run();
  }
  return Catch::Session().run(argc, argv);
}
