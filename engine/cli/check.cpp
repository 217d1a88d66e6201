// `tend check`: the playbooks' mistakes, offline, in one pass.
#include <CLI/CLI.hpp>
#include <memory>

#include "dsl/diagnostic/render.hpp"
#include "engine/cli/compile.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"

namespace tend::cli {
namespace {

struct Arguments {
  std::vector<std::string> paths;
  std::vector<std::string> formats;
  std::string deny;
  std::string lang;
  std::string program;
};

std::string summary(const Checked& checked, text::Tongue tongue) {
  const std::string files = std::to_string(checked.sources.size());
  const std::string errors = std::to_string(checked.errors), warnings = std::to_string(checked.warnings);
  if (tongue == text::Tongue::zh) return files + " 个文件：" + errors + " 个错误，" + warnings + " 个警告\n";
  const auto plural = [](const std::string& number, const char* word) {
    return number + " " + word + (number == "1" ? "" : "s");
  };
  return plural(files, "file") + ": " + plural(errors, "error") + ", " + plural(warnings, "warning") + "\n";
}

int run_check(const Arguments& arguments) {
  const std::vector<std::string> paths = arguments.paths.empty() ? std::vector<std::string>{"."} : arguments.paths;
  auto checked = check_paths(paths);
  if (!checked) return complain(checked.error());
  const text::Tongue tongue = tongue_of(arguments.lang, checked->workspace.language);
  const std::vector<std::string> formats =
      arguments.formats.empty() ? std::vector<std::string>{"human"} : arguments.formats;
  for (const std::string& format : formats) {
    const std::size_t equals = format.find('=');
    const std::string kind = format.substr(0, equals);
    const std::string file = equals == std::string::npos ? "" : format.substr(equals + 1);
    std::string text;
    if (kind == "json") {
      text = diagnostic::json(checked->diagnostics, checked->sources, tongue);
    } else if (kind == "human") {
      text = diagnostic::human(checked->diagnostics, checked->sources,
                               {.tongue = tongue, .color = file.empty() && wants_colour(1)});
      if (!text.empty()) text += "\n";
      text += summary(*checked, tongue);
    } else {
      return complain({ErrorCode::usage,
                       "`" + kind + "` is not a format of this version: human or json, each with an optional =FILE"});
    }
    if (file.empty()) {
      if (!print(text)) return kFailed;
    } else if (auto written = env::write_whole_file(env::real_files(), file, text); !written) {
      return complain(written.error());
    }
  }
  if (!arguments.program.empty() && checked->result.program) {
    const auto written =
        env::write_whole_file(env::real_files(), arguments.program, program::serialize(*checked->result.program));
    if (!written) return complain(written.error());
  }
  if (checked->errors > 0) return kProblems;
  return arguments.deny == "warnings" && checked->warnings > 0 ? kProblems : kFine;
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("check", "say what is wrong with the playbooks of a workspace, folder or file");
  verb->add_option("PATH", arguments->paths, "a workspace, folders or .tend files (default: the folder you are in)");
  verb->add_option("--format", arguments->formats, "human or json, each with an optional =FILE; repeatable")
      ->take_all()
      ->allow_extra_args(false);
  verb->add_option("--deny", arguments->deny, "`warnings`: warnings are problems too")
      ->check(CLI::IsMember({"warnings"}));
  verb->add_option("--lang", arguments->lang, "the tongue of the messages")->check(CLI::IsMember({"en", "zh"}));
  verb->add_option("--program", arguments->program, "write the compiled program's bytes to this file");
  verb->callback([arguments, &exit_code] { exit_code = run_check(*arguments); });
}

}  // namespace tend::cli
