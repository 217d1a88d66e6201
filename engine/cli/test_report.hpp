// Reports of `tend test`: for people, and `tend.test/1` for machines (docs/testing.md).
#pragma once
#include <optional>
#include <string>

#include "engine/cli/test_run.hpp"

namespace tend::cli {

struct TestReportOptions {
  text::Tongue tongue = text::Tongue::en;
  bool color = false;
  std::optional<double> threshold;  // percent of coverage that is asked for
};

/// Reached and all parts of a suite's playbooks, or of all suites'.
struct Share {
  std::size_t reached = 0;
  std::size_t all = 0;
  double percent() const { return all == 0 ? 100.0 : 100.0 * static_cast<double>(reached) / static_cast<double>(all); }
};
Share coverage_of(const TestRun& run);

/// A line per test; of what failed what was expected, what there was instead, the customer's story and how to run it
/// again.
std::string human_report(const TestRun& run, const TestReportOptions& options);
std::string json_report(const TestRun& run, const TestReportOptions& options);
/// JUnit's XML: a suite per playbook, a case per test; what could not run is `skipped`, with the reason.
std::string junit_report(const TestRun& run, const TestReportOptions& options);
/// Annotations of GitHub Actions: one for each test that did not pass.
std::string github_report(const TestRun& run, const TestReportOptions& options);

}  // namespace tend::cli
