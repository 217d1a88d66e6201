// Eight playbooks of different trades, four in each tongue: they check without a mistake, and mean the same in the
// other tongue.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "dsl/syntax/format.hpp"
#include "tests/dsl/check/shown.hpp"

using namespace tend;
using namespace tend::test;

namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string in_tongue(const std::string& text, text::Tongue tongue) {
  diagnostic::Sink sink;
  const text::Source source{"test.tend", text};
  return syntax::format(syntax::parse(source, 0, sink), source, tongue);
}

}  // namespace

TEST_CASE("the example playbooks check, in either tongue, as the same program") {
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator("tests/golden/examples")) {
    ++seen;
    const std::string text = read(entry.path());
    INFO(entry.path().string());
    const Checked checked = check_text(text);
    sound(checked);
    CHECK(std::none_of(checked.diagnostics.begin(), checked.diagnostics.end(),
                       [](const diagnostic::Diagnostic& one) { return one.severity == diagnostic::Severity::error; }));
    CHECK(check_text(in_tongue(text, text::Tongue::en)).bytes() == checked.bytes());
    CHECK(check_text(in_tongue(text, text::Tongue::zh)).bytes() == checked.bytes());
  }
  CHECK(seen == 8);
}
