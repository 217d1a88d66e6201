// Names of tend.toml to indices of the program, or the sentence that says which names there are.
#include "engine/simulate/source_columns.hpp"

#include <algorithm>
#include <tuple>

#include "dsl/check/schema.hpp"
#include "dsl/diagnostic/suggest.hpp"
#include "engine/state/input.hpp"

namespace tend::simulate {
namespace {

using program::Type;

tl::unexpected<Error> refuse(const Workspace& workspace, std::uint32_t line, const std::string& sentence) {
  return fail(ErrorCode::invalid, workspace.config + ":" + std::to_string(line) + ": " + sentence);
}

/// ": did you mean `x`?", or the names that there are.
std::string instead(const std::string& name, const std::vector<std::string>& names, const std::string& none) {
  if (const auto meant = diagnostic::did_you_mean(name, names)) return ": did you mean `" + *meant + "`?";
  return names.empty() ? ": " + none : ": there are " + list_names(names);
}

template <typename Declared>
std::vector<std::string> names_of(const std::vector<Declared>& declared, std::size_t first = 0) {
  std::vector<std::string> names;
  for (std::size_t i = first; i < declared.size(); ++i) names.push_back(declared[i].name);
  return names;
}

Result<SourceColumn> typed_column(const Workspace& workspace, const Source& source, const Mapping& mapping,
                                  ColumnRole role, std::uint32_t index, const program::TypeInfo& type) {
  SourceColumn column;
  column.role = role;
  column.column = mapping.column;
  column.type = type;
  column.index = static_cast<std::uint16_t>(index);
  column.line = mapping.line;
  if (mapping.currency.empty()) return column;
  if (type.type != Type::money && !(type.type == Type::list && type.element == Type::money)) {
    return refuse(workspace, mapping.line,
                  "source `" + source.name + "`: `" + mapping.name + "` has a currency, but it is not money");
  }
  column.currency = program::pack_currency(mapping.currency);
  return column;
}

Result<SourceColumn> resolve_field(const Workspace& workspace, const Source& source, const Mapping& mapping,
                                   const program::Event& event) {
  const auto index = program::find_field(event, mapping.name);
  if (!index) {
    return refuse(workspace, mapping.line,
                  "source `" + source.name + "`: the event `" + event.name + "` has no field `" + mapping.name + "`" +
                      instead(mapping.name, names_of(event.fields), "it has none at all"));
  }
  return typed_column(workspace, source, mapping, ColumnRole::field, *index, event.fields[*index].type);
}

/// A name of the program; else a built-in one, written in either tongue.
template <typename Find>
std::optional<std::uint32_t> find_either(const std::string& name, syntax::BuiltinGroup group, const Find& find) {
  const auto found = find(name);
  return found ? found : find(check::canonical(name, group));
}

Result<SourceColumn> resolve_attribute(const Workspace& workspace, const Source& source, const Mapping& mapping,
                                       const program::Program& program) {
  constexpr std::string_view kConsent = "consent.";
  if (check::canonical(mapping.name, syntax::BuiltinGroup::customer_field) == "tags")
    return typed_column(workspace, source, mapping, ColumnRole::tags, 0, {Type::list, Type::text, {}});
  constexpr std::string_view kSuppressed = "suppressed";
  if (mapping.name == kSuppressed || mapping.name.starts_with(std::string(kSuppressed) + ".")) {
    auto column = typed_column(workspace, source, mapping, ColumnRole::suppressed, 0, {Type::boolean, Type::none, {}});
    if (column) column->purpose = mapping.name.substr(std::min(mapping.name.size(), kSuppressed.size() + 1));
    return column;
  }
  if (mapping.name.starts_with(kConsent) && mapping.name.size() > kConsent.size()) {
    auto column = typed_column(workspace, source, mapping, ColumnRole::consent, 0, {Type::boolean, Type::none, {}});
    if (!column) return column;
    column->purpose = mapping.name.substr(kConsent.size());
    for (const auto& [ending, role] : {std::pair{std::string_view(".text"), ColumnRole::consent_text},
                                       {".evidence", ColumnRole::consent_evidence}}) {
      if (column->purpose.size() <= ending.size() || !column->purpose.ends_with(ending)) continue;
      column->purpose.resize(column->purpose.size() - ending.size());
      column->role = role;
      column->type.type = Type::text;
      const std::string of = std::string(kConsent) + column->purpose;
      const auto same = [&](const Mapping& m) { return m.name == of; };
      if (std::any_of(source.attributes.begin(), source.attributes.end(), same)) break;
      return refuse(workspace, mapping.line,
                    "source `" + source.name + "`: `" + mapping.name +
                        "` says how a consent is known, but there is no `" + of + "`");
    }
    return column;
  }
  const auto index = find_either(mapping.name, syntax::BuiltinGroup::customer_field,
                                 [&](const std::string& name) { return program::find_attribute(program, name); });
  if (index && *index < state::kTagAdd)
    return typed_column(workspace, source, mapping, ColumnRole::attribute, *index, program.attributes[*index].type);
  std::vector<std::string> names = names_of(program.attributes);
  names.push_back("tags");
  return refuse(workspace, mapping.line,
                "source `" + source.name + "`: the customer has no attribute `" + mapping.name + "`" +
                    instead(mapping.name, names, ""));
}

}  // namespace

std::string list_names(const std::vector<std::string>& names) {
  constexpr std::size_t kNamesMax = 20;
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < kNamesMax; ++i) out += (i == 0 ? "`" : ", `") + names[i] + "`";
  if (names.size() > kNamesMax) out += " and " + std::to_string(names.size() - kNamesMax) + " more";
  return out;
}

