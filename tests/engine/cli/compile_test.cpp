// What the language has and the engine has not yet is right to write, and refused by name when it is to run.
#include "engine/cli/compile.hpp"

#include <filesystem>
#include <fstream>

#include "tests/support/test.hpp"

using namespace tend;

TEST_CASE("a workspace that cannot be run yet checks, and is refused with T0900") {
  const auto folder = std::filesystem::temp_directory_path() / "tend_compile_test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "tend.toml") << "[workspace]\nname = \"t\"\n";
  std::ofstream(folder / "score.lua") << "function score(n) return n end\n";
  std::ofstream(folder / "p.tend") << "event order { amount money }\n"
                                      "extern function score(n number) number from \"score.lua\"\n"
                                      "playbook p {\n  enter on order\n  goal order within 3 days\n"
                                      "  if score(1) > 0 { tag \"a\" }\n}\n";
  const std::string path = folder.string();
  const auto checked = cli::check_paths({path});
  REQUIRE(checked);
  CHECK(checked->errors == 0);
  CHECK(checked->result.program);
  const auto compiled = cli::compile_workspace(path, text::Tongue::en);
  REQUIRE_FALSE(compiled);
  CHECK(compiled.error().code == ErrorCode::unsupported);
  std::filesystem::remove_all(folder);
}
