// The questions of the kit, asked one after the other.
#include "engine/channel/program/conformance.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <optional>

#include "engine/channel/host.hpp"
#include "engine/channel/lua/lua.hpp"
#include "engine/channel/platform/items.hpp"
#include "engine/channel/program/asking.hpp"
#include "engine/channel/program/program.hpp"

namespace tend::channel {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kLongText = 200'000;
constexpr std::size_t kMany = 100;

std::string word_of(const Outcome& outcome) {
  constexpr const char* kWords[] = {"accepted", "duplicate", "rejected", "deferred", "throttled", "unknown"};
  std::string out = kWords[static_cast<std::size_t>(outcome.fate)];
  if (!outcome.reason.empty()) out += " (" + outcome.reason + ")";
  return out;
}

/// It came from the program: one that does not run puts everything off.
bool is_answer(const Outcome& outcome) {
  return outcome.fate != Fate::unknown && !(outcome.fate == Fate::deferred && outcome.scope == Scope::account);
}
bool was_taken(const Outcome& outcome) { return outcome.fate == Fate::accepted || outcome.fate == Fate::duplicate; }

class Kit {
 public:
  Kit(std::unique_ptr<Remote> remote, asio::io_context& context, Host& host, std::string to, std::uint64_t run)
      : remote_(std::move(remote)), context_(context), host_(host), to_(std::move(to)), run_(run) {}
  ~Kit() {
    remote_->close();
    context_.restart();
    context_.run_for(std::chrono::seconds(1));
  }
  Kit(const Kit&) = delete;
  Kit& operator=(const Kit&) = delete;

  std::vector<ConformanceCheck> run() {
    one();
    if (checks_.back().found.find("cannot be started") != std::string::npos) return std::move(checks_);
    batch();
    any_text();
    no_address();
    at_once();
    same_key();
    asked_after();
    polled();
    flood();
    return std::move(checks_);
  }

 private:
  template <typename T>
  T wait(Task<T> task) {
    std::optional<T> answer;
    asio::co_spawn(context_, std::move(task), [&](const std::exception_ptr&, T value) { answer = std::move(value); });
    context_.restart();
    while (!answer && context_.run_one() > 0) {
    }
    return answer ? std::move(*answer) : T{};
  }
  Message message(std::string text = "A message of the conformance kit.") {
    Message out;
    out.key = {run_, ++number_};
    out.at = host_.now();
    out.customer = "conformance";
    out.playbook = "conformance";
    out.message = "conformance";
    out.channel = "conformance";
    out.to = to_;
    out.items = {{"text", std::move(text), ""}};
    return out;
  }
  std::vector<Outcome> submit(const std::vector<Message>& messages) { return wait(remote_->submit(messages, host_)); }
  void check(std::string name, bool kept, std::string found = "") {
    checks_.push_back({std::move(name), kept, std::move(found)});
  }
  bool is_alive() { return is_answer(submit({message()}).at(0)); }

  void one() {
    const Outcome outcome = submit({message()}).at(0);
    check("a message has an outcome", outcome.fate != Fate::unknown && outcome.fate != Fate::deferred,
          word_of(outcome));
  }
  void batch() {
    const std::size_t count = remote_->capabilities().batch_max;
    std::vector<Message> messages;
    for (std::size_t i = 0; i < count; ++i) messages.push_back(message());
    std::size_t unknown = 0;
    for (const Outcome& outcome : submit(messages)) unknown += !is_answer(outcome);
    check("a full batch has an outcome for each message", unknown == 0,
          std::to_string(count - unknown) + " of " + std::to_string(count));
  }
  void any_text() {
    const std::string texts[] = {"",
                                 "您好，“朋友” 🎉 \"quoted\" \\ back",
                                 "line\nline\r\n\ttab",
                                 std::string("zero \0 byte", 11),
                                 std::string(kLongText, 'x'),
                                 "{\"id\": 1}"};
    std::optional<std::string> failed;
    for (const std::string& text : texts) {
      if (!is_answer(submit({message(text)}).at(0))) failed = text.substr(0, 20);
    }
    Message values = message();
    values.items = {{"template", "T1", ""}, {"template", "Ann", "name"}, {"link", "https://x.example/?a=1&b=2", ""}};
    const bool takes_values = is_answer(submit({values}).at(0));
    check("any text has an outcome: none, long, other scripts, line ends", !failed && takes_values,
          !failed ? (takes_values ? "" : "none for a template with values") : "none for `" + *failed + "…`");
  }
  void no_address() {
    std::string taken;
    for (const char* to : {"", "\n", "no address at all"}) {
      Message bad = message();
      bad.to = to;
      const Outcome outcome = submit({bad}).at(0);
      if (outcome.fate != Fate::rejected || outcome.scope == Scope::account) taken = word_of(outcome);
    }
    check("what is no address is rejected, and not the account", taken.empty(), taken);
  }
  void at_once() {
    std::size_t answered = 0, known = 0;
    std::vector<Message> messages;
    for (std::size_t i = 0; i < kMany; ++i) messages.push_back(message());
    for (const Message& one : messages) {
      asio::co_spawn(context_, remote_->submit(std::span(&one, 1), host_),
                     [&](const std::exception_ptr&, const std::vector<Outcome>& outcomes) {
                       ++answered;
                       known += outcomes.size() == 1 && is_answer(outcomes[0]);
                     });
    }
    context_.restart();
    while (answered < kMany && context_.run_one() > 0) {
    }
    check("many questions at once are all answered, by their ids", known == kMany,
          std::to_string(known) + " of " + std::to_string(kMany));
  }
  void same_key() {
    const Message twice = message();
    const Outcome first = submit({twice}).at(0), second = submit({twice}).at(0);
    const bool must = remote_->capabilities().unknown == Unknown::again && was_taken(first);
    check(must ? "the same key again is a duplicate, as `unknown = \"again\"` needs"
               : "the same key again has an outcome",
          must ? second.fate == Fate::duplicate : is_answer(second), word_of(second));
  }
  void asked_after() {
    if (remote_->capabilities().unknown != Unknown::ask) return;
    const Message sent = message();
    const Outcome first = submit({sent}).at(0);
    const Outcome known = wait(remote_->reconcile(sent, host_)), never = wait(remote_->reconcile(message(), host_));
    check("a message that was taken is known when it is asked for", !was_taken(first) || was_taken(known),
          word_of(known));
    check("a message that never came is deferred when it is asked for", never.fate == Fate::deferred, word_of(never));
  }
  void polled() {
    if (!remote_->capabilities().polls) return;
    env::Moment again = 0;
    wait(remote_->poll("no such message", host_.now(), again, host_));
    check("receipts of an unknown message are none, and no end", is_alive());
  }
  void flood() {
    std::size_t known = 0;
    for (std::size_t i = 0; i < kMany; ++i) known += is_answer(submit({message()}).at(0));
    check("it is still there after all that", known == kMany, std::to_string(known) + " of " + std::to_string(kMany));
  }

