// `tend plan` and `tend apply`: what an edit would do to whom, and putting it in; into a data folder that nobody holds,
// or by the `tend serve` that does.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "engine/channel/dispatcher.hpp"
#include "engine/channel/mirror_listener.hpp"
#include "engine/cli/compile.hpp"
#include "engine/cli/operator.hpp"
#include "engine/cli/plan_text.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/env/clock.hpp"
#include "engine/run/indexer.hpp"
#include "engine/serve/client.hpp"
#include "engine/serve/plan.hpp"

namespace tend::cli {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds kAnswerMax{600};  // a plan goes through every customer

struct Arguments {
  std::string workspace = ".";
  std::string data;
  std::string format = "human";
  std::string lang;
  std::string save;  // of plan: a file for the plan
  std::string plan;  // of apply: such a file
};

/// The workspace's program, and who is to be asked about it.
struct Edit {
  std::unique_ptr<Compiled> compiled;
  std::string data;
  serve::ProgramRequest request;
  std::vector<std::string> channels;
  run::DataFolder folder;                      // with its lock, where nobody else has it
  std::string address;                         // else of who has it
  std::unique_ptr<run::Indexer> indexer = {};  // of `look`
};

Result<Edit> edit_of(const Arguments& arguments, text::Tongue tongue) {
  Edit edit;
  auto compiled = compile_workspace(arguments.workspace, tongue);
  if (!compiled) return tl::unexpected(compiled.error());
  edit.compiled = std::move(*compiled);
  edit.data = arguments.data.empty() ? env::join_path(edit.compiled->workspace.folder, "data") : arguments.data;
  edit.request = {.before = {}, .program = edit.compiled->program_bytes, .places = edit.compiled->places_bytes};
  for (const channel::ChannelConfig& config : edit.compiled->workspace.channels) edit.channels.push_back(config.name);

  auto folder = run::open_data_folder_for_reading(env::real_files(), edit.data);
  if (!folder) return tl::unexpected(folder.error());
  auto current = run::current_program(*folder);
  if (!current) return tl::unexpected(current.error());
  if (current->empty())
    return fail(ErrorCode::not_found, "nothing has run in `" + edit.data +
                                          "` yet: `tend serve` or `tend replay` begins with the workspace as it is");
  auto held = run::open_data_folder(env::real_files(), edit.data, folder->partitions);
  if (held) {
    edit.folder = std::move(*held);
    return edit;
  }
  if (held.error().code != ErrorCode::in_use) return tl::unexpected(held.error());
  auto address = run::read_serving(*folder);
  if (!address) return tl::unexpected(address.error());
  if (address->empty()) return tl::unexpected(held.error());
  edit.address = std::move(*address);
  return edit;
}

/// The data folder's engine, only to look at it.
Result<std::unique_ptr<run::Engine>> look(Edit& edit, const journey::Plan& plan, run::Sender& sender) {
  run::EngineOptions options{.threads = std::max(1u, std::thread::hardware_concurrency()), .node = "plan"};
  options.looks_only = true;
  edit.indexer = std::make_unique<run::Indexer>(edit.folder);
  options.history.visit = edit.indexer->hook().visit;
  run::DataFolder folder{.path = edit.folder.path, .files = edit.folder.files, .partitions = edit.folder.partitions};
  return run::Engine::open(std::move(folder), plan, edit.request.program, edit.request.places, options, sender);
}

Result<std::string> asked(const Edit& edit, const std::string& path) {
  auto answer = serve::post_bytes(edit.address, path, serve::encode(edit.request), kAnswerMax);
  if (!answer) return tl::unexpected(answer.error());
  if (answer->status != 200) return tl::unexpected(serve::error_of(*answer));
  return std::move(answer->body);
}

/// Shape: tend.plan/1.
Result<std::string> plan_of(Edit& edit) {
  if (!edit.address.empty()) return asked(edit, "/v1/plan");
  auto now = serve::read_program(edit.request, edit.channels);
  if (!now) return tl::unexpected(now.error());
  const journey::Plan plan(edit.compiled->program, edit.compiled->default_channel, edit.compiled->workspace.teams);
  NoSender sender;
  auto engine = look(edit, plan, sender);
  if (!engine) return tl::unexpected(engine.error());
  const bool recorded = (*engine)->partitions().state(0).recorded;
  const env::Moment moment = recorded ? (*engine)->clock() : env::real_clock().now();
  return serve::plan_json(**engine, *now, run::program_hash(edit.request.program), moment);
}

/// Puts the edit into the folder that this process holds. Messages that this lets go go out by its channels.
Result<void> put_in(Edit& edit) {
  const Compiled& compiled = *edit.compiled;
  const journey::Plan plan(compiled.program, compiled.default_channel, compiled.workspace.teams);
  bool recorded = false;
  {
    NoSender nobody;
    auto engine = look(edit, plan, nobody);
    if (!engine) return tl::unexpected(engine.error());
    recorded = (*engine)->partitions().state(0).recorded;
  }
  auto dispatcher =
      channel::Dispatcher::open(compiled.workspace.channels, compiled.workspace.folder, channel::real_outside(),
                                recorded ? channel::Pace::recorded : channel::Pace::live);
  if (!dispatcher) return tl::unexpected(dispatcher.error());
  run::Indexer indexer(edit.folder);
  run::EngineOptions options{.threads = std::max(1u, std::thread::hardware_concurrency()), .node = "apply"};
  options.recorded = recorded;
  options.keeps_mode = true;
  if (!recorded) options.now = [] { return env::real_clock().now(); };
  options.say = [](const std::string& line) { say("tend: " + line); };
  options.history = indexer.hook();
  std::unique_ptr<channel::MirrorListener> listener;
  if (!recorded) {
    auto opened = channel::MirrorListener::open(edit.folder, compiled.workspace.channels);
    if (!opened) return tl::unexpected(opened.error());
    listener = std::move(*opened);
    options.changes = listener.get();
  }
  auto engine = run::Engine::open(std::move(edit.folder), plan, compiled.program_bytes, compiled.places_bytes, options,
                                  **dispatcher);
  if (!engine) return tl::unexpected(engine.error());
  const env::Moment moment = recorded ? (*engine)->clock() : std::max((*engine)->clock(), env::real_clock().now());
  if (auto done = (*engine)->deploy(compiled.program, compiled.places, moment); !done) return done;
  return (*engine)->snapshot_all();
}

bool shown(const Arguments& arguments, const std::string& json, text::Tongue tongue) {
  return print(arguments.format == "json" ? json : plan_text(Json::parse(json), tongue));
}

int run_plan(const Arguments& arguments) {
  const text::Tongue tongue = workspace_tongue(arguments.workspace, arguments.lang);
  auto edit = edit_of(arguments, tongue);
  if (!edit) return complain(edit.error());
  auto plan = plan_of(*edit);
  if (!plan) return complain(plan.error());
  if (!arguments.save.empty()) {
    if (auto written = env::write_whole_file(env::real_files(), arguments.save, *plan); !written)
      return complain(written.error());
  }
  if (!shown(arguments, *plan, tongue)) return kFailed;
  const Json json = Json::parse(*plan);
  if (!json["refused"].is_null()) return kProblems;
  return json["changes"] ? kChanges : kFine;
}

/// Errors: `invalid` where the plan in the file is of another edit, or of other playbooks in force.
Result<void> hold_against(const std::string& path, const Json& plan) {
  auto file = env::read_whole_file(env::real_files(), path);
  if (!file) return tl::unexpected(file.error());
  const Json saved = Json::parse(*file, nullptr, false);
  if (!saved.is_object() || saved.value("format", "") != "tend.plan/1")
    return fail(ErrorCode::invalid, "`" + path + "` is not a plan: `tend plan --save FILE` writes one");
  if (saved.value("program", "") != plan["program"])
    return fail(ErrorCode::invalid, "the workspace has been edited since the plan in `" + path + "`: plan again");
  if (saved.value("before", "") != plan["before"])
    return fail(ErrorCode::invalid, "another edit was put in since the plan in `" + path + "`: plan again");
  return {};
}

int run_apply(const Arguments& arguments) {
  const text::Tongue tongue = workspace_tongue(arguments.workspace, arguments.lang);
  auto edit = edit_of(arguments, tongue);
  if (!edit) return complain(edit.error());
  auto plan = plan_of(*edit);
  if (!plan) return complain(plan.error());
  const Json json = Json::parse(*plan);
  if (!arguments.plan.empty()) {
    if (auto same = hold_against(arguments.plan, json); !same) return complain(same.error());
  }
  if (!json["refused"].is_null()) return complain({ErrorCode::invalid, json["refused"]});
  if (!shown(arguments, *plan, tongue)) return kFailed;
  if (!json["changes"]) return kFine;
  edit->request.before = json["before"];
  if (edit->address.empty()) {
    if (auto done = put_in(*edit); !done) return complain(done.error());
  } else {
    auto done = asked(*edit, "/v1/apply");
    if (!done) return complain(done.error());
  }
  say(tongue == text::Tongue::zh ? "tend: 已生效" : "tend: put in");
  return kFine;
}

void add_common(CLI::App& verb, Arguments& arguments) {
  verb.add_option("--data", arguments.data, "the data folder (default: `data` in the workspace)");
  verb.add_option("--format", arguments.format, "human or json")->check(CLI::IsMember({"human", "json"}));
  verb.add_option("--lang", arguments.lang, "the tongue of the answer")->check(CLI::IsMember({"en", "zh"}));
}

}  // namespace

void add_plan(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand(
      "plan", "what putting an edit into a data folder would do to whom: exit code 0 nothing, 2 changes, 1 refused");
  verb->add_option("WORKSPACE", arguments->workspace, "a workspace folder (default: the one you are in)");
  verb->add_option("--save", arguments->save, "keep the plan in this file, for `tend apply FILE`");
  add_common(*verb, *arguments);
  verb->callback([arguments, &exit_code] { exit_code = run_plan(*arguments); });
}

void add_apply(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand(
      "apply", "put the workspace's edit into a data folder, also while `tend serve` runs it: no restart is needed");
  verb->add_option("PLAN", arguments->plan, "a plan that was saved: nothing else than what it says is put in");
  verb->add_option("--workspace", arguments->workspace, "a workspace folder (default: the one you are in)");
  add_common(*verb, *arguments);
  verb->callback([arguments, &exit_code] { exit_code = run_apply(*arguments); });
}

}  // namespace tend::cli
