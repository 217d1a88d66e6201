// SMS by Tencent Cloud (腾讯云短信): approved templates in, receipts and replies by call.
// Source: cloud.tencent.com/document/product/382: 55981 (SendSms), 5807 (receipts); the calls and fields of version
// 2021-01-11 as the platform's own SDKs have them.
#include <algorithm>

#include "engine/channel/platform/china.hpp"
#include "engine/channel/platform/items.hpp"
#include "engine/channel/platform/opt_out.hpp"
#include "engine/channel/platform/phone.hpp"
#include "engine/channel/platform/platforms.hpp"
#include "engine/channel/platform/sign.hpp"
#include "engine/channel/platform/tc3.hpp"
#include "engine/channel/platform/tencent_codes.hpp"

namespace tend::channel {
namespace {

constexpr std::string_view kTaken = R"({"result":0,"errmsg":"OK"})";
// The keys of all messages of a call stand in its SessionContext, which takes less than 512 bytes.
constexpr std::size_t kKeyLetters = 32;
constexpr std::size_t kBatch = 511 / kKeyLetters;
constexpr std::int64_t kStatusMax = 100;  // of one page of PullSmsSendStatusByPhoneNumber

bool is_chinese(std::string_view number) { return !number.starts_with('+') || number.starts_with("+86"); }

class TencentSms final : public Remote {
 public:
  TencentSms(const ChannelConfig& config, std::string base, Numbers numbers, std::chrono::seconds settle)
      : id_(option_of(config, "secret_id")),
        secret_(option_of(config, "secret_key")),
        app_(option_of(config, "app_id")),
        sign_(option_of(config, "sign")),
        region_(option_of(config, "region", "ap-guangzhou")),
        extend_code_(option_of(config, "extend_code")),
        sender_(option_of(config, "sender_id")),
        callback_key_(option_of(config, "callback_key")),
        limits_(config.limits),
        base_(std::move(base)),
        numbers_(numbers),
        settle_(settle) {}

  RemoteCapabilities capabilities() const override { return {.batch_max = kBatch, .unknown = Unknown::ask}; }
  Task<std::vector<Outcome>> submit(std::span<const Message> messages, Host& host) override;
  Task<Outcome> reconcile(const Message& message, Host& host) override;
  Callback on_callback(const CallbackRequest& request, env::Moment now) override;

 private:
  using Group = std::vector<std::size_t>;
  Task<HttpAnswer> call(std::string action, const Json& body, Host& host);
  Json body_of(std::span<const Message> messages, const Group& group) const;
  Task<void> send(std::span<const Message> messages, Group group, std::vector<Outcome>& outcomes, Host& host);
  Outcome read(const Message& message, const std::string& code, env::Moment now) const;
  Task<Outcome> find(const Message& message, Host& host);
  void take_receipt(const Json& one, Callback& out) const;
  void take_reply(const Json& one, Callback& out) const;

