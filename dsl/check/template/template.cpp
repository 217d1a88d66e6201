#include "dsl/check/template/template.hpp"

#include <algorithm>
#include <utility>

#include "dsl/check/lookup.hpp"
#include "dsl/check/report.hpp"
#include "dsl/syntax/clone.hpp"
#include "dsl/syntax/parts.hpp"

namespace tend::check {
namespace {

using syntax::Block;
using syntax::Expr;
using syntax::ExprKind;
using syntax::ExprPtr;
using syntax::Part;
using syntax::Stmt;
using syntax::StmtKind;
using syntax::StmtPtr;

bool is_clause(StmtKind kind) { return kind >= StmtKind::enter_when && kind <= StmtKind::owner; }

// Clauses of one group say the same thing, so one in a use takes the place of all that the template has.
StmtKind group_of(StmtKind kind) {
  switch (kind) {
    case StmtKind::enter_on:
    case StmtKind::enter_schedule:
    case StmtKind::enter_relative:
    case StmtKind::enter_by_hand: return StmtKind::enter_when;
    case StmtKind::again_always:
    case StmtKind::again_after: return StmtKind::again_never;
    default: return kind;
  }
}

ExprPtr& condition_slot(Stmt& clause) {
  return clause.kind == StmtKind::where && !clause.condition ? clause.where : clause.condition;
}

// `where` of both must hold; one `leave` is enough.
void join(Stmt& into, StmtPtr other) {
  ExprPtr& first = condition_slot(into);
  ExprPtr second = std::move(condition_slot(*other));
  if (!first || !second) return;
  auto both = std::make_unique<Expr>();
  both->kind = into.kind == StmtKind::where ? ExprKind::and_ : ExprKind::or_;
  both->span = second->span;
  both->height = static_cast<std::uint16_t>(std::max(first->height, second->height) + 1);
  both->args.push_back(std::move(first));
  both->args.push_back(std::move(second));
  first = std::move(both);
}

bool is_joined(StmtKind kind) { return kind == StmtKind::where || kind == StmtKind::leave; }

// Diagnostics go into a list of their own while it lives.
class Diverted {
 public:
  explicit Diverted(diagnostic::Sink& sink) : sink_(sink), outer_(sink.divert(&list_)) {}
  ~Diverted() { sink_.divert(outer_); }
  Diverted(const Diverted&) = delete;
  Diverted& operator=(const Diverted&) = delete;
  std::vector<Diagnostic>& list() { return list_; }

