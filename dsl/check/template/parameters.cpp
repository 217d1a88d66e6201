// The parameters of a template and what is given for them.
#include <algorithm>
#include <utility>

#include "dsl/check/lookup.hpp"
#include "dsl/check/report.hpp"
#include "dsl/check/template/template.hpp"
#include "dsl/check/types.hpp"
#include "dsl/syntax/parts.hpp"

namespace tend::check {
namespace {

using syntax::Expr;
using syntax::ExprKind;
using syntax::FieldDecl;
using syntax::Part;
using syntax::Stmt;
using syntax::TypeWord;

const std::vector<FieldDecl>& declared_parameters(const Stmt& template_) {
  static const std::vector<FieldDecl> none;
  const Part* fields = syntax::first(template_, Part::What::fields);
  return fields ? fields->fields : none;
}

bool stands_for_declaration(TypeWord word) {
  return word == TypeWord::event || word == TypeWord::message || word == TypeWord::budget ||
         word == TypeWord::partner || word == TypeWord::segment;
}

std::string wanted_word(const Binding& binding) {
  switch (binding.parameter->type.word) {
    case TypeWord::event: return diagnostic::argument(Phrase::event);
    case TypeWord::message: return diagnostic::argument(Phrase::message);
    case TypeWord::budget: return diagnostic::argument(Phrase::budget);
    case TypeWord::segment: return diagnostic::argument(Phrase::segment);
    case TypeWord::partner: return diagnostic::argument(Phrase::type_partner);
    default: return type_word(binding.type);
  }
}

Constant constant_of(Type type) {
  Constant constant;
  constant.integer = 1;
  constant.number = 1;
  switch (type) {
    case Type::boolean: constant.kind = ValueKind::boolean; break;
    case Type::number: constant.kind = ValueKind::number; break;
    case Type::money: constant.kind = ValueKind::money; break;
    case Type::percent: constant.kind = ValueKind::percent; break;
    case Type::date: constant.kind = ValueKind::date; break;
    case Type::time_of_day: constant.kind = ValueKind::time_of_day; break;
    case Type::moment: constant.kind = ValueKind::moment; break;
    case Type::duration:
      constant.kind = ValueKind::duration;
      constant.integer = 86'400'000;
      break;
    default: break;
  }
  return constant;
}

// Some value of the type, of which nothing but the type is known. Lengths of time and numbers are constants, as they
// have to be where the language asks for one that is the same for everybody.
IrPtr sample_of(const TypeInfo& type, Span span) {
  if (type.type == Type::none) return nullptr;
  if (type.type == Type::list) {
    IrPtr list = make(Op::list, Type::list, span);
    list->type = type;
    list->children.push_back(sample_of({type.element, Type::none, type.members}, span));
    return list;
  }
  const Constant constant = constant_of(type.type);
  IrPtr ir = constant.kind == ValueKind::missing ? make(Op::customer_id, type.type, span)
                                                 : make_constant(constant, type.type, span);
  ir->type = type;
  ir->currency.reset();
  return ir;
}

bool within(const std::vector<std::string>& some, const std::vector<std::string>& all) {
  for (const std::string& one : some) {
    if (std::find(all.begin(), all.end(), one) == all.end()) return false;
  }
  return true;
}

bool fits(Workspace& workspace, const Binding& binding, const Ir& value) {
  const TypeInfo& to = binding.type;
  const TypeInfo& from = value.type;
  const auto refuse = [&] {
    workspace.sink.report(
        mistake(380, binding.argument->span, {binding.parameter->name.text, wanted_word(binding), type_word(from)}));
    return false;
  };
  if (to.type == Type::one_of) {
    if (!is_text(from.type)) return refuse();
    if (is_constant(value, ValueKind::text)) return fits_member(workspace, value, to);
    return (from.type == Type::one_of && within(from.members, to.members)) || refuse();
  }
  if (to.type == Type::list) {
    if (from.type != Type::list) return refuse();
    if (to.element != Type::one_of)
      return to.element == from.element || (is_text(to.element) && is_text(from.element)) || refuse();
    bool fit = is_text(from.element);
    if (!fit) return refuse();
    for (const IrPtr& element : value.children)
      fit = fits_member(workspace, *element, {Type::one_of, Type::none, to.members}) && fit;
    return fit;
  }
  if (to.type == from.type || (to.type == Type::text && from.type == Type::one_of)) return true;
  const bool reference = (to.type == Type::staff || to.type == Type::customer) && from.type == Type::text;
  return reference || refuse();
}

// Mistakes are reported where the argument stands.
void work_out(Workspace& workspace, Binding& binding) {
  const std::size_t errors = workspace.sink.errors();
  const Expr& argument = *binding.argument;
  const TypeWord word = binding.parameter->type.word;
  Journey journey;  // how it begins is known only when the template is lowered
  journey.unknown_entry = true;
  Reach reach;
  reach.journey = &journey;
  const auto* path = bound_path(binding);
  if (stands_for_declaration(word) && !path) {
    const IrPtr value = argument.kind == ExprKind::error ? nullptr : value_of(workspace, &argument, reach);
    if (value) {
      workspace.sink.report(
          mistake(380, argument.span, {binding.parameter->name.text, wanted_word(binding), type_word(value->type)}));
    }
    binding.broken = true;
    return;
  }
  switch (word) {
    case TypeWord::error: binding.broken = true; return;
    case TypeWord::event:
      binding.event = event_of(workspace, *path);
      binding.broken = !binding.event;
      return;
    case TypeWord::message: binding.broken = !find_named(workspace, Kind::message, *path); return;
    case TypeWord::budget: binding.broken = !find_named(workspace, Kind::budget, *path); return;
    case TypeWord::partner: binding.broken = !find_named(workspace, Kind::partner, *path); return;
    case TypeWord::segment: binding.broken = !segment_of(workspace, *path, reach, argument.span); return;
    case TypeWord::condition:
    case TypeWord::boolean: {
      const IrPtr value = value_of(workspace, &argument, reach);
      if (value) binding.broken = !fits(workspace, binding, *value);
      break;
    }
    default: {
      const IrPtr value = value_of(workspace, &argument, reach);
      if (value && binding.type.type != Type::none) binding.broken = !fits(workspace, binding, *value);
    }
  }
  binding.broken = binding.broken || workspace.sink.errors() > errors;
}

}  // namespace

std::map<std::string, Binding> parameters_of(Workspace& workspace, const Stmt& template_) {
  std::map<std::string, Binding> bindings;
  for (const FieldDecl& parameter : declared_parameters(template_)) {
    if (parameter.name.text.empty()) continue;
    Binding binding;
    binding.parameter = &parameter;
    const TypeWord word = parameter.type.word;
    if (word == TypeWord::condition || word == TypeWord::segment) {
      binding.type = plain(Type::boolean);
    } else if (!stands_for_declaration(word)) {
      binding.type = type_of(workspace, parameter.type);
      binding.broken = binding.type.type == Type::none;
    }
    if (!bindings.try_emplace(parameter.name.text, std::move(binding)).second)
      workspace.sink.report(mistake(208, parameter.name.span, {parameter.name.text}));
  }
  return bindings;
}

void bind_samples(Workspace& workspace, std::map<std::string, Binding>& bindings) {
  for (auto& [name, binding] : bindings) {
    if (binding.broken) continue;
    if (binding.parameter->initial) {
      binding.argument = binding.parameter->initial.get();
      work_out(workspace, binding);
    } else {
      binding.sample = sample_of(binding.type, binding.parameter->span);
    }
  }
}

bool bind_arguments(Workspace& workspace, const std::string& name, const Stmt& template_, const Expr& call,
                    std::map<std::string, Binding>& bindings) {
  const std::vector<FieldDecl>& parameters = declared_parameters(template_);
  std::vector<std::string> names;
  for (const FieldDecl& parameter : parameters) names.push_back(parameter.name.text);
  bool whole = true;
  bool named = false;
  const auto refuse = [&](Diagnostic diagnostic) {
    workspace.sink.report(std::move(diagnostic));
    whole = false;
  };
  for (std::size_t i = 0; i < call.args.size(); ++i) {
    if (!call.args[i]) continue;
    const Expr& argument = *call.args[i];
    const bool has_name = i < call.arg_names.size() && !call.arg_names[i].text.empty();
    if (has_name) named = true;
    if (!has_name && named) {
      refuse(mistake(264, argument.span, {}));
      continue;
    }
    if (!has_name && i >= parameters.size()) {
      refuse(mistake(263, argument.span, {name, std::to_string(parameters.size())}));
      continue;
    }
    const std::string& parameter = has_name ? call.arg_names[i].text : parameters[i].name.text;
    const Span span = has_name ? call.arg_names[i].span : argument.span;
    const auto binding = bindings.find(parameter);
    if (binding == bindings.end()) {
      Diagnostic diagnostic = mistake(260, span, {name, parameter});
      suggest(diagnostic, parameter, names);
      refuse(std::move(diagnostic));
      continue;
    }
    if (binding->second.argument) {
      refuse(mistake(262, span, {parameter}));
      continue;
    }
    binding->second.argument = &argument;
  }
  for (const FieldDecl& parameter : parameters) {
    const auto found = bindings.find(parameter.name.text);
    if (found == bindings.end()) continue;
    Binding& binding = found->second;
    if (!binding.argument && !parameter.initial) {
      const Span span = {call.path[0].span.file, call.path[0].span.begin, call.path.back().span.end};
      refuse(mistake(261, span, {name, parameter.name.text, wanted_word(binding)}, 60, {parameter.name.text}));
      continue;
    }
    if (!binding.argument) binding.argument = parameter.initial.get();
    if (binding.broken) continue;
    work_out(workspace, binding);
    whole = whole && !binding.broken;
  }
  return whole;
}

}  // namespace tend::check
