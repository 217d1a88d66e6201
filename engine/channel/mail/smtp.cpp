// The smtp adapter: one recipient a transaction, what the server's replies mean, bounces and complaints from a folder.
// Source: RFC 5321, RFC 6409, RFC 8314.
#include "engine/channel/mail/smtp.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "engine/channel/mail/maildir.hpp"
#include "engine/channel/mail/report.hpp"
#include "engine/channel/mail/smtp_codes.hpp"
#include "engine/channel/platform/items.hpp"

namespace tend::channel {
namespace {

/// After each refusal that is not for good; after the last time it stays.
constexpr std::array<std::int64_t, 5> kAgainMs = {5 * env::kMinute, 15 * env::kMinute, env::kHour, 2 * env::kHour,
                                                  4 * env::kHour};
constexpr std::int64_t kMarketingMs = 24 * env::kHour;  // then it is given up
constexpr std::int64_t kOtherMs = 72 * env::kHour;
constexpr std::int64_t kPauseMs = 5 * env::kMinute;  // of a domain that holds us back
constexpr std::size_t kReportsMax = 200;
constexpr std::int64_t kLookMs = 30 * env::kSecond;
constexpr std::size_t kConnections = 5;

class Smtp final : public Remote {
 public:
  Smtp(const ChannelConfig& config, MailStyle style, std::optional<DkimKey> key, std::int64_t timeout_s)
      : server_(option_of(config, "server")),
        user_(option_of(config, "user")),
        password_(option_of(config, "password")),
        ca_file_(path_of(config, "ca_file")),
        bounce_(option_of(config, "bounce")),
        bounces_(path_of(config, "bounces")),
        require_tls_(option_of(config, "tls", "required") == "required"),
        timeout_s_(timeout_s),
        style_(std::move(style)),
        key_(std::move(key)) {}

  RemoteCapabilities capabilities() const override {
    return {.concurrency = kConnections, .unknown = Unknown::once, .commits = true};
  }
  Task<std::vector<Outcome>> submit(std::span<const Message> messages, Host& host) override {
    std::vector<Outcome> outcomes;
    for (const Message& message : messages) {
      Outcome outcome = co_await send(message, host);
      outcomes.push_back(std::move(outcome));
    }
    co_return outcomes;
  }
  Task<News> gather(env::Moment& again, Host& host) override;
  void gathered() override { Maildir(bounces_).put_away(std::exchange(read_, {})); }

 private:
  Task<Outcome> send(const Message& message, Host& host);

