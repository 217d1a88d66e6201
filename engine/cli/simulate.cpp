// `tend simulate`: what these playbooks would have done over the sources' past. The engine itself, without a log.
#include <memory>
#include <thread>

#include "engine/cli/recorded_run.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/env/files.hpp"

namespace tend::cli {
namespace {

int run_simulate(const RecordedArguments& arguments) {
  auto prepared = prepare(arguments, arguments.workspace);
  if (!prepared) return complain(prepared.error());
  Compiled& compiled = *prepared->compiled;
  if (compiled.default_channel.empty())
    compiled.default_channel = "outbox";  // none is configured: the one that `tend init` writes

  const journey::Plan plan(compiled.program, compiled.default_channel, compiled.workspace.teams);
  simulate::AcceptingSender sender;
  std::vector<simulate::SendLine> sends;
  run::EngineOptions options{.threads = std::max(1u, std::thread::hardware_concurrency()), .render = false};
  options.say = [](const std::string& line) { say("tend: " + line); };
  if (!arguments.sends.empty()) {
    options.on_accepted = [&sends](const run::Send& send) {
      sends.push_back({send.at, std::string(send.customer), std::string(send.playbook), std::string(send.message),
                       std::string(send.channel), send.key});
    };
  }
  const auto engine = run::Engine::in_memory(plan, options, sender);
  {
    Progress progress("simulate");
    prepared->options.progress = [&progress](double share) { progress.at(share); };
    if (auto done = simulate::run_recorded(*engine, prepared->rows, prepared->options); !done)
      return complain(done.error());
  }
  if (!arguments.sends.empty()) {
    auto written = env::write_whole_file(env::real_files(), arguments.sends, simulate::sends_jsonl(std::move(sends)));
    if (!written) return complain(written.error());
  }
  return print_run(arguments, *prepared, run::collect_figures(engine->partitions())) ? kFine : kFailed;
}

}  // namespace

void add_simulate(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<RecordedArguments>();
  CLI::App* verb = app.add_subcommand("simulate", "try the playbooks on the sources' past; nothing is sent or kept");
  add_recorded_options(*verb, *arguments);
  verb->callback([arguments, &exit_code] { exit_code = run_simulate(*arguments); });
}

}  // namespace tend::cli
