// Reports of `tend test` for the tools of CI.
#include "dsl/diagnostic/annotations.hpp"
#include "dsl/diagnostic/junit_xml.hpp"
#include "dsl/diagnostic/place.hpp"
#include "engine/cli/formats.hpp"
#include "engine/cli/test_report.hpp"
#include "engine/cli/test_words.hpp"

namespace tend::cli {
namespace {

using trial::Verdict;

std::string sentence(const TestRun& run, const TestResult& result, text::Tongue tongue) {
  if (result.outcome.verdict == Verdict::cannot_run) return why_not(result, tongue);
  return expected(run, result, tongue) + (tongue == text::Tongue::zh ? "：" : ": ") + instead(run, result, tongue);
}

/// What is said beside the sentence: the values read, the story, the command.
std::string details(const TestRun& run, const TestResult& result, text::Tongue tongue) {
  std::string out;
  for (const std::string& reading : readings(run, result, tongue)) out += reading + "\n";
  return out + result.story + again_command(run, result) + "\n";
}

}  // namespace

std::string junit_report(const TestRun& run, const TestReportOptions& options) {
  const std::string folder = working_folder();
  std::vector<diagnostic::JunitSuite> suites;
  std::size_t workspace = run.suites.size();
  for (const TestResult& result : run.results) {
    const Suite& suite = run.suites[result.suite];
    const std::string& playbook = suite.checked.result.program->playbooks[result.test->playbook].name;
    const std::string name = run.suites.size() == 1 ? playbook : suite.path + ": " + playbook;
    if (suites.empty() || workspace != result.suite || suites.back().name != name) suites.push_back({name, {}});
    workspace = result.suite;
    diagnostic::JunitCase one;
    one.name = result.test->name;
    one.file = diagnostic::name_from(folder, file_of(run, result));
    one.line = line_of(result);
    const std::string said = result.outcome.verdict == Verdict::passed ? "" : sentence(run, result, options.tongue);
    if (result.outcome.verdict == Verdict::cannot_run) one.skipped = said;
    if (result.outcome.verdict == Verdict::failed)
      one.failure = {.type = "expect", .message = said, .text = details(run, result, options.tongue)};
    suites.back().cases.push_back(std::move(one));
  }
  return diagnostic::junit_xml("tend test", suites);
}

std::string github_report(const TestRun& run, const TestReportOptions& options) {
  const std::string folder = working_folder();
  std::vector<diagnostic::Annotation> annotations;
  for (const TestResult& result : run.results) {
    if (result.outcome.verdict == Verdict::passed) continue;
    const Suite& suite = run.suites[result.suite];
    diagnostic::Annotation one;
    one.file = diagnostic::name_from(folder, file_of(run, result));
    const auto& lines = result.test->lines;
    const auto& failure = result.outcome.failure;
    const bool at_line = failure && failure->line < lines.size();
    const diagnostic::Range range =
        diagnostic::range_of(suite.checked.sources, at_line ? lines[failure->line].span : result.test->span);
    one.line = range.begin.line;
    one.column = range.begin.column;
    one.end_line = range.end.line;
    one.end_column = range.end.column;
    one.title = suite.checked.result.program->playbooks[result.test->playbook].name + ": " + result.test->name;
    one.message = sentence(run, result, options.tongue);
    annotations.push_back(std::move(one));
  }
  return diagnostic::annotation_lines(annotations, options.tongue);
}

}  // namespace tend::cli