Result<ResolvedSource> resolve_source(const Workspace& workspace, const Source& source,
                                      const program::Program& program) {
  ResolvedSource resolved;
  resolved.name = source.name;
  resolved.own = program.currencies;
  resolved.has_attributes = !source.attributes.empty();
  SourceColumn customer;
  customer.column = source.customer;
  customer.type.type = Type::text;
  customer.line = source.line;
  resolved.columns.push_back(customer);
  if (!source.at.empty()) {
    SourceColumn at = customer;
    at.role = ColumnRole::at;
    at.column = source.at;
    at.type.type = Type::moment;
    resolved.columns.push_back(at);
  }
  if (!source.event.empty()) {
    const auto event = find_either(source.event, syntax::BuiltinGroup::event,
                                   [&](const std::string& name) { return program::find_event(program, name); });
    if (!event) {
      return refuse(workspace, source.event_line,
                    "source `" + source.name + "`: there is no event `" + source.event + "`" +
                        instead(source.event, names_of(program.events, program::kBuiltinEventCount),
                                "the playbooks declare none"));
    }
    resolved.event = *event;
    for (const Mapping& mapping : source.fields) {
      auto column = resolve_field(workspace, source, mapping, program.events[*event]);
      if (!column) return tl::unexpected(column.error());
      resolved.columns.push_back(std::move(*column));
    }
  }
  for (const Mapping& mapping : source.attributes) {
    auto column = resolve_attribute(workspace, source, mapping, program);
    if (!column) return tl::unexpected(column.error());
    resolved.columns.push_back(std::move(*column));
  }
  // What is beside a consent stands right behind it.
  const auto place = [](const SourceColumn& column) {
    const bool consents = column.role >= ColumnRole::consent;
    return std::tuple(consents ? column.role : ColumnRole::customer, consents ? column.purpose : std::string());
  };
  std::stable_sort(resolved.columns.begin(), resolved.columns.end(), [&](const SourceColumn& a, const SourceColumn& b) {
    const auto [role_a, purpose_a] = place(a);
    const auto [role_b, purpose_b] = place(b);
    const bool consents_a = role_a != ColumnRole::customer, consents_b = role_b != ColumnRole::customer;
    return std::tie(consents_a, purpose_a, role_a) < std::tie(consents_b, purpose_b, role_b);
  });
  return resolved;
}

}  // namespace tend::simulate
