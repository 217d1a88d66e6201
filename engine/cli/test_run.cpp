#include "engine/cli/test_run.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#include "engine/cli/story.hpp"
#include "engine/expr/functions.hpp"

namespace tend::cli {
namespace {

std::string label_of(const Suite& suite, const program::Test& test) {
  return suite.checked.result.program->playbooks[test.playbook].name + ": " + test.name;
}

/// All tests with `filter` in them; where some are called exactly so, those alone.
std::vector<std::pair<std::size_t, const program::Test*>> wanted(const TestRun& run, const std::string& filter) {
  std::vector<std::pair<std::size_t, const program::Test*>> exact, found;
  for (std::size_t s = 0; s < run.suites.size(); ++s) {
    const Suite& suite = run.suites[s];
    for (const program::Test& test : suite.checked.result.tests.tests) {
      const std::string label = label_of(suite, test);
      const std::string& file = suite.checked.sources[test.span.file].name;
      if (filter == test.name || filter == label) exact.emplace_back(s, &test);
      if (label.find(filter) != std::string::npos || file.find(filter) != std::string::npos)
        found.emplace_back(s, &test);
    }
  }
  return exact.empty() ? found : exact;
}

void run_one(const Suite& suite, TestResult& result, trial::Coverage* coverage, text::Tongue tongue) {
  const program::Test& test = *result.test;
  const trial::Ground& ground = *suite.grounds[test.playbook];
  result.outcome = trial::run_test(ground, test, nullptr, coverage);
  if (result.outcome.verdict != trial::Verdict::failed) return;
  Story story(ground.program, ground.places, program::kNone, tongue);  // the same run again, listened to
  (void)trial::run_test(ground, test, &story, nullptr);
  result.story = story.text();
}

}  // namespace

std::size_t TestRun::count(trial::Verdict verdict) const {
  return static_cast<std::size_t>(std::count_if(results.begin(), results.end(),
                                                [&](const TestResult& one) { return one.outcome.verdict == verdict; }));
}

void run_tests(TestRun& run, const std::string& filter, std::size_t threads, bool coverage, text::Tongue tongue) {
  for (Suite& suite : run.suites) {
    suite.grounds.resize(suite.checked.result.program->playbooks.size());
    if (coverage) suite.coverage.emplace(*suite.checked.result.program, suite.checked.result.places);
  }
  for (const auto& [s, test] : wanted(run, filter)) {
    run.results.push_back({.suite = s, .test = test, .outcome = {}, .story = {}});
    Suite& suite = run.suites[s];
    auto& ground = suite.grounds[test->playbook];
    if (ground != nullptr) continue;
    const check::CheckResult& checked = suite.checked.result;
    const auto& channels = suite.checked.workspace.channels;
    ground = trial::make_ground(*checked.program, checked.places, checked.tests.parts, test->playbook,
                                channels.size() == 1 ? channels.front().name : "outbox", suite.checked.workspace.teams);
  }
  std::atomic<std::size_t> next = 0;
  const std::size_t workers = std::max<std::size_t>(1, std::min(threads, run.results.size()));
  std::vector<std::vector<std::optional<trial::Coverage>>> reached(workers);
  const auto work = [&](std::size_t worker) {
    std::vector<std::optional<trial::Coverage>>& mine = reached[worker];
    mine.resize(run.suites.size());
    for (std::size_t i = next++; i < run.results.size(); i = next++) {
      TestResult& result = run.results[i];
      const Suite& suite = run.suites[result.suite];
      if (coverage && !mine[result.suite]) mine[result.suite] = suite.coverage;
      run_one(suite, result, coverage ? &*mine[result.suite] : nullptr, tongue);
    }
  };
  std::vector<std::thread> others;
  for (std::size_t worker = 1; worker < workers; ++worker) others.emplace_back(work, worker);
  work(0);
  for (std::thread& other : others) other.join();
  for (const auto& mine : reached) {
    for (std::size_t s = 0; s < mine.size(); ++s) {
      if (mine[s]) run.suites[s].coverage->join(*mine[s]);
    }
  }
}

std::set<std::string> function_news(const TestRun& run) {
  std::set<std::string> sentences;
  for (const Suite& suite : run.suites) {
    for (const auto& ground : suite.grounds) {
      if (ground == nullptr) continue;
      for (std::string& sentence : ground->plan->tables.functions().news()) sentences.insert(std::move(sentence));
    }
  }
  return sentences;
}

}  // namespace tend::cli