  std::string server_, user_, password_, ca_file_, bounce_, bounces_;
  bool require_tls_;
  std::int64_t timeout_s_;
  MailStyle style_;
  std::optional<DkimKey> key_;
  std::vector<std::string> read_;  // reports that were given out
};

/// When to try again; one who was refused for too long is given up.
void put_off(Outcome& out, const Message& message, env::Moment now) {
  if (out.fate == Fate::throttled) {
    out.until = now + kPauseMs;
    return;
  }
  if (out.fate != Fate::deferred || out.scope != Scope::recipient) return;
  out.until = now + kAgainMs[std::min<std::size_t>(message.attempt, kAgainMs.size() - 1)];
  if (out.until < message.at + (message.marketing ? kMarketingMs : kOtherMs)) return;
  out.fate = Fate::rejected;
  out.reason = "given up, the last answer was: " + out.reason;
}

Task<Outcome> Smtp::send(const Message& message, Host& host) {
  Outcome out;
  const std::string key = state::format_key(message.key);
  auto mail = write_mail(style_, message);
  if (!mail) {
    out.fate = Fate::rejected;
    out.scope = is_address(message.to) ? Scope::request : Scope::recipient;
    out.reason = mail.error().message;
    co_return out;
  }
  MailRequest request{.key = message.key};
  request.url = server_;
  request.require_tls = require_tls_;
  request.user = user_;
  request.password = password_;
  request.ca_file = ca_file_;
  request.from = bounce_.empty() ? style_.from.address : with_key(bounce_, key);
  request.to = message.to;
  request.timeout = std::chrono::seconds(timeout_s_);
  if (key_) {
    mail->headers.insert(mail->headers.begin(), {"DKIM-Signature", key_->sign(*mail, host.now() / env::kSecond)});
  }
  request.data = mail_bytes(*mail);
  const MailAnswer answer = co_await host.mail(std::move(request));
  if (answer.reached == Reached::yes) {
    out = outcome_of_reply(answer.code, answer.text);
  } else {
    out.fate = answer.reached == Reached::no ? Fate::deferred : Fate::unknown;
    out.scope = Scope::account;
    out.reason = answer.reached == Reached::no ? answer.error : "no answer after the mail was handed over";
  }
  if (out.fate == Fate::accepted) out.provider_id = key;
  put_off(out, message, host.now());
  co_return out;
}

Task<News> Smtp::gather(env::Moment& again, Host& host) {
  News news;
  again = bounces_.empty() ? env::kNoMoment : host.now() + kLookMs;
  if (bounces_.empty()) co_return news;
  read_.clear();
  for (const NewMail& mail : Maildir(bounces_).read_new(kReportsMax, kReportBytesMax)) {
    read_.push_back(mail.name);
    for (Receipt& receipt : read_report(mail.text)) news.receipts.push_back(std::move(receipt));
  }
  if (read_.size() == kReportsMax) again = host.now();
  // What is no report need not wait for anybody.
  if (news.receipts.empty()) gathered();
  co_return news;
}

Result<std::optional<DkimKey>> dkim_of(const ChannelConfig& config) {
  const std::string domain = option_of(config, "dkim_domain"), selector = option_of(config, "dkim_selector");
  const std::string pem = option_of(config, "dkim_key");
  if (domain.empty() && selector.empty() && pem.empty()) return std::optional<DkimKey>();
  if (domain.empty() || selector.empty() || pem.empty()) {
    return fail(ErrorCode::invalid, "`dkim_domain`, `dkim_selector` and `dkim_key` belong together");
  }
  if ((domain + selector).find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._") !=
      std::string::npos) {
    return fail(ErrorCode::invalid, "`dkim_domain` and `dkim_selector` are names of the DNS");
  }
  auto key = DkimKey::read(pem, domain, selector);
  if (!key) return fail(ErrorCode::invalid, "`dkim_key`: " + key.error().message);
  return std::optional<DkimKey>(std::move(*key));
}

Result<void> check_one_of(const ChannelConfig& config, const std::string& name, const std::string& first,
                          const std::string& second) {
  const std::string given = option_of(config, name, first);
  if (given == first || given == second) return {};
  return fail(ErrorCode::invalid,
              "`" + name + "` cannot be `" + given + "`, it is `" + first + "` or `" + second + "`");
}

}  // namespace

Result<history::SoftLimit> read_soft_limit(const ChannelConfig& config) {
  const auto count = number_option(config, "soft_bounces", 5, 0, 1'000);
  if (!count) return tl::unexpected(count.error());
  const auto days = number_option(config, "soft_bounce_days", 14, 0, history::kBouncesFor / env::kDay - 1);
  if (!days) return tl::unexpected(days.error());
  return history::SoftLimit{static_cast<unsigned>(*count), *days * env::kDay};
}

Result<std::unique_ptr<Remote>> make_smtp(const ChannelConfig& config) {
  const std::string server = option_of(config, "server");
  if (!server.starts_with("smtp://") && !server.starts_with("smtps://")) {
    return fail(ErrorCode::invalid, "`server` cannot be `" + server + "`, it begins with `smtp://` or `smtps://`");
  }
  MailStyle style;
  const auto from = read_mailbox(option_of(config, "from"));
  if (!from) return fail(ErrorCode::invalid, "`from` cannot be `" + option_of(config, "from") + "`, it is an address");
  style.from = *from;
  for (const char* name : {"reply_to", "bounce", "unsubscribe_mailto"}) {
    const std::string given = option_of(config, name);
    if (!given.empty() && !is_address(given)) {
      return fail(ErrorCode::invalid, "`" + std::string(name) + "` cannot be `" + given + "`, it is an address");
    }
  }
  if (auto checked = check_one_of(config, "tls", "required", "none"); !checked) return tl::unexpected(checked.error());
  if (auto checked = check_one_of(config, "format", "text", "html"); !checked) return tl::unexpected(checked.error());
  style.reply_to = option_of(config, "reply_to");
  style.html = option_of(config, "format") == "html";
  style.unsubscribe_text = option_of(config, "unsubscribe_text", style.unsubscribe_text);
  style.footer = option_of(config, "footer");
  style.unsubscribe_url = option_of(config, "unsubscribe_url");
  style.unsubscribe_mailto = option_of(config, "unsubscribe_mailto");
  auto timeout = number_option(config, "timeout", 60, 1, 600);
  if (!timeout) return tl::unexpected(timeout.error());
  if (auto limit = read_soft_limit(config); !limit) return tl::unexpected(limit.error());
  auto key = dkim_of(config);
  if (!key) return tl::unexpected(key.error());
  return std::make_unique<Smtp>(config, std::move(style), std::move(*key), *timeout);
}

}  // namespace tend::channel
