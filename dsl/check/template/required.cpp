// `requires { customer.city text; event order { amount money } }`: what a template asks of whoever uses it.
#include <algorithm>
#include <utility>

#include "dsl/check/lookup.hpp"
#include "dsl/check/report.hpp"
#include "dsl/check/template/template.hpp"
#include "dsl/check/types.hpp"
#include "dsl/syntax/parts.hpp"

namespace tend::check {
namespace {

using syntax::FieldDecl;
using syntax::Name;
using syntax::Part;
using syntax::Stmt;
using syntax::StmtKind;

/// One line: an attribute, or an event with fields.
struct Requirement {
  Name name;
  bool is_event = false;
  TypeInfo type;                         // of the attribute
  std::vector<program::Field> fields;    // of the event
  std::vector<const FieldDecl*> places;  // as `fields`
};

std::optional<Requirement> read_requirement(Workspace& workspace, const Stmt& line) {
  Requirement requirement;
  if (const Part* type = syntax::first(line, Part::What::type)) {
    const Part* path = syntax::first(line, Part::What::expression);
    if (!path || !path->expression || path->expression->path.size() != 2 || type->fields.empty()) return std::nullopt;
    requirement.name = path->expression->path[1];
    requirement.type = type_of(workspace, type->fields[0].type);
    return requirement;
  }
  const Part* name = syntax::first(line, Part::What::name);
  if (!name || name->name.text.empty()) return std::nullopt;
  requirement.is_event = true;
  requirement.name = name->name;
  if (const Part* block = syntax::first(line, Part::What::field_block)) {
    for (const FieldDecl& field : block->fields) {
      if (field.name.text.empty()) continue;
      requirement.fields.push_back({field.name.text, type_of(workspace, field.type)});
      requirement.places.push_back(&field);
    }
  }
  return requirement;
}

std::vector<Requirement> requirements_of(Workspace& workspace, const Stmt& template_) {
  std::vector<Requirement> requirements;
  const syntax::Block* body = template_block(template_);
  if (!body) return requirements;
  for (const syntax::StmtPtr& statement : body->statements) {
    if (!statement || statement->kind != StmtKind::requires_) continue;
    const Part* lines = syntax::first(*statement, Part::What::block);
    if (!lines) continue;
    for (const syntax::StmtPtr& line : lines->block.statements) {
      if (!line) continue;
      if (line->kind == StmtKind::error) workspace.broken = true;
      if (auto requirement = read_requirement(workspace, *line)) requirements.push_back(std::move(*requirement));
    }
  }
  return requirements;
}

// What is read as `wanted` may be declared as `there`.
bool serves(const TypeInfo& wanted, const TypeInfo& there) {
  if (wanted.type == Type::none || there.type == Type::none) return true;  // reported where it stands
  if (wanted.type == Type::text && there.type == Type::one_of) return true;
  if (wanted.type != there.type || wanted.element != there.element) return false;
  return std::all_of(wanted.members.begin(), wanted.members.end(), [&](const std::string& member) {
    return std::find(there.members.begin(), there.members.end(), member) != there.members.end();
  });
}

}  // namespace

Required::Required(Workspace& workspace, const Stmt& template_, std::map<std::string, Binding>& bindings)
    : workspace_(workspace),
      attributes_(workspace.schema.attributes),
      events_(workspace.schema.events),
      has_activity_(workspace.schema.has_activity) {
  Schema& schema = workspace.schema;
  schema.has_activity = true;  // whoever uses it says what is activity
  for (auto& [name, binding] : bindings) {
    if (binding.parameter->type.word != syntax::TypeWord::event || binding.argument) continue;
    binding.event = static_cast<std::uint32_t>(schema.events.size());
    schema.events.push_back({name, {}});  // found by its binding alone
  }
  for (Requirement& requirement : requirements_of(workspace, template_)) {
    const Name& name = requirement.name;
    if (!requirement.is_event) {
      const auto there = attribute_named(schema, name.text);
      if (!there) {
        declare(schema, program::Attribute{name.text, requirement.type, false});
      } else if (!serves(requirement.type, schema.attributes[*there].type)) {
        workspace.sink.report(
            mistake(266, name.span,
                    {"customer." + name.text, type_word(requirement.type), type_word(schema.attributes[*there].type)}));
      }
      continue;
    }
    const auto parameter = bindings.find(name.text);
    auto event = parameter == bindings.end() ? event_named(schema, name.text) : parameter->second.event;
    if (!event) {
      event = static_cast<std::uint32_t>(schema.events.size());
      declare(schema, program::Event{name.text, {}});
    }
    for (const program::Field& field : requirement.fields) {
      const auto there = program::find_field(schema.events[*event], field.name);
      if (!there) {
        schema.events[*event].fields.push_back(field);
      } else if (!serves(field.type, schema.events[*event].fields[*there].type)) {
        workspace.sink.report(mistake(266, name.span,
                                      {name.text + "." + field.name, type_word(field.type),
                                       type_word(schema.events[*event].fields[*there].type)}));
      }
    }
  }
}

Required::~Required() {
  Schema& schema = workspace_.schema;
  schema.attributes = std::move(attributes_);
  schema.events = std::move(events_);
  schema.has_activity = has_activity_;
  index_names(schema);
}

bool meets_requirements(Workspace& workspace, const std::string& name, const Stmt& template_,
                        const std::map<std::string, Binding>& bindings, Span call) {
  const Schema& schema = workspace.schema;
  bool met = true;
  const auto refuse = [&](Diagnostic diagnostic) {
    workspace.sink.report(std::move(diagnostic));
    met = false;
  };
  for (const Requirement& requirement : requirements_of(workspace, template_)) {
    const std::string& wanted = requirement.name.text;
    if (!requirement.is_event) {
      const auto there = attribute_named(schema, wanted);
      if (!there) {
        refuse(mistake(265, call, {name, "customer." + wanted, type_word(requirement.type)}));
      } else if (!serves(requirement.type, schema.attributes[*there].type)) {
        refuse(mistake(
            267, call,
            {name, "customer." + wanted, type_word(requirement.type), type_word(schema.attributes[*there].type)}));
      }
      continue;
    }
    std::optional<std::uint32_t> event;
    Span place = call;
    const auto parameter = bindings.find(wanted);
    if (parameter == bindings.end()) {
      event = event_named(schema, wanted);
    } else {
      event = parameter->second.event;
      if (!event) continue;  // reported
      place = parameter->second.argument->span;
    }
    if (!event) {
      refuse(mistake(268, call, {name, wanted}));
      continue;
    }
    const program::Event& declared = schema.events[*event];
    for (const program::Field& field : requirement.fields) {
      const auto there = program::find_field(declared, field.name);
      const std::string path = declared.name + "." + field.name;
      if (!there) {
        refuse(mistake(265, place, {name, path, type_word(field.type)}));
      } else if (!serves(field.type, declared.fields[*there].type)) {
        refuse(mistake(267, place, {name, path, type_word(field.type), type_word(declared.fields[*there].type)}));
      }
    }
  }
  return met;
}

}  // namespace tend::check
