// Mirrors dsl/diagnostic/{sarif,junit,github}: the same diagnostics in every format of other tools, against
// tests/golden/formats. UPDATE_GOLDEN=1 writes the goldens anew.
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "dsl/diagnostic/annotations.hpp"
#include "dsl/diagnostic/junit_xml.hpp"
#include "dsl/diagnostic/pages.hpp"
#include "dsl/diagnostic/place.hpp"
#include "dsl/diagnostic/render.hpp"
#include "tests/support/test.hpp"

using namespace tend::diagnostic;
using tend::text::Source;
using tend::text::Span;
using Json = nlohmann::ordered_json;

namespace {

void check_golden(const std::string& name, const std::string& actual) {
  const std::string path = "tests/golden/formats/" + name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << actual;
  std::ifstream in(path, std::ios::binary);
  std::ostringstream wanted;
  wanted << in.rdbuf();
  INFO(path);
  CHECK(actual == wanted.str());
}

/// Names and texts with all that other formats give a meaning to: blanks, Chinese, `%`, `,`, `:`, `<`, `"`, a control
/// character, bytes that are not UTF-8, a place over two lines.
struct Mixed {
  std::vector<Source> sources = {
      {"/home/anna/shop/唤醒 1.tend", "如果 客户.城市名 = “长沙”\n进入当沉默满60天\n"},
      {"clean.tend", "event order\n"},
      {"a,b:c%<\"&\">.tend", "if x == 1 {\n  tag \"a\x01\xFF]]>\"\n}\n"},
  };
  std::vector<Diagnostic> diagnostics;

  Mixed() {
    diagnostics.push_back(make(201, find(0, "城市名"), {"城市名"}));
    diagnostics.back().help = 1;
    diagnostics.back().help_arguments = {"城市"};
    diagnostics.push_back(make(105, find(0, "进入当沉默满60天"), {"进入当沉默满60天", "进入 当 沉默 满60天"}));
    diagnostics.back().fixes = {{find(0, "进入当沉默满60天"), "进入 当 沉默 满60天"}};
    diagnostics.push_back(make(130, find(2, "==")));
    diagnostics.back().fixes = {{find(2, "=="), "="}};
    diagnostics.push_back(make(104, find(2, "{\n  tag"), {"a\x01\xFF%,:\n<b>&\"]]>"}));
  }

  Span find(std::uint32_t file, std::string_view piece) const {
    const auto at = static_cast<std::uint32_t>(sources[file].text.find(piece));
    return {file, at, at + static_cast<std::uint32_t>(piece.size())};
  }
};

const MachineOptions kOptions{.tongue = Tongue::en, .folder = "/home/anna/shop", .warnings_fail = false};

}  // namespace

TEST_CASE("sarif: rules, regions in code points, fixes, percent-encoded places") {
  const Mixed mixed;
  for (const Tongue tongue : {Tongue::en, Tongue::zh}) {
    MachineOptions options = kOptions;
    options.tongue = tongue;
    Json root = Json::parse(sarif(mixed.diagnostics, mixed.sources, options));
    Json& driver = root["runs"][0]["tool"]["driver"];
    CHECK(driver["version"] == TEND_VERSION);
    driver["version"] = "0";
    REQUIRE(driver["rules"].size() == 4);
    for (Json& rule : driver["rules"]) {  // the pages change more often than the format
      const std::string id = rule["id"];
      const auto code = static_cast<std::uint16_t>(std::stoi(id.substr(1)));
      CHECK(rule["help"]["markdown"] == page_in(code, tongue));
      CHECK(rule["help"]["text"] == plain(page_in(code, tongue), {}));
      rule.erase("help");
    }
    for (const Json& result : root["runs"][0]["results"])
      CHECK(driver["rules"][result["ruleIndex"].get<std::size_t>()]["id"] == result["ruleId"]);
    check_golden(tongue == Tongue::en ? "mixed.en.sarif.json" : "mixed.zh.sarif.json", root.dump(2) + "\n");
  }
}

