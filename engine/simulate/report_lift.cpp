#include "engine/simulate/report_lift.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "engine/run/statistics.hpp"
#include "engine/simulate/columns.hpp"

namespace tend::simulate {
namespace {

using Json = nlohmann::ordered_json;
using run::Difference;
using run::Group;

constexpr double kSignificant = 0.05;

bool has_holdout(const program::Program& program, std::uint32_t playbook) {
  return program.playbooks[playbook].holdout > 0 || program.policy.holdout > 0;
}

Group contacted_of(const run::PlaybookCount& count) {
  return {count.goal - count.held_out_goal, count.entered - count.held_out};
}
Group held_out_of(const run::PlaybookCount& count) { return {count.held_out_goal, count.held_out}; }

std::vector<Group> arms_of(const program::Step& step, const run::PlaybookCount& count) {
  std::vector<Group> arms(step.arms);
  for (std::uint32_t i = 0; i < step.arms; ++i)
    arms[i] = {count.arm_goal[step.first_arm + i], count.arm_entered[step.first_arm + i]};
  return arms;
}

/// Every two arms that are not empty, the later one first: what it has more than the earlier.
struct Pair {
  std::size_t a = 0, b = 0;
  Difference difference;
  double p_holm = 1;
};
std::vector<Pair> pairs_of(const std::vector<Group>& arms) {
  std::vector<Pair> pairs;
  std::vector<double> p;
  for (std::size_t b = 0; b < arms.size(); ++b) {
    for (std::size_t a = b + 1; a < arms.size(); ++a) {
      const auto difference = run::difference_of(arms[a], arms[b]);
      if (!difference) continue;
      pairs.push_back({a, b, *difference});
      p.push_back(difference->test.p);
    }
  }
  p = run::holm(p);
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i].p_holm = p[i];
  return pairs;
}

// ---- JSON

/// Six digits are more than any of it is worth, and the same on every machine.
double rounded(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", number);
  const double out = std::strtod(text, nullptr);
  return out == 0 ? 0 : out;  // not -0
}

Json rate_json(const Group& group) { return group.all == 0 ? Json(nullptr) : Json(rounded(group.rate())); }

void add_difference(Json& json, const std::optional<Difference>& difference) {
  for (const char* key : {"difference", "low", "high", "relative", "p", "test"}) json[key] = nullptr;
  if (!difference) return;
  json["difference"] = rounded(difference->points);
  json["low"] = rounded(difference->interval.low);
  json["high"] = rounded(difference->interval.high);
  if (difference->relative) json["relative"] = rounded(*difference->relative);
  json["p"] = rounded(difference->test.p);
  json["test"] = difference->test.exact ? "fisher" : "z";
}

Json lift_json(const run::PlaybookCount& count) {
  const Group contacted = contacted_of(count), held_out = held_out_of(count);
  Json json = {{"contacted", contacted.all},
               {"contacted_goal", contacted.goal},
               {"contacted_rate", rate_json(contacted)},
               {"held_out_rate", rate_json(held_out)},
               {"confidence", run::kConfidence}};
  add_difference(json, run::difference_of(contacted, held_out));
  return json;
}

Json split_json(const program::Playbook& playbook, const program::Step& step, std::uint32_t line,
                const run::PlaybookCount& count) {
  const std::vector<Group> arms = arms_of(step, count);
  Json json = {{"step", step.label}, {"line", line}, {"arms", Json::array()}};
  const auto name = [&](std::size_t i) { return playbook.shares[step.first_arm + i].name; };
  for (std::size_t i = 0; i < arms.size(); ++i)
    json["arms"].push_back(
        {{"arm", name(i)}, {"entered", arms[i].all}, {"goal", arms[i].goal}, {"rate", rate_json(arms[i])}});
  const auto chi = run::chi_square(arms);
  json["too_few"] = !chi;
  json["chi_square"] = chi ? Json(rounded(chi->statistic)) : Json(nullptr);
  json["degrees"] = chi ? Json(chi->degrees) : Json(nullptr);
  json["p"] = chi ? Json(rounded(chi->p)) : Json(nullptr);
  json["confidence"] = run::kConfidence;
  json["pairs"] = Json::array();
  for (const Pair& pair : pairs_of(arms)) {
    Json one = {{"arm", name(pair.a)}, {"against", name(pair.b)}};
    add_difference(one, pair.difference);
    one["p_holm"] = rounded(pair.p_holm);
    json["pairs"].push_back(std::move(one));
  }
  return json;
}

// ---- for people

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

void add_lift(Json& json, const program::Program& program, const program::PlaybookPlaces& places,
              std::uint32_t playbook, const run::PlaybookCount& count) {
  const program::Playbook& book = program.playbooks[playbook];
  if (has_holdout(program, playbook)) json["lift"] = lift_json(count);
  for (std::size_t s = 0; s < book.steps.size(); ++s) {
    if (book.steps[s].kind == program::StepKind::split)
      json["splits"].push_back(split_json(book, book.steps[s], places.steps[s].line, count));
  }
}

std::string lift_summary(const program::Program& program, std::uint32_t playbook, const run::PlaybookCount& count,
                         bool chinese) {
  const auto say = [chinese](const char* en, const char* zh) { return std::string(chinese ? zh : en); };
  const program::Playbook& book = program.playbooks[playbook];
  std::string out;
  if (has_holdout(program, playbook)) {
    const Group contacted = contacted_of(count), held_out = held_out_of(count);
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
    const std::vector<Group> arms = arms_of(step, count);
    const auto name = [&](std::size_t i) { return book.shares[step.first_arm + i].name; };
    out += "  " + say("goal reached, by arm", "各分支与目标") + "\n";
    for (std::size_t i = 0; i < arms.size(); ++i) out += group_line(name(i), arms[i], chinese);
    const auto chi = run::chi_square(arms);
    out +=
        "    " + say("the arms: ", "分支之间：") +
        (chi ? p_text(chi->p) + verdict(chi->p, chinese) : say("too few to tell them apart", "人数太少，不足以比较")) +
        "\n";
    if (!chi) continue;
    for (const Pair& pair : pairs_of(arms))
      out += "    " + name(pair.a) + say(" against ", " 对比 ") + name(pair.b) + say(": ", "：") +
             difference_text(pair.difference, pair.p_holm, chinese) + "\n";
  }
  return out;
}

}  // namespace tend::simulate
