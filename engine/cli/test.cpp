// `tend test`: the tests of a workspace, run by the real engine on a virtual clock.
#include <CLI/CLI.hpp>
#include <memory>
#include <thread>

#include "dsl/diagnostic/render.hpp"
#include "engine/cli/formats.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/test_report.hpp"
#include "engine/cli/verbs.hpp"

namespace tend::cli {
namespace {

constexpr std::size_t kThreadsMax = 256;
constexpr Format kFormats[] = {Format::human, Format::json, Format::junit, Format::github};

struct Arguments {
  std::vector<std::string> paths;
  std::string filter;
  bool coverage = false;
  std::string threshold;
  std::vector<std::string> formats;
  std::size_t threads = 0;
  std::string lang;
};

/// `90` or `90%`.
std::optional<double> percent_of(const std::string& text) {
  std::string digits = text;
  if (digits.ends_with('%')) digits.pop_back();
  char* end = nullptr;
  const double percent = std::strtod(digits.c_str(), &end);
  if (digits.empty() || *end != '\0' || !(percent >= 0 && percent <= 100)) return std::nullopt;
  return percent;
}

Result<TestRun> load(const std::vector<std::string>& paths, text::Tongue tongue) {
  TestRun run;
  std::size_t mistakes = 0;
  for (const std::string& path : paths) {
    auto checked = check_paths({path});
    if (!checked) return tl::unexpected(checked.error());
    if (!checked->result.program) {
      std::fputs(diagnostic::human(checked->diagnostics, checked->sources, {.tongue = tongue, .color = wants_colour(2)})
                     .c_str(),
                 stderr);
      mistakes += checked->errors;
    }
    run.suites.push_back({.path = path, .checked = std::move(*checked), .grounds = {}, .coverage = {}});
  }
  if (mistakes > 0)
    return fail(ErrorCode::invalid, std::to_string(mistakes) + (mistakes == 1 ? " mistake has" : " mistakes have") +
                                        " to be mended before the tests can run");
  return run;
}

int run_test_verb(const Arguments& arguments) {
  std::optional<double> threshold;
  if (!arguments.threshold.empty()) {
    threshold = percent_of(arguments.threshold);
    if (!threshold)
      return complain({ErrorCode::usage, "`--threshold " + arguments.threshold + "` is no percentage from 0 to 100"});
  }
  const auto outputs = parse_outputs(arguments.formats, kFormats);
  if (!outputs) return complain(outputs.error());
  const bool coverage = arguments.coverage || threshold;
  const std::vector<std::string> paths = arguments.paths.empty() ? std::vector<std::string>{"."} : arguments.paths;
  const text::Tongue tongue = workspace_tongue(paths.front(), arguments.lang);
  auto run = load(paths, tongue);
  if (!run) return complain(run.error());
  const std::size_t threads =
      arguments.threads > 0 ? arguments.threads : std::max<std::size_t>(1, std::thread::hardware_concurrency());
  run_tests(*run, arguments.filter, threads, coverage, tongue);
  for (const std::string& sentence : function_news(*run)) say("tend: " + sentence);
  if (run->results.empty()) {
    return complain({ErrorCode::not_found, arguments.filter.empty() ? "there is no test in `" + paths.front() + "`"
                                                                    : "no test has `" + arguments.filter +
                                                                          "` in its name, playbook or file"});
  }
  const auto written = write_outputs(*outputs, [&](Format format, bool color) {
    const TestReportOptions options{.tongue = tongue, .color = color, .threshold = threshold};
    switch (format) {
      case Format::json: return json_report(*run, options);
      case Format::junit: return junit_report(*run, options);
      case Format::github: return github_report(*run, options);
      default: return human_report(*run, options);
    }
  });
  if (!written) return complain(written.error());
  const bool all_passed = run->count(trial::Verdict::passed) == run->results.size();
  const bool enough = !threshold || coverage_of(*run).percent() >= *threshold;
  return all_passed && enough ? kFine : kProblems;
}

}  // namespace

void add_test(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("test", "run the tests of a workspace: the real engine on a virtual clock");
  verb->add_option("PATH", arguments->paths,
                   "workspaces or .tend files, each for itself (default: the folder you are in)");
  verb->add_option("--filter", arguments->filter, "only tests with this in their name, playbook or file");
  verb->add_flag("--coverage", arguments->coverage, "say which steps and branches no test reached");
  verb->add_option("--threshold", arguments->threshold, "the coverage that is asked for: less is a problem (90%)");
  add_format_option(*verb, arguments->formats, kFormats);
  verb->add_option("-j", arguments->threads, "how many tests run at once (default: as many as the machine has cores)")
      ->check(CLI::Range(std::size_t{1}, kThreadsMax));
  verb->add_option("--lang", arguments->lang, "the tongue of the report")->check(CLI::IsMember({"en", "zh"}));
  verb->callback([arguments, &exit_code] { exit_code = run_test_verb(*arguments); });
}

}  // namespace tend::cli
