// WeCom's welcome: one message to who has just added a member, within 20 seconds, by the code that the event brought.
// Source: developer.work.weixin.qq.com/document/path/92599.
#include "engine/channel/platform/platforms.hpp"
#include "engine/channel/platform/wecom.hpp"
#include "engine/channel/platform/wecom_content.hpp"

namespace tend::channel {
namespace {

class WecomWelcome final : public Wecom {
 public:
  explicit WecomWelcome(WecomParts parts) : Wecom(std::move(parts.account), std::move(parts.seal)) {}

  /// A code is for one use: the second call of an answer that was lost says 41051, and nobody gets two.
  RemoteCapabilities capabilities() const override {
    return {.unknown = Unknown::again, .deadline = std::chrono::seconds(15), .duplicates = "welcome_code"};
  }

  Task<std::vector<Outcome>> submit(std::span<const Message> messages, Host& host) override {
    std::vector<Outcome> outcomes;
    for (const Message& message : messages) {
      Outcome outcome = co_await send(message, host);
      outcomes.push_back(std::move(outcome));
    }
    co_return outcomes;
  }

 private:
  Task<Outcome> send(const Message& message, Host& host) {
    const std::string code = account_->welcome_of(message.to, message.staff, host.now());
    if (code.empty()) co_return rejected(Scope::recipient, "no welcome code, or its 20 seconds are over");
    Json body = wecom_content(message);
    body["welcome_code"] = code;
    const WecomAnswer answer = co_await account_->call("externalcontact/send_welcome_msg", std::move(body), host);
    Outcome outcome = answer.outcome;
    // There is no time for the dispatcher's table: half a second, one, two, while the code lives.
    if (outcome.fate == Fate::deferred && answer.code != "41096")
      outcome.until = host.now() + (std::int64_t{500} << std::min(message.attempt, 2u));
    co_return outcome;
  }
};

}  // namespace

Result<std::unique_ptr<Remote>> make_wecom_welcome(const ChannelConfig& config) {
  auto parts = read_wecom_options(config);
  if (!parts) return tl::unexpected(parts.error());
  if (parts->seal.key.empty())
    return fail(ErrorCode::invalid, "needs `callback_token` and `callback_aes_key`: welcome codes come with calls");
  return std::make_unique<WecomWelcome>(std::move(*parts));
}

}  // namespace tend::channel
