#include "dsl/check/lookup.hpp"

#include "dsl/check/packages.hpp"
#include "dsl/check/report.hpp"
#include "dsl/check/scope.hpp"

namespace tend::check {
namespace {

using Declarations = std::map<std::string, const syntax::Stmt*>;

const Declarations& of_kind(const Schema& schema, Kind kind) {
  switch (kind) {
    case Kind::message: return schema.messages;
    case Kind::playbook: return schema.playbooks;
    case Kind::template_: return schema.templates;
    case Kind::budget: return schema.budgets;
    case Kind::partner: return schema.partners;
    case Kind::function: return schema.functions;
    case Kind::calendar: break;
  }
  return schema.calendars;
}

std::uint16_t code_of(Kind kind) {
  switch (kind) {
    case Kind::message: return 204;
    case Kind::function: return 224;
    case Kind::playbook: return 225;
    case Kind::budget: return 226;
    case Kind::partner: return 227;
    case Kind::template_:
    case Kind::calendar: break;
  }
  return 206;
}

syntax::TypeWord parameter_of(Kind kind) {
  switch (kind) {
    case Kind::message: return syntax::TypeWord::message;
    case Kind::budget: return syntax::TypeWord::budget;
    case Kind::partner: return syntax::TypeWord::partner;
    case Kind::playbook:
    case Kind::template_:
    case Kind::function:
    case Kind::calendar: break;
  }
  return syntax::TypeWord::error;  // no parameter stands for one
}

// The parameter of a template that `path` names, if parameters can stand for declarations of this kind.
const Binding* bound_of_kind(const Workspace& workspace, Kind kind, const std::vector<syntax::Name>& path) {
  const Binding* binding = path.size() == 1 ? bound(workspace, path[0]) : nullptr;
  return binding && binding->parameter->type.word == parameter_of(kind) ? binding : nullptr;
}
}  // namespace

std::string written(const std::vector<syntax::Name>& path) {
  std::string whole;
  for (const syntax::Name& name : path) whole += (whole.empty() ? "" : ".") + name.text;
  return whole;
}

std::optional<Named> find_named_quietly(const Workspace& workspace, Kind kind, const std::vector<syntax::Name>& path) {
  if (path.empty()) return std::nullopt;
  if (const Binding* binding = bound_of_kind(workspace, kind, path)) {
    const auto* given = bound_path(*binding);
    return given && !binding->broken ? find_named_quietly(workspace, kind, *given) : std::nullopt;
  }
  const Declarations& declared = of_kind(workspace.schema, kind);
  auto found = declared.find(full_name(workspace, path));
  // A policy says `calendar "cn"` whether the workspace has one of its own or not.
  if (found == declared.end() && kind == Kind::calendar && path.size() == 1)
    found = declared.find(std::string(kStandardPackage) + "." + path[0].text);
  if (found == declared.end()) return std::nullopt;
  return Named{found->first, found->second, workspace.schema.numbers.at(found->second)};
}

std::optional<Named> find_named(Workspace& workspace, Kind kind, const std::vector<syntax::Name>& path) {
  if (path.empty()) {
    workspace.broken = true;
    return std::nullopt;
  }
  if (auto named = find_named_quietly(workspace, kind, path)) return named;
  if (bound_of_kind(workspace, kind, path)) return std::nullopt;  // nothing was given, or that was reported
  if (workspace.schema.unread_names.contains(path[0].text)) return std::nullopt;
  std::vector<std::string> candidates;
  if (may_suggest(workspace)) {
    for (const auto& [name, ignored] : of_kind(workspace.schema, kind)) candidates.push_back(name);
  }
  const Span span = {path[0].span.file, path[0].span.begin, path.back().span.end};
  Diagnostic diagnostic = mistake(code_of(kind), span, {written(path)});
  suggest(workspace, diagnostic, written(path), candidates);
  workspace.sink.report(std::move(diagnostic));
  return std::nullopt;
}

std::optional<std::uint32_t> event_named(const Workspace& workspace, const syntax::Name& name) {
  if (const Binding* binding = bound(workspace, name)) return binding->event;
  return event_named(workspace.schema, name.text);
}

std::vector<std::string> channel_names(const CheckOptions& options) {
  std::vector<std::string> names;
  for (const ChannelFacts& channel : options.channels) names.push_back(channel.name);
  return names;
}

const ChannelFacts* channel_facts(const CheckOptions& options, std::string_view name) {
  for (const ChannelFacts& channel : options.channels) {
    if (channel.name == name) return &channel;
  }
  return nullptr;
}

}  // namespace tend::check
