// `tend check`: the playbooks' mistakes, offline, in one pass.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <set>

#include "engine/cli/changed.hpp"
#include "engine/cli/compile.hpp"
#include "engine/cli/fix.hpp"
#include "engine/cli/formats.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"

namespace tend::cli {
namespace {

struct Arguments {
  std::vector<std::string> paths;
  std::vector<std::string> formats;
  std::string deny;
  std::string changed_since;
  bool fix = false;
  std::string lang;
  std::string program;
};

/// What is told of a run: all that was found, or what stands in the files that have changed.
struct Shown {
  std::vector<text::Source> sources;
  std::vector<diagnostic::Diagnostic> diagnostics;
  std::size_t errors = 0;
  std::size_t warnings = 0;
};

std::string counted(std::size_t number, const char* word) {
  return std::to_string(number) + " " + word + (number == 1 ? "" : "s");
}

std::string summary(const Shown& shown, text::Tongue tongue) {
  if (tongue == text::Tongue::zh) {
    return std::to_string(shown.sources.size()) + " 个文件：" + std::to_string(shown.errors) + " 个错误，" +
           std::to_string(shown.warnings) + " 个警告\n";
  }
  return counted(shown.sources.size(), "file") + ": " + counted(shown.errors, "error") + ", " +
         counted(shown.warnings, "warning") + "\n";
}

std::string hidden_sentence(std::size_t errors, const std::string& revision, text::Tongue tongue) {
  if (tongue == text::Tongue::zh)
    return "另有 " + std::to_string(errors) + " 个错误在自 `" + revision + "` 以来没有改动的文件里，这里没有列出";
  return counted(errors, "error") + (errors == 1 ? " stands" : " stand") + " in files that have not changed since `" +
         revision + "`, not shown here";
}

/// Keeps the sources for which `keep` holds, and what stands in them.
Shown narrowed(Checked& checked, const std::function<bool(const std::string& name)>& keep) {
  Shown shown;
  std::vector<std::optional<std::uint32_t>> places(checked.sources.size());
  for (std::size_t i = 0; i < checked.sources.size(); ++i) {
    if (!keep(checked.sources[i].name)) continue;
    places[i] = static_cast<std::uint32_t>(shown.sources.size());
    shown.sources.push_back(std::move(checked.sources[i]));
  }
  for (diagnostic::Diagnostic& one : checked.diagnostics) {
    if (!places[one.span.file]) continue;
    one.span.file = *places[one.span.file];
    const bool whole = std::all_of(one.fixes.begin(), one.fixes.end(),
                                   [&](const diagnostic::Fix& fix) { return places[fix.span.file].has_value(); });
    if (!whole) one.fixes.clear();
    for (diagnostic::Fix& fix : one.fixes) fix.span.file = *places[fix.span.file];
    ++(one.severity == diagnostic::Severity::error ? shown.errors : shown.warnings);
    shown.diagnostics.push_back(std::move(one));
  }
  return shown;
}

/// What has changed since the revision, in the repositories of all paths.
Result<std::set<std::string>> changed_in(const std::vector<std::string>& paths, const std::string& revision) {
  std::set<std::string> folders, changed;
  for (const std::string& path : paths) folders.insert(path.ends_with(".tend") ? env::folder_of(path) : path);
  for (const std::string& folder : folders) {
    auto more = changed_files(folder, revision);
    if (!more) return tl::unexpected(more.error());
    changed.merge(*more);
  }
  return changed;
}

Result<int> run_check(const Arguments& arguments) {
  const auto outputs = parse_outputs(arguments.formats, kAllFormats);
  if (!outputs) return tl::unexpected(outputs.error());
  const std::vector<std::string> paths = arguments.paths.empty() ? std::vector<std::string>{"."} : arguments.paths;
  auto checked = check_paths(paths);
  if (!checked) return tl::unexpected(checked.error());
  const text::Tongue tongue = tongue_of(arguments.lang, checked->workspace.language);

  std::function<bool(const std::string&)> wanted = [](const std::string&) { return true; };
  if (!arguments.changed_since.empty()) {
    auto changed = changed_in(paths, arguments.changed_since);
    if (!changed) return tl::unexpected(changed.error());
    wanted = [changed = std::move(*changed)](const std::string& name) { return is_changed(changed, name); };
  }
  if (arguments.fix) {
    const std::set<std::string> own(checked->workspace.tend_files.begin(), checked->workspace.tend_files.end());
    auto fixed =
        fix_all(std::move(*checked), [&](const std::string& name) { return own.contains(name) && wanted(name); });
    if (!fixed) return tl::unexpected(fixed.error());
    if (auto written = write_fixed(*fixed); !written) return tl::unexpected(written.error());
    for (const std::string& line : fixed_lines(*fixed, tongue)) say("tend: " + line);
    checked = std::move(fixed->checked);
  }

  if (!arguments.program.empty() && checked->result.program) {
    const auto written =
        env::write_whole_file(env::real_files(), arguments.program, program::serialize(*checked->result.program));
    if (!written) return tl::unexpected(written.error());
  }
  const std::size_t errors = checked->errors;
  std::set<std::string> own;
  for (const std::uint32_t index : checked->own) own.insert(checked->sources[index].name);
  const Shown shown = narrowed(*checked, [&](const std::string& name) { return own.contains(name) && wanted(name); });
  const auto written = write_findings(*outputs, {.diagnostics = shown.diagnostics,
                                                 .sources = shown.sources,
                                                 .tongue = tongue,
                                                 .deny_warnings = arguments.deny == "warnings",
                                                 .summary = summary(shown, tongue)});
  if (!written) return tl::unexpected(written.error());
  if (errors > shown.errors) say("tend: " + hidden_sentence(errors - shown.errors, arguments.changed_since, tongue));
  if (errors > 0) return kProblems;
  if (checked->result.program) {
    if (auto fits = check_settings(checked->workspace, *checked->result.program); !fits)
      return tl::unexpected(fits.error());
  }
  return arguments.deny == "warnings" && shown.warnings > 0 ? kProblems : kFine;
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("check", "say what is wrong with the playbooks of a workspace, folder or file");
  verb->add_option("PATH", arguments->paths, "a workspace, folders or .tend files (default: the folder you are in)");
  add_format_option(*verb, arguments->formats, kAllFormats);
  verb->add_option("--deny", arguments->deny, "`warnings`: warnings are problems too")
      ->check(CLI::IsMember({"warnings"}));
  verb->add_option("--changed-since", arguments->changed_since,
                   "show only what stands in files that git calls changed since REV; errors elsewhere are counted")
      ->type_name("REV");
  verb->add_flag("--fix", arguments->fix, "mend what can be mended without asking, then say what is left");
  verb->add_option("--lang", arguments->lang, "the tongue of the messages")->check(CLI::IsMember({"en", "zh"}));
  verb->add_option("--program", arguments->program, "write the compiled program's bytes to this file");
  verb->callback([arguments, verb, &exit_code] {
    if (verb->count("--changed-since") > 0 && arguments->changed_since.empty()) {
      exit_code = complain({ErrorCode::usage, "`--changed-since` needs a revision, as `main` or `HEAD~1`"});
      return;
    }
    const auto done = run_check(*arguments);
    exit_code = done ? *done : complain(done.error());
  });
}

}  // namespace tend::cli
