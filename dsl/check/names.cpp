// What a name or a dotted path means where it stands.
#include <algorithm>
#include <utility>

#include "dsl/check/expression.hpp"
#include "dsl/check/lookup.hpp"
#include "dsl/check/report.hpp"
#include "dsl/check/scope.hpp"

namespace tend::check {
namespace {

using syntax::Expr;
using syntax::Name;

// Candidates for *did you mean*; none any more where may_suggest is false.
std::vector<std::string> event_names(const Workspace& workspace) {
  std::vector<std::string> names;
  if (!may_suggest(workspace)) return names;
  for (const program::Event& event : workspace.schema.events) names.push_back(event.name);
  return names;
}

std::vector<std::string> attribute_names(const Workspace& workspace) {
  std::vector<std::string> names;
  if (!may_suggest(workspace)) return names;
  for (const program::Attribute& attribute : workspace.schema.attributes) names.push_back(attribute.name);
  return names;
}

IrPtr unknown(Workspace& workspace, const Name& name, const Reach& reach) {
  const Schema& schema = workspace.schema;
  if (schema.unread_names.contains(name.text)) return nullptr;
  if (schema.kept_names.contains(name.text)) {
    workspace.sink.report(mistake(250, name.span, {name.text}));
    return nullptr;
  }
  if (attribute_named(schema, name.text)) {
    Diagnostic diagnostic = mistake(216, name.span, {name.text}, 2, {"customer." + name.text});
    diagnostic.fixes.push_back({name.span, "customer." + name.text});
    workspace.sink.report(std::move(diagnostic));
    return nullptr;
  }
  if (event_named(workspace, name)) {
    workspace.sink.report(mistake(217, name.span, {name.text}, 20, {name.text}));
    return nullptr;
  }
  std::vector<std::string> candidates = event_names(workspace);
  candidates.insert(candidates.end(), {"customer", "entry", "today", "now"});
  if (reach.event) {
    for (const program::Field& field : schema.events[*reach.event].fields) candidates.push_back(field.name);
  }
  if (reach.journey) {
    for (const auto& [kept, ignored] : reach.journey->kept) candidates.push_back(kept);
  }
  if (may_suggest(workspace)) {
    for (const auto& [trait, ignored] : schema.traits) candidates.push_back(trait);
    for (const auto& [segment, ignored] : schema.segments) candidates.push_back(segment);
  }
  Diagnostic diagnostic = mistake(206, name.span, {name.text});
  suggest(workspace, diagnostic, name.text, candidates);
  if (diagnostic.help == 0) {
    suggest(workspace, diagnostic, name.text, attribute_names(workspace));
    if (diagnostic.help != 0) diagnostic.help_arguments[0].insert(0, "customer.");
  }
  workspace.sink.report(std::move(diagnostic));
  return nullptr;
}

IrPtr typed(Op op, const TypeInfo& type, Span span, std::uint32_t a, std::uint32_t b, bool may_be_missing) {
  if (type.type == Type::none) return nullptr;  // its declaration was wrong
  IrPtr ir = make(op, type.type, span);
  ir->type = type;
  ir->a = a;
  ir->b = b;
  ir->may_be_missing = may_be_missing;
  return ir;
}

}  // namespace

std::optional<std::uint32_t> field_of(Workspace& workspace, std::uint32_t event, const Name& name) {
  const program::Event& declared = workspace.schema.events[event];
  if (const auto field = field_named(declared, name.text)) return field;
  if (workspace.schema.unread_names.contains(name.text)) return std::nullopt;
  std::vector<std::string> candidates = {"at"};
  for (const program::Field& field : declared.fields) candidates.push_back(field.name);
  Diagnostic diagnostic = mistake(203, name.span, {declared.name, name.text});
  suggest(workspace, diagnostic, name.text, candidates);
  workspace.sink.report(std::move(diagnostic));
  return std::nullopt;
}

namespace {

IrPtr field_under_test(Workspace& workspace, std::uint32_t event, const Name& name, Span span) {
  const auto field = field_of(workspace, event, name);
  if (!field) return nullptr;
  return typed(Op::field, field_type(workspace.schema.events[event], *field), span, *field, kNone, false);
}

IrPtr attribute(Workspace& workspace, const Name& name, Span span) {
  const Schema& schema = workspace.schema;
  if (const auto found = attribute_named(schema, name.text)) {
    return typed(Op::attribute, schema.attributes[*found].type, span, *found, kNone, true);
  }
  const std::string built_in = canonical(name.text, Builtin::customer_field);
  if (built_in == "id") return make(Op::customer_id, Type::text, span);
  if (built_in == "first_seen") return make(Op::first_seen, Type::moment, span);
  if (built_in == "tags") {
    IrPtr tags = make(Op::customer_tags, Type::list, span);
    tags->type.element = Type::text;
    return tags;
  }
  if (built_in == "consent") {
    workspace.sink.report(mistake(255, span, {}, 51));
    return nullptr;
  }
  if (schema.unread_names.contains(name.text)) return nullptr;
  std::vector<std::string> candidates = attribute_names(workspace);
  candidates.insert(candidates.end(), {"id", "first_seen", "tags"});
  Diagnostic diagnostic = mistake(201, name.span, {name.text});
  suggest(workspace, diagnostic, name.text, candidates);
  workspace.sink.report(std::move(diagnostic));
  return nullptr;
}

// `entry.FIELD`: of whichever event let the customer in. With several `enter on` it is the first that is there.
IrPtr entry_field(Workspace& workspace, const Name& name, Span span, const Journey& journey) {
  const Schema& schema = workspace.schema;
  IrPtr chain;
  bool everywhere = journey.always_by_event;
  for (const std::uint32_t event : journey.entry_events) {
    const auto field = field_named(schema.events[event], name.text);
    if (!field || *field == program::kFieldAt) {
      everywhere = false;
      continue;
    }
    IrPtr one = typed(Op::entry_field, field_type(schema.events[event], *field), span, event, *field, true);
    if (!one) return nullptr;
    if (!chain) {
      chain = std::move(one);
      continue;
    }
    if (!(chain->type == one->type)) {
      workspace.sink.report(mistake(219, span, {name.text, type_word(chain->type), type_word(one->type)}));
      return nullptr;
    }
    const TypeInfo type = one->type;
    chain = make_binary(Op::default_, type.type, span, std::move(chain), std::move(one));
    chain->type = type;
  }
  if (chain) {
    chain->may_be_missing = !everywhere;
    return chain;
  }
  const std::string built_in = canonical(name.text, Builtin::entry_field);
  if (built_in == "at") return make(Op::entry_at, Type::moment, span);
  if (built_in == "date") return make(Op::entry_date, Type::date, span);
  if (journey.unknown_entry || schema.unread_names.contains(name.text)) return nullptr;
  if (journey.entry_events.empty()) {
    workspace.sink.report(mistake(213, span, {name.text}));
    return nullptr;
  }
  std::vector<std::string> candidates = {"at", "date"};
  for (const std::uint32_t event : journey.entry_events) {
    for (const program::Field& field : schema.events[event].fields) candidates.push_back(field.name);
  }
  Diagnostic diagnostic = mistake(203, name.span, {schema.events[*journey.entry_events.begin()].name, name.text});
  suggest(workspace, diagnostic, name.text, candidates);
  workspace.sink.report(std::move(diagnostic));
  return nullptr;
}

// `reply.text`: of the event that chose the last arm of its kind.
IrPtr arm_field(Workspace& workspace, std::uint32_t event, const Name& name, Span span, const Reach& reach) {
  const auto field = field_of(workspace, event, name);
  if (!field) return nullptr;
  const std::string& event_name = workspace.schema.events[event].name;
  // Its arm may be among what could not be read.
  if (workspace.schema.unread_names.contains(event_name)) return nullptr;
  if (reach.in_window) {
    workspace.sink.report(mistake(403, span, {event_name + "." + name.text}));
    return nullptr;
  }
  if (!reach.journey || !reach.journey->arm_events.contains(event)) {
    if (reach.journey && reach.journey->entry_events.contains(event)) {
      Diagnostic diagnostic = mistake(215, span, {event_name + "." + name.text}, 2, {"entry." + name.text});
      diagnostic.fixes.push_back({span, "entry." + name.text});
      workspace.sink.report(std::move(diagnostic));
      return nullptr;
    }
    workspace.sink.report(
        mistake(218, span, {event_name + "." + name.text, event_name}, 21, {event_name + "." + name.text}));
    return nullptr;
  }
  return typed(Op::arm_field, field_type(workspace.schema.events[event], *field), span, event, *field,
               !reach.journey->known.arms.contains(event));
}

const Kept* kept_as(const Reach& reach, const std::string& name) {
  if (!reach.journey) return nullptr;
  const auto found = reach.journey->kept.find(name);
  return found == reach.journey->kept.end() ? nullptr : &found->second;
}

// May what is kept under `name` be read here at all?
bool readable(Workspace& workspace, const Kept& kept, const Name& name, const Reach& reach) {
  if (kept.type.type == Type::none) return false;  // its step was wrong
  if (reach.in_window) {
    workspace.sink.report(mistake(403, name.span, {name.text}));
    return false;
  }
  if (kept.clash.empty()) return true;
  workspace.sink.report(mistake(251, name.span, {name.text, kept_word(kept), kept.clash}));
  return false;
}

// `x` after `let x = …`.
IrPtr let_value(Workspace& workspace, const Kept& kept, const Name& name, const Reach& reach) {
  if (!readable(workspace, kept, name, reach)) return nullptr;
  if (kept.granted) {
    workspace.sink.report(mistake(220, name.span, {name.text}));
    return nullptr;
  }
  const bool certain = reach.journey->known.names.contains(name.text) && !kept.may_be_missing;
  IrPtr ir = typed(Op::let_value, kept.type, name.span, kept.slot, kNone, !certain);
  if (!ir) return nullptr;
  ir->currency = kept.currency;
  ir->private_attribute = kept.private_attribute;
  return ir;
}

// `coupon.amount`, `coupon.expires` after `grant … as coupon`.
IrPtr granted(Workspace& workspace, const Kept& kept, const Name& name, const Name& part, Span span,
              const Reach& reach) {
  if (!readable(workspace, kept, name, reach)) return nullptr;
  const bool certain = reach.journey->known.names.contains(name.text);
  const std::string which = canonical(part.text, Builtin::grant_field);
  if (which == "amount") {
    IrPtr ir = typed(Op::grant_amount, plain(Type::money), span, kept.slot, kNone, !certain);
    ir->currency = kept.currency;
    return ir;
  }
  if (which == "expires") {
    return typed(Op::grant_expires, plain(Type::date), span, kept.slot, kNone, !certain || kept.may_be_missing);
  }
  Diagnostic diagnostic = mistake(259, part.span, {name.text, part.text});
  suggest(diagnostic, part.text, {"amount", "expires"});
  workspace.sink.report(std::move(diagnostic));
  return nullptr;
}

IrPtr trait_of(Workspace& workspace, Trait& trait, Span span) {
  const Ir* ir = worked_out(workspace, trait, span);
  return ir ? clone(*ir) : nullptr;
}

IrPtr bare_name(Workspace& workspace, const Expr& expr, const Reach& reach) {
  const Name& name = expr.path[0];
  Schema& schema = workspace.schema;
  std::optional<std::uint32_t> field;
  if (reach.event) field = field_named(schema.events[*reach.event], name.text);
  const auto trait = schema.traits.find(full_name(workspace, name));
  const auto segment = schema.segments.find(full_name(workspace, name));
  const bool has_trait = trait != schema.traits.end();
  const bool has_segment = segment != schema.segments.end();
  const std::string built_in = canonical(name.text, Builtin::root);
  const bool is_built_in = built_in == "today" || built_in == "now";
  const Kept* kept = kept_as(reach, name.text);
  if (kept && kept->type.type == Type::none) return nullptr;  // its step was wrong
  if (const Binding* binding = bound(workspace, name)) {
    if (!field && !kept) return bound_value(workspace, *binding, reach, name);
    workspace.sink.report(mistake(209, expr.span, {name.text}));
    return nullptr;
  }

  if (int(field.has_value()) + int(has_trait) + int(has_segment) + int(is_built_in) + int(kept != nullptr) > 1) {
    workspace.sink.report(mistake(209, expr.span, {name.text}));
    return nullptr;
  }
  if (field) return field_under_test(workspace, *reach.event, name, expr.span);
  if (kept) return let_value(workspace, *kept, name, reach);
  if (has_trait) return trait_of(workspace, trait->second, expr.span);
  if (has_segment) return trait_of(workspace, segment->second, expr.span);
  if (built_in == "today") return make(Op::today, Type::date, expr.span);
  if (built_in == "now") return make(Op::now, Type::moment, expr.span);
  if (built_in == "customer" || built_in == "entry") {
    workspace.sink.report(mistake(220, expr.span, {built_in}));
    return nullptr;
  }
  return unknown(workspace, name, reach);
}

// `customer.referrer.city`: of somebody whom an attribute or a field names, as of now.
IrPtr related(Workspace& workspace, const Expr& expr, std::size_t used, IrPtr reference) {
  const Schema& schema = workspace.schema;
  const Name& next = expr.path[used];
  if (expr.path.size() > used + 1) {
    workspace.sink.report(mistake(253, expr.span, {expr.path[used - 1].text, next.text}));
    return nullptr;
  }
  const auto attribute = attribute_named(schema, next.text);
  if (attribute) {
    const TypeInfo& type = schema.attributes[*attribute].type;
    if (type.type == Type::none) return nullptr;
    IrPtr ir = make_unary(Op::related, type.type, expr.span, std::move(reference));
    ir->type = type;
    ir->b = *attribute;
    ir->may_be_missing = true;
    return ir;
  }
  if (schema.unread_names.contains(next.text)) return nullptr;
  if (!syntax::canonical_builtin(next.text, Builtin::customer_field).empty()) {
    workspace.sink.report(mistake(254, next.span, {next.text}));
    return nullptr;
  }
  std::vector<std::string> candidates;
  for (const program::Attribute& declared : schema.attributes) candidates.push_back(declared.name);
  Diagnostic diagnostic = mistake(201, next.span, {next.text});
  suggest(diagnostic, next.text, candidates);
  workspace.sink.report(std::move(diagnostic));
  return nullptr;
}

// `customer.owner.name`: all that is known of a member of staff.
IrPtr staff_name(Workspace& workspace, const Expr& expr, std::size_t used, IrPtr reference) {
  const Name& next = expr.path[used];
  if (canonical(next.text, Builtin::staff_field) != "name") {
    workspace.sink.report(mistake(252, next.span, {next.text}));
    return nullptr;
  }
  if (expr.path.size() > used + 1) {
    workspace.sink.report(mistake(221, expr.path[used + 1].span, {next.text, expr.path[used + 1].text}));
    return nullptr;
  }
  IrPtr ir = make_unary(Op::staff_name, Type::text, expr.span, std::move(reference));
  ir->may_be_missing = true;
  return ir;
}

// What comes after a reference (`customer.referrer.name`) or a plain value (`customer.city.x`).
IrPtr followed(Workspace& workspace, const Expr& expr, std::size_t used, IrPtr ir) {
  if (!ir || expr.path.size() == used) return ir;
  if (ir->type.type == Type::customer) return related(workspace, expr, used, std::move(ir));
  if (ir->type.type == Type::staff) return staff_name(workspace, expr, used, std::move(ir));
  workspace.sink.report(mistake(221, expr.path[used].span, {expr.path[used - 1].text, expr.path[used].text}));
  return nullptr;
}

// `retention.spend`
IrPtr name_in_package(Workspace& workspace, const Expr& expr, std::uint32_t package) {
  Schema& schema = workspace.schema;
  const std::vector<Name> path(expr.path.begin(), expr.path.begin() + 2);
  const std::string name = full_name(workspace, path);
  for (auto* traits : {&schema.traits, &schema.segments}) {
    if (const auto found = traits->find(name); found != traits->end())
      return followed(workspace, expr, 2, trait_of(workspace, found->second, expr.span));
  }
  if (schema.unread_names.contains(path[0].text)) return nullptr;
  const std::string& called = workspace.options.packages[package - 1].name;
  std::vector<std::string> candidates;
  for (const auto* traits : {&schema.traits, &schema.segments}) {
    for (const auto& [declared, ignored] : *traits) {
      if (declared.starts_with(called + ".")) candidates.push_back(declared.substr(called.size() + 1));
    }
  }
  Diagnostic diagnostic = mistake(271, path[1].span, {called, path[1].text});
  suggest(diagnostic, path[1].text, candidates);
  workspace.sink.report(std::move(diagnostic));
  return nullptr;
}

IrPtr dotted_name(Workspace& workspace, const Expr& expr, const Reach& reach) {
  const Schema& schema = workspace.schema;
  const Name& root = expr.path[0];
  const Name& second = expr.path[1];
  if (const auto package = package_called(workspace, root)) return name_in_package(workspace, expr, *package);
  const std::string built_in = canonical(root.text, Builtin::root);
  const Binding* binding = bound(workspace, root);
  if (binding && binding->broken) return nullptr;
  const auto event = event_named(workspace, root);
  if (binding && !event) return followed(workspace, expr, 1, bound_value(workspace, *binding, reach, root));
  if (event && reach.event == event) {
    return followed(workspace, expr, 2, field_under_test(workspace, *event, second, expr.span));
  }
  if (reach.event) {
    if (program::find_field(schema.events[*reach.event], root.text)) {
      return followed(workspace, expr, 1, field_under_test(workspace, *reach.event, root, expr.span));
    }
  }
  if (built_in == "customer") return followed(workspace, expr, 2, attribute(workspace, second, expr.span));
  if (built_in == "entry") {
    if (reach.in_window) {
      workspace.sink.report(mistake(403, expr.span, {"entry." + second.text}));
      return nullptr;
    }
    if (!reach.journey) {
      workspace.sink.report(mistake(214, expr.span));
      return nullptr;
    }
    return followed(workspace, expr, 2, entry_field(workspace, second, expr.span, *reach.journey));
  }
  if (const Kept* kept = kept_as(reach, root.text)) {
    if (event && reach.journey->arm_events.contains(*event)) {
      workspace.sink.report(mistake(209, root.span, {root.text}));
      return nullptr;
    }
    if (kept->granted || kept->type.type == Type::none) {
      return followed(workspace, expr, 2, granted(workspace, *kept, root, second, expr.span, reach));
    }
    return followed(workspace, expr, 1, let_value(workspace, *kept, root, reach));
  }
  if (event) return followed(workspace, expr, 2, arm_field(workspace, *event, second, expr.span, reach));
  if (schema.unread_names.contains(root.text)) return nullptr;
  if (schema.kept_names.contains(root.text)) {
    workspace.sink.report(mistake(250, root.span, {root.text}));
    return nullptr;
  }
  if (schema.traits.contains(full_name(workspace, root)) || schema.segments.contains(full_name(workspace, root)) ||
      built_in == "today" || built_in == "now") {
    workspace.sink.report(mistake(221, second.span, {root.text, second.text}));
    return nullptr;
  }
  std::vector<std::string> candidates = event_names(workspace);
  candidates.insert(candidates.end(), {"customer", "entry"});
  if (reach.journey) {
    for (const auto& [kept, ignored] : reach.journey->kept) candidates.push_back(kept);
  }
  Diagnostic diagnostic = mistake(206, root.span, {root.text});
  suggest(workspace, diagnostic, root.text, candidates);
  workspace.sink.report(std::move(diagnostic));
  return nullptr;
}

}  // namespace

IrPtr name_of(Workspace& workspace, const Expr& expr, const Reach& reach) {
  if (expr.path.empty()) return nullptr;
  return expr.path.size() == 1 ? bare_name(workspace, expr, reach) : dotted_name(workspace, expr, reach);
}

std::optional<std::uint32_t> event_of(Workspace& workspace, const std::vector<Name>& path) {
  if (path.empty()) return std::nullopt;
  const Name& name = path[0];
  const Schema& schema = workspace.schema;
  const Binding* binding = bound(workspace, name);
  if (binding && binding->broken) return std::nullopt;
  if (path.size() == 1) {
    if (const auto event = event_named(workspace, name)) return event;
  }
  if (schema.unread_names.contains(name.text)) return std::nullopt;
  Span span = name.span;
  std::string written = name.text;
  for (std::size_t i = 1; i < path.size(); ++i) {
    written += "." + path[i].text;
    span.end = path[i].span.end;
  }
  if (path.size() == 2 && event_named(workspace, name)) {
    workspace.sink.report(mistake(222, span, {written, name.text}));
    return std::nullopt;
  }
  Diagnostic diagnostic = mistake(202, span, {written});
  suggest(workspace, diagnostic, written, event_names(workspace));
  workspace.sink.report(std::move(diagnostic));
  return std::nullopt;
}

namespace {

std::size_t depth_of(const Ir& ir) {
  std::size_t depth = 0;
  for (const IrPtr& child : ir.children) depth = std::max(depth, depth_of(*child));
  if (ir.window && ir.window->filter) depth = std::max(depth, depth_of(*ir.window->filter));
  return depth + 1;
}

}  // namespace

const Ir* worked_out(Workspace& workspace, Trait& trait, Span use) {
  const syntax::Stmt& declaration = *trait.declaration;
  if (trait.state == Trait::State::under_way) {
    workspace.sink.report(mistake(211, use, {declaration.name.text}));
    return nullptr;
  }
  if (trait.state == Trait::State::fresh) {
    if (workspace.open_depth > limits::kOpenDepthMax) {
      workspace.sink.report(mistake(404, use, {declaration.name.text}));
      return nullptr;
    }
    trait.state = Trait::State::under_way;
    const syntax::Expr* expr = declaration.value ? declaration.value.get() : declaration.condition.get();
    trait.ir = trait.is_segment ? condition_of(workspace, expr, Reach{}) : value_of(workspace, expr, Reach{});
    trait.state = Trait::State::done;
    if (trait.ir) {
      const Cost cost = cost_of(*trait.ir);
      trait.nodes = cost.nodes;
      if (report_cost(workspace, declaration.name.span, cost)) trait.ir = nullptr;
    }
    if (trait.ir && depth_of(*trait.ir) > limits::kTraitDepthMax) {
      workspace.sink.report(mistake(404, declaration.name.span, {declaration.name.text}));
      trait.ir = nullptr;
    }
  }
  if (!trait.ir) return nullptr;
  if (workspace.copied_nodes > limits::kCopiedNodesMax) return nullptr;  // said already
  workspace.copied_nodes += trait.nodes;
  if (workspace.copied_nodes > limits::kCopiedNodesMax) {
    workspace.sink.report(mistake(404, use, {declaration.name.text}));
    return nullptr;
  }
  return trait.ir.get();
}

}  // namespace tend::check
