// `let` and `emit`: what a journey keeps, and what it tells.
#include <utility>

#include "dsl/check/private.hpp"
#include "dsl/check/report.hpp"
#include "dsl/check/stepping.hpp"

namespace tend::check {

using program::StepKind;
using syntax::Keyword;
using syntax::Part;
using syntax::Stmt;

Way Steps::let(const Stmt& statement, Way way) {
  program::Step out = named(StepKind::let, statement);
  const Part* value = syntax::first(statement, Part::What::expression);
  const IrPtr ir = value_of(workspace_, value ? value->expression.get() : nullptr, reach(way));
  Kept kept;
  if (ir) {
    kept.type = ir->type;
    kept.currency = ir->currency;
    kept.may_be_missing = ir->may_be_missing;
    kept.private_attribute = private_in(workspace_, *ir);
  }
  out.expression = emitted(ir);
  const Part* name = syntax::first(statement, Part::What::name);
  if (!name) {
    workspace_.broken = true;
    return way;
  }
  out.slot = keep(name->name, std::move(kept), way);
  add(std::move(out), statement);
  return way;
}

std::uint32_t Steps::keep(const syntax::Name& name, Kept kept, Way& way) {
  const Schema& schema = workspace_.schema;
  const std::string root = canonical(name.text, Builtin::root);
  if (!syntax::canonical_builtin(name.text, Builtin::root).empty()) {
    workspace_.sink.report(mistake(212, name.span, {root}));
    return kNone;
  }
  // Whoever reads it could mean the other: said here, once, and not at every use.
  if (schema.traits.contains(name.text) || schema.segments.contains(name.text)) {
    workspace_.sink.report(mistake(209, name.span, {name.text}));
    kept.type = {};
  }
  if (way) way->names.insert(name.text);
  std::vector<program::Slot>& slots = kept.granted ? book_.grants : book_.lets;
  kept.slot = static_cast<std::uint32_t>(slots.size());
  const auto [found, is_new] = journey_.kept.try_emplace(name.text, kept);
  if (is_new) {
    slots.push_back({name.text, kept.type});
    return kept.slot;
  }
  Kept& known = found->second;
  if (known.type.type == Type::none || kept.type.type == Type::none) {
    known.type = {};
    return kNone;
  }
  const bool texts = !known.granted && !kept.granted && is_text(known.type.type) && is_text(kept.type.type);
  if (texts && !(known.type == kept.type)) known.type = kept.type = book_.lets[known.slot].type = plain(Type::text);
  if (known.granted != kept.granted || !(known.type == kept.type)) {
    workspace_.sink.report(mistake(251, name.span, {name.text, kept_word(known), kept_word(kept)}));
    return kNone;
  }
  known.may_be_missing = known.may_be_missing || kept.may_be_missing;
  if (known.private_attribute == kNone) known.private_attribute = kept.private_attribute;
  if (known.currency != kept.currency) known.currency = std::nullopt;
  return known.slot;
}

Way Steps::emit(const Stmt& statement, Way way) {
  program::Step out = named(StepKind::emit, statement);
  const std::vector<syntax::Name>& path = path_of(syntax::behind(statement, Keyword::emit));
  if (path.empty()) workspace_.broken = true;
  const auto event = event_of(workspace_, path);
  if (event && *event < program::kBuiltinEventCount) {
    workspace_.sink.report(mistake(516, path[0].span, {path[0].text}));
    return way;
  }
  if (!event) {
    if (const Part* values = syntax::first(statement, Part::What::values)) {
      for (const syntax::FieldValue& one : values->values) value_of(workspace_, one.value.get(), reach(way));
    }
    return way;
  }
  out.event = *event;
  emit_fields(statement, way, out);
  add(std::move(out), statement);
  return way;
}

void Steps::emit_fields(const Stmt& statement, const Way& way, program::Step& out) {
  const program::Event& declared = workspace_.schema.events[out.event];
  std::vector<std::uint32_t> expressions(declared.fields.size(), kNone);
  std::vector<bool> seen(declared.fields.size(), false);
  if (const Part* values = syntax::first(statement, Part::What::values)) {
    for (const syntax::FieldValue& one : values->values) {
      const IrPtr value = value_of(workspace_, one.value.get(), reach(way));
      const auto field = field_of(workspace_, out.event, one.name);
      if (!field) continue;
      if (*field == program::kFieldAt) {
        workspace_.sink.report(mistake(515, one.name.span, {one.name.text}));
        continue;
      }
      if (seen[*field]) {
        workspace_.sink.report(mistake(514, one.name.span, {one.name.text}));
        continue;
      }
      seen[*field] = true;
      const program::Field& into = declared.fields[*field];
      if (value) keep_private(workspace_, *value, "emit");
      if (value && may_become(workspace_, into.name, into.type, *value, 364)) expressions[*field] = emitted(value);
    }
  }
  for (std::uint32_t field = 0; field < declared.fields.size(); ++field) {
    if (expressions[field] != kNone) out.fields.push_back({field, expressions[field]});
    if (seen[field] || workspace_.schema.unread_names.contains(declared.fields[field].name)) continue;
    workspace_.sink.report(mistake(363, statement.head, {declared.name, declared.fields[field].name}));
  }
}

}  // namespace tend::check
