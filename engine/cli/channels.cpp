// `tend channels`: which adapters there are, how the workspace's channels are, and a message to try one.
#include <CLI/CLI.hpp>
#include <future>
#include <memory>

#include "dsl/diagnostic/suggest.hpp"
#include "engine/channel/adapter.hpp"
#include "engine/channel/kinds.hpp"
#include "engine/channel/program/conformance.hpp"
#include "engine/channel/remote_dispatcher.hpp"
#include "engine/channel/suppression_list.hpp"
#include "engine/cli/channels.hpp"
#include "engine/cli/channels_text.hpp"
#include "engine/cli/compile.hpp"
#include "engine/cli/operator.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/serve/audit.hpp"
#include "engine/serve/client.hpp"

namespace tend::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::seconds kHealthMax{5};
constexpr std::chrono::seconds kTrialMax{120};

struct Arguments : OperatorArguments {
  std::string adapter;
};

struct TrialArguments {
  std::string workspace = ".", format = "human", lang;
  std::string channel, to, staff, text, subject, template_name;
  std::vector<std::string> values;
};

/// What a running `serve` says of its channels; null where nobody runs, or nobody that knows.
Json health_of(const OperatorArguments& arguments) {
  auto folder = run::open_data_folder_for_reading(env::real_files(), arguments.folder());
  if (!folder) return nullptr;
  const auto address = run::read_serving(*folder);
  if (!address || address->empty()) return nullptr;
  const auto answer = serve::get(*address, "/v1/channels", kHealthMax);
  if (!answer || answer->status != 200) return nullptr;
  Json health = Json::parse(answer->body, nullptr, false);
  return health.is_discarded() ? Json(nullptr) : health;
}

int run_channels(const Arguments& arguments) {
  const text::Tongue tongue = arguments.tongue();
  if (!arguments.adapter.empty()) {
    const channel::AdapterKind* kind = channel::find_adapter(arguments.adapter);
    if (kind != nullptr) return print(adapter_text(*kind, tongue)) ? kFine : kFailed;
    const auto checked = channel::check_channel({.name = "", .adapter = arguments.adapter});
    return complain({ErrorCode::usage, checked.error().message.substr(std::string_view("channel ``: ").size())});
  }
  auto workspace = simulate::load_workspace(arguments.workspace);
  if (!workspace) return complain(workspace.error());
  const Json channels = channels_json(workspace->channels, health_of(arguments));
  if (arguments.json()) {
    const Json all{{"format", "tend.channels/1"}, {"channels", channels}, {"adapters", adapters_json()}};
    return print(all.dump() + "\n") ? kFine : kFailed;
  }
  return print(channels_text(channels, tongue) + "\n" + adapters_text(tongue)) ? kFine : kFailed;
}

/// What the message says, in lines that the channel takes.
Result<std::vector<channel::Item>> items_of(const TrialArguments& arguments, const channel::Limits& limits) {
  std::vector<channel::Item> items;
  const auto takes = [&](std::string_view kind) {
    return limits.items.empty() || std::find(limits.items.begin(), limits.items.end(), kind) != limits.items.end();
  };
  if (!arguments.template_name.empty()) {
    items.push_back({"template", arguments.template_name, ""});
    for (const std::string& value : arguments.values) {
      const std::size_t equal = value.find('=');
      if (equal == std::string::npos)
        return fail(ErrorCode::usage, "`" + value + "` is no value of a template: write `--value NAME=TEXT`");
      items.push_back({"template", value.substr(equal + 1), value.substr(0, equal)});
    }
    return items;
  }
  if (!takes("text") && !takes("body"))
    return fail(ErrorCode::usage,
                "channel `" + arguments.channel + "` takes approved texts only: add `--template NAME`");
  const std::string text = arguments.text.empty() ? "A message to try this channel." : arguments.text;
  if (!arguments.subject.empty() || (!limits.items.empty() && takes("subject") && takes("body")))
    items.push_back({"subject", arguments.subject.empty() ? "tend" : arguments.subject, ""});
  items.push_back({takes("body") && !limits.items.empty() ? "body" : "text", text, ""});
  return items;
}

