// The checker's course: gather what is declared, check traits, lower playbooks and messages by name, then lint what is
// right.
#include "dsl/check/check.hpp"

#include <utility>

#include "dsl/check/budget.hpp"
#include "dsl/check/conditions.hpp"
#include "dsl/check/emit.hpp"
#include "dsl/check/function.hpp"
#include "dsl/check/lint/lints.hpp"
#include "dsl/check/lowering.hpp"
#include "dsl/check/packages.hpp"
#include "dsl/check/schema.hpp"
#include "dsl/check/template/template.hpp"
#include "dsl/check/test.hpp"
#include "dsl/check/welcome.hpp"

namespace tend::check {

CheckResult check(std::span<const text::Source> sources, std::span<const syntax::File> files,
                  const CheckOptions& options, diagnostic::Sink& sink) {
  Workspace workspace{sources, files, options, sink, {}};
  CheckResult result;
  for (const text::Source& source : sources) result.places.files.push_back(source.name);
  gather(workspace);
  note_steps(workspace);

  // Unused ones are checked too, though they leave no trace in the program.
  const auto spent = [&sink] { return sink.errors() >= limits::kErrorsMax; };
  for (auto* traits : {&workspace.schema.traits, &workspace.schema.segments}) {
    for (auto& [name, trait] : *traits) {
      const Span span = trait.declaration->name.span;
      if (owner_of(workspace, span) == 0 && !spent()) worked_out(workspace, trait, span);
    }
  }

  program::Program program;
  program.timezone = workspace.schema.timezone;
  program.policy = workspace.schema.policy;
  for (const program::Calendar& calendar : workspace.schema.calendar_days) {
    const bool of_package = calendar.name.find('.') != std::string::npos;
    if (!of_package || calendar.name == workspace.schema.policy.calendar) program.calendars.push_back(calendar);
  }
  for (const auto& [code, currency] : workspace.schema.own_currencies) program.currencies.push_back(currency);
  result.places.policy = workspace.schema.policy_place;
  result.places.policy_clauses = workspace.schema.policy_clauses;
  lower_budgets(workspace, program, result.places);
  lower_partners(workspace, program);
  lower_functions(workspace, program);
  program.attributes = workspace.schema.attributes;
  program.events = workspace.schema.events;
  program.activity = workspace.schema.activity;
  Emitter emit(program, result.places.nodes);
  std::map<std::string, MessageUse> uses;
  Findings findings;
  Lowering lowering{workspace, emit, uses, findings, {}};
  const std::map<std::string, Instance> instances = instantiate(workspace, check_templates(workspace, findings));
  for (const auto& [name, declaration] : workspace.schema.playbooks) {
    if (spent()) break;
    if (!options.only_playbook.empty() && name != options.only_playbook) continue;
    if (const auto made = instances.find(name); made != instances.end()) {
      lower_instance(lowering, made->second, result.places);
    } else if (!declaration->value) {
      lower_playbook(lowering, *declaration, result.places);
    }
  }
  share_slots(lowering);
  if (!spent()) {
    lower_messages(lowering);
    check_welcomes(workspace, program, result.places);
  }

  const Traits traits = laid_out_traits(workspace);
  check_conditions(workspace, traits.program, traits.places.nodes);
  check_conditions(workspace, program, result.places.nodes);
  if (!workspace.broken && sink.errors() == 0) check_branches(workspace, program, result.places);
  program::Tests tests = spent() || !options.only_playbook.empty() ? program::Tests{} : lower_tests(lowering);
  show_at_uses(workspace);
  if (workspace.broken || sink.errors() > 0) {
    result.places.nodes.clear();
    result.places.playbooks.clear();
    return result;
  }
  for (const std::string& message : findings.template_sends) uses.try_emplace(message);
  lint_all(workspace, uses, findings, program, result.places);
  lint_always_holds(workspace, traits.program, traits.places);
  show_at_uses(workspace);
  for (const text::Source& source : sources) result.places.lines.push_back(text::lines_of(source.text));
  result.program = std::move(program);
  result.tests = std::move(tests);
  return result;
}

}  // namespace tend::check
