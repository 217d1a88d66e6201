// What the language has and the engine has not yet is right to write, and refused by name when it is to run.
#include "engine/cli/compile.hpp"

#include <filesystem>
#include <fstream>

#include "tests/support/test.hpp"

using namespace tend;

TEST_CASE("a workspace that cannot be run yet checks, and is refused with T0900") {
  const auto path = std::filesystem::temp_directory_path() / "tend_compile_test.tend";
  std::ofstream(path) << "event order { amount money }\nplaybook p {\n  enter on order\n  goal order within 3 days\n"
                         "  split { 50% \"a\" { tag \"a\" } 50% \"b\" { tag \"b\" } }\n}\n";
  const auto checked = cli::check_paths({path.string()});
  REQUIRE(checked);
  CHECK(checked->errors == 0);
  CHECK(checked->result.program);
  const auto compiled = cli::compile_workspace(path.string(), text::Tongue::en);
  REQUIRE_FALSE(compiled);
  CHECK(compiled.error().code == ErrorCode::unsupported);
  std::filesystem::remove(path);
}