/// A key that no message of a playbook has.
state::SendKey new_key() {
  const auto now = static_cast<std::uint64_t>(env::real_clock().now());
  return {0x7465'6E64'7472'7900, now};
}

Result<channel::Report> send_remote(const channel::ChannelConfig& config, channel::Message message) {
  std::promise<channel::Report> reported;
  std::atomic<bool> is_told = false;
  channel::RemoteOptions options;
  options.events.on_report = [&](channel::Report report) {
    if (!is_told.exchange(true)) reported.set_value(std::move(report));
  };
  // Nothing is kept here: what came unasked stays where it is for `serve`.
  options.events.on_news = [](const std::string&, channel::News, const channel::Kept&) {};
  auto dispatcher = channel::RemoteDispatcher::open(std::span(&config, 1), std::move(options));
  if (!dispatcher) return tl::unexpected(dispatcher.error());
  auto report = reported.get_future();
  (*dispatcher)->take(std::move(message));
  const bool came = report.wait_for(kTrialMax) == std::future_status::ready;
  (*dispatcher)->stop(std::chrono::milliseconds(0));
  if (!came) return fail(ErrorCode::io, "channel `" + config.name + "` has not answered within two minutes");
  return report.get();
}

Result<channel::Report> send_local(const channel::ChannelConfig& config, const std::string& folder,
                                   const channel::Message& message) {
  auto adapter = channel::make_adapter(config, folder, channel::real_outside());
  if (!adapter) return tl::unexpected(adapter.error());
  std::vector<run::RenderedItem> items;
  for (const channel::Item& item : message.items) items.push_back({item.kind, item.text, item.field});
  const run::Send send{.key = message.key,
                       .at = message.at,
                       .customer = message.customer,
                       .playbook = message.playbook,
                       .message = message.message,
                       .channel = message.channel,
                       .items = items};
  auto answers = (*adapter)->hand_over(std::span(&send, 1));
  if (!answers) return tl::unexpected(answers.error());
  return channel::Report{
      .key = message.key, .channel = config.name, .outcome = answers->at(0).outcome, .reason = answers->at(0).reason};
}

}  // namespace

Result<channel::ChannelConfig> find_channel(const simulate::Workspace& workspace, const std::string& name) {
  const auto found = std::find_if(workspace.channels.begin(), workspace.channels.end(),
                                  [&](const auto& channel) { return channel.name == name; });
  if (found != workspace.channels.end()) return *found;
  std::vector<std::string> names;
  for (const auto& channel : workspace.channels) names.push_back(channel.name);
  const auto meant = diagnostic::did_you_mean(name, names);
  return fail(ErrorCode::not_found,
              "there is no channel `" + name + "`" + (meant ? ", did you mean `" + *meant + "`?" : ""));
}

namespace {

int run_trial(const TrialArguments& arguments) {
  auto workspace = simulate::load_workspace(arguments.workspace);
  if (!workspace) return complain(workspace.error());
  const auto config = find_channel(*workspace, arguments.channel);
  if (!config) return complain(config.error());
  auto items = items_of(arguments, config->limits);
  if (!items) return complain(items.error());
  channel::Message message{.key = new_key(),
                           .at = env::real_clock().now(),
                           .customer = "tend-test",
                           .playbook = "tend-test",
                           .message = "tend-test",
                           .channel = config->name,
                           .marketing = false,
                           .to = arguments.to,
                           .staff = arguments.staff,
                           .items = std::move(*items)};
  const bool is_remote = channel::find_adapter(config->adapter)->make_remote != nullptr;
  auto report = is_remote ? send_remote(*config, std::move(message)) : send_local(*config, workspace->folder, message);
  if (!report) return complain(report.error());
  const text::Tongue tongue = workspace_tongue(arguments.workspace, arguments.lang);
  std::string told = outcome_text(*report, tongue);
  if (arguments.format == "json") {
    told.pop_back();
    told = Json{{"format", "tend.channels.test/1"},
                {"channel", report->channel},
                {"key", state::format_key(report->key)},
                {"went_out", went_out(*report)},
                {"told", told},
                {"provider_id", report->provider_id},
                {"reason", report->reason}}
               .dump(-1, ' ', false, Json::error_handler_t::replace) +
           "\n";
  }
  if (!print(told)) return kFailed;
  return went_out(*report) ? kFine : kProblems;
}

struct KitArguments {
  std::string workspace = ".", channel, command, batch = "1", unknown = "once", timeout = "30", to, lang;
  bool polls = false;
};

/// The channel of the workspace, or one around the command.
Result<channel::ChannelConfig> kit_channel(const KitArguments& arguments) {
  if (arguments.channel.empty() == arguments.command.empty())
    return fail(ErrorCode::usage, "name a command, or a channel of the workspace with `--channel`");
  if (!arguments.channel.empty()) {
    auto workspace = simulate::load_workspace(arguments.workspace);
    if (!workspace) return tl::unexpected(workspace.error());
    return find_channel(*workspace, arguments.channel);
  }
  return channel::ChannelConfig{.name = "conformance",
                                .adapter = "program",
                                .options = {{"command", arguments.command},
                                            {"batch", arguments.batch},
                                            {"unknown", arguments.unknown},
                                            {"timeout", arguments.timeout},
                                            {"polls", arguments.polls ? "true" : "false"}}};
}

int run_kit(const KitArguments& arguments) {
  const auto config = kit_channel(arguments);
  if (!config) return complain(config.error());
  const auto checks = channel::check_conformance(*config, arguments.to, env::real_clock());
  if (!checks) return complain(checks.error());
  const text::Tongue tongue = tongue_of(arguments.lang, "");
  if (!print(conformance_text(*checks, tongue))) return kFailed;
  return std::all_of(checks->begin(), checks->end(), [](const auto& check) { return check.kept; }) ? kFine : kProblems;
}

struct AllowArguments : OperatorArguments {
  std::string channel, to;
};

int run_allow(const AllowArguments& arguments) {
  auto workspace = simulate::load_workspace(arguments.workspace);
  if (!workspace) return complain(workspace.error());
  const auto config = find_channel(*workspace, arguments.channel);
  if (!config) return complain(config.error());
  const auto folder = run::open_data_folder_for_reading(env::real_files(), arguments.folder());
  if (!folder) return complain(folder.error());
  channel::SuppressionList list(folder->suppressions());
  const env::Moment now = env::real_clock().now();
  const auto lifted = list.lift(config->name, arguments.to, now);
  if (!lifted) return complain(lifted.error());
  if (!*lifted) {
    return complain({ErrorCode::not_found, "nobody who was forgotten had this address on `" + config->name +
                                               "` and did not want to be written to there"});
  }
  serve::Audit audit(folder->audit());
  const auto noted =
      audit.add({.at = now, .key = "shell", .what = "allow an address on " + config->name, .status = 200});
  if (!noted) return complain(noted.error());
  if (arguments.json())
    return print(Json{{"success", true}, {"channel", config->name}}.dump() + "\n") ? kFine : kFailed;
  const bool zh = arguments.tongue() == text::Tongue::zh;
  return print(zh ? "渠道 " + config->name + " 可以再写往这个地址\n"
                  : "this address may be written to again on " + config->name + "\n")
             ? kFine
             : kFailed;
}

}  // namespace

