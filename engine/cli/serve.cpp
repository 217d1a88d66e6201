#include "engine/cli/serve.hpp"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <set>
#include <thread>

#include "engine/channel/kinds.hpp"
#include "engine/channel/live_sender.hpp"
#include "engine/cli/compile.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/env/zone.hpp"
#include "engine/run/indexer.hpp"
#include "engine/serve/ask_desk.hpp"
#include "engine/serve/beside.hpp"
#include "engine/serve/http.hpp"
#include "engine/serve/mirror_desk.hpp"

namespace tend::cli {
namespace {

constexpr double kSpeedMax = 10'000'000;  // a year in three seconds

/// SIGTERM, SIGINT and SIGHUP wait until somebody asks for them.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&set_);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set_, number);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    signal(SIGPIPE, SIG_IGN);  // a reader of our output or a client that is gone is an error of its own, not our end
  }
  void wait() {
    int number = 0;
    while (sigwait(&set_, &number) != 0) {
    }
  }
  /// From now on they end the process at once, as they do in others.
  void let_go() { pthread_sigmask(SIG_UNBLOCK, &set_, nullptr); }

 private:
  sigset_t set_;
};

Result<serve::HttpOptions> http_options(const ServeArguments& arguments) {
  const auto listen = serve::parse_listen(arguments.listen);
  if (!listen) return tl::unexpected(listen.error());
  if (arguments.open) {
    if (auto loopback = serve::require_loopback(*listen); !loopback) return tl::unexpected(loopback.error());
  }
  if (arguments.tls_cert.empty() != arguments.tls_key.empty())
    return fail(ErrorCode::usage, "--tls-cert and --tls-key come together: the certificate and its key");
  serve::HttpOptions options;
  options.listen = *listen;
  options.tls_cert = arguments.tls_cert;
  options.tls_key = arguments.tls_key;
  return options;
}

/// Who may call: those with a key, or, with --open, whoever is on this machine.
Result<void> check_keys(const ServeArguments& arguments, const serve::HttpOptions& http, serve::Keys& keys,
                        const std::string& data) {
  if (arguments.open) return {};
  if (auto loaded = keys.load(); !loaded) return loaded;
  if (keys.count() == 0)
    return fail(ErrorCode::usage, "there are no keys in `" + data +
                                      "`: make one with `tend keys add NAME --scope ingest`, or say `--open` to serve "
                                      "without them, to this machine only");
  if (http.tls_cert.empty() && !serve::require_loopback(http.listen))
    say("tend: keys and customers' data go over the network as they are: give --tls-cert and --tls-key");
  return {};
}

Result<serve::TimeOptions> time_options(const ServeArguments& arguments, const program::Program& program) {
  serve::TimeOptions options;
  options.speed = arguments.speed;
  if (!(options.speed > 0 && options.speed <= kSpeedMax))
    return fail(ErrorCode::usage, "--speed is more than 0 and at most 10000000");
  if (arguments.start.empty()) return options;
  options.start = env::parse_moment(arguments.start, *env::find_zone(program.timezone));
  if (!options.start)
    return fail(ErrorCode::usage, "--start: `" + arguments.start + "` is not a date or a date with a time");
  return options;
}

bool sends_over_the_network(const simulate::Workspace& workspace) {
  return std::any_of(workspace.channels.begin(), workspace.channels.end(), [](const channel::ChannelConfig& config) {
    const channel::AdapterKind* kind = channel::find_adapter(config.adapter);
    return kind != nullptr && kind->make_remote != nullptr;
  });
}

/// What is large goes back to the system when it is given up. Else glibc learns from it to keep the like, and each
/// thread's share of the memory comes to hold what it needed once.
void give_large_memory_back() {
#ifdef __GLIBC__
  constexpr int kLargeBytes = 512 << 10;  // more than a body
  (void)mallopt(M_MMAP_THRESHOLD, kLargeBytes);
#endif
}

/// All that nobody has, also what is small: sorting a segment and merging the history leave some of it with each
/// thread. Under full load, when segments follow each other at once, it would only be asked for again. Thread: one at a
/// time.
class MemoryGivenBack {
 public:
  void operator()() {
#ifdef __GLIBC__
    constexpr std::chrono::seconds kPause{10};
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < kPause) return;
    last_ = now;
    (void)malloc_trim(0);
#endif
  }

 private:
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace

