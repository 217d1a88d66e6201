// `tend replay`: the durable engine on recorded time. Killed, it goes on where it was when called again.
#include <memory>
#include <thread>

#include "engine/channel/dispatcher.hpp"
#include "engine/cli/recorded_run.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/env/clock.hpp"
#include "engine/env/files.hpp"
#include "engine/history/history.hpp"
#include "engine/run/indexer.hpp"

namespace tend::cli {
namespace {

struct Arguments : RecordedArguments {
  std::string data;
};

/// Every accepted send of the data folder, from the history and the log beyond it.
Result<std::vector<simulate::SendLine>> all_sends(const run::DataFolder& folder, log::Log& log,
                                                  run::Programs& programs) {
  std::vector<simulate::SendLine> sends;
  auto history = history::History::open_for_reading(folder.history());
  if (!history) return tl::unexpected(history.error());
  // Numbers in a record are those of the program in force then.
  run::ProgramsInLog in_force;
  const auto find_programs = [&](std::string_view, const log::Record& record) -> Result<void> {
    if (static_cast<state::InputKind>(record.kind) != state::InputKind::program) return {};
    auto running = programs.load(folder, std::string(record.payload));
    if (!running) return tl::unexpected(running.error());
    in_force.note(record.partition, record.position, **running);
    return {};
  };
  if (auto read = (*history)->for_each(log, find_programs); !read) return tl::unexpected(read.error());
  const auto take = [&](std::string_view, const log::Record& record) -> Result<void> {
    if (static_cast<state::InputKind>(record.kind) != state::InputKind::outcome) return {};
    state::OutcomeInput outcome;
    if (!decode(record.payload, outcome)) return fail(ErrorCode::corrupt, "an outcome in the log cannot be read");
    if (!state::is_accepted(outcome.outcome)) return {};
    const run::Running* running = in_force.at(record.partition, record.position);
    if (running == nullptr) return fail(ErrorCode::corrupt, "an outcome in the log stands before any program");
    const program::Program& program = running->program;
    sends.push_back({.at = outcome.moment,
                     .customer = std::string(outcome.customer),
                     .playbook = program.playbooks[outcome.playbook].name,
                     .message = program.messages[outcome.message].name,
                     .channel = std::string(outcome.channel),
                     .key = outcome.key});
    return {};
  };
  if (auto read = (*history)->for_each(log, take); !read) return tl::unexpected(read.error());
  return sends;
}

/// A new data folder knows nothing of messages that an earlier run left in an outbox: it sends its own, with the same
/// keys.
void warn_of_full_outboxes(const Compiled& compiled, const std::string& data) {
  const auto known = env::real_files().exists(env::join_path(data, "tend-data"));
  if (!known || *known) return;
  for (const channel::ChannelConfig& config : compiled.workspace.channels) {
    const auto path = config.options.find("path");
    if (config.adapter != "file" || path == config.options.end()) continue;
    const std::string outbox = simulate::path_in(compiled.workspace.folder, path->second);
    const auto file = env::real_files().open(outbox, env::OpenMode::read);
    const auto size = file ? (*file)->size() : Result<std::uint64_t>(0);
    if (size && *size > 0)
      say("tend: `" + outbox + "` holds messages of an earlier run; the new data folder `" + data +
          "` adds its own behind them");
  }
}

int run_replay(const Arguments& arguments) {
  auto prepared = prepare(arguments, arguments.workspace);
  if (!prepared) return complain(prepared.error());
  Compiled& compiled = *prepared->compiled;
  if (compiled.workspace.channels.empty()) {
    return complain({ErrorCode::invalid,
                     "there is no channel to send through: add one to tend.toml, for example [channels.outbox] with "
                     "adapter = \"file\" and path = \"outbox.jsonl\""});
  }
  const std::string data = arguments.data.empty() ? env::join_path(arguments.workspace, "data") : arguments.data;
  warn_of_full_outboxes(compiled, data);
  auto folder = run::open_data_folder(env::real_files(), data, 64);
  if (!folder) return complain(folder.error());
  const auto tell = [](const std::string& line) { say("tend: " + line); };
  if (auto noted = run::note_wordings(*folder, compiled.workspace.wordings, env::real_clock().now(), tell); !noted)
    return complain(noted.error());
  auto dispatcher = channel::Dispatcher::open(compiled.workspace.channels, compiled.workspace.folder,
                                              channel::real_outside(), channel::Pace::recorded);
  if (!dispatcher) return complain(dispatcher.error());

  const journey::Plan plan(compiled.program, compiled.default_channel, compiled.workspace.teams);
  run::Indexer indexer(*folder);
  const run::DataFolder place{.path = folder->path, .files = folder->files, .partitions = folder->partitions};
  run::Programs programs(plan.default_channel, plan.teams);
  run::EngineOptions options{.threads = std::max(1u, std::thread::hardware_concurrency()), .node = "replay"};
  options.say = [](const std::string& line) { say("tend: " + line); };
  options.history = indexer.hook();
  options.programs = &programs;
  auto engine =
      run::Engine::open(std::move(*folder), plan, compiled.program_bytes, compiled.places_bytes, options, **dispatcher);
  if (!engine) return complain(engine.error());
  const run::Running& running = (*engine)->running();
  if (running.from != run::program_hash(compiled.program_bytes)) {
    return complain({ErrorCode::invalid, "other playbooks are in force in `" + data +
                                             "`: `tend plan` shows what this edit would do, `tend apply` puts it in"});
  }
  {
    Progress progress("replay");
    prepared->options.progress = [&progress](double share) { progress.at(share); };
    if (auto done = simulate::run_recorded(**engine, prepared->rows, prepared->options); !done)
      return complain(done.error());
  }
  if (!arguments.sends.empty()) {
    auto sends = all_sends(place, *(*engine)->log(), programs);
    if (!sends) return complain(sends.error());
    if (auto written =
            env::write_whole_file(env::real_files(), arguments.sends, simulate::sends_jsonl(std::move(*sends)));
        !written)
      return complain(written.error());
  }
  compiled.program = running.program;  // with older versions in which somebody still is
  compiled.places = running.places;
  return print_run(arguments, *prepared, run::collect_figures((*engine)->partitions())) ? kFine : kFailed;
}

}  // namespace

void add_replay(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand(
      "replay", "run the playbooks durably over the sources' past, through the real channels; goes on where it was");
  add_recorded_options(*verb, *arguments);
  verb->add_option("--data", arguments->data, "the data folder (default: `data` in the workspace)");
  verb->callback([arguments, &exit_code] { exit_code = run_replay(*arguments); });
}

}  // namespace tend::cli
