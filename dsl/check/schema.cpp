// Gathers a workspace's declarations.
#include "dsl/check/schema.hpp"

#include <algorithm>
#include <utility>

#include "dsl/check/calendar.hpp"
#include "dsl/check/currency.hpp"
#include "dsl/check/expression.hpp"
#include "dsl/check/packages.hpp"
#include "dsl/check/policy.hpp"
#include "dsl/check/report.hpp"
#include "dsl/check/types.hpp"
#include "dsl/diagnostic/suggest.hpp"

namespace tend::check {
namespace {

using syntax::Stmt;
using syntax::StmtKind;

// All declarations, by file name and place.
std::vector<const Stmt*> in_order(const Workspace& workspace) {
  std::vector<const syntax::File*> files;
  for (const syntax::File& file : workspace.files) {
    if (owner_of(workspace, {file.file, 0, 0}) != kNobodys) files.push_back(&file);
  }
  std::stable_sort(files.begin(), files.end(), [&](const syntax::File* a, const syntax::File* b) {
    return workspace.sources[a->file].name < workspace.sources[b->file].name;
  });
  std::vector<const Stmt*> declarations;
  for (const syntax::File* file : files) {
    for (const syntax::StmtPtr& declaration : file->declarations) {
      if (declaration) declarations.push_back(declaration.get());
    }
  }
  return declarations;
}

const Stmt* nth(const std::vector<const Stmt*>& declarations, std::size_t index) {
  return index < declarations.size() ? declarations[index] : nullptr;
}

void report_twice(Workspace& workspace, const syntax::Name& name) {
  workspace.sink.report(mistake(208, name.span, {name.text}));
}

// ---- declarations
// ---------------------------------------------------------------------------------------------------------

void take_attribute(Workspace& workspace, const syntax::FieldDecl& field) {
  Schema& schema = workspace.schema;
  const std::string& name = field.name.text;
  if (name.empty()) return;
  const TypeInfo type = type_of(workspace, field.type);
  const std::string built_in = canonical(name, Builtin::customer_field);
  if (built_in == "timezone" || built_in == "language") {
    // Built in, but a text block may say so again.
    program::Attribute& attribute =
        schema.attributes[built_in == "timezone" ? program::kTimezoneAttribute : program::kLanguageAttribute];
    if (type.type != Type::none && type.type != Type::text)
      workspace.sink.report(mistake(212, field.name.span, {name}));
    attribute.is_private = attribute.is_private || field.is_private;
    return;
  }
  if (built_in == "id" || built_in == "tags" || built_in == "consent" || built_in == "first_seen") {
    workspace.sink.report(mistake(212, field.name.span, {name}));
    return;
  }
  if (schema.attribute_indices.contains(name)) return report_twice(workspace, field.name);
  declare(schema, {name, type, field.is_private});
  if (schema.attributes.size() == limits::kFieldsMax + 1) {
    workspace.sink.report(too_many(field.name.span, schema.attributes.size(), Phrase::attributes, limits::kFieldsMax));
  }
}

void take_event(Workspace& workspace, const Stmt& declaration) {
  Schema& schema = workspace.schema;
  const std::string& name = declaration.name.text;
  if (name.empty()) return;
  const std::string root = canonical(name, Builtin::root);
  const std::optional<std::uint32_t> there = event_named(schema, name);
  if (there && *there < program::kBuiltinEventCount) {
    workspace.sink.report(mistake(212, declaration.name.span, {name}));
    return;
  }
  if (root == "customer" || root == "entry") {
    workspace.sink.report(mistake(212, declaration.name.span, {name}));
    return;
  }
  program::Event event{name, {}};
  std::set<std::string_view> names;
  for (const syntax::FieldDecl& field : declaration.fields) {
    if (field.name.text.empty()) continue;
    if (field.is_private) workspace.sink.report(mistake(342, field.span, {}, 43));
    const TypeInfo type = type_of(workspace, field.type);
    if (canonical(field.name.text, Builtin::event_field) == "at") {
      workspace.sink.report(mistake(212, field.name.span, {field.name.text}));
      continue;
    }
    if (!names.insert(field.name.text).second) {
      report_twice(workspace, field.name);
      continue;
    }
    event.fields.push_back({field.name.text, type});
  }
  if (there) return report_twice(workspace, declaration.name);
  declare(schema, std::move(event));
}

void take_trait(Workspace& workspace, const Stmt& declaration, bool is_segment) {
  auto& traits = is_segment ? workspace.schema.segments : workspace.schema.traits;
  const syntax::Name& name = declaration.name;
  if (name.text.empty()) return;
  const std::string root = canonical(name.text, Builtin::root);
  if (root == "customer" || root == "entry" || root == "today" || root == "now") {
    workspace.sink.report(mistake(212, name.span, {name.text}));
    return;
  }
  Trait trait;
  trait.declaration = &declaration;
  trait.is_segment = is_segment;
  if (!traits.try_emplace(full_name(workspace, name), std::move(trait)).second) report_twice(workspace, name);
}

void take_named(Workspace& workspace, std::map<std::string, const Stmt*>& named, const Stmt& declaration) {
  if (declaration.name.text.empty()) return;
  if (!named.try_emplace(full_name(workspace, declaration.name), &declaration).second)
    report_twice(workspace, declaration.name);
}

void take_activity(Workspace& workspace, const std::vector<const Stmt*>& declarations) {
  Schema& schema = workspace.schema;
  for (const Stmt* declaration : declarations) {
    if (declaration->kind != StmtKind::activity) continue;
    if (schema.has_activity) {
      workspace.sink.report(mistake(208, declaration->head, {"activity is"}));
      continue;
    }
    schema.has_activity = true;
    for (const syntax::Name& name : declaration->names) {
      if (const auto event = event_of(workspace, {name})) schema.activity.push_back(*event);
    }
  }
  std::sort(schema.activity.begin(), schema.activity.end());
  schema.activity.erase(std::unique(schema.activity.begin(), schema.activity.end()), schema.activity.end());
}

void built_ins(Schema& schema) {
  declare(schema, {"timezone", plain(Type::text), false});
  declare(schema, {"language", plain(Type::text), false});
  for (const std::string_view name : program::kBuiltinEvents) {
    program::Event event{std::string(name), {}};
    if (name == "task_done" || name == "task_refused") {
      event.fields = {{"label", plain(Type::text)}};
    } else {
      event.fields = {{"message", plain(Type::text)}, {"channel", plain(Type::text)}, {"playbook", plain(Type::text)}};
    }
    if (name == "added") {
      event.fields.push_back({"staff", plain(Type::text)});
      event.fields.push_back({"state", plain(Type::text)});
    }
    declare(schema, std::move(event));
  }
}

template <typename T>
void sort_by_name(std::vector<T>& things, std::size_t from) {
  std::sort(things.begin() + static_cast<std::ptrdiff_t>(from), things.end(),
            [](const T& a, const T& b) { return a.name < b.name; });
}

// What a package says of customers and of its own running: a workspace that uses it says these itself.
bool is_for_itself_alone(StmtKind kind) {
  return kind == StmtKind::customer || kind == StmtKind::event || kind == StmtKind::activity ||
         kind == StmtKind::policy || kind == StmtKind::playbook || kind == StmtKind::test;
}

bool counts(const Workspace& workspace, const std::set<std::uint32_t>& in_use, const Stmt& declaration) {
  const std::uint32_t owner = owner_of(workspace, declaration.span);
  if (owner == 0) return true;
  const bool standard = workspace.options.packages[owner - 1].name == kStandardPackage;
  if (standard && declaration.kind == StmtKind::calendar) return true;
  return in_use.contains(owner) && !is_for_itself_alone(declaration.kind);
}

}  // namespace

void gather(Workspace& workspace) {
  Schema& schema = workspace.schema;
  built_ins(schema);
  std::vector<const Stmt*> declarations = in_order(workspace);
  if (const Stmt* extra = nth(declarations, limits::kDeclarationsMax)) {
    workspace.sink.report(too_many(extra->head, declarations.size(), Phrase::declarations, limits::kDeclarationsMax));
    return;  // nothing is gathered, and nothing is checked
  }
  const std::set<std::uint32_t> in_use = owners_in_use(workspace);
  std::erase_if(declarations, [&](const Stmt* declaration) { return !counts(workspace, in_use, *declaration); });
  for (const Stmt* declaration : declarations) {
    note_names(workspace, *declaration);
    switch (declaration->kind) {
      case StmtKind::error: workspace.broken = true; break;
      case StmtKind::customer:
        for (const syntax::FieldDecl& field : declaration->fields) take_attribute(workspace, field);
        break;
      case StmtKind::event: take_event(workspace, *declaration); break;
      case StmtKind::trait: take_trait(workspace, *declaration, false); break;
      case StmtKind::segment: take_trait(workspace, *declaration, true); break;
      case StmtKind::message: take_named(workspace, schema.messages, *declaration); break;
      case StmtKind::playbook: take_named(workspace, schema.playbooks, *declaration); break;
      case StmtKind::template_: take_named(workspace, schema.templates, *declaration); break;
      case StmtKind::extern_function: take_named(workspace, schema.functions, *declaration); break;
      case StmtKind::budget: take_named(workspace, schema.budgets, *declaration); break;
      case StmtKind::partner: take_named(workspace, schema.partners, *declaration); break;
      case StmtKind::currency: take_named(workspace, schema.currencies, *declaration); break;
      case StmtKind::calendar: take_named(workspace, schema.calendars, *declaration); break;
      case StmtKind::policy:  // below: they name channels, calendars and currencies
      case StmtKind::activity: break;
      default: break;  // tests are lowered last
    }
  }
  if (schema.playbooks.size() > limits::kPlaybooksMax) {
    workspace.sink.report(too_many(schema.playbooks.begin()->second->head, schema.playbooks.size(), Phrase::playbooks,
                                   limits::kPlaybooksMax));
    schema.playbooks.clear();
  }
  sort_by_name(schema.attributes, 2);
  sort_by_name(schema.events, program::kBuiltinEventCount);
  index_names(schema);
  gather_uses(workspace);
  take_activity(workspace, declarations);
  take_currencies(workspace);
  schema.calendar_days = calendars_of(workspace);
  take_policies(workspace, declarations);
}

void declare(Schema& schema, program::Attribute attribute) {
  schema.attribute_indices.emplace(attribute.name, static_cast<std::uint32_t>(schema.attributes.size()));
  schema.attributes.push_back(std::move(attribute));
}

void declare(Schema& schema, program::Event event) {
  schema.event_indices.emplace(event.name, static_cast<std::uint32_t>(schema.events.size()));
  schema.events.push_back(std::move(event));
}

void index_names(Schema& schema) {
  schema.attribute_indices.clear();
  schema.event_indices.clear();
  for (std::uint32_t i = 0; i < schema.attributes.size(); ++i)
    schema.attribute_indices.emplace(schema.attributes[i].name, i);
  for (std::uint32_t i = 0; i < schema.events.size(); ++i) schema.event_indices.emplace(schema.events[i].name, i);
  schema.numbers.clear();
  for (const auto* declared : {&schema.messages, &schema.playbooks, &schema.templates, &schema.budgets,
                               &schema.partners, &schema.functions, &schema.calendars}) {
    std::uint32_t number = 0;
    for (const auto& [name, declaration] : *declared) schema.numbers.emplace(declaration, number++);
  }
}

std::optional<std::uint32_t> event_named(const Schema& schema, std::string_view name) {
  const auto declared = schema.event_indices.find(name);
  if (declared != schema.event_indices.end()) return declared->second;
  const std::string_view built_in = syntax::canonical_builtin(name, Builtin::event);
  const auto twin = built_in.empty() ? schema.event_indices.end() : schema.event_indices.find(built_in);
  if (twin == schema.event_indices.end()) return std::nullopt;
  return twin->second;
}

std::optional<std::uint32_t> attribute_named(const Schema& schema, std::string_view name) {
  const auto declared = schema.attribute_indices.find(name);
  if (declared != schema.attribute_indices.end()) return declared->second;
  const std::string_view built_in = syntax::canonical_builtin(name, Builtin::customer_field);
  if (built_in == "timezone") return program::kTimezoneAttribute;
  if (built_in == "language") return program::kLanguageAttribute;
  return std::nullopt;
}

std::optional<std::uint32_t> field_named(const program::Event& event, std::string_view name) {
  if (const auto field = program::find_field(event, name)) return field;
  const std::string built_in = canonical(name, Builtin::event_field);
  if (built_in == "at") return program::kFieldAt;
  const auto& built_ins = program::kBuiltinEvents;
  const bool is_built_in = std::find(std::begin(built_ins), std::end(built_ins), event.name) != std::end(built_ins);
  return is_built_in ? program::find_field(event, built_in) : std::nullopt;
}

TypeInfo field_type(const program::Event& event, std::uint32_t field) {
  return field == program::kFieldAt ? plain(Type::moment) : event.fields[field].type;
}

std::string canonical(std::string_view name, Builtin group) {
  const std::string_view built_in = syntax::canonical_builtin(name, group);
  return std::string(built_in.empty() ? name : built_in);
}

std::optional<std::string> plain_text(Workspace& workspace, const syntax::Text& text) {
  if (!text.has_holes()) return text.plain();
  workspace.sink.report(mistake(321, text.span));
  return std::nullopt;
}

std::uint32_t line_of(Workspace& workspace, Span span) {
  auto lines = workspace.lines.find(span.file);
  if (lines == workspace.lines.end())
    lines = workspace.lines.emplace(span.file, text::lines_of(workspace.sources[span.file].text)).first;
  return text::line_number(lines->second, span.begin);
}

bool may_suggest(const Workspace& workspace) { return workspace.compared_names < limits::kComparedNamesMax; }

void suggest(Workspace& workspace, diagnostic::Diagnostic& diagnostic, std::string_view wrong,
             const std::vector<std::string>& candidates) {
  if (!may_suggest(workspace)) return;
  workspace.compared_names += candidates.size();
  suggest(diagnostic, wrong, candidates);
}

void suggest(diagnostic::Diagnostic& diagnostic, std::string_view wrong, const std::vector<std::string>& candidates) {
  auto near = diagnostic::did_you_mean(wrong, candidates);
  if (!near) return;
  diagnostic.help = 1;
  diagnostic.help_arguments = {std::move(*near)};
}

}  // namespace tend::check
