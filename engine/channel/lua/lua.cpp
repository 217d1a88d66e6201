// The Lua adapter: what the script says that it can do, what is asked of it, and what is fetched for it.
#include "engine/channel/lua/lua.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <fstream>
#include <iterator>

#include "engine/channel/lua/gate.hpp"
#include "engine/channel/platform/items.hpp"
#include "engine/channel/program/questions.hpp"
#include "engine/env/files.hpp"
#include "engine/script/child.hpp"

namespace tend::channel {
namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;

constexpr std::size_t kScriptMax = 512u << 10;
constexpr unsigned kCallsMax = 20;                   // for one question
constexpr std::chrono::milliseconds kToAnswer{500};  // that are left to the script when a call has taken too long
constexpr std::chrono::seconds kTrialMax{20};
constexpr const char* kOwnProgram = "/proc/self/exe";

class Lua final : public Remote {
 public:
  Lua(RemoteCapabilities can, AskingOptions options, Gate gate, bool takes_calls, bool is_for_kit)
      : can_(std::move(can)),
        takes_calls_(takes_calls),
        is_for_kit_(is_for_kit),
        gate_(std::move(gate)),
        sending_(std::make_shared<Asking>(options)),
        receiving_(std::make_shared<Asking>(std::move(options))) {
    for (Asking* asking : {sending_.get(), receiving_.get()}) {
      asking->on_unasked = [this, asking](const Json& said) { return take(*asking, said); };
    }
  }
  ~Lua() override {
    close();
    // A call that is under way may hold them for a while.
    sending_->on_unasked = receiving_->on_unasked = nullptr;
  }

  RemoteCapabilities capabilities() const override { return can_; }
  Task<std::vector<Outcome>> submit(std::span<const Message> messages, Host& host) override;
  Task<Outcome> reconcile(const Message& message, Host& host) override;
  Task<std::vector<Receipt>> poll(const std::string& provider_id, env::Moment accepted, env::Moment& again,
                                  Host& host) override;
  Task<Callback> called(CallbackRequest request, Host& host) override;
  void close() override {
    sending_->end("tend is being stopped");
    receiving_->end("tend is being stopped");
  }

 private:
  Task<void> note(Host& host);
  Task<Answer> ask(nlohmann::ordered_json question, Host& host);
  Outcome without_answer(const Answer& answer) const;
  std::size_t take(Asking& asking, const Json& said);
  void fetch(Asking& asking, std::uint64_t call, std::uint64_t question, const Json& asked);

