// Values in tests: written out, of the type that their attribute or field has.
#include <algorithm>
#include <set>
#include <utility>

#include "dsl/check/lookup.hpp"
#include "dsl/check/report.hpp"
#include "dsl/check/test.hpp"

namespace tend::check {
namespace {

using program::TestValue;
using syntax::Expr;
using syntax::ExprKind;

// May a value of this type become `to`? Texts are looked at one by one (fits_member).
bool fits_type(const TypeInfo& to, const TypeInfo& from) {
  if (to.type == Type::list) {
    return from.type == Type::list && (to.element == from.element || (is_text(to.element) && is_text(from.element)));
  }
  if (is_text(to.type) && is_text(from.type)) return true;
  if (to.type == Type::moment && from.type == Type::date) return true;
  const bool reference = to.type == Type::staff || to.type == Type::customer;
  return to.type == from.type || (reference && is_text(from.type));
}

bool negate(Constant& constant) {
  switch (constant.kind) {
    case ValueKind::number: constant.number = -constant.number; return true;
    case ValueKind::money:
    case ValueKind::percent: constant.integer = -constant.integer; return true;
    default: return false;
  }
}

// What `ir` is, if it is written out.
std::optional<TestValue> written_out(const Ir& ir) {
  TestValue value;
  if (ir.op == Op::constant) {
    value.value = ir.constant;
    return value;
  }
  if (ir.op == Op::local_moment && ir.children[0]->op == Op::constant && ir.children[1]->op == Op::constant) {
    value.value = ir.children[0]->constant;
    value.local_time = static_cast<std::int32_t>(ir.children[1]->constant.integer);
    return value;
  }
  if (ir.op == Op::negate && ir.children[0]->op == Op::constant) {
    value.value = ir.children[0]->constant;
    if (negate(value.value)) return value;
  }
  if (ir.op != Op::list) return std::nullopt;
  value.value.kind = ValueKind::list;
  for (const IrPtr& child : ir.children) {
    if (child->op != Op::constant) return std::nullopt;
    value.value.list.push_back(child->constant);
  }
  return value;
}

// `"vip"` or `["vip", "new"]`; names without quotes too where they are names elsewhere (`consents to sms`).
std::optional<std::vector<std::string>> words(Workspace& workspace, const Expr* expr, bool names, std::uint16_t code) {
  if (!expr || expr->kind == ExprKind::error) {
    workspace.broken = true;
    return std::nullopt;
  }
  std::vector<const Expr*> elements = {expr};
  if (expr->kind == ExprKind::list) {
    elements.clear();
    for (const syntax::ExprPtr& one : expr->args) elements.push_back(one.get());
  }
  std::vector<std::string> out;
  for (const Expr* one : elements) {
    if (one && one->kind == ExprKind::text) {
      if (auto text = plain_text(workspace, one->text)) out.push_back(std::move(*text));
    } else if (one && names && one->kind == ExprKind::path && one->path.size() == 1) {
      out.push_back(one->path[0].text);
    } else if (const IrPtr ir = value_of(workspace, one, Reach{})) {
      workspace.sink.report(mistake(code, ir->span, {type_word(ir->type)}));
    }
  }
  return out;
}

void check_consents(Workspace& workspace, const std::vector<std::string>& consents, const Expr& where,
                    const std::vector<std::string>& purposes) {
  std::vector<std::string> known = channel_names(workspace.options);
  if (known.empty()) return;
  known.insert(known.end(), purposes.begin(), purposes.end());
  for (const std::string& name : consents) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    if (workspace.schema.unread_names.contains(name)) continue;
    Diagnostic diagnostic = mistake(207, where.span, {name});
    suggest(diagnostic, name, known);
    workspace.sink.report(std::move(diagnostic));
  }
}

}  // namespace