void add_channels(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("channels", "the ways out: adapters, their options, channels and how they are");
  verb->add_option("ADAPTER", arguments->adapter, "only this adapter, with its options");
  add_operator_options(*verb, *arguments);

  auto trial = std::make_shared<TrialArguments>();
  CLI::App* test = verb->add_subcommand("test", "sends one message through a channel, and says what became of it");
  test->add_option("NAME", trial->channel, "the channel")->required();
  test->add_option("--to", trial->to, "the address")->required();
  test->add_option("--staff", trial->staff, "the person whom it goes through");
  test->add_option("--text", trial->text, "what it says");
  test->add_option("--subject", trial->subject, "its subject");
  test->add_option("--template", trial->template_name, "the approved text that it is");
  test->add_option("--value", trial->values, "a value of the approved text, NAME=TEXT; may be repeated");
  test->add_option("--workspace", trial->workspace, "the workspace (default: the one you are in)");
  test->add_option("--format", trial->format, "human or json")->check(CLI::IsMember({"human", "json"}));
  test->add_option("--lang", trial->lang, "the tongue of the answer")->check(CLI::IsMember({"en", "zh"}));

  auto kit = std::make_shared<KitArguments>();
  CLI::App* conformance = verb->add_subcommand(
      "conformance",
      "asks an adapter's program or script what it will be asked, and says whether it keeps to the rules");
  conformance->add_option("COMMAND", kit->command, "the program and its arguments, in quotes");
  conformance->add_option("--channel", kit->channel, "a channel of the workspace, in place of COMMAND");
  conformance->add_option("--workspace", kit->workspace, "the workspace (default: the one you are in)");
  conformance->add_option("--to", kit->to, "an address that it may really write to, some hundreds of times")
      ->required();
  conformance->add_option("--batch", kit->batch, "as in tend.toml");
  conformance->add_option("--unknown", kit->unknown, "as in tend.toml");
  conformance->add_option("--timeout", kit->timeout, "as in tend.toml");
  conformance->add_flag("--polls", kit->polls, "as in tend.toml");
  conformance->add_option("--lang", kit->lang, "the tongue of the answer")->check(CLI::IsMember({"en", "zh"}));

  auto lifting = std::make_shared<AllowArguments>();
  CLI::App* allow = verb->add_subcommand(
      "allow", "whoever has this address wants to be written to again, though somebody forgotten had it and did not");
  allow->add_option("NAME", lifting->channel, "the channel")->required();
  allow->add_option("--to", lifting->to, "the address")->required();
  add_operator_options(*allow, *lifting);
  allow->callback([lifting, &exit_code] { exit_code = run_allow(*lifting); });
  add_channel_ways(*verb, exit_code);
  conformance->callback([kit, &exit_code] { exit_code = run_kit(*kit); });
  test->callback([trial, &exit_code] { exit_code = run_trial(*trial); });
  verb->callback([verb, arguments, &exit_code] {
    if (verb->get_subcommands().empty()) exit_code = run_channels(*arguments);
  });
}

}  // namespace tend::cli
