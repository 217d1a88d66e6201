// A condition, or a part of one, that holds for every customer at every moment.
#include "dsl/check/conditions.hpp"
#include "dsl/check/hold/reads.hpp"
#include "dsl/check/lint/lints.hpp"
#include "dsl/check/report.hpp"

namespace tend::check {
namespace {

using program::Node;
using program::Program;

bool joins(Op op) { return op == Op::and_ || op == Op::or_ || op == Op::not_; }
bool is_comparison(Op op) { return op >= Op::equal && op <= Op::not_in; }

// `true` stands for what a template was not given: what it makes certain is meant.
bool reads_constant(const Program& program, std::uint32_t index) {
  const Node& node = program.nodes[index];
  if (node.op == Op::constant) return true;
  if (!joins(node.op)) return false;
  return reads_constant(program, node.a) || (node.op != Op::not_ && reads_constant(program, node.b));
}

void look(Workspace& workspace, const Program& program, const program::Places& places, const hold::Reads& reads,
          std::uint32_t index) {
  const Node& node = program.nodes[index];
  if (!joins(node.op) && !is_comparison(node.op)) return;
  if (!reads_constant(program, index) && reads.never(index, false)) {
    const Span span = places.nodes[index];
    if (!is_in_template(workspace, span)) workspace.sink.report(mistake(607, span));
    return;
  }
  if (node.op == Op::not_) return look(workspace, program, places, reads, node.a);
  if (!joins(node.op)) return;
  for (const std::uint32_t part : joined_by(program, node.op, index)) look(workspace, program, places, reads, part);
}

}  // namespace

void lint_always_holds(Workspace& workspace, const Program& program, const program::Places& places) {
  const hold::Reads reads(program);
  for (const program::Expression& expression : program.expressions) {
    if (program.nodes[expression.root].type == Type::boolean) look(workspace, program, places, reads, expression.root);
  }
  for (const program::Window& window : program.windows) {
    if (window.filter != kNone) look(workspace, program, places, reads, window.filter);
  }
}

}  // namespace tend::check