int run_serve(const ServeArguments& arguments) {
  give_large_memory_back();
  StopSignals signals;
  const auto tell = [](const std::string& sentence) { say("tend: " + sentence); };
  auto http = http_options(arguments);
  if (!http) return complain(http.error());
  auto compiled = compile_workspace(arguments.workspace, workspace_tongue(arguments.workspace, arguments.lang));
  if (!compiled) return complain(compiled.error());
  const simulate::Workspace& workspace = (*compiled)->workspace;
  if (workspace.channels.empty()) {
    return complain({ErrorCode::invalid,
                     "there is no channel to send through: add one to tend.toml, for example [channels.outbox] with "
                     "adapter = \"file\" and path = \"outbox.jsonl\""});
  }
  const auto time = time_options(arguments, (*compiled)->program);
  if (!time) return complain(time.error());
  if (sends_over_the_network(workspace) && (arguments.speed != 1 || !arguments.start.empty())) {
    return complain({ErrorCode::usage,
                     "--speed and --start are for demonstrations, and this workspace has channels that send for real"});
  }
  auto server = serve::HttpServer::bind(*http);
  if (!server) return complain(server.error());

  // The folder's lock comes first: two processes must never write to one outbox.
  const std::string data = arguments.data.empty() ? env::join_path(workspace.folder, "data") : arguments.data;
  serve::Keys keys(env::real_files(), run::DataFolder{.path = data}.keys());
  if (auto checked = check_keys(arguments, *http, keys, data); !checked) return complain(checked.error());
  auto folder = run::open_data_folder(env::real_files(), data, 64);
  if (!folder) return complain(folder.error());
  if (auto noted = run::note_wordings(*folder, workspace.wordings, env::real_clock().now(), tell); !noted)
    return complain(noted.error());
  std::unique_ptr<history::SentBook> book;
  if (sends_over_the_network(workspace)) {
    auto opened = history::SentBook::open(folder->sent());
    if (!opened) return complain(opened.error());
    book = std::move(*opened);
    book->now_is(env::real_clock().now());
  }
  std::optional<channel::Links> links;
  if (!workspace.links.empty()) {
    auto opened = channel::Links::open(env::real_files(), folder->links_key(), workspace.links);
    if (!opened) return complain(opened.error());
    links = std::move(*opened);
  }
  auto listener = channel::MirrorListener::open(*folder, workspace.channels);
  if (!listener) return complain(listener.error());
  std::optional<serve::MirrorDesk> mirror;
  if (*listener) mirror.emplace(**listener);
  channel::SuppressionList suppressions(folder->suppressions());
  std::optional<serve::AskDesk> asks;
  if (book) asks.emplace(*book);
  auto sender = channel::LiveSender::open(workspace.channels, {.base_folder = workspace.folder,
                                                               .outside = channel::real_outside(),
                                                               .remote = {},
                                                               .book = book.get(),
                                                               .links = links ? &*links : nullptr,
                                                               .suppressions = &suppressions,
                                                               .on_report =
                                                                   [&asks](const channel::Report& report) {
                                                                     if (asks) asks->reported(report);
                                                                   },
                                                               .mirror = mirror ? &*mirror : nullptr,
                                                               .say = tell});
  if (!sender) return complain(sender.error());
  const journey::Plan plan((*compiled)->program, (*compiled)->default_channel, (*compiled)->workspace.teams);
  run::Indexer indexer(*folder, MemoryGivenBack());

  std::atomic<bool> lost{false};
  serve::LiveOptions options;
  options.plan = &plan;
  options.program_bytes = (*compiled)->program_bytes;
  options.places_bytes = (*compiled)->places_bytes;
  options.engine.threads = std::max(1u, std::thread::hardware_concurrency());
  options.engine.node = "serve";
  options.engine.say = tell;
  options.engine.history = indexer.hook();
  options.engine.changes = listener->get();
  options.sender = sender->get();
  options.time = *time;
  options.say = tell;
  options.on_lost = [&lost] {
    lost = true;
    kill(getpid(), SIGTERM);
  };
  for (const channel::ChannelConfig& config : workspace.channels) options.channels.push_back(config.name);
  const run::DataFolder place{.path = folder->path, .files = folder->files, .partitions = folder->partitions};
  const serve::SoftLimits limits = channel::soft_limits(workspace.channels);
  options.look_at_refusal = [&](run::Engine& engine, run::Report& report) {
    if (book == nullptr || limits.empty()) return;
    const auto what = report.soft ? history::Passage::soft : history::Passage::refused;
    auto why =
        serve::count_bounce(engine, *book, limits, report.key, what, report.answer.reason, env::real_clock().now());
    if (!why) return tell("a mail that came back is not counted: " + why.error().message);
    if (!*why) return;
    report.suppress = true;
    report.why = std::move(**why);
  };
  serve::DeadLetters letters(*place.files, place.dead_letters());
  const auto forgetting = serve::Forgetting::open(*place.files, place.forgetting());
  if (!forgetting) return complain(forgetting.error());
  options.erase_beside = [&](const std::vector<std::string>& ids) {
    return serve::erase_beside(place, letters, book.get(), *listener ? &(*listener)->book() : nullptr, ids);
  };
  options.suppressions = &suppressions;
  options.forgetting = forgetting->get();
  options.addresses = channel::address_attributes(workspace.channels);
  auto live = serve::Live::start(std::move(*folder), std::move(options));
  if (!live) return complain(live.error());
  serve::Audit audit(place.audit());
  const serve::HttpServices services{.live = live->get(),
                                     .letters = &letters,
                                     .keys = arguments.open ? nullptr : &keys,
                                     .audit = &audit,
                                     .sender = sender->get(),
                                     .book = book.get(),
                                     .limits = &limits,
                                     .links = links ? &*links : nullptr,
                                     .channels = [&sender] { return (*sender)->health(); }};
  if (auto started = (*server)->start(services); !started) return complain(started.error());
  if (auto written = run::write_serving(place, (*server)->address()); !written) return complain(written.error());
  std::set<std::string, std::less<>> asking;
  for (const channel::ChannelConfig& config : workspace.channels) {
    if ((*sender)->needs_person(config.name)) asking.insert(config.name);
  }
  if (asks && !asking.empty()) asks->open(**live, **sender, std::move(asking));
  (*sender)->tell_news([&](const std::string& channel, channel::News news, channel::Kept kept) {
    if (asks) asks->receipts(channel, news.receipts);
    serve::take_news(**live, services.news_place(channel), std::move(news.receipts), std::move(news.inbound),
                     [kept = std::move(kept)](const Result<void>& done) {
                       if (done && kept) kept();
                     });
  });
  if (mirror) mirror->open(live->get());  // who is answered is listened to
  const bool told =
      print("listening on " + std::string(http->tls_cert.empty() ? "http://" : "") + (*server)->address() + "\n");

  if (told) signals.wait();
  if (told && !lost) tell("stopping: what was taken is finished first, a second signal ends it at once");
  signals.let_go();
  (*server)->stop_taking();
  (void)run::write_serving(place, {});  // who looks at what a killed process left finds nobody there
  if (asks) asks->close();
  (*sender)->tell_news({});
  (*sender)->stop();  // what comes back now is still told
  if (mirror) mirror->open(nullptr);
  const auto stopped = (*live)->stop();
  (*server)->finish();
  if (!stopped) {
    (void)complain(stopped.error());
    return kFailed;
  }
  tell("stopped");
  return told ? kFine : kFailed;
}

void add_serve(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<ServeArguments>();
  CLI::App* verb = app.add_subcommand(
      "serve", "run the playbooks live: take customers and events over HTTP, send through the channels");
  verb->add_option("WORKSPACE", arguments->workspace, "a workspace folder (default: the one you are in)");
  verb->add_option("--data", arguments->data, "the data folder (default: `data` in the workspace)");
  verb->add_flag("--open", arguments->open, "serve without keys, to this machine only");
  verb->add_option("--listen", arguments->listen, "address and port, 0 for a free one (default: 127.0.0.1:7700)");
  verb->add_option("--tls-cert", arguments->tls_cert, "a file with the certificate and its chain (PEM)");
  verb->add_option("--tls-key", arguments->tls_key, "a file with the certificate's key (PEM)");
  verb->add_option("--speed", arguments->speed, "how many times as fast as it is time runs, for demonstrations");
  verb->add_option("--start", arguments->start,
                   "the first moment of a new data folder's time, in the policy's zone, for demonstrations");
  verb->add_option("--lang", arguments->lang, "the tongue of the messages")->check(CLI::IsMember({"en", "zh"}));
  verb->callback([arguments, &exit_code] { exit_code = run_serve(*arguments); });
}

}  // namespace tend::cli
