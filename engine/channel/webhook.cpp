// The webhook adapter: what is posted, how it is signed, what an endpoint's answer means, and when it is tried again.
// Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
#include "engine/channel/webhook.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/channel/platform/answers.hpp"
#include "engine/channel/platform/items.hpp"
#include "engine/channel/retry_after.hpp"
#include "engine/channel/webhook_signature.hpp"

namespace tend::channel {
namespace {

/// How long after each attempt the next one comes; there is none after the last.
constexpr std::array<std::int64_t, 9> kAgainMs = {
    5 * env::kSecond, 5 * env::kMinute, 30 * env::kMinute, 2 * env::kHour,  5 * env::kHour,
    10 * env::kHour,  14 * env::kHour,  20 * env::kHour,   24 * env::kHour,
};
constexpr std::size_t kAnswerBytesMax = 64u << 10;  // nobody reads it

class Webhook final : public Remote {
 public:
  Webhook(const ChannelConfig& config, std::vector<WebhookKey> keys, std::int64_t timeout_s)
      : url_(option_of(config, "url")),
        ca_file_(path_of(config, "ca_file")),
        public_only_(option_of(config, "allow_private") != "true"),
        timeout_s_(timeout_s),
        keys_(std::move(keys)) {}

  RemoteCapabilities capabilities() const override { return {.unknown = Unknown::again, .duplicates = "webhook-id"}; }
  Task<std::vector<Outcome>> submit(std::span<const Message> messages, Host& host) override {
    std::vector<Outcome> outcomes;
    for (const Message& message : messages) {
      Outcome outcome = co_await send(message, host);
      outcomes.push_back(std::move(outcome));
    }
    co_return outcomes;
  }

 private:
  Task<Outcome> send(const Message& message, Host& host);
  Outcome outcome_of(const HttpAnswer& answer, const Message& message, Host& host) const;

  std::string url_, ca_file_;
  bool public_only_;
  std::int64_t timeout_s_;
  std::vector<WebhookKey> keys_;  // the new one first
};

Task<Outcome> Webhook::send(const Message& message, Host& host) {
  HttpRequest request;
  request.url = url_;
  request.body = webhook_body(message);
  request.timeout = std::chrono::seconds(timeout_s_);
  request.answer_bytes_max = kAnswerBytesMax;
  request.public_only = public_only_;
  request.ca_file = ca_file_;
  const std::string id = state::format_key(message.key);
  const std::int64_t at_s = host.now() / env::kSecond;
  std::string signatures;
  for (const WebhookKey& key : keys_) {
    if (!signatures.empty()) signatures += ' ';
    signatures += key.sign(id, at_s, request.body);
  }
  request.headers = {{"content-type", "application/json"},
                     {"user-agent", "tend/" TEND_VERSION},
                     {"webhook-id", id},
                     {"webhook-timestamp", std::to_string(at_s)},
                     {"webhook-signature", std::move(signatures)}};
  const HttpAnswer answer = co_await host.fetch(std::move(request));
  co_return outcome_of(answer, message, host);
}

/// The time of the next attempt, by the table and up to a tenth later; kNoMoment after the last.
env::Moment next_attempt(unsigned attempt, Host& host) {
  if (attempt >= kAgainMs.size()) return env::kNoMoment;
  unsigned draw = 0;
  const std::string drawn = host.random_hex(2);
  std::from_chars(drawn.data(), drawn.data() + drawn.size(), draw, 16);
  return host.now() + kAgainMs[attempt] + kAgainMs[attempt] * (draw & 0xFFFF) / 0x10000 / 10;
}

Outcome Webhook::outcome_of(const HttpAnswer& answer, const Message& message, Host& host) const {
  Outcome out;
  const bool is_answered = answer.reached == Reached::yes;
  if (is_answered && answer.status >= 200 && answer.status < 300) return out;
  out.reason = is_answered ? "HTTP " + std::to_string(answer.status) : answer.error;
  if (is_answered && answer.status == 410) {
    out.fate = Fate::rejected;
    out.scope = Scope::account;
    out.reason = "HTTP 410, the endpoint wants no more messages";
    return out;
  }
  const env::Moment asked_for = is_answered ? retry_after(answer, host.now()) : env::kNoMoment;
  if (is_answered && (answer.status == 429 || answer.status == 502 || answer.status == 504)) {
    out.fate = Fate::throttled;
    out.scope = Scope::account;
    out.until = asked_for;
    return out;
  }
  const env::Moment next = next_attempt(message.attempt, host);
  if (next == env::kNoMoment) {
    out.fate = Fate::rejected;
    out.scope = Scope::request;
    out.reason = "given up after " + std::to_string(message.attempt + 1) + " attempts: " + out.reason;
    return out;
  }
  // Who could not be asked or did not answer at all is down; who answers with an error may mind this message only.
  out.fate = answer.reached == Reached::maybe ? Fate::unknown : Fate::deferred;
  out.scope = answer.reached == Reached::yes ? Scope::request : Scope::account;
  out.until = std::max(next, asked_for);
  return out;
}

}  // namespace

std::string webhook_body(const Message& message) {
  using Ordered = nlohmann::ordered_json;
  Ordered items = Ordered::array();
  for (const Item& item : message.items) {
    Ordered line = {{"kind", item.kind}, {"text", item.text}};
    if (!item.field.empty()) line["field"] = item.field;
    items.push_back(std::move(line));
  }
  Ordered data = {{"customer", message.customer},
                  {"playbook", message.playbook},
                  {"message", message.message},
                  {"channel", message.channel},
                  {"marketing", message.marketing}};
  if (!message.to.empty()) data["to"] = message.to;
  if (!message.staff.empty()) data["staff"] = message.staff;
  data["items"] = std::move(items);
  const Ordered body = {{"type", "message"}, {"timestamp", env::format_moment(message.at)}, {"data", std::move(data)}};
  return body.dump(-1, ' ', false, Ordered::error_handler_t::replace);
}

Result<std::unique_ptr<Remote>> make_webhook(const ChannelConfig& config) {
  const std::string allow_private = option_of(config, "allow_private", "false");
  if (allow_private != "true" && allow_private != "false") {
    return fail(ErrorCode::invalid, "`allow_private` cannot be `" + allow_private + "`, it is `true` or `false`");
  }
  const std::string url = option_of(config, "url");
  const bool is_plain = allow_private == "true" && url.starts_with("http://");
  if (!url.starts_with("https://") && !is_plain) {
    return fail(ErrorCode::invalid, "`url` cannot be `" + url + "`, it begins with `https://`");
  }
  auto timeout = number_option(config, "timeout", 20, 1, 60);
  if (!timeout) return tl::unexpected(timeout.error());
  std::vector<WebhookKey> keys;
  for (const char* name : {"secret", "old_secret"}) {
    const std::string secret = option_of(config, name);
    if (secret.empty()) continue;
    auto key = WebhookKey::read(secret);
    if (!key) return fail(ErrorCode::invalid, "`" + std::string(name) + "`: " + key.error().message);
    keys.push_back(std::move(*key));
  }
  return std::make_unique<Webhook>(config, std::move(keys), *timeout);
}

}  // namespace tend::channel
