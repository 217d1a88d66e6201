#include "engine/cli/test_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "engine/cli/test_words.hpp"

namespace tend::cli {
namespace {

using Json = nlohmann::ordered_json;
using trial::Verdict;

constexpr const char* kRed = "\033[31m";
constexpr const char* kGreen = "\033[32m";
constexpr const char* kYellow = "\033[33m";
constexpr const char* kPlain = "\033[0m";

Share share_of(const std::vector<trial::Part>& parts, std::uint32_t playbook) {
  Share share;
  for (const trial::Part& part : parts) {
    if (part.playbook != playbook) continue;
    ++share.all;
    share.reached += part.reached ? 1 : 0;
  }
  return share;
}

std::string figures(const Share& share, bool chinese) {
  return fmt::format(fmt::runtime(chinese ? "{} / {}（{:.0f}%）" : "{} of {} ({:.0f}%)"), share.reached, share.all,
                     share.reached == share.all ? 100.0 : std::min(99.0, share.percent()));
}

std::string indented(const std::string& text, const std::string& blanks) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out += blanks + text.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return out;
}

std::string coverage_text(const TestRun& run, const TestReportOptions& options) {
  const bool chinese = options.tongue == text::Tongue::zh;
  std::string out = "\n";
  for (const Suite& suite : run.suites) {
    const auto& playbooks = suite.checked.result.program->playbooks;
    for (std::uint32_t p = 0; p < playbooks.size(); ++p) {
      const Share share = share_of(suite.coverage->parts(), p);
      out += (chinese ? "覆盖 " : "coverage of ") + playbooks[p].name + (chinese ? "：" : ": ") +
             figures(share, chinese) + "\n";
      for (const trial::Part& part : suite.coverage->parts()) {
        if (part.playbook == p && !part.reached) out += "  " + unreached(suite, part, options.tongue) + "\n";
      }
    }
  }
  const Share all = coverage_of(run);
  out += (chinese ? "合计覆盖：" : "coverage in all: ") + figures(all, chinese);
  if (options.threshold && all.percent() < *options.threshold) {
    out += fmt::format(fmt::runtime(chinese ? "，低于要求的 {}%" : ", below the {}% that is asked for"),
                       *options.threshold);
  }
  return out + "\n";
}

std::string summary(const TestRun& run, bool chinese) {
  const std::size_t all = run.results.size(), passed = run.count(Verdict::passed), failed = run.count(Verdict::failed),
                    cannot = run.count(Verdict::cannot_run);
  if (chinese) {
    std::string out = fmt::format("{} 个测试：{} 个通过，{} 个失败", all, passed, failed);
    return out + (cannot > 0 ? fmt::format("，{} 个不能运行", cannot) : "") + "\n";
  }
  std::string out = fmt::format("{} test{}: {} passed, {} failed", all, all == 1 ? "" : "s", passed, failed);
  return out + (cannot > 0 ? fmt::format(", {} cannot run", cannot) : "") + "\n";
}

}  // namespace

Share coverage_of(const TestRun& run) {
  Share share;
  for (const Suite& suite : run.suites) {
    if (!suite.coverage) continue;
    share.all += suite.coverage->parts().size();
    share.reached += suite.coverage->reached();
  }
  return share;
}

std::string human_report(const TestRun& run, const TestReportOptions& options) {
  const bool chinese = options.tongue == text::Tongue::zh;
  const auto label = [&](const char* colour, const char* english, const char* zh) {
    const std::string word = chinese ? zh : english;
    return options.color ? colour + word + kPlain : word;
  };
  std::string out;
  for (const TestResult& result : run.results) {
    const std::string name = run.suites[result.suite].checked.result.program->playbooks[result.test->playbook].name +
                             (chinese ? "：" : ": ") + result.test->name + "\n";
    switch (result.outcome.verdict) {
      case Verdict::passed: out += label(kGreen, "ok      ", "通过    ") + name; continue;
      case Verdict::cannot_run:
        out += label(kYellow, "not run ", "未运行  ") + name;
        out += "        " + file_of(run, result) + ":" + std::to_string(line_of(result)) + ": " +
               why_not(result, options.tongue) + "\n";
        continue;
      case Verdict::failed: break;
    }
    out += label(kRed, "FAILED  ", "失败    ") + name;
    out += "        " + file_of(run, result) + ":" + std::to_string(line_of(result)) + ": " +
           expected(run, result, options.tongue) + "\n";
    out += std::string("        ") + (chinese ? "实际：" : "instead: ") + instead(run, result, options.tongue) + "\n";
    for (const std::string& reading : readings(run, result, options.tongue)) out += "          " + reading + "\n";
    out += std::string("        ") + (chinese ? "经过：" : "what happened:") + "\n";
    out += indented(result.story, "          ");
    out += std::string("        ") + (chinese ? "单独再运行：" : "run it again: ") + again_command(run, result) + "\n";
  }
  const bool coverage = !run.suites.empty() && run.suites.front().coverage.has_value();
  if (coverage) out += coverage_text(run, options);
  return out + "\n" + summary(run, chinese);
}

std::string json_report(const TestRun& run, const TestReportOptions& options) {
  Json json = {{"format", "tend.test/1"},
               {"tests", run.results.size()},
               {"passed", run.count(Verdict::passed)},
               {"failed", run.count(Verdict::failed)},
               {"cannot_run", run.count(Verdict::cannot_run)},
               {"results", Json::array()}};
  for (const TestResult& result : run.results) {
    const Suite& suite = run.suites[result.suite];
    Json one = {{"workspace", suite.path},
                {"playbook", suite.checked.result.program->playbooks[result.test->playbook].name},
                {"name", result.test->name},
                {"file", file_of(run, result)},
                {"line", result.test->line}};
    switch (result.outcome.verdict) {
      case Verdict::passed: one["verdict"] = "passed"; break;
      case Verdict::cannot_run:
        one["verdict"] = "cannot_run";
        one["why"] = why_not(result, options.tongue);
        break;
      case Verdict::failed:
        one["verdict"] = "failed";
        one["failure"] = {{"line", line_of(result)},
                          {"expected", expected(run, result, options.tongue)},
                          {"instead", instead(run, result, options.tongue)},
                          {"readings", readings(run, result, options.tongue)},
                          {"story", result.story},
                          {"again", again_command(run, result)}};
        break;
    }
    json["results"].push_back(std::move(one));
  }
  if (!run.suites.empty() && run.suites.front().coverage) {
    const Share all = coverage_of(run);
    Json coverage = {
        {"reached", all.reached}, {"parts", all.all}, {"percent", all.percent()}, {"playbooks", Json::array()}};
    for (const Suite& suite : run.suites) {
      const auto& playbooks = suite.checked.result.program->playbooks;
      for (std::uint32_t p = 0; p < playbooks.size(); ++p) {
        const Share share = share_of(suite.coverage->parts(), p);
        Json missed = Json::array();
        for (const trial::Part& part : suite.coverage->parts()) {
          if (part.playbook == p && !part.reached) missed.push_back(unreached(suite, part, options.tongue));
        }
        coverage["playbooks"].push_back({{"workspace", suite.path},
                                         {"playbook", playbooks[p].name},
                                         {"reached", share.reached},
                                         {"parts", share.all},
                                         {"unreached", std::move(missed)}});
      }
    }
    json["coverage"] = std::move(coverage);
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tend::cli
