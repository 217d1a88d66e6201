// SMS and MMS by Twilio: any text, receipts and replies by signed call.
// Source: twilio.com/docs: "Message resource", "Webhooks security", "Advanced opt-out".
#include <algorithm>
#include <cctype>

#include "engine/channel/platform/form.hpp"
#include "engine/channel/platform/items.hpp"
#include "engine/channel/platform/opt_out.hpp"
#include "engine/channel/platform/platforms.hpp"
#include "engine/channel/platform/sign.hpp"
#include "engine/channel/platform/twilio_codes.hpp"
#include "engine/channel/platform/twilio_signature.hpp"
#include "engine/env/zone.hpp"

namespace tend::channel {
namespace {

constexpr std::string_view kTaken = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response></Response>";
constexpr std::string_view kList = "50";            // newest first
constexpr std::int64_t kClockSlack = env::kMinute;  // theirs and ours

class Twilio final : public Remote {
 public:
  Twilio(const ChannelConfig& config, std::string base, std::int64_t validity, std::chrono::seconds settle)
      : account_(option_of(config, "account")),
        token_(option_of(config, "auth_token")),
        user_(option_of(config, "api_key", account_)),
        password_(option_of(config, "api_secret", token_)),
        from_(option_of(config, "from")),
        service_(option_of(config, "service")),
        callback_url_(option_of(config, "callback_url")),
        messages_url_(base + "/2010-04-01/Accounts/" + escaped(account_) + "/Messages.json"),
        validity_(validity),
        settle_(settle) {}

  RemoteCapabilities capabilities() const override { return {.unknown = Unknown::ask}; }

  Task<std::vector<Outcome>> submit(std::span<const Message> messages, Host& host) override {
    std::vector<Outcome> outcomes;
    for (const Message& message : messages) {
      Outcome outcome = co_await send(message, host);
      outcomes.push_back(std::move(outcome));
    }
    co_return outcomes;
  }

  Task<Outcome> reconcile(const Message& message, Host& host) override;
  Callback on_callback(const CallbackRequest& request, env::Moment now) override;

 private:
  Task<HttpAnswer> call(HttpRequest request, Host& host);
  Task<Outcome> send(const Message& message, Host& host);
  Task<Outcome> find(const Message& message, Host& host);
  void take_status(const std::map<std::string, std::string>& told, std::string_view query, Callback& out) const;
  void take_reply(const std::map<std::string, std::string>& told, Callback& out) const;