  RemoteCapabilities can_;
  bool takes_calls_, is_for_kit_;
  unsigned calls_ = 0;  // of the platform that are open
  Gate gate_;
  std::shared_ptr<Asking> sending_;
  std::shared_ptr<Asking>
      receiving_;         // another child: what strangers call may break it, and nothing is sent through it
  Host* host_ = nullptr;  // of who asked last; all are the same
  asio::any_io_executor executor_;
};

/// Who asks is who fetches for the script.
Task<void> Lua::note(Host& host) {
  host_ = &host;
  executor_ = co_await asio::this_coro::executor;
}

Task<Answer> Lua::ask(nlohmann::ordered_json question, Host& host) {
  co_await note(host);
  co_return co_await sending_->ask(std::move(question), host.now());
}

/// Returns how much of it makes no sense.
std::size_t Lua::take(Asking& asking, const Json& said) {
  if (const auto failed = said.find("failed"); failed != said.end() && failed->is_string()) {
    asking.end(failed->get<std::string>());
    return 0;
  }
  if (said.contains("ready")) return 0;
  const auto call = said.find("http"), question = said.find("for"), request = said.find("request");
  if (call == said.end() || question == said.end() || request == said.end()) return 1;
  if (!call->is_number_unsigned() || !question->is_number_unsigned()) return 1;
  fetch(asking, call->get<std::uint64_t>(), question->get<std::uint64_t>(), *request);
  return 0;
}

void tell(Child& child, std::uint64_t call, Json told) {
  told["http"] = call;
  child.say(told.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// What may have reached somebody is counted before it is on its way, and taken back where it surely has not: the child
/// may be gone by then, and its question with it.
Task<void> fetch_for(std::weak_ptr<Asking> asking, std::shared_ptr<Child> child, Host& host, HttpRequest request,
                     std::uint64_t call, std::uint64_t question) {
  const HttpAnswer answer = co_await host.fetch(std::move(request));
  const std::shared_ptr<Asking> still = asking.lock();
  if (!still || child->is_over()) co_return;
  if (Asking::Question* open = still->find(question); open != nullptr && answer.reached == Reached::no) --open->reached;
  tell(*child, call, told_of(answer));
}

void Lua::fetch(Asking& asking, std::uint64_t call, std::uint64_t question, const Json& asked) {
  const std::shared_ptr<Child> child = asking.child();
  const auto refuse = [&](const std::string& why) { tell(*child, call, {{"error", why}, {"sent", false}}); };
  Asking::Question* const open = asking.find(question);
  if (open == nullptr) return refuse("nobody asked for it");
  if (++open->calls > kCallsMax) return refuse("that are too many calls for one message");
  auto request = read_request(asked, gate_);
  if (!request) return refuse(request.error().message);
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(open->until - std::chrono::steady_clock::now());
  request->timeout = std::min(request->timeout, left - kToAnswer);
  if (request->timeout.count() <= 0) return refuse("no time is left for it");
  ++open->reached;
  asio::co_spawn(executor_, fetch_for(asking.weak_from_this(), child, *host_, std::move(*request), call, question),
                 asio::detached);
}

/// A script can reach nobody but by our calls. So where none of them can have reached anybody, nothing has happened,
/// and the message is put off; the others with it only where the script could not be asked.
Outcome Lua::without_answer(const Answer& answer) const {
  Outcome out;
  const bool is_doubtful = answer.reached > 0 || (is_for_kit_ && answer.was_asked);
  out.fate = is_doubtful ? Fate::unknown : Fate::deferred;
  out.scope = answer.was_asked ? Scope::request : Scope::account;
  out.reason = answer.json ? answer.json->value("error", "its answer is none") : answer.why;
  return out;
}

Task<std::vector<Outcome>> Lua::submit(std::span<const Message> messages, Host& host) {
  const Answer answer = co_await ask(submit_question(messages), host);
  co_return read_outcomes(answer, messages.size(), host.now(),
                          [this](const Answer& none) { return without_answer(none); });
}

Task<Outcome> Lua::reconcile(const Message& message, Host& host) {
  const Answer answer = co_await ask(reconcile_question(message), host);
  co_return read_reconciled(answer, host.now());
}

Task<std::vector<Receipt>> Lua::poll(const std::string& provider_id, env::Moment accepted, env::Moment& again,
                                     Host& host) {
  const Answer answer = co_await ask(poll_question(provider_id, accepted), host);
  co_return read_polled(answer, again, host.now());
}

Task<Callback> Lua::called(CallbackRequest request, Host& host) {
  if (!takes_calls_) co_return on_callback(request, host.now());
  co_await note(host);
  co_return co_await ask_called(receiving_, std::move(request), host.now(), calls_);
}

/// Runs a child until its first line. Errors: why there is none, or what `failed` says.
Result<Json> try_child(const AskingOptions& options) {
  asio::io_context context{1};
  auto child = Child::start(context.get_executor(), options.words, options.limits);
  if (!child) return tl::unexpected(child.error());
  std::optional<Json> said;
  std::string why = "it gives no sign of life";
  (*child)->on_line = [&](const std::string& line) {
    if (!said) said = Json::parse(line, nullptr, false);
  };
  (*child)->on_end = [&](const std::string& end) { why = end; };
  (*child)->say(options.hello);
  (*child)->run();
  const auto end = std::chrono::steady_clock::now() + kTrialMax;
  while (!said && !(*child)->is_over() && context.run_one_until(end) > 0) {
  }
  (*child)->end("it was tried");
  context.restart();
  context.run_for(std::chrono::seconds(1));  // its readers come back
  if (!said) return fail(ErrorCode::invalid, "it cannot be run: " + why);
  if (said->is_object() && said->contains("ready")) return std::move(*said);
  return fail(ErrorCode::invalid, said->is_object() ? said->value("failed", "it is no script") : "it is no script");
}

bool defines(const Json& said, const char* function) {
  const auto functions = said.find("functions");
  return functions != said.end() && std::find(functions->begin(), functions->end(), function) != functions->end();
}

Result<RemoteCapabilities> read_capabilities(const Json& said) {
  RemoteCapabilities can;
  can.polls = defines(said, "poll");
  for (const auto& [name, value] : said["ready"].items()) {
    if (name == "unknown" && value == "once") {
      can.unknown = Unknown::once;
    } else if (name == "unknown" && value == "again") {
      can.unknown = Unknown::again;
    } else if (name == "unknown" && value == "ask") {
      can.unknown = Unknown::ask;
    } else if (name == "unknown") {
      return fail(ErrorCode::invalid, "in `capabilities`, `unknown` is `once`, `again` or `ask`");
    } else if (name == "duplicates" && value.is_string()) {
      can.duplicates = value.get<std::string>();
    } else if (name == "deadline" && value.is_number() && value > 0 && value < 1e7) {
      can.deadline = std::chrono::milliseconds(static_cast<std::int64_t>(value.get<double>() * 1000));
    } else {
      return fail(ErrorCode::invalid, "`capabilities` cannot have this `" + name +
                                          "`, it has `unknown`, `duplicates` (a text) and `deadline` (seconds)");
    }
  }
  if (can.unknown == Unknown::ask && !defines(said, "find"))
    return fail(ErrorCode::invalid, "with `unknown = \"ask\"` it needs a function `find`");
  return can;
}

Result<Gate> read_gate(const ChannelConfig& config) {
  auto hosts = read_hosts(option_of(config, "hosts"));
  if (!hosts) return tl::unexpected(hosts.error());
  const std::string allow_private = option_of(config, "allow_private", "false");
  if (allow_private != "true" && allow_private != "false")
    return fail(ErrorCode::invalid, "`allow_private` cannot be `" + allow_private + "`, it is `true` or `false`");
  return Gate{std::move(*hosts), allow_private == "true", path_of(config, "ca_file")};
}

}  // namespace

Result<AskingOptions> lua_child(const ChannelConfig& config) {
  const auto timeout = number_option(config, "timeout", 30, 1, 600);
  const auto memory = number_option(config, "memory", 64, 4, 4'096);
  for (const auto* number : {&timeout, &memory}) {
    if (!*number) return tl::unexpected(number->error());
  }
  const std::string name = option_of(config, "script");
  std::ifstream file(path_of(config, "script"), std::ios::binary);
  const std::string script((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.is_open()) return fail(ErrorCode::not_found, "the script `" + name + "` cannot be read");
  if (script.size() > kScriptMax) return fail(ErrorCode::invalid, "the script `" + name + "` is longer than 512 KB");
  Json handed = Json::object();
  for (const auto& [option, value] : config.options) {
    if (option.starts_with("options.")) handed[option.substr(8)] = value;
  }
  AskingOptions options;
  options.words = {kOwnProgram, std::string(script::kChildVerb)};
  options.timeout = std::chrono::seconds(*timeout);
  options.limits.memory_bytes = 0;
  options.limits.has_environment = false;
  options.hello = Json{{"script", script},
                       {"file", name.substr(name.rfind('/') + 1)},
                       {"options", std::move(handed)},
                       {"memory", static_cast<std::uint64_t>(*memory) << 20}}
                      .dump(-1, ' ', false, Json::error_handler_t::replace);
  return options;
}

namespace {

Result<std::unique_ptr<Remote>> make(const ChannelConfig& config, bool is_for_kit) {
  auto gate = read_gate(config);
  if (!gate) return tl::unexpected(gate.error());
  auto options = lua_child(config);
  if (!options) return tl::unexpected(options.error());
  const auto said = try_child(*options);
  if (!said) return fail(said.error().code, "`" + option_of(config, "script") + "`: " + said.error().message);
  auto can = read_capabilities(*said);
  if (!can) return fail(can.error().code, "`" + option_of(config, "script") + "`: " + can.error().message);
  return std::make_unique<Lua>(std::move(*can), std::move(*options), std::move(*gate), defines(*said, "receive"),
                               is_for_kit);
}

}  // namespace

Result<std::unique_ptr<Remote>> make_lua(const ChannelConfig& config) { return make(config, false); }
Result<std::unique_ptr<Remote>> make_lua_for_kit(const ChannelConfig& config) { return make(config, true); }

}  // namespace tend::channel
