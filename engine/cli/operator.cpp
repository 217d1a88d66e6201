#include "engine/cli/operator.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <thread>

#include "engine/channel/dispatcher.hpp"
#include "engine/channel/kinds.hpp"
#include "engine/channel/mirror_listener.hpp"
#include "engine/cli/compile.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/env/clock.hpp"
#include "engine/run/indexer.hpp"
#include "engine/serve/audit.hpp"
#include "engine/serve/beside.hpp"
#include "engine/serve/client.hpp"
#include "engine/serve/look_target.hpp"

namespace tend::cli {
namespace {

constexpr std::chrono::seconds kAnswerMax{600};  // pausing goes through every customer

}  // namespace

std::string OperatorArguments::folder() const { return data.empty() ? env::join_path(workspace, "data") : data; }

text::Tongue OperatorArguments::tongue() const { return workspace_tongue(workspace, lang); }

void add_operator_options(CLI::App& verb, OperatorArguments& arguments) {
  verb.add_option("--workspace", arguments.workspace, "the folder's workspace (default: the one you are in)");
  verb.add_option("--data", arguments.data, "the data folder (default: `data` in the workspace)");
  verb.add_option("--format", arguments.format, "human or json")->check(CLI::IsMember({"human", "json"}));
  verb.add_option("--lang", arguments.lang, "the tongue of the answer")->check(CLI::IsMember({"en", "zh"}));
}

Operator::~Operator() = default;

Result<std::unique_ptr<Operator>> Operator::open(const OperatorArguments& arguments) {
  std::unique_ptr<Operator> op(new Operator());
  const std::string path = arguments.folder();
  auto folder = run::open_data_folder_for_reading(env::real_files(), path);
  if (!folder) return tl::unexpected(folder.error());
  auto current = run::current_program(*folder);
  if (!current) return tl::unexpected(current.error());
  if (current->empty())
    return fail(ErrorCode::not_found, "nothing has run in `" + path + "` yet: `tend serve` or `tend replay` begins it");
  auto held = run::open_data_folder(env::real_files(), path, folder->partitions);
  if (!held) {
    if (held.error().code != ErrorCode::in_use) return tl::unexpected(held.error());
    auto address = run::read_serving(*folder);
    if (!address) return tl::unexpected(address.error());
    if (address->empty()) return tl::unexpected(held.error());
    op->address_ = std::move(*address);
    return op;
  }
  op->folder_ = std::move(*held);
  auto stored = run::load_program(op->folder_, *current);
  if (!stored) return tl::unexpected(stored.error());
  op->stored_ = std::move(*stored);
  if (auto loaded = op->load(arguments); !loaded) return tl::unexpected(loaded.error());
  return op;
}

/// What the workspace adds to the program that the folder has in force: channels and teams. Its playbooks are not
/// asked, so one that is being edited keeps nobody from pausing.
Result<void> Operator::load(const OperatorArguments& arguments) {
  auto workspace = simulate::load_workspace(arguments.workspace);
  if (!workspace) return tl::unexpected(workspace.error());
  workspace_ = std::move(*workspace);
  auto program = program::deserialize(stored_.program);
  if (!program)
    return fail(ErrorCode::version, "the program in `" + folder_.path + "` was written by another version of tend");
  program_ = std::make_unique<program::Program>(std::move(*program));
  const std::string channel = workspace_.channels.size() == 1 ? workspace_.channels.front().name : std::string();
  plan_ = std::make_unique<journey::Plan>(*program_, channel, workspace_.teams);
  auto looked = engine(true);
  if (!looked) return tl::unexpected(looked.error());
  recorded_ = (*looked)->partitions().state(0).recorded;
  return {};
}

/// The folder's engine in this process; one that only looks is opened anew to change something.
Result<run::Engine*> Operator::engine(bool looks_only) {
  if (engine_ != nullptr && (looks_only || changed_)) return engine_.get();
  engine_.reset();
  run::EngineOptions options{.threads = std::max(1u, std::thread::hardware_concurrency()), .node = "operator"};
  run::DataFolder folder{.path = folder_.path, .files = folder_.files, .partitions = folder_.partitions};
  run::Sender* sender = &nobody_;
  if (looks_only) {
    options.looks_only = true;
  } else {
    auto dispatcher = channel::Dispatcher::open(workspace_.channels, workspace_.folder, channel::real_outside(),
                                                recorded_ ? channel::Pace::recorded : channel::Pace::live);
    if (!dispatcher) return tl::unexpected(dispatcher.error());
    dispatcher_ = std::move(*dispatcher);
    sender = dispatcher_.get();
    indexer_ = std::make_unique<run::Indexer>(folder_);
    options.recorded = recorded_;
    options.keeps_mode = true;
    if (!recorded_) options.now = [] { return env::real_clock().now(); };
    options.say = [](const std::string& line) { say("tend: " + line); };
    options.history = indexer_->hook();
    if (!recorded_) {
      auto listener = channel::MirrorListener::open(folder_, workspace_.channels);
      if (!listener) return tl::unexpected(listener.error());
      listener_ = std::move(*listener);
      options.changes = listener_.get();
    }
    changed_ = true;
  }
  auto opened = run::Engine::open(std::move(folder), *plan_, stored_.program, stored_.places, options, *sender);
  if (!opened) return tl::unexpected(opened.error());
  engine_ = std::move(*opened);
  if (!looks_only) {
    if (auto gone_on = go_on_forgetting(); !gone_on) return tl::unexpected(gone_on.error());
  }
  return engine_.get();
}

/// What a crash has left of it.
Result<void> Operator::go_on_forgetting() {
  auto forgetting = serve::Forgetting::open(*folder_.files, folder_.forgetting());
  if (!forgetting) return tl::unexpected(forgetting.error());
  forgetting_ = std::move(*forgetting);
  const serve::OrderPlace place = order_place();
  for (const serve::BeingForgotten& left : forgetting_->left()) {
    const auto done = serve::go_on_forgetting(*engine_, left, place, [](const Result<std::string>&) {});
    if (!done) return done;
  }
  return {};
}

serve::OrderPlace Operator::order_place() {
  serve::OrderPlace place;
  for (const channel::ChannelConfig& config : workspace_.channels) place.channels.push_back(config.name);
  place.now = [this] { return now(); };
  place.ticks = !recorded_;
  place.erase_beside = [this](const std::vector<std::string>& ids) {
    serve::DeadLetters letters(*folder_.files, folder_.dead_letters());
    return serve::erase_beside(folder_, letters, nullptr, listener_ ? &listener_->book() : nullptr, ids);
  };
  if (!suppressions_) suppressions_.emplace(folder_.suppressions());
  place.suppressions = &*suppressions_;
  place.addresses = channel::address_attributes(workspace_.channels);
  place.forgetting = forgetting_.get();
  return place;
}

/// Of a folder of recorded time: the last moment that it knows.
env::Moment Operator::now() const {
  const env::Moment clock = engine_->clock();
  return recorded_ ? clock : std::max(clock, env::real_clock().now());
}

Result<std::string> Operator::carry_out(const serve::Order& order) {
  if (!address_.empty()) {
    auto answer =
        serve::post_json(address_, std::string(serve::path_of(order.kind)), serve::write_order(order), kAnswerMax);
    if (!answer) return tl::unexpected(answer.error());
    if (answer->status != 200) return tl::unexpected(serve::error_of(*answer));
    return std::move(answer->body);
  }
  auto opened = engine(false);
  if (!opened) return tl::unexpected(opened.error());
  const serve::OrderPlace place = order_place();
  Result<std::string> told = fail(ErrorCode::io, "nothing was told");
  const auto done =
      serve::carry_out(**opened, order, place, [&](Result<std::string> answer) { told = std::move(answer); });
  if (!done) return tl::unexpected(done.error());
  if (told) {
    if (auto noted = note("POST " + std::string(serve::path_of(order.kind)) + serve::told_of(order)); !noted)
      return tl::unexpected(noted.error());
  }
  return told;
}

/// Into the audit log, as `serve` does where it runs.
Result<void> Operator::note(const std::string& what) {
  serve::Audit audit(folder_.audit());
  return audit.add({.at = env::real_clock().now(), .key = "shell", .what = what, .status = 200});
}

Result<std::string> Operator::look(const std::string& target) {
  if (!address_.empty()) {
    auto answer = serve::get(address_, target, kAnswerMax);
    if (!answer) return tl::unexpected(answer.error());
    if (answer->status != 200) return tl::unexpected(serve::error_of(*answer));
    return std::move(answer->body);
  }
  std::vector<std::string> channels;
  for (const channel::ChannelConfig& config : workspace_.channels) channels.push_back(config.name);
  std::unique_ptr<history::SentBook> book;
  const auto there = folder_.files->exists(folder_.sent());
  if (there && *there) {
    auto opened = history::SentBook::open_for_reading(folder_.sent());
    if (!opened) return tl::unexpected(opened.error());
    book = std::move(*opened);
  }
  auto look = serve::read_look(target, channels, book.get());
  if (!look) return tl::unexpected(look.error());
  auto opened = engine(true);
  if (!opened) return tl::unexpected(opened.error());
  auto seen = (*look)(**opened, now());
  if (seen && target.starts_with("/v1/customers/")) {
    if (auto noted = note("GET " + target.substr(0, target.find('?'))); !noted) return tl::unexpected(noted.error());
  }
  return seen;
}

Result<Operator::LiveFolder> Operator::live_folder() {
  if (!address_.empty())
    return fail(ErrorCode::in_use, "`tend serve` runs this data folder on " + address_ + ": stop it first");
  if (recorded_)
    return fail(ErrorCode::invalid, "this data folder follows its sources: `tend replay` reads them into it");
  const auto tell = [](const std::string& line) { say("tend: " + line); };
  if (auto noted = run::note_wordings(folder_, workspace_.wordings, env::real_clock().now(), tell); !noted)
    return tl::unexpected(noted.error());
  auto opened = engine(false);
  if (!opened) return tl::unexpected(opened.error());
  return LiveFolder{*opened, &workspace_, [this] { return now(); }};
}

Result<void> Operator::finish() { return changed_ ? engine_->snapshot_all() : Result<void>{}; }

}  // namespace tend::cli
