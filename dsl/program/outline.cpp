#include "dsl/program/outline.hpp"

#include "dsl/text/must.hpp"

namespace tend::program {
namespace {

using Kind = OutlineBranch::Kind;

class Outliner {
 public:
  explicit Outliner(const Playbook& playbook) : playbook_(playbook), steps_(playbook.steps) {}

  /// The steps of [begin, end); a jump at its end belongs to whoever opened the block.
  OutlineBlock block(std::uint32_t begin, std::uint32_t end) {
    CHECK_OR_DIE(begin <= end && end <= steps_.size(), "a block lies within its playbook");
    OutlineBlock out;
    for (std::uint32_t at = begin; at < end;) {
      const std::uint32_t before = at;
      const Step& step = steps_[at];
      if (step.kind == StepKind::jump || step.kind == StepKind::round_end) {
        ++at;
        continue;
      }
      OutlineStep one{.step = at};
      at = branches(one);
      CHECK_OR_DIE(at > before, "an outline goes forward");
      out.push_back(std::move(one));
    }
    return out;
  }

 private:
  /// Reads what the step opens; gives the step after all of it.
  std::uint32_t branches(OutlineStep& one) {
    const std::uint32_t at = one.step;
    const Step& step = steps_[at];
    switch (step.kind) {
      case StepKind::branch: return condition(one);
      case StepKind::wait_up_to: {
        for (std::uint32_t i = 0; i < step.arms; ++i) {
          const std::uint32_t arm = step.first_arm + i;
          const std::uint32_t end = i + 1 < step.arms ? playbook_.arms[arm + 1].target : step.target;
          one.branches.push_back({Kind::arm, arm, block(playbook_.arms[arm].target, end)});
        }
        one.branches.push_back({Kind::late, 0, block(step.target, step.after)});
        return step.after;
      }
      case StepKind::split: {
        for (std::uint32_t i = 0; i < step.arms; ++i) {
          const std::uint32_t share = step.first_arm + i;
          const std::uint32_t end = i + 1 < step.arms ? playbook_.shares[share + 1].target : step.after;
          one.branches.push_back({Kind::share, share, block(playbook_.shares[share].target, end)});
        }
        return step.after;
      }
      case StepKind::repeat:
        one.branches.push_back({Kind::body, 0, block(at + 1, step.target)});
        one.branches.push_back({Kind::over, 0, {}});
        return step.target;
      case StepKind::send:
      case StepKind::ask:
      case StepKind::task:
      case StepKind::transfer:
      case StepKind::grant:
      case StepKind::credit:
      case StepKind::wait_until_condition: {
        if (step.target == kNone) return at + 1;
        CHECK_OR_DIE(step.target > at && step.target <= steps_.size() && steps_[step.target - 1].kind == StepKind::jump,
                     "an else follows a jump");
        const std::uint32_t after = steps_[step.target - 1].target;
        one.branches.push_back({Kind::done, 0, {}});
        one.branches.push_back({Kind::else_, 0, block(step.target, after)});
        return after;
      }
      default: return at + 1;
    }
  }

  std::uint32_t condition(OutlineStep& one) {
    const Step& step = steps_[one.step];
    const Step& last = steps_[step.target - 1];
    // Jumps of what the block holds stay within it, so only the block's own leads past the place where `else` would
    // begin.
    const bool has_else = step.target - 1 > one.step && last.kind == StepKind::jump && last.target > step.target;
    const std::uint32_t after = has_else ? last.target : step.target;
    one.branches.push_back({Kind::yes, 0, block(one.step + 1, step.target)});
    one.branches.push_back({Kind::no, 0, block(step.target, after)});
    return after;
  }

  const Playbook& playbook_;
  const std::vector<Step>& steps_;
};

}  // namespace

OutlineBlock outline(const Playbook& playbook) {
  return Outliner(playbook).block(0, static_cast<std::uint32_t>(playbook.steps.size()));
}

}  // namespace tend::program
