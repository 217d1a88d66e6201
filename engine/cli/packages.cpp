// `tend add`, `tend update`, `tend verify`: packages, and what is agreed about them in tend.lock.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>

#include "dsl/diagnostic/render.hpp"
#include "engine/cli/compile.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/env/files.hpp"
#include "engine/run/data_folder.hpp"
#include "engine/simulate/packages.hpp"

namespace tend::cli {
namespace {

struct Arguments {
  std::string name;
  std::string path;
  std::string workspace = ".";
  bool dry_run = false;
};

/// What every playbook of the workspace comes to with the packages as they are on disk.
/// Errors: mistakes, which were shown.
Result<std::vector<package::LockedPlaybook>> playbooks_now(const std::string& folder) {
  auto whole = check_paths({folder}, {.locked = Locked::ignored});
  if (!whole) return tl::unexpected(whole.error());
  if (!whole->result.program) {
    std::fputs(diagnostic::human(whole->diagnostics, whole->sources,
                                 {.tongue = tongue_of({}, whole->workspace.language), .color = wants_colour(2)})
                   .c_str(),
               stderr);
    return fail(ErrorCode::invalid,
                "with the packages as they are now the workspace has mistakes, so tend.lock is left as it is");
  }
  std::vector<package::LockedPlaybook> playbooks;
  for (const program::Playbook& playbook : whole->result.program->playbooks) {
    auto one = check_paths({folder}, {.locked = Locked::ignored, .only_playbook = playbook.name});
    if (!one) return tl::unexpected(one.error());
    if (!one->result.program) continue;
    // What the workspace says for all its playbooks is no package's doing.
    program::Program program = std::move(*one->result.program);
    program.policy = {};
    program.budgets.clear();
    playbooks.push_back({playbook.name, run::program_hash(program::serialize(program))});
  }
  return playbooks;
}

const package::LockedPlaybook* find(const std::vector<package::LockedPlaybook>& playbooks, const std::string& name) {
  for (const package::LockedPlaybook& playbook : playbooks) {
    if (playbook.name == name) return &playbook;
  }
  return nullptr;
}

std::string versions(const std::string& before, const std::string& after) {
  if (before == after) return after.empty() ? "" : " (" + after + ")";
  return " (" + (before.empty() ? "no version" : before) + " -> " + (after.empty() ? "no version" : after) + ")";
}

/// Brings tend.lock to what is on disk: of `name` and what it uses itself, or of all packages where it is empty.
Result<int> update(const Arguments& arguments) {
  const auto workspace = simulate::load_workspace(arguments.workspace);
  if (!workspace) return tl::unexpected(workspace.error());
  const auto packages = simulate::load_packages(*workspace);
  if (!packages) return tl::unexpected(packages.error());
  auto before = simulate::load_lock(*workspace);
  if (!before) before = package::Lock{};  // to be written anew
  std::vector<std::string> wanted;
  for (auto package = packages->rbegin(); package != packages->rend(); ++package) {  // who uses stands behind
    const bool asked = arguments.name.empty() || package->name == arguments.name ||
                       std::find(wanted.begin(), wanted.end(), package->name) != wanted.end();
    if (!asked) continue;
    wanted.push_back(package->name);
    wanted.insert(wanted.end(), package->dependencies.begin(), package->dependencies.end());
  }
  if (!arguments.name.empty() && wanted.empty())
    return fail(ErrorCode::not_found, "no package `" + arguments.name + "` is used here");

  package::Lock after;
  std::string report;
  bool changes = false;
  for (const simulate::LoadedPackage& package : *packages) {
    const package::Locked* locked = package::find(*before, package.name);
    const package::Locked now = simulate::locked_as(*workspace, package);
    if (std::find(wanted.begin(), wanted.end(), package.name) == wanted.end()) {
      if (locked) after.packages.push_back(*locked);
      continue;
    }
    after.packages.push_back(now);
    const bool same = locked && *locked == now;
    changes = changes || !same;
    report += package.name + ": " +
              (same     ? "as it was"
               : locked ? "changed"
                        : "new") +
              versions(locked ? locked->version : now.version, now.version) + "\n";
  }
  for (const package::Locked& locked : before->packages) {
    const bool used = std::any_of(packages->begin(), packages->end(),
                                  [&](const simulate::LoadedPackage& package) { return package.name == locked.name; });
    if (used) continue;
    changes = true;
    report += locked.name + ": no longer used\n";
  }
  if (packages->empty()) report += "no packages are used here\n";
  std::sort(after.packages.begin(), after.packages.end(),
            [](const package::Locked& a, const package::Locked& b) { return a.name < b.name; });

  auto playbooks = playbooks_now(arguments.workspace);
  if (!playbooks) {
    print(report);
    return tl::unexpected(playbooks.error());
  }
  for (const package::LockedPlaybook& playbook : *playbooks) {
    const package::LockedPlaybook* locked = find(before->playbooks, playbook.name);
    if (locked && *locked != playbook)
      report += "  playbook " + playbook.name + ": another program than when tend.lock was written\n";
    if (!locked && !before->playbooks.empty()) report += "  playbook " + playbook.name + ": new\n";
  }
  after.playbooks = std::move(*playbooks);
  if (arguments.dry_run) {
    print(report + "nothing is written\n");
    return changes ? kChanges : kFine;
  }
  if (auto saved = simulate::save_lock(*workspace, after); !saved) return tl::unexpected(saved.error());
  print(report);
  return kFine;
}

/// `text` of a tend.toml with the line in its `[dependencies]`.
std::string with_dependency(std::string text, const std::string& line) {
  const std::string header = "[dependencies]";
  std::size_t at = text.starts_with(header) ? 0 : text.find("\n" + header);
  if (at == std::string::npos) {
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    return text + (text.empty() ? "" : "\n") + header + "\n" + line + "\n";
  }
  at = text.find('\n', at + 1);
  if (at == std::string::npos) return text + "\n" + line + "\n";
  return text.insert(at + 1, line + "\n");
}

Result<int> add(const Arguments& arguments) {
  const auto workspace = simulate::load_workspace(arguments.workspace);
  if (!workspace) return tl::unexpected(workspace.error());
  for (const package::Dependency& dependency : workspace->manifest.dependencies) {
    if (dependency.name == arguments.name)
      return fail(ErrorCode::invalid, "`" + arguments.name + "` is a dependency already: `tend update " +
                                          arguments.name + "` takes over what changed in it");
  }
  std::error_code error;
  const auto from = std::filesystem::absolute(arguments.workspace, error).lexically_normal();
  const auto to = std::filesystem::absolute(arguments.path, error).lexically_normal();
  std::string path = to.lexically_relative(from).generic_string();
  if (path.empty()) path = to.generic_string();
  const std::string config = simulate::path_in(arguments.workspace, "tend.toml");
  std::string before;
  if (!workspace->config.empty()) {
    auto text = env::read_whole_file(env::real_files(), config);
    if (!text) return tl::unexpected(text.error());
    before = std::move(*text);
  }
  const std::string line = arguments.name + " = { path = \"" + path + "\" }";
  if (auto written = env::write_whole_file(env::real_files(), config, with_dependency(before, line)); !written)
    return tl::unexpected(written.error());
  const auto now = simulate::load_workspace(arguments.workspace);
  const auto packages = now ? simulate::load_packages(*now) : tl::unexpected(now.error());
  if (!packages) {
    if (auto restored = env::write_whole_file(env::real_files(), config, before); !restored)
      return tl::unexpected(restored.error());
    return tl::unexpected(packages.error());
  }
  return update(arguments);
}

Result<int> verify(const Arguments& arguments) {
  const auto workspace = simulate::load_workspace(arguments.workspace);
  if (!workspace) return tl::unexpected(workspace.error());
  const auto packages = simulate::load_packages(*workspace);
  if (!packages) return tl::unexpected(packages.error());
  const auto lock = simulate::load_lock(*workspace);
  if (!lock) return tl::unexpected(lock.error());
  bool fits = true;
  std::string report;
  for (const simulate::LoadedPackage& package : *packages) {
    const package::Locked* locked = package::find(*lock, package.name);
    const bool same = locked && *locked == simulate::locked_as(*workspace, package);
    fits = fits && same;
    report += package.name + ": " + (same ? "as tend.lock says" : locked ? "changed" : "not in tend.lock") + "\n";
  }
  if (packages->empty()) report = "no packages are used here\n";
  print(report);
  return fits ? kFine : kProblems;
}

}  // namespace

void add_packages(CLI::App& app, int& exit_code) {
  const auto verb = [&](const char* name, const char* what, auto run) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* added = app.add_subcommand(name, what);
    added->callback([arguments, run, &exit_code] {
      const auto done = run(*arguments);
      exit_code = done ? *done : complain(done.error());
    });
    return std::pair{added, arguments};
  };
  const auto workspace = [](CLI::App* to, Arguments& arguments) {
    to->add_option("--workspace", arguments.workspace, "the workspace (default: the folder you are in)");
  };
  auto [add_verb, to_add] = verb("add", "build on a package in a folder: writes tend.toml and tend.lock", add);
  add_verb->add_option("NAME", to_add->name, "what the package is called")->required();
  add_verb->add_option("--path", to_add->path, "its folder")->required();
  workspace(add_verb, *to_add);
  auto [update_verb, to_update] = verb("update", "take over what changed in packages: writes tend.lock", update);
  update_verb->add_option("NAME", to_update->name, "one package (default: all)");
  update_verb->add_flag("--dry-run", to_update->dry_run,
                        "only say what changed, and which playbooks with it; exit code 2");
  workspace(update_verb, *to_update);
  auto [verify_verb, to_verify] = verb("verify", "are the packages what tend.lock says?", verify);
  workspace(verify_verb, *to_verify);
}

}  // namespace tend::cli
