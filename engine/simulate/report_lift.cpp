#include "engine/simulate/report_lift.hpp"

#include <cmath>
#include <cstdio>

#include "engine/run/lift.hpp"
#include "engine/simulate/columns.hpp"

namespace tend::simulate {
namespace {

using run::Difference;
using run::Group;

constexpr double kSignificant = 0.05;

std::string number_text(const char* format, double number) {
  char text[32];
  std::snprintf(text, sizeof text, format, number);
  return text;
}

/// `+2.2`: never `-0.0`.
std::string points(double share) {
  const double tenths = std::round(share * 1000) / 10;
  return number_text("%+.1f", tenths == 0 ? 0 : tenths);
}

std::string p_text(double p) { return p < 0.0001 ? "p < 0.0001" : "p = " + number_text("%.2g", p); }

std::string verdict(double p, bool chinese) {
  if (p < kSignificant) return chinese ? "，差异显著" : ", more than chance makes";
  return chinese ? "，可能只是偶然" : ", which may be chance";
}

std::string difference_text(const Difference& difference, double p, bool chinese) {
  const std::string low = points(difference.interval.low), high = points(difference.interval.high);
  std::string out = points(difference.points);
  out +=
      chinese ? " 个百分点（95% 置信区间 " + low + " 至 " + high + "）" : " points (95%: " + low + " to " + high + ")";
  if (difference.relative) out += (chinese ? "，相对 " : ", ") + points(*difference.relative) + "%";
  return out + (chinese ? "，" : ", ") + p_text(p) + verdict(p, chinese);
}

std::string group_line(const std::string& name, const Group& group, bool chinese) {
  return "  " + padded("  " + name, kNameCells) + right(grouped(group.goal), kNumberCells) +
         right(share(group.goal, group.all), 9) + (chinese ? "  共 " : "  of ") + grouped(group.all) + "\n";
}

}  // namespace

std::string lift_summary(const program::Program& program, std::uint32_t playbook, const run::PlaybookCount& count,
                         bool chinese) {
  const auto say = [chinese](const char* en, const char* zh) { return std::string(chinese ? zh : en); };
  const program::Playbook& book = program.playbooks[playbook];
  std::string out;
  if (run::has_holdout(program, playbook)) {
    const Group contacted = run::contacted_of(count), held_out = run::held_out_of(count);
    out += "  " + say("goal reached, by control group", "对照组与目标") + "\n";
    out += group_line(say("contacted", "已联系"), contacted, chinese) +
           group_line(say("held out", "对照组"), held_out, chinese);
    const auto lift = run::difference_of(contacted, held_out);
    out += "    " + say("lift: ", "提升：") +
           (lift ? difference_text(*lift, lift->test.p, chinese) : say("nobody to compare with", "没有可比较的客户")) +
           "\n";
  }
  for (const program::Step& step : book.steps) {
    if (step.kind != program::StepKind::split) continue;
    const std::vector<Group> arms = run::arms_of(step, count);
    const auto name = [&](std::size_t i) { return book.shares[step.first_arm + i].name; };
    out += "  " + say("goal reached, by arm", "各分支与目标") + "\n";
    for (std::size_t i = 0; i < arms.size(); ++i) out += group_line(name(i), arms[i], chinese);
    const auto chi = run::chi_square(arms);
    out +=
        "    " + say("the arms: ", "分支之间：") +
        (chi ? p_text(chi->p) + verdict(chi->p, chinese) : say("too few to tell them apart", "人数太少，不足以比较")) +
        "\n";
    if (!chi) continue;
    for (const run::Pair& pair : run::pairs_of(arms))
      out += "    " + name(pair.a) + say(" against ", " 对比 ") + name(pair.b) + say(": ", "：") +
             difference_text(pair.difference, pair.p_holm, chinese) + "\n";
  }
  return out;
}

}  // namespace tend::simulate
