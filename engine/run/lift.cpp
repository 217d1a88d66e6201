#include "engine/run/lift.hpp"

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace tend::run {

using Json = nlohmann::ordered_json;

bool has_holdout(const program::Program& program, std::uint32_t playbook) {
  return program.playbooks[playbook].holdout > 0 || program.policy.holdout > 0;
}

Group contacted_of(const PlaybookCount& count) {
  return {count.goal - count.held_out_goal, count.entered - count.held_out};
}
Group held_out_of(const PlaybookCount& count) { return {count.held_out_goal, count.held_out}; }

std::vector<Group> arms_of(const program::Step& step, const PlaybookCount& count) {
  std::vector<Group> arms(step.arms);
  for (std::uint32_t i = 0; i < step.arms; ++i)
    arms[i] = {count.arm_goal[step.first_arm + i], count.arm_entered[step.first_arm + i]};
  return arms;
}

std::vector<Pair> pairs_of(const std::vector<Group>& arms) {
  std::vector<Pair> pairs;
  std::vector<double> p;
  for (std::size_t b = 0; b < arms.size(); ++b) {
    for (std::size_t a = b + 1; a < arms.size(); ++a) {
      const auto difference = difference_of(arms[a], arms[b]);
      if (!difference) continue;
      pairs.push_back({a, b, *difference});
      p.push_back(difference->test.p);
    }
  }
  p = holm(p);
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i].p_holm = p[i];
  return pairs;
}

std::optional<std::uint32_t> line_of(const program::Places& places, std::uint32_t playbook, std::size_t step) {
  if (playbook >= places.playbooks.size() || step >= places.playbooks[playbook].steps.size()) return std::nullopt;
  return places.playbooks[playbook].steps[step].line;
}

namespace {

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

Json lift_json(const PlaybookCount& count) {
  const Group contacted = contacted_of(count), held_out = held_out_of(count);
  Json json = {{"contacted", contacted.all},
               {"contacted_goal", contacted.goal},
               {"contacted_rate", rate_json(contacted)},
               {"held_out_rate", rate_json(held_out)},
               {"confidence", kConfidence}};
  add_difference(json, difference_of(contacted, held_out));
  return json;
}

Json split_json(const program::Playbook& playbook, const program::Step& step, std::optional<std::uint32_t> line,
                const PlaybookCount& count) {
  const std::vector<Group> arms = arms_of(step, count);
  Json json = {{"step", step.label}};
  if (line) json["line"] = *line;
  json["arms"] = Json::array();
  const auto name = [&](std::size_t i) { return playbook.shares[step.first_arm + i].name; };
  for (std::size_t i = 0; i < arms.size(); ++i)
    json["arms"].push_back(
        {{"arm", name(i)}, {"entered", arms[i].all}, {"goal", arms[i].goal}, {"rate", rate_json(arms[i])}});
  const auto chi = chi_square(arms);
  json["too_few"] = !chi;
  json["chi_square"] = chi ? Json(rounded(chi->statistic)) : Json(nullptr);
  json["degrees"] = chi ? Json(chi->degrees) : Json(nullptr);
  json["p"] = chi ? Json(rounded(chi->p)) : Json(nullptr);
  json["confidence"] = kConfidence;
  json["pairs"] = Json::array();
  for (const Pair& pair : pairs_of(arms)) {
    Json one = {{"arm", name(pair.a)}, {"against", name(pair.b)}};
    add_difference(one, pair.difference);
    one["p_holm"] = rounded(pair.p_holm);
    json["pairs"].push_back(std::move(one));
  }
  return json;
}

}  // namespace

void add_lift(Json& json, const program::Program& program, const program::Places& places, std::uint32_t playbook,
              const PlaybookCount& count) {
  const program::Playbook& book = program.playbooks[playbook];
  if (has_holdout(program, playbook)) json["lift"] = lift_json(count);
  for (std::size_t s = 0; s < book.steps.size(); ++s) {
    if (book.steps[s].kind == program::StepKind::split)
      json["splits"].push_back(split_json(book, book.steps[s], line_of(places, playbook, s), count));
  }
}

}  // namespace tend::run
