// Which part of a condition is to blame when it can never hold.
#include "dsl/check/conditions.hpp"

#include <algorithm>
#include <utility>

#include "dsl/check/emit.hpp"
#include "dsl/check/expression.hpp"
#include "dsl/check/hold/reads.hpp"
#include "dsl/check/report.hpp"
#include "dsl/text/utf8.hpp"

namespace tend::check {
namespace {

using hold::Claim;
using program::Node;
using program::Program;

constexpr std::size_t kPairsMax = 16;  // conjuncts that are held against each other one by one

bool joins(Op op) { return op == Op::and_ || op == Op::or_; }
bool is_comparison(Op op) { return op >= Op::equal && op <= Op::not_in; }

class Blame {
 public:
  Blame(Workspace& workspace, const Program& program, const std::vector<Span>& places)
      : workspace_(workspace), program_(program), places_(places), reads_(program) {}

  void look(std::uint32_t root) {
    // A fixed `true` or `false` is meant: a template's condition that nobody gave, a playbook that is switched off.
    const Node& node = program_.nodes[root];
    if (node.op == Op::constant) return;
    if (reads_.never(root)) return blame(root);
    // What holds together also holds in part, so only the single parts are left to be asked.
    if (joins(node.op)) {
      for (const std::uint32_t part : joined_by(program_, node.op, root)) look_at_part(part);
    } else if (node.op == Op::not_) {
      look_at_part(node.a);
    }
  }

 private:
  void look_at_part(std::uint32_t index) {
    const Node& node = program_.nodes[index];
    if (joins(node.op) || node.op == Op::not_ || is_comparison(node.op)) look(index);
  }

  // Requires: it can never hold.
  void blame(std::uint32_t index) {
    const Node& node = program_.nodes[index];
    if (node.op == Op::constant) return;
    if (node.op == Op::or_) {
      blame(node.a);
      return blame(node.b);
    }
    if (node.op != Op::and_) return report(420, places_[index]);
    const std::vector<std::uint32_t> parts = conjuncts(program_, index);
    for (const std::uint32_t part : parts) {
      if (reads_.never(part)) return blame(part);
    }
    for (std::size_t later = 1; later < parts.size() && later < kPairsMax; ++later) {
      for (std::size_t earlier = 0; earlier < later; ++earlier) {
        const Claim two[] = {{parts[earlier]}, {parts[later]}};
        if (!reads_.never_together(two)) continue;
        const Span first = places_[parts[earlier]], second = places_[parts[later]];
        return report(421, second, {written_at(workspace_, first)});
      }
    }
    report(420, places_[index]);
  }

  void report(std::uint16_t code, Span span, std::vector<std::string> arguments = {}) {
    if (!is_in_template(workspace_, span)) workspace_.sink.report(mistake(code, span, std::move(arguments)));
  }

  Workspace& workspace_;
  const Program& program_;
  const std::vector<Span>& places_;
  hold::Reads reads_;
};

}  // namespace

std::vector<std::uint32_t> joined_by(const Program& program, Op op, std::uint32_t root) {
  std::vector<std::uint32_t> open = {root}, parts;
  while (!open.empty()) {
    const std::uint32_t index = open.back();
    open.pop_back();
    const Node& node = program.nodes[index];
    if (node.op == op) {
      open.push_back(node.b);
      open.push_back(node.a);
    } else {
      parts.push_back(index);
    }
  }
  return parts;
}

bool is_in_template(const Workspace& workspace, Span span) {
  const auto& templates = workspace.schema.templates;
  return std::any_of(templates.begin(), templates.end(), [&](const auto& declared) {
    const Span whole = declared.second->span;
    return whole.file == span.file && whole.begin <= span.begin && span.end <= whole.end;
  });
}

std::string written_at(const Workspace& workspace, Span span) {
  constexpr std::size_t kBytesMax = 72;
  const std::string& text = workspace.sources[span.file].text;
  std::string out;
  for (std::size_t at = span.begin; at < span.end && at < text.size();) {
    const text::CodePoint point = text::decode(text, at);
    const bool blank = point.value <= ' ';
    if (!blank) out.append(text, at, point.length);
    if (blank && !out.empty() && out.back() != ' ') out.push_back(' ');
    at += point.length;
    if (out.size() > kBytesMax && at < span.end) return out + "…";
  }
  return out;
}

void check_conditions(Workspace& workspace, const Program& program, const std::vector<Span>& places) {
  Blame blame(workspace, program, places);
  for (const program::Expression& expression : program.expressions) {
    if (program.nodes[expression.root].type == Type::boolean) blame.look(expression.root);
  }
  for (const program::Window& window : program.windows) {
    if (window.filter != kNone) blame.look(window.filter);
  }
}

Traits laid_out_traits(const Workspace& workspace) {
  Traits traits;
  traits.program.attributes = workspace.schema.attributes;
  traits.program.events = workspace.schema.events;
  traits.program.activity = workspace.schema.activity;
  Emitter emit(traits.program, traits.places.nodes);
  for (const auto* declared : {&workspace.schema.traits, &workspace.schema.segments}) {
    for (const auto& [name, trait] : *declared) emit.expression(trait.ir);
  }
  return traits;
}

}  // namespace tend::check
