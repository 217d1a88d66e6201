// Every code has a sentence in both tongues and a page in docs/diagnostics, whose wrong example gives exactly that code
// and whose right example gives nothing.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

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

/// The fenced ```tend blocks of a page.
std::vector<std::string> examples(const std::string& page) {
  std::vector<std::string> blocks;
  const std::string open = "```tend\n", close = "```";
  for (std::size_t at = page.find(open); at != std::string::npos; at = page.find(open, at)) {
    at += open.size();
    const std::size_t end = page.find("\n" + close, at - 1);
    if (end == std::string::npos) break;
    blocks.push_back(page.substr(at, end + 1 - at));
    at = end + 1 + close.size();
  }
  return blocks;
}

check::CheckOptions options_for(std::uint16_t code) {
  check::CheckOptions options;
  check::ChannelFacts board{.name = "board", .carries_private = false, .length_max = 60, .items = {"text"}};
  check::ChannelFacts sms_cn{.name = "sms_cn", .variables_max = 2, .approved_only = true, .approved = {"SMS_1001"}};
  options.channels = {board, {.name = "email"}, {.name = "sms", .adapter = "sms_aliyun"}, sms_cn};
  if (code != 505) options.default_channel = "sms";
  options.teams = {"north", "south"};
  options.timezones = {"Asia/Shanghai", "Europe/Berlin", "UTC"};
  return options;
}

bool has_chinese(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0xE4 && static_cast<unsigned char>(c) <= 0xE9) return true;
  }
  return false;
}

// No example of a page can show these: they need a file of a megabyte, bytes that are broken or cannot be seen,
// hundreds of something, somebody who wants to run the file, another verb (T0901), or a second file or folder.
const std::set<std::uint16_t> kWithoutExample = {140, 141, 142, 143, 145, 146, 147, 148, 149, 270, 271, 404,
                                                 560, 561, 562, 563, 701, 702, 703, 704, 900, 901, 999};

}  // namespace

TEST_CASE("every code has both texts and a page whose examples hold") {
  const std::filesystem::path folder = "docs/diagnostics";
  REQUIRE(std::filesystem::is_directory(folder));
  std::set<std::string> pages;
  for (const auto& code : diagnostic::codes()) {
    const std::string name = diagnostic::code_name(code.code);
    INFO(name);
    CHECK_FALSE(code.en.empty());
    CHECK_FALSE(has_chinese(code.en));
    CHECK(has_chinese(code.zh));
    pages.insert(name + ".md");
    const std::string page = read(folder / (name + ".md"));
    REQUIRE_FALSE(page.empty());
    CHECK(page.starts_with("# " + name + ": "));
    CHECK(has_chinese(page));
    const auto blocks = examples(page);
    if (kWithoutExample.contains(code.code)) {
      CHECK(blocks.empty());
      continue;
    }
    REQUIRE(blocks.size() == 2);
    diagnostic::Levels levels = without_advice();
    levels.erase(code.code);
    const Checked wrong = check_text(blocks[0], options_for(code.code), levels);
    INFO("wrong:\n" << wrong.sentences());
    CHECK(wrong.codes() == name);
    const Checked right = check_text(blocks[1], options_for(code.code), levels);
    INFO("right:\n" << right.sentences());
    CHECK(right.codes() == "");
    CHECK(right.result.program);
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string file = entry.path().filename().string();
    if (file.starts_with("T")) CHECK(pages.contains(file));
  }
}

TEST_CASE("helps have both texts") {
  for (const auto& help : diagnostic::helps()) {
    CHECK_FALSE(has_chinese(help.en));
    CHECK((has_chinese(help.zh) || help.zh.find('{') != std::string_view::npos));
  }
}
