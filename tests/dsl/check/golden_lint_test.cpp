// Each lint over a file of its own, tests/golden/lint/RULE.tend: it speaks of the lines that are marked `# here` and of
// no others, and `check --format json` says what stands in RULE.json. UPDATE_GOLDEN=1 writes the .json anew; look at
// the difference before committing it.
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

std::set<std::uint32_t> marked_lines(const std::string& text) {
  std::set<std::uint32_t> lines;
  std::istringstream in(text);
  std::string line;
  for (std::uint32_t number = 1; std::getline(in, line); ++number) {
    if (line.ends_with("# here")) lines.insert(number);
  }
  return lines;
}

/// Every lint but one is off.
diagnostic::Levels only(std::uint16_t code) {
  diagnostic::Levels levels;
  for (const diagnostic::LintName& lint : diagnostic::lint_names()) levels[lint.code] = diagnostic::Level::off;
  levels.erase(code);
  return levels;
}

}  // namespace

TEST_CASE("every lint speaks of what it means and of nothing else") {
  check::CheckOptions options;
  options.channels = {{.name = "email", .adapter = "smtp"}, {.name = "sms", .adapter = "http_sms"}};
  options.default_channel = "email";
  for (const diagnostic::LintName& lint : diagnostic::lint_names()) {
    const std::filesystem::path path = "tests/golden/lint/" + std::string(lint.name) + ".tend";
    INFO(path.string());
    const std::string text = read(path);
    REQUIRE_FALSE(text.empty());
    const Checked checked = check_files({{path.string(), text}}, options, only(lint.code));
    INFO(checked.sentences());
    std::set<std::uint32_t> lines;
    for (const auto& one : checked.diagnostics) {
      CHECK(one.code == lint.code);
      lines.insert(text::place_of(text, one.span.begin).line);
    }
    CHECK_FALSE(lines.empty());
    CHECK(lines == marked_lines(text));
    const std::string json = diagnostic::json(checked.diagnostics, checked.sources, text::Tongue::en);
    std::filesystem::path golden = path;
    golden.replace_extension(".json");
    if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(golden, std::ios::binary) << json;
    CHECK(json == read(golden));
  }
}