  std::string id_, secret_, app_, sign_, region_, extend_code_, sender_, callback_key_;
  Limits limits_;
  std::string base_;
  Numbers numbers_;
  std::chrono::seconds settle_;
};

Task<HttpAnswer> TencentSms::call(std::string action, const Json& body, Host& host) {
  TencentCall call{.service = "sms", .host = host_of(base_), .content_type = "application/json"};
  call.at = host.now();
  call.body = write_json(body);
  HttpRequest request;
  request.url = base_ + "/";
  request.headers = tc3_headers(call, id_, secret_);
  request.headers.emplace_back("x-tc-action", std::move(action));
  request.headers.emplace_back("x-tc-version", "2021-01-11");
  request.headers.emplace_back("x-tc-region", region_);
  request.body = std::move(call.body);
  HttpAnswer answer = co_await host.fetch(std::move(request));
  co_return answer;
}

Json TencentSms::body_of(std::span<const Message> messages, const Group& group) const {
  const Message& first = messages[group.front()];
  Json body = {{"SmsSdkAppId", app_}, {"SignName", sign_}, {"TemplateId", text_of(first, "template")}};
  std::string keys;
  for (const std::size_t i : group) {
    body["PhoneNumberSet"].push_back(with_country(messages[i].to));
    keys += state::format_key(messages[i].key);
  }
  body["SessionContext"] = keys;
  // Its places have numbers, not names: {1} gets the value that is written first.
  body["TemplateParamSet"] = Json::array();
  for (const Item* value : values_of(first, "template")) body["TemplateParamSet"].push_back(value->text);
  if (!extend_code_.empty()) body["ExtendCode"] = extend_code_;
  if (!sender_.empty()) body["SenderId"] = sender_;
  return body;
}

Outcome TencentSms::read(const Message& message, const std::string& code, env::Moment now) const {
  Outcome outcome = outcome_of(kTencentCodes, code, now);
  const bool closed = code == "FailedOperation.MarketingSendTimeConstraint";
  if (closed && message.marketing && next_opening(limits_, now) > now) outcome.until = next_opening(limits_, now);
  return outcome;
}

/// One call for numbers that get the same. Each has a code of its own in the answer.
Task<void> TencentSms::send(std::span<const Message> messages, Group group, std::vector<Outcome>& outcomes,
                            Host& host) {
  const Json body = body_of(messages, group);
  const HttpAnswer answer = co_await call("SendSms", body, host);
  const env::Moment now = host.now();
  const auto told = read_json(answer.reached == Reached::yes ? answer.body : "");
  const Json* response = told ? part_of(*told, "Response") : nullptr;
  const Json* error = response == nullptr ? nullptr : part_of(*response, "Error");
  const Json* rows = response == nullptr ? nullptr : part_of(*response, "SendStatusSet");
  for (const std::size_t i : group) {
    if (error != nullptr) {
      outcomes[i] = read(messages[i], text_in(*error, "Code"), now);
      continue;
    }
    if (rows == nullptr) {
      outcomes[i] = outcome_without_words(answer, now);
      continue;
    }
    const std::string number = with_country(messages[i].to);
    const auto row = std::find_if(rows->begin(), rows->end(),
                                  [&](const Json& one) { return with_country(text_in(one, "PhoneNumber")) == number; });
    if (row == rows->end()) {
      outcomes[i] = unknown("the answer says nothing of this number");
      continue;
    }
    outcomes[i] = read(messages[i], text_in(*row, "Code"), now);
    if (outcomes[i].fate == Fate::accepted) outcomes[i].provider_id = text_in(*row, "SerialNo");
  }
}

Task<std::vector<Outcome>> TencentSms::submit(std::span<const Message> messages, Host& host) {
  std::vector<Outcome> outcomes(messages.size());
  for (const Group& group : by_content(messages, kBatch)) {
    if (text_of(messages[group.front()], "template").empty()) {
      for (const std::size_t i : group)
        outcomes[i] = rejected(Scope::request, "no template: Tencent Cloud sends approved texts only");
      continue;
    }
    // Numbers of China and of elsewhere do not go in one call; one without its country is of China.
    for (const bool chinese : {true, false}) {
      Group part;
      for (const std::size_t i : group)
        if (is_chinese(messages[i].to) == chinese) part.push_back(i);
      if (!part.empty()) co_await send(messages, std::move(part), outcomes, host);
    }
  }
  co_return outcomes;
}

/// `accepted` where the platform tells of it. That it does not tell of it proves nothing: a message without a receipt
/// is not told of.
Task<Outcome> TencentSms::find(const Message& message, Host& host) {
  const std::string key = state::format_key(message.key);
  for (std::int64_t offset = 0; offset < 3 * kStatusMax; offset += kStatusMax) {
    const Json body = {{"SmsSdkAppId", app_},
                       {"PhoneNumber", with_country(message.to)},
                       {"BeginTime", message.at / 1000},
                       {"EndTime", host.now() / 1000 + 1},
                       {"Offset", offset},
                       {"Limit", kStatusMax}};
    const HttpAnswer answer = co_await call("PullSmsSendStatusByPhoneNumber", body, host);
    const auto told = read_json(answer.reached == Reached::yes ? answer.body : "");
    const Json* response = told ? part_of(*told, "Response") : nullptr;
    const Json* rows = response == nullptr ? nullptr : part_of(*response, "PullSmsSendStatusSet");
    if (rows == nullptr) break;
    for (const Json& row : *rows) {
      if (text_in(row, "SessionContext").find(key) == std::string::npos) continue;
      Outcome outcome;
      outcome.provider_id = text_in(row, "SerialNo");
      co_return outcome;
    }
    if (rows->size() < static_cast<std::size_t>(kStatusMax)) break;
  }
  co_return unknown("no receipt tells of it");
}

Task<Outcome> TencentSms::reconcile(const Message& message, Host& host) {
  Outcome first = co_await find(message, host);
  if (first.fate == Fate::accepted) co_return first;
  co_await host.sleep(settle_);
  Outcome second = co_await find(message, host);
  co_return second;
}

void TencentSms::take_receipt(const Json& one, Callback& out) const {
  Receipt receipt;
  receipt.provider_id = text_in(one, "sid");
  receipt.to = as_written("+" + text_in(one, "nationcode") + text_in(one, "mobile"), numbers_);
  receipt.at = read_china_time(text_in(one, "user_receive_time"));
  if (text_in(one, "report_status") != "SUCCESS") {
    receipt.kind = ReceiptKind::failed;
    receipt.reason = text_in(one, "errmsg");
  }
  out.receipts.push_back(std::move(receipt));
}

void TencentSms::take_reply(const Json& one, Callback& out) const {
  const std::int64_t seconds = number_in(one, "time", -1);
  Inbound inbound{.event = "reply"};
  inbound.from = as_written("+" + text_in(one, "nationcode") + text_in(one, "mobile"), numbers_);
  inbound.fields["text"] = text_in(one, "content");
  // Replies have no number: the same words by the same person in the same second are the same.
  inbound.id = hex(sha256(inbound.from + "\n" + std::to_string(seconds) + "\n" + inbound.fields["text"])).substr(0, 32);
  constexpr std::int64_t kSecondsMax = 100'000'000'000;
  if (seconds > 0 && seconds < kSecondsMax) inbound.at = seconds * 1000;
  if (is_opt_out(inbound.fields["text"])) {
    Receipt receipt{.kind = ReceiptKind::unsubscribed, .to = inbound.from, .at = inbound.at, .suppress = true};
    out.receipts.push_back(std::move(receipt));
  }
  out.inbound.push_back(std::move(inbound));
}

/// The platform signs nothing: who knows the key that stands in the address given to it is believed.
Callback TencentSms::on_callback(const CallbackRequest& request, env::Moment) {
  if (callback_key_.empty()) return {.status = 404, .body = "this channel has no `callback_key`\n"};
  if (!same_secret(read_form(request.query)["key"], callback_key_)) return {.status = 401, .body = "wrong key\n"};
  auto told = read_json(request.body);
  if (!told || !told->is_structured()) return {.status = 400, .body = "neither receipts nor a reply\n"};
  const Json list = told->is_array() ? std::move(*told) : Json::array({std::move(*told)});
  Callback out{.type = "application/json; charset=utf-8", .body = std::string(kTaken)};
  for (const Json& one : list) {
    if (text_in(one, "mobile").empty()) continue;
    if (!text_in(one, "sid").empty()) {
      take_receipt(one, out);
    } else if (one.contains("content")) {
      take_reply(one, out);
    }
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<Remote>> make_tencent_sms(const ChannelConfig& config) {
  auto base = base_option(config, "https://sms.tencentcloudapi.com");
  if (!base) return tl::unexpected(base.error());
  auto numbers = numbers_option(config);
  if (!numbers) return tl::unexpected(numbers.error());
  auto settle = number_option(config, "settle", 30, 0, 600);
  if (!settle) return tl::unexpected(settle.error());
  return std::make_unique<TencentSms>(config, std::move(*base), *numbers, std::chrono::seconds(*settle));
}

}  // namespace tend::channel
