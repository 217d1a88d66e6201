// `tend fmt`: one way to write a playbook, in either tongue.
#include <CLI/CLI.hpp>
#include <memory>

#include "dsl/diagnostic/render.hpp"
#include "dsl/syntax/format.hpp"
#include "dsl/syntax/parse.hpp"
#include "dsl/syntax/same_tree.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/env/files.hpp"
#include "engine/simulate/workspace.hpp"

namespace tend::cli {
namespace {

struct Arguments {
  std::vector<std::string> paths;
  bool check = false;
  std::string lang;
};

/// The file in the one way to write it. Errors: `invalid` when it has syntax mistakes (they were shown).
Result<std::string> formatted(const text::Source& source, const std::string& lang) {
  diagnostic::Sink sink;
  const syntax::File file = syntax::parse(source, 0, sink);
  const std::vector<text::Source> sources{source};
  if (sink.errors() > 0) {
    std::fputs(
        diagnostic::human(sink.take(), sources, {.tongue = tongue_of(lang, {}), .color = wants_colour(2)}).c_str(),
        stderr);
    return fail(ErrorCode::invalid, "`" + source.name + "` is left as it is: mend its mistakes first");
  }
  const text::Tongue tongue = lang.empty() ? syntax::dominant_tongue(file) : tongue_of(lang, {});
  std::string text = syntax::format(file, source, tongue);
  // Never trust a formatter: what it wrote must mean the same, and must stay as it is when formatted again.
  diagnostic::Sink again;
  const text::Source result{.name = source.name, .text = text};
  const syntax::File reread = syntax::parse(result, 0, again);
  if (again.errors() > 0 || !syntax::same_tree(file, reread) || syntax::format(reread, result, tongue) != text) {
    return fail(
        ErrorCode::corrupt,
        "`" + source.name +
            "` is left as it is: formatting it would change it (a fault of tend, please report it with the file)");
  }
  return text;
}

int run_fmt(const Arguments& arguments) {
  auto files = simulate::list_tend_files(arguments.paths.empty() ? std::vector<std::string>{"."} : arguments.paths);
  if (!files) return complain(files.error());
  if (files->empty()) return complain({ErrorCode::not_found, "there is no .tend file here"});
  int exit_code = kFine;
  for (const std::string& path : *files) {
    auto content = env::read_whole_file(env::real_files(), path);
    if (!content) return complain(content.error());
    auto text = formatted({.name = path, .text = *content}, arguments.lang);
    if (!text) {
      exit_code = std::max(exit_code, complain(text.error()));
      continue;
    }
    if (*text == *content) continue;
    if (!print(path + "\n")) return kFailed;
    if (arguments.check) {
      exit_code = std::max(exit_code, kProblems);
    } else if (auto written = env::write_whole_file(env::real_files(), path, *text); !written) {
      return complain(written.error());
    }
  }
  return exit_code;
}

}  // namespace

void add_fmt(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("fmt", "write playbooks in the one way, and name the files that changed");
  verb->add_option("PATH", arguments->paths, "folders or .tend files (default: the folder you are in)");
  verb->add_flag("--check", arguments->check, "change nothing; exit 1 if a file would change");
  verb->add_option("--lang", arguments->lang,
                   "write the keywords in this tongue (default: the one that each file mostly uses)")
      ->check(CLI::IsMember({"en", "zh"}));
  verb->callback([arguments, &exit_code] { exit_code = run_fmt(*arguments); });
}

}  // namespace tend::cli
