// Whole files against what `check --format json` says about them: tests/golden/bad/NAME.tend and NAME.json.
// UPDATE_GOLDEN=1 writes the .json anew; look at the difference before committing it.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "dsl/diagnostic/render.hpp"
#include "tests/dsl/check/support.hpp"

using namespace tend;
using namespace tend::test;

namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("ten mistakes of meaning are ten diagnostics") {
  const std::filesystem::path path = "tests/golden/bad/ten_meanings.tend";
  const Checked checked = check_files({{path.string(), read(path)}});
  const std::string json = diagnostic::json(checked.diagnostics, checked.sources, text::Tongue::en);
  std::filesystem::path golden = path;
  golden.replace_extension(".json");
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(golden, std::ios::binary) << json;
  CHECK(json == read(golden));
  INFO(checked.sentences());
  CHECK(checked.diagnostics.size() == 10);
  std::set<std::uint16_t> different;
  for (const auto& one : checked.diagnostics) different.insert(one.code);
  CHECK(different.size() == 10);
}
