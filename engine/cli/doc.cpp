// `tend doc`: a page per playbook and an index, for people who do not read .tend files.
#include "dsl/doc/doc.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "engine/cli/compile.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"

namespace tend::cli {
namespace {

struct Arguments {
  std::string path = ".";
  std::string out = "doc";
  std::string lang;
};

std::vector<doc::Definition> definitions_of(const Checked& checked) {
  std::vector<doc::Definition> out;
  for (const syntax::File& file : checked.files) {
    for (const syntax::StmtPtr& one : file.declarations) {
      if (!one || (one->kind != syntax::StmtKind::trait && one->kind != syntax::StmtKind::segment) || !one->value)
        continue;
      const std::string& text = checked.sources[one->span.file].text;
      out.push_back({one->name.text, text.substr(one->span.begin, one->span.end - one->span.begin), one->value->span});
    }
  }
  return out;
}

int run_doc(const Arguments& arguments) {
  const text::Tongue tongue = workspace_tongue(arguments.path, arguments.lang);
  auto checked = check_workspace(arguments.path, tongue);
  if (!checked) return complain(checked.error());
  const program::Program& program = *(*checked)->result.program;
  const doc::Input input{program, (*checked)->result.places, definitions_of(**checked), (*checked)->workspace.name,
                         tongue};
  env::Files& files = env::real_files();
  if (auto made = files.make_folder(arguments.out); !made) return complain(made.error());
  const auto write = [&](const std::string& name, const std::string& text) {
    return env::write_whole_file(files, arguments.out + "/" + name, text);
  };
  for (std::uint32_t p = 0; p < program.playbooks.size(); ++p) {
    if (auto written = write(doc::page_name(program.playbooks[p]), doc::playbook_page(input, p)); !written)
      return complain(written.error());
  }
  if (auto written = write("index.html", doc::index_page(input)); !written) return complain(written.error());
  say(arguments.out + "/index.html");
  return kFine;
}

}  // namespace

void add_doc(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb =
      app.add_subcommand("doc", "write a page per playbook, in plain words, for people who do not read .tend files");
  verb->add_option("PATH", arguments->path, "a workspace, folder or .tend file (default: the folder you are in)");
  verb->add_option("--out", arguments->out,
                   "the folder for the pages (default: doc); pages that are there are replaced");
  verb->add_option("--lang", arguments->lang, "the tongue of the pages")->check(CLI::IsMember({"en", "zh"}));
  verb->callback([arguments, &exit_code] { exit_code = run_doc(*arguments); });
}

}  // namespace tend::cli
