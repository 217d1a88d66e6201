#include "engine/cli/parts.hpp"

#include <algorithm>

#include "dsl/syntax/parse.hpp"
#include "dsl/syntax/parts.hpp"
#include "engine/expr/lua_syntax.hpp"
#include "engine/expr/sandbox.hpp"

namespace tend::cli {
namespace {

using check::Package;

// The standard package is read only where it may be meant: most workspaces do without.
bool may_name_standard(const std::vector<text::Source>& sources) {
  for (const text::Source& source : sources) {
    for (const char* word : {"std", "calendar", "日历"}) {
      if (source.text.find(word) != std::string::npos) return true;
    }
  }
  return false;
}

Package::Lock state_of(const simulate::Workspace& workspace, const package::Lock& lock,
                       const simulate::LoadedPackage& package) {
  const package::Locked* locked = package::find(lock, package.name);
  if (!locked) return Package::Lock::missing;
  return *locked == simulate::locked_as(workspace, package) ? Package::Lock::fits : Package::Lock::differs;
}

void add_package(simulate::LoadedPackage package, Package::Lock lock, Parts& parts, check::CheckOptions& options) {
  options.packages.push_back({.name = package.name, .dependencies = std::move(package.dependencies), .lock = lock});
  options.packages.back().dependencies.emplace_back(package::kStandard);
  const auto owner = static_cast<std::uint32_t>(options.packages.size());
  for (auto& [path, text] : package.files) {
    if (!path.ends_with(".tend")) continue;
    parts.sources.push_back({.name = std::move(path), .text = std::move(text)});
    options.owners.push_back(owner);
  }
}

// The first mistake of a package that is checked as the workspace that it is.
void check_alone(const Parts& parts, check::CheckOptions& options, std::uint32_t owner, diagnostic::Sink& sink) {
  Package& package = options.packages[owner - 1];
  check::CheckOptions own;
  own.packages = options.packages;
  own.dependencies = package.dependencies;
  own.scripts = options.scripts;
  for (const std::uint32_t other : options.owners)
    own.owners.push_back(other == owner ? 0 : other == 0 ? check::kNobodys : other);
  for (Package& other : own.packages) other.lock = Package::Lock::fits;
  check::check(parts.sources, parts.files, own, sink);
  for (diagnostic::Diagnostic& found : sink.take()) {
    if (found.severity != diagnostic::Severity::error) continue;
    package.mistake = std::move(found);
    return;
  }
}

/// Reads the Lua files that `files` name, each once for every file that names it.
Result<void> add_scripts(Parts& parts, check::CheckOptions& options) {
  std::vector<check::Script> scripts;
  for (const syntax::File& file : parts.files) {
    for (const syntax::StmtPtr& declaration : file.declarations) {
      if (!declaration || declaration->kind != syntax::StmtKind::extern_function) continue;
      const auto* part = syntax::first(*declaration, syntax::Part::What::text);
      if (!part || !part->text || part->text->has_holes()) continue;
      const std::string name = part->text->plain();
      const std::string path = simulate::path_in(env::folder_of(parts.sources[file.file].name), name);
      const auto there = env::real_files().exists(path);
      if (!there) return tl::unexpected(there.error());
      if (!*there) continue;  // said at the declaration
      auto text = env::read_whole_file(env::real_files(), path);
      if (!text) return tl::unexpected(text.error());
      check::Script script;
      script.file = file.file;
      script.name = name;
      script.source = static_cast<std::uint32_t>(parts.sources.size());
      if (auto mistake = expr::lua_mistake(*text)) {
        script.mistake_line = mistake->line;
        script.mistake = std::move(mistake->sentence);
      } else if (const auto sandbox = expr::Sandbox::read(*text, name)) {
        script.defines = (*sandbox)->defines();
      } else {
        script.failure = sandbox.error().message;
      }
      const std::uint32_t owner = file.file < options.owners.size() ? options.owners[file.file] : 0;
      const bool known = std::any_of(scripts.begin(), scripts.end(), [&](const check::Script& other) {
        return parts.sources[other.source].name == path;
      });
      if (owner == 0 && !known) parts.lua.push_back(script.source);
      options.owners.resize(parts.sources.size(), 0);
      options.owners.push_back(owner);
      parts.sources.push_back({.name = path, .text = std::move(*text)});
      scripts.push_back(std::move(script));
    }
  }
  options.scripts = std::move(scripts);
  return {};
}

}  // namespace

Result<void> add_parts(const simulate::Workspace& workspace, Locked locked, Parts& parts, check::CheckOptions& options,
                       diagnostic::Sink& sink) {
  parts.own = parts.sources.size();
  options.owners.assign(parts.own, 0);
  auto packages = simulate::load_packages(workspace);
  if (!packages) return tl::unexpected(packages.error());
  const auto lock = simulate::load_lock(workspace);
  if (!lock && locked == Locked::asked) return tl::unexpected(lock.error());
  for (const package::Dependency& dependency : workspace.manifest.dependencies)
    options.dependencies.push_back(dependency.name);
  options.dependencies.emplace_back(package::kStandard);
  for (simulate::LoadedPackage& package : *packages) {
    const auto state = locked == Locked::asked ? state_of(workspace, *lock, package) : Package::Lock::fits;
    add_package(std::move(package), state, parts, options);
  }
  if (may_name_standard(parts.sources)) add_package(simulate::standard_package(), Package::Lock::fits, parts, options);

  std::vector<diagnostic::Sink> sinks(options.packages.size());
  for (std::uint32_t i = 0; i < options.owners.size(); ++i) {
    const std::uint32_t owner = options.owners[i];
    parts.files.push_back(syntax::parse(parts.sources[i], i, owner == 0 ? sink : sinks[owner - 1]));
  }
  if (auto added = add_scripts(parts, options); !added) return added;
  for (std::uint32_t i = 0; i < options.packages.size(); ++i) {
    if (options.packages[i].name != package::kStandard) check_alone(parts, options, i + 1, sinks[i]);
  }
  return {};
}

}  // namespace tend::cli
