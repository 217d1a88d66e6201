// tend: the one binary. Thin: each verb lives in a file of its own.
#include <CLI/CLI.hpp>

#include "engine/cli/serve.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/script/child.hpp"

int main(int argc, char** argv) {
  if (argc == 2 && argv[1] == tend::script::kChildVerb) tend::script::run_child();  // before anything else is set up
  CLI::App app{"tend: campaign playbooks, checked, tried on your past, and run durably", "tend"};
  app.set_version_flag("--version", std::string("tend " TEND_VERSION));
  app.require_subcommand(1);
  app.fallthrough();  // options of all verbs may stand behind them
  tend::cli::add_key_option(app);
  app.footer(
      "Exit codes: 0 fine, 1 problems in what was asked about, 2 changes (of a dry run), 3 wrong usage, 4 tend itself "
      "failed.");
  int exit_code = tend::cli::kFine;
  tend::cli::add_init(app, exit_code);
  tend::cli::add_check(app, exit_code);
  tend::cli::add_fmt(app, exit_code);
  tend::cli::add_doc(app, exit_code);
  tend::cli::add_graph(app, exit_code);
  tend::cli::add_test(app, exit_code);
  tend::cli::add_packages(app, exit_code);
  tend::cli::add_simulate(app, exit_code);
  tend::cli::add_replay(app, exit_code);
  tend::cli::add_plan(app, exit_code);
  tend::cli::add_apply(app, exit_code);
  tend::cli::add_serve(app, exit_code);
  tend::cli::add_pause(app, exit_code);
  tend::cli::add_start(app, exit_code);
  tend::cli::add_customer(app, exit_code);
  tend::cli::add_tasks(app, exit_code);
  tend::cli::add_import(app, exit_code);
  tend::cli::add_keys(app, exit_code);
  tend::cli::add_deadletters(app, exit_code);
  tend::cli::add_channels(app, exit_code);
  tend::cli::add_why(app, exit_code);
  tend::cli::add_doctor(app, exit_code);
  tend::cli::add_ledger(app, exit_code);
  tend::cli::add_explain(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? tend::cli::kFine : tend::cli::kUsage;
  }
  return exit_code;
}
