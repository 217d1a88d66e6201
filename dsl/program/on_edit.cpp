#include "dsl/program/on_edit.hpp"

#include <algorithm>
#include <string>

#include "dsl/program/fits.hpp"
#include "dsl/program/same_text.hpp"

namespace tend::program {
namespace {

/// What a step without a label is known by, beside how many of these stand before it.
struct Known {
  StepKind kind = StepKind::stop;
  std::string name;
  friend bool operator==(const Known&, const Known&) = default;
};

Known known_by(const Program& program, const Playbook& playbook, const Step& step) {
  Known known{step.kind, {}};
  if (step.message != kNone) known.name = program.messages[step.message].name;
  if (step.kind != StepKind::tag && step.kind != StepKind::untag) return known;
  for (const TextPart& part : step.text)
    known.name += part.literal + (part.expression == kNone ? "" : text_of(program, part.expression, kNone, &playbook));
  return known;
}

std::uint32_t step_labelled(const Playbook& playbook, const std::string& label) {
  for (std::uint32_t i = 0; i < playbook.steps.size(); ++i) {
    if (!label.empty() && playbook.steps[i].name == label) return i;
  }
  return kNone;
}

/// By its label, or by what tools call it where it has none: `wait 3 days`.
std::uint32_t step_called(const Playbook& playbook, const std::string& name) {
  for (std::uint32_t i = 0; i < playbook.steps.size(); ++i) {
    if (playbook.steps[i].label == name) return i;
  }
  return kNone;
}

}  // namespace

std::uint32_t same_step(const Program& before, const Playbook& older, std::uint32_t index, const Program& now,
                        const Playbook& newest) {
  if (index >= older.steps.size()) return static_cast<std::uint32_t>(newest.steps.size());
  const Step& step = older.steps[index];
  if (const std::uint32_t found = step_labelled(newest, step.name); found != kNone)
    return newest.steps[found].kind == step.kind ? found : kNone;
  const Known known = known_by(before, older, step);
  const auto earlier = std::count_if(older.steps.begin(), older.steps.begin() + index,
                                     [&](const Step& one) { return known_by(before, older, one) == known; });
  std::ptrdiff_t seen = 0;
  for (std::uint32_t i = 0; i < newest.steps.size(); ++i) {
    if (known_by(now, newest, newest.steps[i]) != known || seen++ < earlier) continue;
    // Where both have a label they are two steps: the label was not found.
    return step.name.empty() || newest.steps[i].name.empty() ? i : kNone;
  }
  return kNone;
}

Carried carry(const Program& before, const Playbook& older, std::uint32_t index, const Program& now) {
  using Kind = Carried::Kind;
  const auto found = find_playbook(now, older.name);
  if (!found || now.playbooks[*found].superseded) return {Kind::pinned, index};
  const Playbook& newest = now.playbooks[*found];
  if (goes_on_alike(now, newest, before, older)) return {Kind::same, index};
  const auto end = static_cast<std::uint32_t>(newest.steps.size());
  if (index >= older.steps.size()) {
    const bool same_goal = goal_text_of(now, newest) == goal_text_of(before, older);
    if (newest.on_edit == OnEdit::pin && !same_goal) return {Kind::pinned, index};
    return {Kind::follows, end};
  }
  switch (newest.on_edit) {
    case OnEdit::pin: break;
    case OnEdit::follow: {
      const std::uint32_t step = same_step(before, older, index, now, newest);
      if (step == kNone) break;
      return {Kind::follows, step};
    }
    case OnEdit::move: {
      for (const Move& move : newest.moves) {
        if (move.from != older.steps[index].label || move.from.empty()) continue;
        const std::uint32_t to = step_called(newest, move.to);
        if (to != kNone) return {Kind::moved, to};
      }
      return {Kind::refused, index};
    }
  }
  return {Kind::pinned, index};
}

}  // namespace tend::program
