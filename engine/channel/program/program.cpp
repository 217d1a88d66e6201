// The program adapter: what is asked of the child, what its answers mean, and what is known when it gives none.
#include "engine/channel/program/program.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>

#include "engine/channel/backoff.hpp"
#include "engine/channel/platform/items.hpp"
#include "engine/channel/program/child.hpp"

namespace tend::channel {
namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;
using Ordered = nlohmann::ordered_json;

constexpr std::size_t kNewsMax = 10'000;  // that wait to be kept; the child's next ones end it
constexpr std::size_t kGarbageMax = 100;  // lines that are none, until it is ended
constexpr Backoff kRestart{1'000, env::kMinute};
constexpr std::int64_t kLookMs = 1'000;

/// What came of one question.
struct Answer {
  bool was_asked = false;  // it may have read the question
  std::optional<Json> json;
  std::string why;  // where no answer came
};

struct ProgramOptions {
  std::vector<std::string> words;
  RemoteCapabilities can;
  std::chrono::seconds timeout{30};
  ChildLimits limits;
};

class Program final : public Remote {
 public:
  explicit Program(ProgramOptions options) : options_(std::move(options)) {}
  ~Program() override { close(); }

  RemoteCapabilities capabilities() const override { return options_.can; }
  Task<std::vector<Outcome>> submit(std::span<const Message> messages, Host& host) override;
  Task<Outcome> reconcile(const Message& message, Host& host) override;
  Task<std::vector<Receipt>> poll(const std::string& provider_id, env::Moment accepted, env::Moment& again,
                                  Host& host) override;
  Task<News> gather(env::Moment& again, Host& host) override;
  void gathered() override;
  void close() override {
    if (child_) child_->end("tend is being stopped");
  }

 private:
  struct Question {
    explicit Question(const asio::any_io_executor& executor) : over(executor, asio::steady_timer::time_point::max()) {}
    asio::steady_timer over;
    std::optional<Json> answer;
    std::string why;
    bool is_over = false;
  };
  Task<Answer> ask(Ordered question, Host& host);
  std::string start(const asio::any_io_executor& executor, env::Moment now);
  void heard(const std::string& line);
  void ended(const std::string& why);
  void take_news(const Json& json);

  ProgramOptions options_;
  std::shared_ptr<Child> child_;
  std::map<std::uint64_t, Question*> open_;
  std::uint64_t next_ = 1;
  std::size_t garbage_ = 0;
  unsigned starts_ = 0;  // without an answer since
  env::Moment start_at_ = env::kNoMoment;
  std::string last_end_;
  News news_;
  std::size_t given_receipts_ = 0, given_inbound_ = 0;
};

/// Starts it where it does not run. Empty when it runs; else why it does not.
std::string Program::start(const asio::any_io_executor& executor, env::Moment now) {
  if (child_ && !child_->is_over()) return {};
  if (now < start_at_)
    return last_end_.empty() ? "it is started again soon" : last_end_ + ", and is started again soon";
  start_at_ = now + kRestart.ceiling_ms(starts_++);
  auto child = Child::start(executor, options_.words, options_.limits);
  if (!child) return last_end_ = child.error().message;
  garbage_ = 0;
  child_ = std::move(*child);
  child_->on_line = [this](const std::string& line) { heard(line); };
  child_->on_end = [this](const std::string& why) { ended(why); };
  child_->run();
  return {};
}

Task<Answer> Program::ask(Ordered question, Host& host) {
  Answer out;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  out.why = start(executor, host.now());
  if (!out.why.empty()) co_return out;
  const std::uint64_t id = next_++;
  question["id"] = id;
  Question open(executor);
  open_.emplace(id, &open);
  out.was_asked = true;
  child_->say(question.dump(-1, ' ', false, Ordered::error_handler_t::replace));
  if (!open.is_over) {
    open.over.expires_after(options_.timeout);
    boost::system::error_code cancelled;
    co_await open.over.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
  open_.erase(id);
  // Who hangs is ended: what it is asked next would wait as long.
  if (!open.is_over) child_->end("it did not answer in time");
  out.why = open.is_over ? open.why : "it did not answer in time";
  out.json = std::move(open.answer);
  co_return out;
}

void Program::heard(const std::string& line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) {
    if (++garbage_ > kGarbageMax) child_->end("it writes lines that are no JSON");
    return;
  }
  const auto id = json.find("id");
  if (id == json.end()) return take_news(json);
  if (!id->is_number_unsigned()) return;
  const auto found = open_.find(id->get<std::uint64_t>());
  if (found == open_.end() || found->second->is_over) return;
  starts_ = 0;
  found->second->is_over = true;
  found->second->answer = json;
  found->second->over.cancel();
}

void Program::ended(const std::string& why) {
  last_end_ = why;
  for (auto& [id, question] : open_) {
    if (question->is_over) continue;
    question->is_over = true;
    question->why = why;
    question->over.cancel();
  }
}

void Program::take_news(const Json& json) {
  const auto each = [&](const char* name, auto& into, auto read) {
    const auto list = json.find(name);
    if (list == json.end() || !list->is_array()) return;
    for (const Json& one : *list) {
      auto value = read(one);
      if (!value) {
        ++garbage_;
      } else {
        into.push_back(std::move(*value));
      }
    }
  };
  each("receipts", news_.receipts, read_receipt);
  each("inbound", news_.inbound, read_inbound);
  if (garbage_ > kGarbageMax || news_.receipts.size() + news_.inbound.size() > kNewsMax) {
    child_->end("it tells more than can be kept");
  }
}

/// What is known of messages that no usable answer came for.
Outcome without_answer(const Answer& answer) {
  Outcome out;
  out.fate = answer.was_asked ? Fate::unknown : Fate::deferred;
  out.scope = Scope::account;
  out.reason = answer.json ? "its answer is none" : answer.why;
  return out;
}

Task<std::vector<Outcome>> Program::submit(std::span<const Message> messages, Host& host) {
  Ordered list = Ordered::array();
  for (const Message& message : messages) list.push_back(message_json(message));
  Ordered question;
  question["submit"] = std::move(list);
  const Answer answer = co_await ask(std::move(question), host);
  std::vector<Outcome> outcomes;
  if (answer.json && answer.json->contains("outcomes") && (*answer.json)["outcomes"].is_array()) {
    for (const Json& one : (*answer.json)["outcomes"]) {
      const auto outcome = read_outcome(one, host.now());
      outcomes.push_back(outcome ? *outcome : without_answer(answer));
    }
  }
  if (outcomes.size() != messages.size()) outcomes.assign(messages.size(), without_answer(answer));
  co_return outcomes;
}

Task<Outcome> Program::reconcile(const Message& message, Host& host) {
  Ordered question;
  question["reconcile"] = message_json(message);
  const Answer answer = co_await ask(std::move(question), host);
  Outcome out;
  out.fate = Fate::unknown;
  out.reason = answer.why;
  if (answer.json && answer.json->contains("outcomes") && (*answer.json)["outcomes"].is_array() &&
      (*answer.json)["outcomes"].size() == 1) {
    if (const auto outcome = read_outcome((*answer.json)["outcomes"][0], host.now())) out = *outcome;
  }
  co_return out;
}

Task<std::vector<Receipt>> Program::poll(const std::string& provider_id, env::Moment accepted, env::Moment& again,
                                         Host& host) {
  Ordered question;
  question["poll"] = {{"provider_id", provider_id}, {"accepted", accepted}};
  const Answer answer = co_await ask(std::move(question), host);
  std::vector<Receipt> receipts;
  again = answer.json ? env::kNoMoment : host.now() + 10 * env::kMinute;
  if (!answer.json) co_return receipts;
  const auto list = answer.json->find("receipts");
  if (list != answer.json->end() && list->is_array()) {
    for (const Json& one : *list) {
      if (auto receipt = read_receipt(one)) receipts.push_back(std::move(*receipt));
    }
  }
  const auto after = answer.json->find("after");
  if (after != answer.json->end() && after->is_number()) {
    again = host.now() + static_cast<std::int64_t>(std::clamp(after->get<double>(), 1.0, 86'400.0) * 1000);
  }
  co_return receipts;
}

Task<News> Program::gather(env::Moment& again, Host& host) {
  // It runs all the time: what people write comes unasked.
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  start(executor, host.now());
  again = host.now() + kLookMs;
  given_receipts_ = news_.receipts.size();
  given_inbound_ = news_.inbound.size();
  co_return news_;
}

void Program::gathered() {
  news_.receipts.erase(news_.receipts.begin(),
                       news_.receipts.begin() + static_cast<std::ptrdiff_t>(std::exchange(given_receipts_, 0)));
  news_.inbound.erase(news_.inbound.begin(),
                      news_.inbound.begin() + static_cast<std::ptrdiff_t>(std::exchange(given_inbound_, 0)));
}

}  // namespace

Result<std::unique_ptr<Remote>> make_program(const ChannelConfig& config) {
  ProgramOptions options;
  auto words = words_of(option_of(config, "command"));
  if (!words) return tl::unexpected(words.error());
  options.words = std::move(*words);
  const auto batch = number_option(config, "batch", 1, 1, 1'000);
  const auto timeout = number_option(config, "timeout", 30, 1, 600);
  const auto memory = number_option(config, "memory", 1'024, 16, 65'536);
  for (const auto* number : {&batch, &timeout, &memory}) {
    if (!*number) return tl::unexpected(number->error());
  }
  const std::string unknown = option_of(config, "unknown", "once"), polls = option_of(config, "polls", "false");
  if (unknown != "once" && unknown != "again" && unknown != "ask") {
    return fail(ErrorCode::invalid, "`unknown` cannot be `" + unknown + "`, it is `once`, `again` or `ask`");
  }
  if (polls != "true" && polls != "false") {
    return fail(ErrorCode::invalid, "`polls` cannot be `" + polls + "`, it is `true` or `false`");
  }
  options.can.batch_max = static_cast<std::size_t>(*batch);
  options.can.unknown = unknown == "once" ? Unknown::once : unknown == "again" ? Unknown::again : Unknown::ask;
  options.can.polls = polls == "true";
  options.timeout = std::chrono::seconds(*timeout);
  options.limits.memory_bytes = static_cast<std::size_t>(*memory) << 20;
  return std::make_unique<Program>(std::move(options));
}

}  // namespace tend::channel
