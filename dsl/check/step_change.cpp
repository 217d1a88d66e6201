// `tag`, `untag`, `set`: what changes the customer.
#include <algorithm>
#include <utility>

#include "dsl/check/private.hpp"
#include "dsl/check/report.hpp"
#include "dsl/check/scope.hpp"
#include "dsl/check/stepping.hpp"

namespace tend::check {

using program::StepKind;
using syntax::Stmt;
using syntax::StmtKind;

Way Steps::tag(const Stmt& statement, Way way) {
  program::Step out = named(statement.kind == StmtKind::tag ? StepKind::tag : StepKind::untag, statement);
  if (statement.text) {
    out.text = text(*statement.text, way, "tag");
  } else {
    out.text = tag_by_name(statement, way);
  }
  add(std::move(out), statement);
  return way;
}

// `tag NAME`: what the name stands for; mostly somebody forgot the quotes.
std::vector<program::TextPart> Steps::tag_by_name(const Stmt& statement, const Way& way) {
  if (statement.path.empty()) {
    workspace_.broken = true;
    return {};
  }
  const Schema& schema = workspace_.schema;
  const syntax::Name& name = statement.path[0];
  if (schema.unread_names.contains(name.text)) return {};
  if (statement.path.size() == 1 && !bound(workspace_, name) && !schema.traits.contains(full_name(workspace_, name)) &&
      !journey_.kept.contains(name.text)) {
    Diagnostic diagnostic = mistake(507, name.span, {name.text}, 2, {"\"" + name.text + "\""});
    diagnostic.fixes.push_back({name.span, "\"" + name.text + "\""});
    workspace_.sink.report(std::move(diagnostic));
    return {};
  }
  syntax::Expr expr;
  expr.kind = syntax::ExprKind::path;
  expr.path = statement.path;
  expr.span = {name.span.file, name.span.begin, statement.path.back().span.end};
  std::vector<PartIr> parts(1);
  parts[0].hole = value_of(workspace_, &expr, reach(way));
  if (!parts[0].hole) return {};
  if (!is_text(parts[0].hole->type.type)) {
    workspace_.sink.report(mistake(318, expr.span, {type_word(parts[0].hole->type)}));
    return {};
  }
  keep_private(workspace_, parts, "tag");
  return lowering_.emit.text(parts);
}

Way Steps::set(const Stmt& statement, Way way) {
  program::Step out = named(StepKind::set, statement);
  IrPtr value = value_of(workspace_, statement.value.get(), reach(way));
  const auto attribute = attribute_to_set(statement);
  if (attribute && value) {
    const program::Attribute& declared = workspace_.schema.attributes[*attribute];
    if (may_become(workspace_, declared.name, declared.type, *value, 509)) {
      if (!declared.is_private) keep_private(workspace_, *value, "set");
      out.attribute = *attribute;
      out.expression = emitted(value);
    }
  }
  add(std::move(out), statement);
  return way;
}

std::optional<std::uint32_t> Steps::attribute_to_set(const Stmt& statement) {
  if (statement.path.empty()) {
    workspace_.broken = true;
    return std::nullopt;
  }
  const Schema& schema = workspace_.schema;
  const auto& path = statement.path;
  const Span span = {path[0].span.file, path[0].span.begin, path.back().span.end};
  if (path.size() == 1) {
    if (schema.unread_names.contains(path[0].text)) return std::nullopt;
    Diagnostic diagnostic = mistake(508, span, {path[0].text});
    if (attribute_named(schema, path[0].text)) {
      diagnostic = mistake(216, span, {path[0].text}, 2, {"customer." + path[0].text});
      diagnostic.fixes.push_back({span, "customer." + path[0].text});
    }
    workspace_.sink.report(std::move(diagnostic));
    return std::nullopt;
  }
  if (canonical(path[0].text, Builtin::root) != "customer") {
    workspace_.sink.report(mistake(508, span, {path[0].text + "." + path[1].text}));
    return std::nullopt;
  }
  if (path.size() > 2) {
    workspace_.sink.report(mistake(508, span, {path[0].text + "." + path[1].text + "." + path[2].text}));
    return std::nullopt;
  }
  if (const auto attribute = attribute_named(schema, path[1].text)) return attribute;
  const std::string built_in = canonical(path[1].text, Builtin::customer_field);
  if (built_in == "id" || built_in == "tags" || built_in == "consent" || built_in == "first_seen") {
    workspace_.sink.report(mistake(508, span, {"customer." + path[1].text}));
    return std::nullopt;
  }
  if (schema.unread_names.contains(path[1].text)) return std::nullopt;
  std::vector<std::string> candidates;
  for (const program::Attribute& declared : schema.attributes) candidates.push_back(declared.name);
  Diagnostic diagnostic = mistake(201, path[1].span, {path[1].text});
  suggest(diagnostic, path[1].text, candidates);
  workspace_.sink.report(std::move(diagnostic));
  return std::nullopt;
}

bool may_become(Workspace& workspace, const std::string& name, const TypeInfo& to, const Ir& value,
                std::uint16_t code) {
  const TypeInfo& from = value.type;
  if (to.type == Type::none) return false;
  const auto refuse = [&] {
    workspace.sink.report(mistake(code, value.span, {name, type_word(to), type_word(from)}));
    return false;
  };
  if (to.type == Type::list) {
    if (from.type != Type::list) return refuse();
    const bool texts = is_text(to.element) && is_text(from.element);
    if (to.element != from.element && !texts) return refuse();
    if (to.element != Type::one_of) return true;
    bool fit = value.op == Op::list || from.element == Type::one_of;
    for (const IrPtr& element : value.children) {
      fit = fits_member(workspace, *element, {Type::one_of, Type::none, to.members}) && fit;
    }
    return fit;
  }
  if (to.type == Type::one_of) {
    if (!is_text(from.type)) return refuse();
    if (is_constant(value, ValueKind::text)) return fits_member(workspace, value, to);
    // A text that only the run knows might be no member.
    const bool sure =
        from.type == Type::one_of && std::all_of(from.members.begin(), from.members.end(), [&](const auto& one) {
          return std::find(to.members.begin(), to.members.end(), one) != to.members.end();
        });
    return sure || refuse();
  }
  if (to.type == from.type) return true;
  if (to.type == Type::text && from.type == Type::one_of) return true;
  const bool reference = (to.type == Type::staff || to.type == Type::customer) && from.type == Type::text;
  return reference || refuse();
}

}  // namespace tend::check