  std::unique_ptr<Remote> remote_;
  asio::io_context& context_;
  Host& host_;
  std::string to_;
  std::uint64_t run_, number_ = 0;
  std::vector<ConformanceCheck> checks_;
};

/// Raw lines to a child of its own.
class Raw {
 public:
  explicit Raw(std::shared_ptr<Child> child, asio::io_context& context) : child_(std::move(child)), context_(context) {
    child_->on_line = [this](const std::string& line) { lines_.push_back(line); };
    child_->run();
  }
  ~Raw() {
    child_->end("done");
    context_.restart();
    context_.run_for(std::chrono::milliseconds(200));
  }
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;
  bool hears(const std::string& say, const std::function<bool(const nlohmann::json&)>& wanted,
             std::chrono::seconds within) {
    child_->say(say);
    const auto end = std::chrono::steady_clock::now() + within;
    context_.restart();
    while (std::chrono::steady_clock::now() < end && !child_->is_over()) {
      context_.run_one_for(std::chrono::milliseconds(50));
      for (; seen_ < lines_.size(); ++seen_) {
        const auto json = nlohmann::json::parse(lines_[seen_], nullptr, false);
        if (json.is_object() && wanted(json)) return true;
      }
    }
    return false;
  }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::shared_ptr<Child> child_;
  asio::io_context& context_;
  std::vector<std::string> lines_;
  std::size_t seen_ = 0;
};

/// What later versions may say, and what is on its stdout besides answers.
void add_raw(std::vector<ConformanceCheck>& checks, const AskingOptions& options, asio::io_context& context) {
  auto child = Child::start(context.get_executor(), options.words, options.limits);
  if (!child) return;
  if (!options.hello.empty()) (*child)->say(options.hello);
  Raw raw(std::move(*child), context);
  raw.hears(R"({"id":1,"something_new":{"a":[1,2,3]}})", [](const auto&) { return false; }, std::chrono::seconds(1));
  const bool goes_on = raw.hears(R"({"id":2,"something_new":1,"submit":[]})",
                                 [](const nlohmann::json& json) {
                                   return json.value("id", nlohmann::json()) == 2 && json.contains("outcomes") &&
                                          json["outcomes"].is_array() && json["outcomes"].empty();
                                 },
                                 options.timeout);
  checks.push_back({"a question that it does not know does no harm, and no messages have no outcomes", goes_on,
                    goes_on ? "" : "no answer to `submit` with an empty list after a question of a later version"});
  std::size_t garbage = 0;
  for (const std::string& line : raw.lines()) garbage += !nlohmann::json::parse(line, nullptr, false).is_object();
  checks.push_back({"its stdout has nothing but answers", garbage == 0,
                    garbage == 0 ? "" : std::to_string(garbage) + " lines are no JSON objects"});
}

}  // namespace

Result<std::vector<ConformanceCheck>> check_conformance(const ChannelConfig& config, const std::string& to,
                                                        env::Clock& clock) {
  if (config.adapter != "program" && config.adapter != "lua") {
    return fail(ErrorCode::usage,
                "channel `" + config.name + "` has an adapter of tend's own, the kit is for those of others");
  }
  const auto whole = with_secrets(config);
  if (!whole) return tl::unexpected(whole.error());
  const auto child = config.adapter == "lua" ? lua_child(*whole) : program_child(*whole);
  if (!child) return tl::unexpected(child.error());
  auto remote = config.adapter == "lua" ? make_lua_for_kit(*whole) : make_program(*whole);
  if (!remote) return tl::unexpected(remote.error());
  asio::io_context context{1};
  auto host = make_host(context, clock);
  if (!host) return tl::unexpected(host.error());
  std::vector<ConformanceCheck> checks;
  {
    Kit kit(std::move(*remote), context, **host, to, static_cast<std::uint64_t>(clock.now()));
    checks = kit.run();
  }
  if (checks.size() == 1) return checks;
  add_raw(checks, *child, context);
  return checks;
}

}  // namespace tend::channel