TEST_CASE("sarif: nothing found is a run without results, and a lint has its name") {
  const Mixed mixed;
  const Json empty = Json::parse(sarif({}, mixed.sources, kOptions));
  CHECK(empty["version"] == "2.1.0");
  CHECK(empty["runs"][0]["results"].empty());
  CHECK(empty["runs"][0]["tool"]["driver"]["rules"].empty());
  Diagnostic lint = make(601, {1, 0, 5}, {"p"});
  lint.severity = Severity::error;  // as `[lints]` may say
  const Json root = Json::parse(sarif({lint}, mixed.sources, kOptions));
  CHECK(root["runs"][0]["tool"]["driver"]["rules"][0]["name"] == "no_goal");
  CHECK(root["runs"][0]["tool"]["driver"]["rules"][0]["defaultConfiguration"]["level"] == "warning");
  CHECK(root["runs"][0]["results"][0]["level"] == "error");
}

TEST_CASE("sarif: a fix in several places is one fix") {
  const Mixed mixed;
  Diagnostic found = make(208, {0, 0, 3}, {"x"});
  found.fixes = {{{2, 0, 2}, "unless"}, {{0, 0, 0}, "a"}, {{2, 3, 4}, "y"}};
  const Json root = Json::parse(sarif({found}, mixed.sources, kOptions));
  const Json& changes = root["runs"][0]["results"][0]["fixes"][0]["artifactChanges"];
  REQUIRE(changes.size() == 2);
  CHECK(changes[0]["replacements"].size() == 1);
  CHECK(changes[1]["replacements"].size() == 2);
}

TEST_CASE("junit: a suite per file, a case per diagnostic, one that passed for a clean file") {
  const Mixed mixed;
  check_golden("mixed.junit.xml", junit(mixed.diagnostics, mixed.sources, kOptions));
  MachineOptions strict = kOptions;
  strict.warnings_fail = true;
  CHECK(junit(mixed.diagnostics, mixed.sources, strict).find("failures=\"4\"") != std::string::npos);
  CHECK(junit({}, {}, kOptions)
            .find("<testsuites name=\"tend\" tests=\"0\" failures=\"0\" errors=\"0\">\n</testsuites>") !=
        std::string::npos);
}

TEST_CASE("github: escaped, errors first, columns within a line only") {
  const Mixed mixed;
  check_golden("mixed.github.txt", github(mixed.diagnostics, mixed.sources, kOptions));
  CHECK(github({}, mixed.sources, kOptions).empty());
}

TEST_CASE("github: ten of either severity are shown, of eleven nine and the total") {
  const auto counted = [](std::size_t errors, std::size_t warnings, Tongue tongue) {
    std::vector<Annotation> all(errors + warnings);
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i].severity = i < warnings ? Severity::warning : Severity::error;
      all[i].message = "m" + std::to_string(i);
    }
    return annotation_lines(all, tongue);
  };
  const auto lines = [](const std::string& text, std::string_view begin) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(begin, at)) != std::string::npos; ++at) ++found;
    return found;
  };
  const std::string ten = counted(10, 10, Tongue::en);
  CHECK(lines(ten, "::error") == 10);
  CHECK(lines(ten, "::warning") == 10);
  CHECK(ten.find("in all") == std::string::npos);
  CHECK(ten.rfind("::error") < ten.find("::warning"));
  const std::string eleven = counted(11, 500, Tongue::en);
  CHECK(lines(eleven, "::error") == 10);
  CHECK(lines(eleven, "::warning") == 10);
  CHECK(eleven.find("::error title=tend::11 errors in all, only the first 9 are shown here\n::warning") !=
        std::string::npos);
  CHECK(eleven.ends_with("::warning title=tend::500 warnings in all, only the first 9 are shown here\n"));
  CHECK(counted(12, 0, Tongue::zh).ends_with("::error title=tend::共 12 个错误，这里只显示前 9 个\n"));
}

TEST_CASE("names of files are taken from the working directory, by their letters alone") {
  CHECK(name_from("/a/b", "/a/b/c.tend") == "c.tend");
  CHECK(name_from("/a/b", "./x/../c.tend") == "c.tend");
  CHECK(name_from("/a/b/", "c//d.tend") == "c/d.tend");
  CHECK(name_from("/a/b", "../c.tend") == "/a/c.tend");
  CHECK(name_from("/a/b", "/a/bc/d.tend") == "/a/bc/d.tend");
  CHECK(name_from("/a/b", "../../../../c.tend") == "/c.tend");
  CHECK(name_from("/", "a.tend") == "a.tend");
  CHECK(name_from("", "../c.tend") == "../c.tend");
  CHECK(uri_of("a b/唤.tend") == "a%20b/%E5%94%A4.tend");
  CHECK(uri_of("/a#b?c:d%") == "file:///a%23b%3Fc%3Ad%25");
}
