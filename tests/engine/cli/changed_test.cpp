// Mirrors engine/cli/changed, with a git of the test's own: what it is asked, and what becomes of its answers.
#include "engine/cli/changed.hpp"

#include <map>

#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::cli;

namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

/// Answers by the verb of git; what it was asked is kept.
struct FakeGit {
  std::map<std::string, env::ProcessEnd> answers = {
      {"--show-toplevel", {0, "/top\n", ""}},
      {"--verify", {0, "abc\n", ""}},
      {"merge-base", {0, "base\n", ""}},
      {"diff", {0, std::string("a b.tend\0x/\xE5\x94\xA4\n.tend\0", 21), ""}},
      {"ls-files", {0, std::string("new.tend\0", 9), ""}},
  };
  std::vector<std::string> asked;

  Result<std::set<std::string>> files(const std::string& revision) {
    return changed_files("shop", revision, [this](const std::vector<std::string>& words) -> Result<env::ProcessEnd> {
      asked.push_back(joined(words));
      for (const auto& [verb, answer] : answers) {
        if (joined(words).find(verb) != std::string::npos) return answer;
      }
      return fail(ErrorCode::not_found, "no git");
    });
  }
  Error error(const std::string& revision) {
    const auto files_or = files(revision);
    REQUIRE_FALSE(files_or);
    return files_or.error();
  }
};

}  // namespace

TEST_CASE("what differs from the place where the two parted, and what is untracked") {
  FakeGit git;
  const auto files = git.files("main");
  REQUIRE(files);
  CHECK(*files == std::set<std::string>{"/top/a b.tend", "/top/new.tend", "/top/x/唤\n.tend"});
  REQUIRE(git.asked.size() == 5);
  CHECK(git.asked[0] == "-C shop rev-parse --show-toplevel");
  CHECK(git.asked[1] == "-C /top rev-parse --verify --quiet --end-of-options main^{commit}");
  CHECK(git.asked[2] == "-C /top merge-base abc HEAD");
  CHECK(git.asked[3] == "-C /top diff --name-only -z --no-renames --no-ext-diff base --");
  CHECK(is_changed(*files, "/top/new.tend"));
  CHECK_FALSE(is_changed(*files, "new.tend"));
}

TEST_CASE("histories that share nothing are compared as they are") {
  FakeGit git;
  git.answers["merge-base"] = {1, "", ""};
  REQUIRE(git.files("main"));
  CHECK(git.asked[3].find(" abc --") != std::string::npos);
}

TEST_CASE("what git cannot answer is one sentence") {
  FakeGit git;
  CHECK(git.error("--output=x").code == ErrorCode::usage);
  CHECK(git.error("").code == ErrorCode::usage);
  CHECK(git.asked.empty());  // it was not even asked

  git.answers["--verify"] = {1, "", ""};
  CHECK(git.error("main").message ==
        "`--changed-since main`: git knows no revision `main` here: if the clone is a shallow one, fetch more of its "
        "history");
  git.answers["--show-toplevel"] = {128, "", "fatal: not a git repository (or any of the parent directories): .git\n"};
  CHECK(git.error("main").message == "`--changed-since main`: `shop` is in no git repository");
  CHECK(git.error("main").code == ErrorCode::usage);
  git.answers["--show-toplevel"] = {128, "", "fatal: detected dubious ownership\n\thint\n"};
  CHECK(git.error("main").message == "git cannot say what has changed: fatal: detected dubious ownership  hint");
  CHECK(git.error("main").code == ErrorCode::io);
  git.answers.clear();
  CHECK(git.error("main").message == "`--changed-since main` asks git what has changed, and git is not installed");
}
