#include "dsl/check/function.hpp"

#include <algorithm>
#include <utility>

#include "dsl/check/lookup.hpp"
#include "dsl/check/report.hpp"
#include "dsl/check/types.hpp"
#include "dsl/syntax/parts.hpp"

namespace tend::check {
namespace {

using syntax::Expr;
using syntax::Part;
using syntax::Stmt;

const std::vector<syntax::FieldDecl>& parameters_of(const Stmt& function) {
  static const std::vector<syntax::FieldDecl> none;
  const Part* fields = syntax::first(function, Part::What::fields);
  return fields ? fields->fields : none;
}

// The type and its place.
std::pair<TypeInfo, Span> result_of(Workspace& workspace, const Stmt& function) {
  const Part* type = syntax::first(function, Part::What::type);
  if (!type || type->fields.empty()) return {{}, function.head};
  return {type_of(workspace, type->fields[0].type), type->fields[0].type.span};
}

// The same, for what was reported where it is declared.
TypeInfo quiet_type(const Workspace& workspace, const syntax::TypeExpr& type) {
  diagnostic::Sink nowhere;
  Workspace aside{workspace.sources, workspace.files, workspace.options, nowhere, {}};
  return type_of(aside, type);
}

bool in_lua(Type type) {
  return type != Type::list && type != Type::staff && type != Type::customer && type != Type::none;
}

std::string written(const std::vector<syntax::Name>& path) {
  std::string whole;
  for (const syntax::Name& name : path) whole += (whole.empty() ? "" : ".") + name.text;
  return whole;
}

bool takes(Workspace& workspace, const TypeInfo& wanted, const Ir& value, const std::string& name) {
  if (wanted.type == Type::none) return false;
  if (wanted.type == value.type.type || (is_text(wanted.type) && is_text(value.type.type))) return true;
  workspace.sink.report(mistake(380, value.span, {name, type_word(wanted), type_word(value.type)}));
  return false;
}

IrPtr unknown_function(Workspace& workspace, const Expr& expr) {
  if (workspace.schema.unread_names.contains(expr.path[0].text)) return nullptr;
  using syntax::Keyword;
  std::vector<std::string> candidates;
  for (const Keyword word : {Keyword::f_count, Keyword::f_total, Keyword::f_average, Keyword::f_min, Keyword::f_max,
                             Keyword::f_last, Keyword::f_first, Keyword::f_most, Keyword::f_age}) {
    candidates.emplace_back(syntax::spelling(word, syntax::Tongue::en));
    candidates.emplace_back(syntax::spelling(word, syntax::Tongue::zh));
  }
  for (const auto& [name, ignored] : workspace.schema.functions) candidates.push_back(name);
  const Span span = {expr.path[0].span.file, expr.path[0].span.begin, expr.path.back().span.end};
  Diagnostic diagnostic = mistake(224, span, {written(expr.path)});
  suggest(diagnostic, written(expr.path), candidates);
  workspace.sink.report(std::move(diagnostic));
  return nullptr;
}

Span line_span(std::string_view text, std::uint32_t file, std::uint32_t line) {
  std::size_t begin = 0;
  for (; line > 1; --line) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) break;
    begin = end + 1;
  }
  const std::size_t end = std::min(text.find('\n', begin), text.size());
  return {file, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

// In its file: `retention.score` is `score` there.
std::string name_in_lua(const std::string& name) { return name.substr(name.rfind('.') + 1); }

void check_script(Workspace& workspace, const Script& script, const std::string& name, const std::string& file,
                  Span place) {
  if (script.mistake_line != 0) {
    const std::string& text = workspace.sources[script.source].text;
    workspace.sink.report(mistake(561, line_span(text, script.source, script.mistake_line), {script.mistake}));
  } else if (!script.failure.empty()) {
    workspace.sink.report(mistake(563, place, {file, script.failure}));
  } else if (script.defines && !std::binary_search(script.defines->begin(), script.defines->end(), name)) {
    Diagnostic diagnostic = mistake(562, place, {file, name});
    suggest(diagnostic, name, *script.defines);
    workspace.sink.report(std::move(diagnostic));
  }
}

// The text of the file, which the caller of the checker has read.
std::string source_of(Workspace& workspace, const Stmt& function, const std::string& name, const std::string& file,
                      Span place) {
  if (!workspace.options.scripts) return {};
  for (const Script& script : *workspace.options.scripts) {
    if (script.file != function.span.file || script.name != file) continue;
    check_script(workspace, script, name_in_lua(name), file, place);
    return workspace.sources[script.source].text;
  }
  workspace.sink.report(mistake(560, place, {file}));
  return {};
}

}  // namespace

IrPtr call_of(Workspace& workspace, const Expr& expr, const Reach& reach) {
  if (expr.path.empty()) return nullptr;
  const auto named = find_named_quietly(workspace, Kind::function, expr.path);
  if (!named) return unknown_function(workspace, expr);
  const auto& parameters = parameters_of(*named->declaration);
  bool whole = true;
  if (expr.args.size() != parameters.size()) {
    workspace.sink.report(
        mistake(381, expr.span, {named->name, std::to_string(parameters.size()), std::to_string(expr.args.size())}));
    whole = false;
  }
  const Part* type = syntax::first(*named->declaration, Part::What::type);
  const TypeInfo result = type && !type->fields.empty() ? quiet_type(workspace, type->fields[0].type) : TypeInfo{};
  if (!in_lua(result.type)) return nullptr;
  IrPtr ir = make(Op::call, result.type, expr.span);
  ir->type = result;
  ir->a = named->index;
  ir->may_be_missing = true;
  for (std::size_t i = 0; i < expr.args.size(); ++i) {
    if (i < expr.arg_names.size() && !expr.arg_names[i].text.empty()) {
      workspace.sink.report(mistake(382, expr.arg_names[i].span, {named->name}));
      whole = false;
    }
    IrPtr value = value_of(workspace, expr.args[i].get(), reach);
    if (i >= parameters.size()) continue;
    whole =
        value && takes(workspace, quiet_type(workspace, parameters[i].type), *value, parameters[i].name.text) && whole;
    if (value) ir->children.push_back(std::move(value));
  }
  return whole ? std::move(ir) : nullptr;
}

void lower_functions(Workspace& workspace, program::Program& program) {
  for (const auto& [name, declaration] : workspace.schema.functions) {
    program::Function function;
    function.name = name;
    const auto check_type = [&](const TypeInfo& type, Span span) {
      if (type.type != Type::none && !in_lua(type.type)) workspace.sink.report(mistake(383, span, {type_word(type)}));
    };
    for (const syntax::FieldDecl& parameter : parameters_of(*declaration)) {
      function.parameters.push_back(type_of(workspace, parameter.type));
      check_type(function.parameters.back(), parameter.type.span);
      if (parameter.initial) workspace.sink.report(mistake(384, parameter.initial->span));
    }
    const auto [result, place] = result_of(workspace, *declaration);
    function.result = result;
    check_type(result, place);
    const Part* file = syntax::first(*declaration, Part::What::text);
    if (!file || !file->text) {
      workspace.broken = true;
    } else if (auto path = plain_text(workspace, *file->text)) {
      function.source = source_of(workspace, *declaration, name, *path, file->text->span);
      function.file = std::move(*path);
    }
    program.functions.push_back(std::move(function));
  }
}

}  // namespace tend::check