  std::string account_, token_, user_, password_, from_, service_, callback_url_, messages_url_;
  std::int64_t validity_;
  std::chrono::seconds settle_;
};

Task<HttpAnswer> Twilio::call(HttpRequest request, Host& host) {
  request.headers.emplace_back("authorization", "Basic " + base64(user_ + ":" + password_));
  HttpAnswer answer = co_await host.fetch(std::move(request));
  co_return answer;
}

Task<Outcome> Twilio::send(const Message& message, Host& host) {
  Pairs told = {{"To", message.to}};
  if (service_.empty()) {
    told.emplace_back("From", from_);
  } else {
    told.emplace_back("MessagingServiceSid", service_);
  }
  if (const Item* text = line_of(message, "text")) told.emplace_back("Body", text->text);
  if (const Item* image = line_of(message, "image")) told.emplace_back("MediaUrl", image->text);
  if (told.size() == 2) co_return rejected(Scope::request, "neither text nor image");
  if (!callback_url_.empty())
    told.emplace_back("StatusCallback", with_query(callback_url_, "key", state::format_key(message.key)));
  if (validity_ > 0) told.emplace_back("ValidityPeriod", std::to_string(validity_));
  HttpRequest request;
  request.url = messages_url_;
  request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
  request.body = form(told);
  const HttpAnswer answer = co_await call(std::move(request), host);
  const env::Moment now = host.now();
  const auto said = read_json(answer.reached == Reached::yes ? answer.body : "");
  const std::string sid = said ? text_in(*said, "sid") : "";
  if (answer.status >= 200 && answer.status < 300 && !sid.empty()) {
    Outcome outcome;
    outcome.provider_id = sid;
    co_return outcome;
  }
  const std::string code = said ? text_in(*said, "code") : "";
  if (code.empty() || answer.status < 400) co_return outcome_without_words(answer, now);
  const Code* row = find_code(kTwilioCodes, code);
  if (row != nullptr) {
    Outcome outcome = outcome_of(*row, code, now);
    if (outcome.fate == Fate::throttled && answer.status == 429)
      outcome.until = std::max(outcome.until, outcome_without_words(answer, now).until);
    co_return outcome;
  }
  Outcome outcome = outcome_without_words(answer, now);
  outcome.reason = code.substr(0, 10);
  co_return outcome;
}

/// Moments are `Mon, 05 Jan 2026 02:00:00 +0000`. Source: RFC 2822 §3.3. kNoMoment for anything else.
env::Moment read_mail_time(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (const std::size_t comma = text.find(", "); comma != std::string_view::npos) text.remove_prefix(comma + 2);
  if (text.size() < 20 || text[2] != ' ' || text[6] != ' ' || text[11] != ' ') return env::kNoMoment;
  const std::size_t month = kMonths.find(text.substr(3, 3));
  if (month == std::string_view::npos || month % 3 != 0) return env::kNoMoment;
  const std::string number = std::to_string(month / 3 + 1);
  std::string plain(text.substr(7, 4));
  plain.append("-").append(number.size() < 2 ? "0" : "").append(number).append("-").append(text.substr(0, 2));
  plain.append("T").append(text.substr(12, 8)).append("Z");
  return env::parse_moment(plain, env::utc()).value_or(env::kNoMoment);
}

/// `accepted` where the newest messages to this number hold one with the same text that was made after ours was
/// decided; `deferred` where they do not. DateSent is not asked for: what still waits in Twilio's queue has none.
Task<Outcome> Twilio::find(const Message& message, Host& host) {
  HttpRequest request;
  request.method = "GET";
  request.url = messages_url_ + "?" + form({{"To", message.to}, {"PageSize", std::string(kList)}});
  const HttpAnswer answer = co_await call(std::move(request), host);
  const auto told = read_json(answer.reached == Reached::yes ? answer.body : "");
  const Json* rows = told ? part_of(*told, "messages") : nullptr;
  if (answer.status != 200 || rows == nullptr) co_return unknown("the platform could not be asked");
  for (const Json& row : *rows) {
    const env::Moment made = read_mail_time(text_in(row, "date_created"));
    if (made == env::kNoMoment || made < message.at - kClockSlack) continue;
    if (text_in(row, "to") != message.to || text_in(row, "body") != text_of(message, "text")) continue;
    Outcome outcome;
    outcome.provider_id = text_in(row, "sid");
    co_return outcome;
  }
  Outcome never{.fate = Fate::deferred, .scope = Scope::request};
  never.reason = "the platform does not know it";
  co_return never;
}

Task<Outcome> Twilio::reconcile(const Message& message, Host& host) {
  Outcome first = co_await find(message, host);
  if (first.fate == Fate::accepted) co_return first;
  // What is on its way to the platform may still arrive.
  co_await host.sleep(settle_);
  Outcome second = co_await find(message, host);
  co_return second;
}

void Twilio::take_status(const std::map<std::string, std::string>& told, std::string_view query, Callback& out) const {
  const std::string& status = told.at("MessageStatus");
  Receipt receipt;
  if (status == "delivered") {
    receipt.kind = ReceiptKind::delivered;
  } else if (status == "read") {
    receipt.kind = ReceiptKind::opened;
  } else if (status == "undelivered" || status == "failed") {
    receipt.kind = ReceiptKind::failed;
    const auto code = told.find("ErrorCode");
    const Code* row = code == told.end() ? nullptr : find_code(kTwilioCodes, code->second);
    receipt.reason = row == nullptr ? status : outcome_of(*row, row->code, 0).reason;
    receipt.suppress = row != nullptr && row->suppress;
  } else {
    return;  // accepted, queued, sending, sent: it is on its way
  }
  receipt.key = read_form(query)["key"];
  receipt.provider_id = told.at("MessageSid");
  if (const auto to = told.find("To"); to != told.end()) receipt.to = to->second;
  out.receipts.push_back(std::move(receipt));
}

void Twilio::take_reply(const std::map<std::string, std::string>& told, Callback& out) const {
  Inbound inbound{.event = "reply", .from = told.at("From"), .id = told.at("MessageSid")};
  inbound.fields["text"] = told.at("Body");
  const auto opt_out = told.find("OptOutType");
  if (is_opt_out(inbound.fields["text"]) || (opt_out != told.end() && opt_out->second == "STOP")) {
    Receipt receipt{.kind = ReceiptKind::unsubscribed, .to = inbound.from, .suppress = true};
    out.receipts.push_back(std::move(receipt));
  }
  out.inbound.push_back(std::move(inbound));
}

Callback Twilio::on_callback(const CallbackRequest& request, env::Moment) {
  // Behind a proxy the address that Twilio called is not the one that came here.
  std::string url = request.url;
  if (!callback_url_.empty()) {
    url = without_query(callback_url_);
    if (!request.query.empty()) url += "?" + request.query;
  }
  const auto told = read_form(request.body);
  const auto given = request.headers.find("x-twilio-signature");
  if (given == request.headers.end() || !same_secret(given->second, twilio_signature(token_, url, told)))
    return {.status = 401, .body = "wrong signature\n"};
  Callback out{.type = "text/xml; charset=utf-8", .body = std::string(kTaken)};
  if (!told.contains("MessageSid")) return {.status = 400, .body = "not about a message\n"};
  if (told.contains("MessageStatus")) {
    take_status(told, request.query, out);
  } else if (told.contains("From") && told.contains("Body")) {
    take_reply(told, out);
  }
  return out;
}

}  // namespace

std::string twilio_signature(const std::string& token, std::string text,
                             const std::map<std::string, std::string>& form) {
  for (const auto& [name, value] : form) text.append(name).append(value);
  return base64(hmac_sha1(token, text));
}

Result<std::unique_ptr<Remote>> make_twilio(const ChannelConfig& config) {
  if (option_of(config, "from").empty() == option_of(config, "service").empty())
    return fail(ErrorCode::invalid, "needs either `from`, a number, or `service`, a messaging service");
  if (option_of(config, "api_key").empty() != option_of(config, "api_secret").empty())
    return fail(ErrorCode::invalid, "`api_key` and `api_secret` go together");
  auto base = base_option(config, "https://api.twilio.com");
  if (!base) return tl::unexpected(base.error());
  auto validity = number_option(config, "validity", 0, 1, 36'000);
  if (!validity) return tl::unexpected(validity.error());
  auto settle = number_option(config, "settle", 30, 0, 600);
  if (!settle) return tl::unexpected(settle.error());
  return std::make_unique<Twilio>(config, std::move(*base), *validity, std::chrono::seconds(*settle));
}

}  // namespace tend::channel
