// Which words stood behind a name when somebody agreed to them.
#include "engine/run/wordings.hpp"

#include "engine/env/files_simulated.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using run::find_wording;
using run::Wording;

namespace {

struct Place {
  env::SimulatedFiles files;
  run::DataFolder folder;
  std::vector<std::string> said;

  Place() : folder{.path = "data", .files = &files} { REQUIRE(run::open_data_folder(files, "data", 4)); }
  void note(const std::vector<Wording>& wordings, env::Moment now) {
    REQUIRE(run::note_wordings(folder, wordings, now, [this](const std::string& line) { said.push_back(line); }));
  }
  std::vector<run::NotedWording> read() {
    auto noted = run::read_wordings(folder);
    REQUIRE(noted);
    return *noted;
  }
};

Wording wording(const char* name, const char* text) { return {name, "mail", "2026-03-01", text}; }

}  // namespace

TEST_CASE("a wording is noted once for each way that it reads", "[wordings]") {
  Place place;
  CHECK(place.read().empty());
  place.note({}, 1'000);
  CHECK_FALSE(place.files.exists(place.folder.wordings()).value());
  place.note({wording("a", "We write."), wording("b", "你好\n\"quoted\"")}, 1'000);
  place.note({wording("a", "We write."), wording("b", "你好\n\"quoted\"")}, 2'000);
  CHECK(place.read().size() == 2);
  CHECK(place.said.empty());
  place.note({wording("a", "We write often.")}, 3'000);
  const auto noted = place.read();
  REQUIRE(noted.size() == 3);
  CHECK(noted[1].wording.text == "你好\n\"quoted\"");
  CHECK(noted[2].since == 3'000);
  // As `printf 'We write.' | sha256sum` says.
  CHECK(noted[0].sha256 == "535e09753b30fa1762a44b3770bb27c61774acad43c2548fd700d6a68012b016");
  REQUIRE(place.said.size() == 1);
  CHECK(place.said[0].starts_with("the wording `a` reads otherwise than since 1970-01-01T00:00:01Z"));
  // Another day or channel under the same words is another line, and nothing to complain of.
  place.note({{"a", "sms", "2026-03-01", "We write often."}}, 4'000);
  CHECK(place.read().size() == 4);
  CHECK(place.said.size() == 1);
}

TEST_CASE("a consent is shown with the words of its moment", "[wordings]") {
  const std::vector<run::NotedWording> noted = {{10, wording("a", "one"), "h1"},
                                                {10, wording("b", "other"), "h9"},
                                                {20, wording("a", "two"), "h2"},
                                                {30, wording("a", "two"), "h2"}};
  struct Row {
    env::Moment at;
    const char* text;
    bool later, changed;
  };
  for (const Row& row : {Row{5, "one", true, true}, Row{10, "one", false, true}, Row{19, "one", false, true},
                         Row{20, "two", false, false}, Row{99, "two", false, false}}) {
    CAPTURE(row.at);
    const auto found = find_wording(noted, "a", row.at);
    REQUIRE(found);
    CHECK(found->in_force->wording.text == row.text);
    CHECK(found->noted_later == row.later);
    CHECK(found->changed == row.changed);
  }
  CHECK_FALSE(find_wording(noted, "c", 50));
  CHECK_FALSE(find_wording({}, "a", 50));
}

TEST_CASE("a list of wordings that somebody has touched is damage", "[wordings]") {
  Place place;
  place.note({wording("a", "We write.")}, 1'000);
  const std::string whole = *env::read_whole_file(place.files, place.folder.wordings());
  std::string other = whole;
  other.replace(other.find("We write"), 8, "We wrote");
  for (const std::string& bytes : {whole.substr(0, whole.size() - 1), other, "{}\n" + whole, whole + "x\n"}) {
    REQUIRE(env::write_whole_file(place.files, place.folder.wordings(), bytes));
    const auto read = run::read_wordings(place.folder);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == ErrorCode::corrupt);
    CHECK(read.error().message.find("this is no wording") != std::string::npos);
  }
}