 private:
  diagnostic::Sink& sink_;
  std::vector<Diagnostic> list_;
  std::vector<Diagnostic>* outer_;
};

bool inside(Span span, Span whole) {
  return span.file == whole.file && span.begin >= whole.begin && span.end <= whole.end;
}

// The parameter that the line of a mistake names, so that the mistake can be shown where it was given. The mistake's
// own words come first.
const Binding* parameter_in(const Workspace& workspace, const Scope& scope, Span span) {
  const std::string_view text = workspace.sources[span.file].text;
  const std::size_t line = span.begin == 0 ? 0 : text.rfind('\n', span.begin - 1) + 1;  // npos + 1 is 0
  const std::size_t line_end = std::min(text.find('\n', span.end), text.size());
  for (const auto& [from, to] : {std::pair<std::size_t, std::size_t>{span.begin, span.end}, {line, line_end}}) {
    for (const auto& [name, binding] : scope.bindings) {
      const bool given = binding.argument && binding.argument != binding.parameter->initial.get();
      if (given && text.substr(from, to - from).find(name) != std::string_view::npos) return &binding;
    }
  }
  return nullptr;
}

void report_at_use(Workspace& workspace, const Instance& instance, const Diagnostic& diagnostic) {
  if (!inside(diagnostic.span, instance.template_->span)) return workspace.sink.report(diagnostic);
  if (diagnostic.severity == diagnostic::Severity::warning) return;  // the template's own business
  const Binding* binding = parameter_in(workspace, instance.scope, diagnostic.span);
  const std::size_t line = text::place_of(workspace.sources[diagnostic.span.file].text, diagnostic.span.begin).line;
  workspace.sink.report(mistake(269, binding ? binding->argument->span : instance.call,
                                {instance.template_name, std::to_string(line), diagnostic::argument(diagnostic)}));
}

void check_alone(Workspace& workspace, const std::string& name, const Stmt& template_, Findings& findings) {
  const Block* body = template_block(template_);
  if (!body) return;
  Instance instance;
  instance.scope.body = body->span;
  instance.scope.bindings = parameters_of(workspace, template_);
  bind_samples(workspace, instance.scope.bindings);
  const Required required(workspace, template_, instance.scope.bindings);
  instance.playbook = merged(template_, nullptr);
  instance.playbook->name.text = name;

  program::Program program;
  program.timezone = workspace.schema.timezone;
  program::Places places;
  Emitter emit(program, places.nodes);
  std::map<std::string, MessageUse> uses;
  Findings of_one_use;
  Lowering lowering{workspace, emit, uses, of_one_use, {}};
  std::vector<Diagnostic> found;
  {
    Diverted diverted(workspace.sink);
    workspace.scope = &instance.scope;
    lower_playbook(lowering, *instance.playbook, places);
    workspace.scope = nullptr;
    found = std::move(diverted.list());
  }
  for (const auto& [message, ignored] : uses) findings.template_sends.insert(message);
  for (Diagnostic& diagnostic : found) {
    if (diagnostic.code == 501) continue;  // the use may say who enters
    workspace.sink.report(std::move(diagnostic));
  }
}

}  // namespace

const Block* template_block(const Stmt& template_) {
  const Part* block = syntax::first(template_, Part::What::block);
  return block ? &block->block : nullptr;
}

StmtPtr merged(const Stmt& template_, const Stmt* use) {
  const Stmt& named = use ? *use : template_;
  auto out = std::make_unique<Stmt>();
  out->kind = StmtKind::playbook;
  out->span = named.span;
  out->head = named.head;
  out->name = named.name;
  if (use && use->text) {
    out->text = syntax::clone(*use->text);
  } else if (const Part* title = syntax::first(template_, Part::What::text); title && title->text) {
    out->text = syntax::clone(*title->text);
  }
  std::set<StmtKind> replaced;
  std::vector<StmtPtr> joining;
  if (use) {
    for (const StmtPtr& clause : use->block.statements) {
      if (!clause) continue;
      if (is_joined(clause->kind)) {
        joining.push_back(syntax::clone(clause));
        continue;
      }
      replaced.insert(group_of(clause->kind));
      out->block.statements.push_back(syntax::clone(clause));
    }
  }
  static const Block nothing;
  const Block* block = template_block(template_);
  const Block& body = block ? *block : nothing;
  out->block.span = body.span;
  for (const StmtPtr& statement : body.statements) {
    if (!statement || statement->kind == StmtKind::requires_) continue;
    if (is_clause(statement->kind) && replaced.contains(group_of(statement->kind))) continue;
    StmtPtr copy = syntax::clone(statement);
    for (StmtPtr& clause : joining) {
      if (!clause || clause->kind != copy->kind) continue;
      join(*copy, std::move(clause));
      clause = nullptr;
    }
    out->block.statements.push_back(std::move(copy));
  }
  for (StmtPtr& clause : joining) {
    if (clause) out->block.statements.insert(out->block.statements.begin(), std::move(clause));
  }
  return out;
}

std::set<std::string> check_templates(Workspace& workspace, Findings& findings) {
  std::set<std::string> broken;
  for (const auto& [name, template_] : workspace.schema.templates) {
    if (owner_of(workspace, template_->name.span) != 0) continue;  // checked with its package
    const std::size_t errors = workspace.sink.errors();
    check_alone(workspace, name, *template_, findings);
    if (workspace.sink.errors() > errors) broken.insert(name);
  }
  return broken;
}

std::map<std::string, Instance> instantiate(Workspace& workspace, const std::set<std::string>& broken) {
  std::map<std::string, Instance> instances;
  for (auto& [name, declaration] : workspace.schema.playbooks) {
    if (!declaration->value) continue;
    const Expr& call = *declaration->value;
    const auto found = find_named(workspace, Kind::template_, call.path);
    if (!found || !template_block(*found->declaration)) continue;
    Instance instance;
    instance.template_name = found->name;
    instance.template_ = found->declaration;
    instance.call = {call.path[0].span.file, call.path[0].span.begin, call.path.back().span.end};
    instance.scope.body = template_block(*found->declaration)->span;
    if (broken.contains(found->name)) continue;
    instance.scope.bindings = parameters_of(workspace, *found->declaration);
    const bool given = bind_arguments(workspace, found->name, *found->declaration, call, instance.scope.bindings);
    const bool met =
        meets_requirements(workspace, found->name, *found->declaration, instance.scope.bindings, instance.call);
    if (!given || !met) continue;
    instance.playbook = merged(*found->declaration, declaration);
    workspace.schema.numbers.emplace(instance.playbook.get(), workspace.schema.numbers.at(declaration));
    declaration = instance.playbook.get();
    instances.emplace(name, std::move(instance));
  }
  return instances;
}

void lower_instance(Lowering& lowering, const Instance& instance, program::Places& places) {
  Workspace& workspace = lowering.workspace;
  std::vector<Diagnostic> found;
  {
    Diverted diverted(workspace.sink);
    workspace.scope = &instance.scope;
    lower_playbook(lowering, *instance.playbook, places);
    workspace.scope = nullptr;
    found = std::move(diverted.list());
  }
  for (const Diagnostic& diagnostic : found) report_at_use(workspace, instance, diagnostic);
}

}  // namespace tend::check
