#include "dsl/check/packages.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "dsl/check/lookup.hpp"
#include "dsl/check/report.hpp"
#include "dsl/syntax/parts.hpp"

namespace tend::check {
namespace {

using syntax::Part;
using syntax::Stmt;

const std::vector<std::string>& dependencies_of(const Workspace& workspace, std::uint32_t owner) {
  return owner == 0 ? workspace.options.dependencies : workspace.options.packages[owner - 1].dependencies;
}

std::optional<std::uint32_t> package_named(const CheckOptions& options, std::string_view name) {
  for (std::uint32_t i = 0; i < options.packages.size(); ++i) {
    if (options.packages[i].name == name) return i;
  }
  return std::nullopt;
}

// The package and what it uses itself, each once.
void collect(const CheckOptions& options, std::uint32_t index, std::set<std::uint32_t>& all) {
  if (!all.insert(index).second) return;
  for (const std::string& name : options.packages[index].dependencies) {
    if (const auto next = package_named(options, name)) collect(options, *next, all);
  }
}

// `path:line` of a place in a package.
std::pair<std::string, std::string> place_words(const Workspace& workspace, Span span) {
  const text::Source& source = workspace.sources[span.file];
  return {source.name, std::to_string(text::place_of(source.text, span.begin).line)};
}

// Is all well with what `use` of this package brings in?
bool is_sound(Workspace& workspace, std::uint32_t index, Span at) {
  std::set<std::uint32_t> all;
  collect(workspace.options, index, all);
  bool sound = true;
  for (const std::uint32_t one : all) {
    const Package& package = workspace.options.packages[one];
    if (package.lock != Package::Lock::fits) {
      const bool missing = package.lock == Package::Lock::missing;
      workspace.sink.report(mistake(missing ? 701 : 702, at, {package.name}, missing ? 61 : 62, {package.name}));
    }
    if (!package.mistake) continue;
    const auto [file, line] = place_words(workspace, package.mistake->span);
    workspace.sink.report(mistake(703, at, {package.name, file, line, diagnostic::argument(*package.mistake)}));
    sound = false;
  }
  return sound;
}

void take_use(Workspace& workspace, const Stmt& use) {
  Schema& schema = workspace.schema;
  const Part* text = syntax::first(use, Part::What::text);
  const Part* alias_part = syntax::first(use, Part::What::name);
  if (!text || !text->text || !alias_part || alias_part->name.text.empty()) {
    workspace.broken = true;
    return;
  }
  const syntax::Name& alias = alias_part->name;
  const auto name = plain_text(workspace, *text->text);
  if (!name) return;
  const std::uint32_t owner = owner_of(workspace, use.span);
  const std::vector<std::string>& known = dependencies_of(workspace, owner);
  const auto package = package_named(workspace.options, *name);
  if (!package || std::find(known.begin(), known.end(), *name) == known.end()) {
    Diagnostic diagnostic = mistake(270, text->text->span, {*name});
    suggest(diagnostic, *name, known);
    if (diagnostic.help == 0) {
      diagnostic.help = 63;
      diagnostic.help_arguments = {*name};
    }
    workspace.sink.report(std::move(diagnostic));
    schema.unread_names.insert(alias.text);
    return;
  }
  const std::string root = canonical(alias.text, Builtin::root);
  if (root == "customer" || root == "entry") {
    workspace.sink.report(mistake(212, alias.span, {alias.text}));
    return;
  }
  if (event_named(schema, alias.text) || !schema.aliases.try_emplace({owner, alias.text}, *package + 1).second) {
    workspace.sink.report(mistake(208, alias.span, {alias.text}));
    return;
  }
  // What a package says of another one was said in its own check.
  if (owner == 0 && !is_sound(workspace, *package, text->text->span)) schema.unread_names.insert(alias.text);
}

template <typename See>
void each_use(const Workspace& workspace, const See& see) {
  for (const syntax::File& file : workspace.files) {
    for (const syntax::StmtPtr& declaration : file.declarations) {
      if (declaration && declaration->kind == syntax::StmtKind::use &&
          owner_of(workspace, declaration->span) != kNobodys)
        see(*declaration);
    }
  }
}

// What the workspace's own `use` names.
std::optional<std::uint32_t> package_of(const Workspace& workspace, const Stmt& use) {
  const Part* text = syntax::first(use, Part::What::text);
  if (!text || !text->text || text->text->has_holes()) return std::nullopt;
  return package_named(workspace.options, text->text->plain());
}

// The workspace's own `use` that brings the package in, be it through another one.
Span use_of(const Workspace& workspace, std::uint32_t package) {
  Span found;
  bool any = false;
  each_use(workspace, [&](const Stmt& use) {
    if (any || owner_of(workspace, use.span) != 0) return;
    const auto used = package_of(workspace, use);
    std::set<std::uint32_t> all;
    if (used) collect(workspace.options, *used, all);
    if (!all.contains(package)) return;
    any = true;
    found = use.head;
  });
  return found;
}

}  // namespace

std::uint32_t owner_of(const Workspace& workspace, Span span) {
  const std::vector<std::uint32_t>& owners = workspace.options.owners;
  return span.file < owners.size() ? owners[span.file] : 0;
}

std::optional<std::uint32_t> package_called(const Workspace& workspace, const syntax::Name& name) {
  const auto& aliases = workspace.schema.aliases;
  const auto found = aliases.find({owner_of(workspace, name.span), name.text});
  if (found == aliases.end()) return std::nullopt;
  return found->second;
}

std::string full_name(const Workspace& workspace, const std::vector<syntax::Name>& path) {
  std::uint32_t owner = owner_of(workspace, path[0].span);
  std::size_t from = 0;
  if (path.size() > 1) {
    if (const auto package = package_called(workspace, path[0])) {
      owner = *package;
      from = 1;
    }
  }
  std::string name = owner == 0 || owner == kNobodys ? "" : workspace.options.packages[owner - 1].name + ".";
  for (std::size_t i = from; i < path.size(); ++i) name += (i > from ? "." : "") + path[i].text;
  return name;
}

std::string full_name(const Workspace& workspace, const syntax::Name& name) {
  return full_name(workspace, std::vector<syntax::Name>{name});
}

std::set<std::uint32_t> owners_in_use(const Workspace& workspace) {
  std::set<std::uint32_t> packages;
  each_use(workspace, [&](const Stmt& use) {
    if (owner_of(workspace, use.span) != 0) return;
    if (const auto package = package_of(workspace, use)) collect(workspace.options, *package, packages);
  });
  std::set<std::uint32_t> owners = {0};
  for (const std::uint32_t package : packages) owners.insert(package + 1);
  return owners;
}

void gather_uses(Workspace& workspace) {
  each_use(workspace, [&](const Stmt& use) { take_use(workspace, use); });
}

void show_at_uses(Workspace& workspace) {
  if (workspace.options.packages.empty()) return;
  std::set<std::uint32_t> shown;
  for (Diagnostic& diagnostic : workspace.sink.take()) {
    const std::uint32_t owner = owner_of(workspace, diagnostic.span);
    if (owner == 0) {
      workspace.sink.report(std::move(diagnostic));
      continue;
    }
    const Package& package = workspace.options.packages[owner - 1];
    if (diagnostic.severity == diagnostic::Severity::warning || package.mistake) continue;
    if (!shown.insert(owner).second) continue;
    const auto [file, line] = place_words(workspace, diagnostic.span);
    workspace.sink.report(
        mistake(704, use_of(workspace, owner - 1), {package.name, file, line, diagnostic::argument(diagnostic)}));
  }
}

}  // namespace tend::check
