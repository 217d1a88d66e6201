// The steps of a reading, and its form as plain lines. What stands before the steps is in about.cpp.
#include "dsl/prose/reading.hpp"

#include "dsl/prose/about.hpp"
#include "dsl/text/must.hpp"

namespace tend::prose {
namespace {

using program::OutlineBranch;
using program::StepKind;

class Reader {
 public:
  explicit Reader(const Context& context) : context_(context), zh_(context.zh()) {}

  ReadingBlock block(const program::OutlineBlock& outline) const {
    ReadingBlock out;
    for (const program::OutlineStep& one : outline) out.steps.push_back(step(one));
    return out;
  }

 private:
  ReadingStep step(const program::OutlineStep& one) const {
    const program::Step& step = context_.playbook->steps[one.step];
    ReadingStep out;
    std::string text = opening(step, one);
    for (const OutlineBranch& branch : one.branches) {
      if (branch.kind == OutlineBranch::Kind::done || branch.kind == OutlineBranch::Kind::over) continue;
      const bool plain_on = branch.block.empty() && branch.kind != OutlineBranch::Kind::yes;
      if (plain_on && (branch.kind == OutlineBranch::Kind::no || branch.kind == OutlineBranch::Kind::else_)) continue;
      ReadingWay way{label(step, branch), {}};
      // `else if` reads on in its line.
      const bool chained = branch.kind == OutlineBranch::Kind::no && branch.block.size() == 1 &&
                           context_.playbook->steps[branch.block[0].step].kind == StepKind::branch &&
                           context_.playbook->steps[branch.block[0].step].label.empty();
      if (chained) {
        ReadingStep inner = this->step(branch.block[0]);
        way.label = headline(zh_ ? "否则，" : "otherwise, ", context_.tongue) + lower(inner.text);
        out.ways.push_back({way.label, std::move(inner.ways.front().block)});
        for (std::size_t i = 1; i < inner.ways.size(); ++i) out.ways.push_back(std::move(inner.ways[i]));
        continue;
      }
      if (branch.block.empty()) {
        way.label += zh_ ? "继续下一步。" : " on with the next step.";
      } else {
        way.block.push_back(block(branch.block));
      }
      out.ways.push_back(std::move(way));
    }
    out.text = out.ways.empty() || !ends_in_colon(step) ? sentence(text, context_.tongue)
                                                        : headline(text, context_.tongue) + (zh_ ? "：" : ":");
    return out;
  }

  static bool ends_in_colon(const program::Step& step) {
    return step.kind == StepKind::branch || step.kind == StepKind::wait_up_to || step.kind == StepKind::split ||
           step.kind == StepKind::repeat;
  }

  static std::string lower(std::string text) {
    if (!text.empty() && text[0] == 'I') text[0] = 'i';
    return text;
  }

  std::string opening(const program::Step& step, const program::OutlineStep& one) const {
    StepWords words = step_words(context_, step);
    if (step.kind == StepKind::branch) words.title = (zh_ ? "如果" : "if ") + clause_of(context_, step.expression);
    if (step.kind == StepKind::wait_up_to && one.branches.size() > 1)
      words.title += zh_ ? (one.branches.size() > 2 ? "，看哪个先发生" : "")
                         : (one.branches.size() > 2 ? " for the first of these" : " for this");
    if (step.kind == StepKind::split)
      words.title =
          zh_ ? "按比例分流（同一客户每次都走同一路）" : "split by chance, always the same way for the same customer";
    std::string text = words.title;
    for (const std::string& note : words.notes) text += (zh_ ? "，" : ", ") + note;
    return text;
  }

  std::string label(const program::Step& step, const OutlineBranch& branch) const {
    using Kind = OutlineBranch::Kind;
    const std::string words = branch_words(context_, step, branch);
    switch (branch.kind) {
      case Kind::yes:
      case Kind::body: return {};
      case Kind::no: return zh_ ? "否则：" : "Otherwise:";
      case Kind::arm: {
        const bool event = context_.playbook->arms[branch.index].on_event;
        return finish(zh_ ? (event ? "有" + words : words) + "：" : (event ? "On " : "Once ") + words + ":",
                      context_.tongue);
      }
      case Kind::else_:
        return finish(zh_ ? "如果" + words + "："
                          : "If " +
                                (step.kind == StepKind::wait_until_condition                 ? "it is "
                                 : step.kind == StepKind::send || step.kind == StepKind::ask ? std::string("it is ")
                                                                                             : std::string()) +
                                words + ":",
                      context_.tongue);
      case Kind::late:
        return finish(zh_ ? "如果" + words + "：" : headline(words, context_.tongue) + ":", context_.tongue);
      case Kind::share: return finish(words + (zh_ ? "：" : ":"), context_.tongue);
      case Kind::done:
      case Kind::over: break;
    }
    return {};
  }

  const Context& context_;
  bool zh_;
};

void lines(std::string& out, const ReadingBlock& block, const std::string& number, int depth) {
  int n = 0;
  for (const ReadingStep& step : block.steps) {
    const std::string own = number + std::to_string(++n) + ".";
    out += std::string(static_cast<std::size_t>(depth) * 2, ' ') + own + " " + step.text + "\n";
    char letter = 'a';
    for (const ReadingWay& way : step.ways) {
      const bool labelled = !way.label.empty();
      if (labelled) out += std::string(static_cast<std::size_t>(depth) * 2 + 2, ' ') + "- " + way.label + "\n";
      if (way.block.empty()) continue;
      lines(out, way.block.front(), own + (labelled ? std::string(1, letter++) + "." : ""), depth + (labelled ? 2 : 1));
    }
  }
}

}  // namespace

Reading read_playbook(const program::Program& program, std::uint32_t playbook, Tongue tongue) {
  CHECK_OR_DIE(playbook < program.playbooks.size(), "the playbook is one of the program's");
  const program::Playbook& book = program.playbooks[playbook];
  const Context context{program, &book, program::kNone, tongue};
  return {about(context), Reader(context).block(program::outline(book))};
}

std::string plain(const Reading& reading, Tongue tongue) {
  std::string out;
  for (const std::string& one : reading.about) out += (out.empty() || tongue == Tongue::zh ? "" : " ") + one;
  out += "\n";
  lines(out, reading.steps, "", 0);
  return out;
}

}  // namespace tend::prose
