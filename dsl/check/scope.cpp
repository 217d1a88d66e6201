#include "dsl/check/scope.hpp"

#include "dsl/check/report.hpp"

namespace tend::check {
namespace {

using syntax::TypeWord;

void mark(Ir& ir) {
  ir.of_parameter = true;
  for (const IrPtr& child : ir.children) mark(*child);
}

bool is_value(TypeWord word) {
  return word != TypeWord::event && word != TypeWord::message && word != TypeWord::budget && word != TypeWord::partner;
}

Diagnostic not_a_value(const syntax::Name& mention) { return mistake(385, mention.span, {mention.text}); }

}  // namespace

const Binding* bound(const Workspace& workspace, const syntax::Name& name) {
  const Scope* scope = workspace.scope;
  if (!scope || name.span.file != scope->body.file) return nullptr;
  if (name.span.begin < scope->body.begin || name.span.end > scope->body.end) return nullptr;
  const auto found = scope->bindings.find(name.text);
  return found == scope->bindings.end() ? nullptr : &found->second;
}

IrPtr bound_value(Workspace& workspace, const Binding& binding, const Reach& reach, const syntax::Name& mention) {
  if (binding.broken) return nullptr;
  const TypeWord word = binding.parameter->type.word;
  if (!is_value(word)) {
    workspace.sink.report(not_a_value(mention));
    return nullptr;
  }
  IrPtr ir;
  if (binding.argument) {
    Reach alone;
    alone.in_window = reach.in_window;
    Journey journey;
    if (reach.journey) {  // of the journey it sees how it began: what the template does inside is the template's own
      journey = *reach.journey;
      journey.arm_events.clear();
      journey.kept.clear();
      journey.known = {};
      alone.journey = &journey;
    }
    ir = word == TypeWord::segment ? segment_of(workspace, *bound_path(binding), alone, binding.argument->span)
                                   : value_of(workspace, binding.argument, alone);
  } else if (binding.sample) {
    ir = clone(*binding.sample);
    ir->span = mention.span;
  }
  if (ir) mark(*ir);
  return ir;
}

const std::vector<syntax::Name>* bound_path(const Binding& binding) {
  if (!binding.argument || binding.argument->kind != syntax::ExprKind::path) return nullptr;
  return &binding.argument->path;
}

bool hangs_on_parameter(const Ir& ir) {
  bool hangs = false;
  walk(ir, [&](const Ir& one) { hangs = hangs || one.of_parameter; });
  return hangs;
}

}  // namespace tend::check
