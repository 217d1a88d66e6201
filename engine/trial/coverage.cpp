#include "engine/trial/coverage.hpp"

#include <algorithm>

namespace tend::trial {

using journey::Note;
using journey::NoteKind;
using program::kNone;
using program::Step;
using program::StepKind;

Coverage::Coverage(const program::Program& program, const program::Places& places) : program_(&program) {
  for (std::uint32_t p = 0; p < program.playbooks.size(); ++p) {
    first_.push_back(parts_.size());
    const program::Playbook& playbook = program.playbooks[p];
    const program::PlaybookPlaces& place = places.playbooks[p];
    const auto add = [&](PartKind kind, std::uint32_t index, std::uint32_t step, text::Span span) {
      parts_.push_back({.kind = kind, .playbook = p, .index = index, .step = step, .span = span});
    };
    for (std::uint32_t e = 0; e < playbook.enters.size(); ++e) add(PartKind::entry, e, 0, place.enters[e]);
    for (std::uint32_t s = 0; s < playbook.steps.size(); ++s) {
      const Step& step = playbook.steps[s];
      const text::Span span = place.steps[s].span;
      if (step.kind == StepKind::jump || step.kind == StepKind::round_end) continue;  // nobody wrote them
      if (step.kind == StepKind::branch) {  // asked or not is said by its two ways
        add(PartKind::yes, s, s, span);
        add(PartKind::no, s, s, span);
        continue;
      }
      add(PartKind::step, s, s, span);
      if (step.kind == StepKind::wait_up_to) {
        for (std::uint32_t a = 0; a < step.arms; ++a)
          add(PartKind::arm, step.first_arm + a, s, place.arms[step.first_arm + a]);
        add(PartKind::late, s, s, span);
      }
      if (step.kind == StepKind::split) {
        for (std::uint32_t a = 0; a < step.arms; ++a) add(PartKind::share, step.first_arm + a, s, span);
      }
    }
  }
  first_.push_back(parts_.size());
}

void Coverage::reach(PartKind kind, std::uint32_t playbook, std::uint32_t index) {
  for (std::size_t i = first_[playbook]; i < first_[playbook + 1]; ++i) {
    if (parts_[i].kind == kind && parts_[i].index == index) parts_[i].reached = true;
  }
}

void Coverage::note(const Note& note) {
  if (note.playbook == kNone) return;
  const program::Playbook& playbook = program_->playbooks[note.playbook];
  switch (note.kind) {
    case NoteKind::entered: return reach(PartKind::entry, note.playbook, note.enter);
    case NoteKind::branch: return reach(note.truth ? PartKind::yes : PartKind::no, note.playbook, note.step);
    case NoteKind::step: return reach(PartKind::step, note.playbook, note.step);
    case NoteKind::arm: {
      const Step& step = playbook.steps[note.step];
      if (step.kind == StepKind::split) {
        for (std::uint32_t s = step.first_arm; s < step.first_arm + step.arms; ++s) {
          if (playbook.shares[s].name == note.detail) return reach(PartKind::share, note.playbook, s);
        }
        return;
      }
      if (note.detail == "else") return reach(PartKind::late, note.playbook, note.step);
      for (std::uint32_t a = step.first_arm; a < step.first_arm + step.arms; ++a) {
        const program::Arm& arm = playbook.arms[a];
        const bool same = arm.on_event == (note.detail == "event") && arm.condition == note.expression &&
                          (!arm.on_event || arm.event == note.event);
        if (same) return reach(PartKind::arm, note.playbook, a);
      }
      return;
    }
    default: return;
  }
}

void Coverage::join(const Coverage& other) {
  for (std::size_t i = 0; i < parts_.size(); ++i) parts_[i].reached = parts_[i].reached || other.parts_[i].reached;
}

std::size_t Coverage::reached() const {
  return static_cast<std::size_t>(std::count_if(parts_.begin(), parts_.end(), [](const Part& p) { return p.reached; }));
}

}  // namespace tend::trial
