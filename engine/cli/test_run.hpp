// Runs the tests of workspaces, several at once, and keeps what came out for the reports.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/cli/compile.hpp"
#include "engine/trial/run.hpp"

namespace tend::cli {

/// One PATH of `tend test`: a workspace of its own.
struct Suite {
  std::string path;
  Checked checked;
  std::vector<std::unique_ptr<const trial::Ground>> grounds;  // by playbook; null where no test of it is run
  std::optional<trial::Coverage> coverage;                    // where it was asked for
};

/// A test that was run.
struct TestResult {
  std::size_t suite = 0;
  const program::Test* test = nullptr;
  trial::Outcome outcome;
  std::string story;  // of a failure: what happened to the customer and why
};

struct TestRun {
  std::vector<Suite> suites;
  std::vector<TestResult> results;  // in the order of the paths, then of the files, then as written
  std::size_t count(trial::Verdict verdict) const;
};

/// Runs every test whose name, playbook or file has `filter` in it, or those alone that are called exactly so (`NAME`,
/// `PLAYBOOK: NAME`), on `threads` threads; the results do not depend on
/// their number. Requires: every suite's program is there.
void run_tests(TestRun& run, const std::string& filter, std::size_t threads, bool coverage, text::Tongue tongue);

/// What the functions in Lua that the tests called have to be told of, sorted, each sentence once.
std::set<std::string> function_news(const TestRun& run);

}  // namespace tend::cli
