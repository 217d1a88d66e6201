#include "engine/cli/test_words.hpp"

#include "dsl/program/money.hpp"
#include "engine/channel/escape.hpp"
#include "engine/cli/story_words.hpp"

namespace tend::cli {
namespace {

using program::TestDo;
using program::TestLine;
using trial::Happening;
using trial::Miss;
using trial::PartKind;
using trial::Thing;

struct Words {
  bool chinese;
  std::string operator()(const char* english, const char* zh) const { return chinese ? zh : english; }
};

bool is_action(const TestLine& line) {
  return line.kind == TestDo::after || line.kind == TestDo::happen_event || line.kind == TestDo::happen_customer ||
         (line.kind == TestDo::expect_none && line.duration);
}

const program::Program& program_of(const TestRun& run, const TestResult& result) {
  return *run.suites[result.suite].checked.result.program;
}

/// What stands at `span`, on one line.
std::string written(const TestRun& run, const TestResult& result, text::Span span) {
  const std::string& text = run.suites[result.suite].checked.sources[span.file].text;
  std::string out;
  for (const char c : text.substr(span.begin, span.end - span.begin)) {
    const bool blank = c == '\n' || c == '\r' || c == '\t' || c == ' ';
    if (!blank) out += c;
    if (blank && !out.empty() && out.back() != ' ') out += ' ';
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

/// `since line 41`, the last line that made something happen.
std::string since(const TestResult& result, const Words& say) {
  std::size_t line = result.outcome.failure->line;
  while (line > 0 && !is_action(result.test->lines[line - 1])) --line;
  if (line == 0) return say(" since the test began", "（自测试开始）");
  const std::string number = std::to_string(result.test->lines[line - 1].line);
  return say(" since line ", "（自第 ") + number + say("", " 行起）");
}

std::string money(const program::Program& program, const Happening& happening) {
  return program::money_text(program.currencies, happening.amount, happening.currency);
}

std::string happened(const program::Program& program, const Happening& happening, const Words& say) {
  const std::string at = say(" at ", "，时间 ") + env::format_moment(happening.at);
  switch (happening.thing) {
    case Thing::enter: return say("the customer entered", "客户进入了") + at;
    case Thing::goal: return say("the goal was reached", "达成了目标") + at;
    case Thing::leave: return say("the customer left", "客户退出了") + at;
    case Thing::send: {
      const std::string& message = program.messages[happening.message].name;
      if (say.chinese) return "经 " + happening.channel + " 发送了 `" + message + "`" + at;
      return "`" + message + "` was sent on " + happening.channel + at;
    }
    case Thing::task:
      return say.chinese ? "给 " + happening.who + " 派了任务 \"" + happening.reason + "\"" + at
                         : happening.who + " was given the task \"" + happening.reason + "\"" + at;
    case Thing::grant: return say("a grant of ", "发放了 ") + money(program, happening) + say(" was made", "") + at;
    case Thing::credit:
      return say.chinese ? "给 " + happening.who + " 入账 " + money(program, happening) + at
                         : happening.who + " was credited with " + money(program, happening) + at;
    case Thing::stop: break;
  }
  if (!happening.by_step) return say("the journey ended after its last step", "旅程走完了最后一步") + at;
  const std::string reason = happening.reason.empty() ? "" : " \"" + happening.reason + "\"";
  return say("the journey ended by `stop", "旅程由 `结束") + reason + say("`", "` 结束") + at;
}

std::string nothing(const TestLine& line, const Words& say) {
  switch (line.kind) {
    case TestDo::expect_enter: return say("the customer has not entered", "客户没有进入");
    case TestDo::expect_goal: return say("the goal was not reached", "没有达成目标");
    case TestDo::expect_leave: return say("the customer has not left", "客户没有退出");
    case TestDo::expect_stop: return say("the journey has not ended", "旅程没有结束");
    case TestDo::expect_task: return say("nobody was given a task", "没有派任务");
    case TestDo::expect_grant: return say("nothing was granted", "没有发放");
    case TestDo::expect_credit: return say("nothing was credited", "没有入账");
    default: return say("nothing was sent", "什么也没有发送");
  }
}

}  // namespace

std::string file_of(const TestRun& run, const TestResult& result) {
  return run.suites[result.suite].checked.sources[result.test->span.file].name;
}

std::uint32_t line_of(const TestResult& result) {
  const auto& failure = result.outcome.failure;
  if (!failure || failure->line >= result.test->lines.size()) return result.test->line;
  return result.test->lines[failure->line].line;
}

std::string expected(const TestRun& run, const TestResult& result, text::Tongue tongue) {
  const auto& failure = result.outcome.failure;
  if (!failure || failure->line >= result.test->lines.size())
    return Words{tongue == text::Tongue::zh}("the end of the test", "测试结束");
  return written(run, result, result.test->lines[failure->line].span);
}

std::string instead(const TestRun& run, const TestResult& result, text::Tongue tongue) {
  const Words say{tongue == text::Tongue::zh};
  const auto& failure = result.outcome.failure;
  if (!failure) return {};
  const program::Program& program = program_of(run, result);
  const std::string seen = failure->seen ? happened(program, *failure->seen, say) : "";
  switch (failure->miss) {
    case Miss::nothing: {
      std::string out = nothing(result.test->lines[failure->line], say) + since(result, say);
      if (failure->seen) out += say("; before that, ", "；在那之前，") + seen;
      return out;
    }
    case Miss::other:
    case Miss::happened: return seen;
    case Miss::unexpected: return seen + say(", which no line expects", "，没有任何一行期望它");
    case Miss::is_false: return say("it does not hold at ", "条件不成立，时间 ") + env::format_moment(failure->now);
  }
  return {};
}

std::vector<std::string> readings(const TestRun& run, const TestResult& result, text::Tongue tongue) {
  std::vector<std::string> out;
  if (!result.outcome.failure) return out;
  const program::Program& program = run.suites[result.suite].grounds[result.test->playbook]->program;
  const Telling telling{program, run.suites[result.suite].checked.result.places, tongue, false};
  for (const journey::Reading& reading : result.outcome.failure->readings)
    out.push_back(reading_words(telling, result.test->playbook, program::kNone, reading));
  return out;
}

std::string why_not(const TestResult& result, text::Tongue tongue) {
  const Words say{tongue == text::Tongue::zh};
  return say("this machine does not know the time zone `", "本机没有时区 `") + result.outcome.unknown_zone + "`";
}

std::string again_command(const TestRun& run, const TestResult& result) {
  const auto quoted = [](const std::string& word) {
    std::string out = "'";
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
  };
  const std::string& path = run.suites[result.suite].path;
  const bool plain =
      path.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/") == std::string::npos;
  return "tend test " + (plain ? path : quoted(path)) + " --filter " +
         quoted(program_of(run, result).playbooks[result.test->playbook].name + ": " + result.test->name);
}

std::string unreached(const Suite& suite, const trial::Part& part, text::Tongue tongue) {
  const Words say{tongue == text::Tongue::zh};
  const check::CheckResult& checked = suite.checked.result;
  const program::Playbook& playbook = checked.program->playbooks[part.playbook];
  const std::uint32_t line = part.span.begin == part.span.end
                                 ? 0
                                 : text::place_of(suite.checked.sources[part.span.file].text, part.span.begin).line;
  const std::string at = line == 0 ? "" : say("line ", "第 ") + std::to_string(line) + say(": ", " 行：");
  const std::string label =
      part.kind == PartKind::entry || playbook.steps[part.step].label.empty() ? "" : playbook.steps[part.step].label;
  const std::string step = "`" + (label.empty() ? std::string("else if") : label) + "`";
  switch (part.kind) {
    case PartKind::entry: return at + say("nobody came in by this `enter`", "没有人由这个「进入」进入");
    case PartKind::step: return at + step + say(" was never reached", "从未走到");
    case PartKind::yes: return at + step + say(" never held", "从未成立");
    case PartKind::no: return at + step + say(" never failed to hold", "从未不成立");
    case PartKind::arm: return at + say("this arm was never taken", "从未走过这个分支");
    case PartKind::late: return at + step + say(" never ran out of time", "从未等到期满");
    case PartKind::share: break;
  }
  return at + say("nobody was drawn into \"", "没有人分到 “") + playbook.shares[part.index].name + say("\"", "”");
}

}  // namespace tend::cli
