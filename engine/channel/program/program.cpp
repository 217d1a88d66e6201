// The program adapter: what is asked of the child, what its answers mean, and what is known when it gives none.
#include "engine/channel/program/program.hpp"

#include <boost/asio/this_coro.hpp>

#include "engine/channel/platform/items.hpp"
#include "engine/channel/program/questions.hpp"

namespace tend::channel {
namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;

constexpr std::size_t kNewsMax = 10'000;  // that wait to be kept; the child's next ones end it
constexpr std::int64_t kLookMs = 1'000;

class Program final : public Remote {
 public:
  Program(RemoteCapabilities can, bool takes_calls, AskingOptions options)
      : can_(std::move(can)), takes_calls_(takes_calls), asking_(std::make_shared<Asking>(std::move(options))) {
    asking_->on_unasked = [this](const Json& said) { return take_news(said); };
  }
  ~Program() override { close(); }

  RemoteCapabilities capabilities() const override { return can_; }
  Task<std::vector<Outcome>> submit(std::span<const Message> messages, Host& host) override;
  Task<Outcome> reconcile(const Message& message, Host& host) override;
  Task<std::vector<Receipt>> poll(const std::string& provider_id, env::Moment accepted, env::Moment& again,
                                  Host& host) override;
  Task<News> gather(env::Moment& again, Host& host) override;
  Task<Callback> called(CallbackRequest request, Host& host) override;
  void gathered() override;
  void close() override { asking_->end("tend is being stopped"); }

 private:
  std::size_t take_news(const Json& json);

  RemoteCapabilities can_;
  bool takes_calls_;
  unsigned calls_ = 0;  // that are open
  std::shared_ptr<Asking> asking_;
  News news_;
  std::size_t given_receipts_ = 0, given_inbound_ = 0;
};

/// Returns how many of them are none.
std::size_t Program::take_news(const Json& json) {
  std::size_t garbage = 0;
  const auto each = [&](const char* name, auto& into, auto read) {
    const auto list = json.find(name);
    if (list == json.end() || !list->is_array()) return;
    for (const Json& one : *list) {
      auto value = read(one);
      if (!value) {
        ++garbage;
      } else {
        into.push_back(std::move(*value));
      }
    }
  };
  each("receipts", news_.receipts, read_receipt);
  each("inbound", news_.inbound, read_inbound);
  if (news_.receipts.size() + news_.inbound.size() > kNewsMax) asking_->end("it tells more than can be kept");
  return garbage;
}

Outcome without_answer(const Answer& answer) {
  Outcome out;
  out.fate = answer.was_asked ? Fate::unknown : Fate::deferred;
  out.scope = Scope::account;
  out.reason = answer.json ? "its answer is none" : answer.why;
  return out;
}

Task<std::vector<Outcome>> Program::submit(std::span<const Message> messages, Host& host) {
  const Answer answer = co_await asking_->ask(submit_question(messages), host.now());
  co_return read_outcomes(answer, messages.size(), host.now(), without_answer);
}

Task<Outcome> Program::reconcile(const Message& message, Host& host) {
  const Answer answer = co_await asking_->ask(reconcile_question(message), host.now());
  co_return read_reconciled(answer, host.now());
}

Task<std::vector<Receipt>> Program::poll(const std::string& provider_id, env::Moment accepted, env::Moment& again,
                                         Host& host) {
  const Answer answer = co_await asking_->ask(poll_question(provider_id, accepted), host.now());
  co_return read_polled(answer, again, host.now());
}

Task<Callback> Program::called(CallbackRequest request, Host& host) {
  if (!takes_calls_) co_return on_callback(request, host.now());
  co_return co_await ask_called(asking_, std::move(request), host.now(), calls_);
}

Task<News> Program::gather(env::Moment& again, Host& host) {
  // It runs all the time: what people write comes unasked.
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  asking_->start(executor, host.now());
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

Result<AskingOptions> program_child(const ChannelConfig& config) {
  auto words = words_of(option_of(config, "command"));
  if (!words) return tl::unexpected(words.error());
  const auto timeout = number_option(config, "timeout", 30, 1, 600);
  const auto memory = number_option(config, "memory", 1'024, 16, 65'536);
  for (const auto* number : {&timeout, &memory}) {
    if (!*number) return tl::unexpected(number->error());
  }
  AskingOptions options;
  options.words = std::move(*words);
  options.timeout = std::chrono::seconds(*timeout);
  options.limits.folder = config.folder;
  options.limits.memory_bytes = static_cast<std::size_t>(*memory) << 20;
  return options;
}

Result<std::unique_ptr<Remote>> make_program(const ChannelConfig& config) {
  auto options = program_child(config);
  if (!options) return tl::unexpected(options.error());
  const auto batch = number_option(config, "batch", 1, 1, 1'000);
  if (!batch) return tl::unexpected(batch.error());
  const std::string unknown = option_of(config, "unknown", "once"), polls = option_of(config, "polls", "false");
  if (unknown != "once" && unknown != "again" && unknown != "ask") {
    return fail(ErrorCode::invalid, "`unknown` cannot be `" + unknown + "`, it is `once`, `again` or `ask`");
  }
  const std::string calls = option_of(config, "calls", "false");
  for (const auto& [name, value] : {std::pair("polls", polls), std::pair("calls", calls)}) {
    if (value == "true" || value == "false") continue;
    return fail(ErrorCode::invalid, "`" + std::string(name) + "` cannot be `" + value + "`, it is `true` or `false`");
  }
  RemoteCapabilities can;
  can.batch_max = static_cast<std::size_t>(*batch);
  can.unknown = unknown == "once" ? Unknown::once : unknown == "again" ? Unknown::again : Unknown::ask;
  can.polls = polls == "true";
  return std::make_unique<Program>(std::move(can), calls == "true", std::move(*options));
}

}  // namespace tend::channel