std::optional<TestValue> test_value(Workspace& workspace, const Expr* expr, const std::string& name,
                                    const TypeInfo& to) {
  const IrPtr ir = value_of(workspace, expr, Reach{});
  if (!ir || to.type == Type::none) return std::nullopt;
  if (!fits_type(to, ir->type)) {
    workspace.sink.report(mistake(509, ir->span, {name, type_word(to), type_word(ir->type)}));
    return std::nullopt;
  }
  auto value = written_out(*ir);
  if (!value) {
    workspace.sink.report(mistake(803, ir->span));
    return std::nullopt;
  }
  bool fits = true;
  if (to.type == Type::one_of) fits = fits_member(workspace, *ir, to);
  if (to.type == Type::list && to.element == Type::one_of) {
    for (const IrPtr& child : ir->children)
      fits = fits_member(workspace, *child, {Type::one_of, Type::none, to.members}) && fits;
  }
  if (!fits) return std::nullopt;
  if (to.type == Type::moment && ir->type.type == Type::date) value->local_time = 0;
  return value;
}

std::vector<TestValue> test_fields(Workspace& workspace, std::uint32_t event,
                                   const std::vector<syntax::FieldValue>& values) {
  std::vector<TestValue> out;
  std::set<std::uint32_t> seen;
  for (const syntax::FieldValue& one : values) {
    if (one.name.text.empty()) continue;
    const auto field = field_of(workspace, event, one.name);
    if (!field) continue;
    if (*field == program::kFieldAt) {
      workspace.sink.report(mistake(804, one.name.span));
      continue;
    }
    if (!seen.insert(*field).second) {
      workspace.sink.report(mistake(208, one.name.span, {one.name.text}));
      continue;
    }
    const program::Field& declared = workspace.schema.events[event].fields[*field];
    auto value = test_value(workspace, one.value.get(), declared.name, declared.type);
    if (!value) continue;
    value->index = *field;
    out.push_back(std::move(*value));
  }
  std::sort(out.begin(), out.end(), [](const TestValue& a, const TestValue& b) { return a.index < b.index; });
  return out;
}

program::TestCustomer test_customer(Workspace& workspace, const std::vector<syntax::FieldValue>& values,
                                    const std::vector<std::string>& purposes, std::string* id) {
  program::TestCustomer out;
  const Schema& schema = workspace.schema;
  std::set<std::string> seen;
  for (const syntax::FieldValue& one : values) {
    const std::string& name = one.name.text;
    if (name.empty()) continue;
    const auto attribute = attribute_named(schema, name);
    const std::string built_in = canonical(name, Builtin::customer_field);
    if (!seen.insert(attribute ? schema.attributes[*attribute].name : built_in).second) {
      workspace.sink.report(mistake(208, one.name.span, {name}));
      continue;
    }
    if (attribute) {
      const program::Attribute& declared = schema.attributes[*attribute];
      auto value = test_value(workspace, one.value.get(), declared.name, declared.type);
      if (!value) continue;
      value->index = *attribute;
      out.attributes.push_back(std::move(*value));
    } else if (built_in == "tags") {
      out.tags = words(workspace, one.value.get(), false, 318);
    } else if (built_in == "consent") {
      out.consent = words(workspace, one.value.get(), true, 807);
      if (out.consent && one.value) check_consents(workspace, *out.consent, *one.value, purposes);
    } else if (built_in == "id" && id != nullptr) {
      const auto value = test_value(workspace, one.value.get(), "id", plain(Type::text));
      if (value) *id = value->value.text;
    } else if (built_in == "id" || built_in == "first_seen") {
      workspace.sink.report(mistake(508, one.name.span, {"customer." + built_in}));
    } else if (!schema.unread_names.contains(name)) {
      std::vector<std::string> candidates = {"tags", "consent", "id"};
      for (const program::Attribute& declared : schema.attributes) candidates.push_back(declared.name);
      Diagnostic diagnostic = mistake(201, one.name.span, {name});
      suggest(diagnostic, name, candidates);
      workspace.sink.report(std::move(diagnostic));
    }
  }
  std::sort(out.attributes.begin(), out.attributes.end(),
            [](const TestValue& a, const TestValue& b) { return a.index < b.index; });
  return out;
}

}  // namespace tend::check
