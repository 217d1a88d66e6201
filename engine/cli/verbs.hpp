// The verbs that main offers; each adds its subcommand and, when it was called, leaves its exit code.
#pragma once

namespace CLI {
class App;
}

namespace tend::cli {

/// `--key-file` and TEND_KEY: the key that calls to a running `tend serve` bring.
void add_key_option(CLI::App& app);
void add_init(CLI::App& app, int& exit_code);
void add_check(CLI::App& app, int& exit_code);
void add_fmt(CLI::App& app, int& exit_code);
void add_doc(CLI::App& app, int& exit_code);
void add_graph(CLI::App& app, int& exit_code);
void add_test(CLI::App& app, int& exit_code);
void add_packages(CLI::App& app, int& exit_code);
void add_simulate(CLI::App& app, int& exit_code);
void add_replay(CLI::App& app, int& exit_code);
void add_plan(CLI::App& app, int& exit_code);
void add_apply(CLI::App& app, int& exit_code);
void add_pause(CLI::App& app, int& exit_code);
void add_start(CLI::App& app, int& exit_code);
void add_customer(CLI::App& app, int& exit_code);
void add_tasks(CLI::App& app, int& exit_code);
void add_import(CLI::App& app, int& exit_code);
void add_keys(CLI::App& app, int& exit_code);
void add_deadletters(CLI::App& app, int& exit_code);
void add_channels(CLI::App& app, int& exit_code);
void add_why(CLI::App& app, int& exit_code);
void add_doctor(CLI::App& app, int& exit_code);
void add_ledger(CLI::App& app, int& exit_code);
void add_explain(CLI::App& app, int& exit_code);

}  // namespace tend::cli
