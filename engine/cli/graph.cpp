// `tend graph`: a playbook as a picture, or in the words that other tools draw from.
#include "dsl/graph/graph.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "engine/cli/compile.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"

namespace tend::cli {
namespace {

struct Arguments {
  std::string playbook;
  std::string workspace = ".";
  std::string format = "svg";
  std::string out;
  std::string lang;
};

int run_graph(const Arguments& arguments) {
  const text::Tongue tongue = workspace_tongue(arguments.workspace, arguments.lang);
  auto checked = check_workspace(arguments.workspace, tongue);
  if (!checked) return complain(checked.error());
  const program::Program& program = *(*checked)->result.program;
  const auto playbook = playbook_named(program, arguments.playbook);
  if (!playbook) return complain(playbook.error());
  const graph::Graph drawn = graph::build(program, *playbook, tongue);
  const std::string text = arguments.format == "svg"       ? graph::svg(drawn)
                           : arguments.format == "mermaid" ? graph::mermaid(drawn)
                                                           : graph::dot(drawn);
  if (arguments.out.empty()) return print(text) ? kFine : kFailed;
  const auto written = env::write_whole_file(env::real_files(), arguments.out, text);
  return written ? kFine : complain(written.error());
}

}  // namespace

void add_graph(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("graph", "draw a playbook: its ways in, steps and ways out");
  verb->add_option("PLAYBOOK", arguments->playbook, "the playbook's name")->required();
  verb->add_option("--workspace", arguments->workspace,
                   "its workspace, folder or .tend file (default: the folder you are in)");
  verb->add_option("--format", arguments->format, "svg (default), mermaid or dot (for Graphviz)")
      ->check(CLI::IsMember({"svg", "mermaid", "dot"}));
  verb->add_option("--out", arguments->out, "write to this file instead of standard output");
  verb->add_option("--lang", arguments->lang, "the tongue of the words in it")->check(CLI::IsMember({"en", "zh"}));
  verb->callback([arguments, &exit_code] { exit_code = run_graph(*arguments); });
}

}  // namespace tend::cli
