// What came of a test, in words.
#pragma once
#include <string>
#include <vector>

#include "engine/cli/test_run.hpp"

namespace tend::cli {

/// `winback.tend`, 42: where a failed expectation stands; else the test itself.
std::string file_of(const TestRun& run, const TestResult& result);
std::uint32_t line_of(const TestResult& result);

/// The expectation as the author wrote it: `expect send offer`. At the end of the test: that nothing more was expected.
std::string expected(const TestRun& run, const TestResult& result, text::Tongue tongue);
/// What there was instead: `nothing was sent since line 41`.
std::string instead(const TestRun& run, const TestResult& result, text::Tongue tongue);
/// The values that a condition read, a line each: `customer.level = silver`.
std::vector<std::string> readings(const TestRun& run, const TestResult& result, text::Tongue tongue);
/// Why it cannot run.
std::string why_not(const TestResult& result, text::Tongue tongue);
/// The command that runs this test alone.
std::string again_command(const TestRun& run, const TestResult& result);

/// A part of a playbook that no test reached: ``line 24: `if`: it never held``.
std::string unreached(const Suite& suite, const trial::Part& part, text::Tongue tongue);

}  // namespace tend::cli
