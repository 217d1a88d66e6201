// The golden files: what parses, what does not and how that is said, and how files are written down. UPDATE_GOLDEN=1
// rewrites.
#include "tests/dsl/syntax/support.hpp"

using namespace tend;
using namespace tend::syntax;
using namespace tend::syntax::test;

namespace {

std::filesystem::path with(const std::filesystem::path& path, const std::string& ending) {
  return path.parent_path() / (path.stem().string() + ending);
}

/// What the formatter promises, of one file in one tongue.
std::string check_format(const Parsed& parsed, Tongue tongue) {
  const std::string text = format(parsed.file, parsed.source, tongue);
  const Parsed again = parse_text(text, "formatted.tend");
  CHECK(again.shown() == "");
  CHECK(same_tree(parsed.file, again.file));
  CHECK(format(again.file, again.source, tongue) == text);
  return text;
}

void check_both_tongues(const Parsed& parsed) {
  const std::string en = check_format(parsed, Tongue::en);
  const std::string zh = check_format(parsed, Tongue::zh);
  const Parsed from_en = parse_text(en);
  const Parsed from_zh = parse_text(zh);
  CHECK(format(from_en.file, from_en.source, Tongue::zh) == zh);
  CHECK(format(from_zh.file, from_zh.source, Tongue::en) == en);
  CHECK(same_tree(from_en.file, from_zh.file));
}

}  // namespace

TEST_CASE("good files parse without a word, and come back from either tongue") {
  for (const auto& path : tend_files("tests/golden/good")) {
    INFO(path.string());
    const Parsed parsed = parse_text(read_file(path), path.string());
    CHECK(parsed.shown() == "");
    check_both_tongues(parsed);
  }
}

TEST_CASE("the twins give one tree") {
  const Parsed en = parse_text(read_file("tests/golden/good/win_back.en.tend"));
  const Parsed zh = parse_text(read_file("tests/golden/good/win_back.zh.tend"));
  CHECK(same_tree(en.file, zh.file));
  CHECK(dominant_tongue(en.file) == Tongue::en);
  CHECK(dominant_tongue(zh.file) == Tongue::zh);
}

TEST_CASE("bad files are told as their .json says") {
  std::size_t compared = 0;
  for (const auto& path : tend_files("tests/golden/bad")) {
    INFO(path.string());
    const Parsed parsed = parse_text(read_file(path), path.filename().string());
    if (parsed.diagnostics.empty()) continue;  // its mistakes are the checker's to find
    ++compared;
    check_golden(with(path, ".json"), diagnostic::json(parsed.diagnostics, {&parsed.source, 1}, Tongue::en));
  }
  CHECK(compared >= 8);
}

TEST_CASE("ten mistakes, ten diagnostics, each at its place") {
  const Parsed parsed = parse_text(read_file("tests/golden/bad/ten_mistakes.tend"));
  INFO(parsed.shown());
  CHECK(parsed.places() ==
        "3:36 T0102\n"
        "6:26 T0102\n"
        "7:41 T0115\n"
        "8:3 T0103\n"
        "10:3 T0103\n"
        "12:42 T0126\n"
        "13:21 T0102\n"
        "15:20 T0104\n"
        "18:39 T0112\n"
        "22:30 T0110\n");
}

TEST_CASE("files are written down as their goldens") {
  for (const auto& path : tend_files("tests/golden/fmt")) {
    const std::string stem = path.stem().string();
    if (stem.ends_with(".en") || stem.ends_with(".zh")) continue;
    INFO(path.string());
    const Parsed parsed = parse_text(read_file(path), path.string());
    CHECK(parsed.shown() == "");
    check_both_tongues(parsed);
    check_golden(with(path, ".en.tend"), format(parsed.file, parsed.source, Tongue::en));
    check_golden(with(path, ".zh.tend"), format(parsed.file, parsed.source, Tongue::zh));
  }
}

TEST_CASE("shared examples parse too, where they are at hand") {
  const std::filesystem::path folder = "../shared/examples";
  if (!std::filesystem::exists(folder)) {
    WARN("skipped: no folder " << folder);
    return;
  }
  for (const auto& path : tend_files(folder)) {
    INFO(path.string());
    const Parsed parsed = parse_text(read_file(path), path.string());
    CHECK(parsed.shown() == "");
    check_both_tongues(parsed);
  }
}
