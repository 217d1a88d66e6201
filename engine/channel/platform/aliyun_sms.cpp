// SMS by Aliyun (阿里云短信): approved templates in, receipts (SmsReport) and replies (SmsUp) by call.
// Source: help.aliyun.com documents 55284 (SendSms), 419277 (QuerySendDetails), 101867 (SmsReport), 60127 (SmsUp).
#include <algorithm>

#include "engine/channel/platform/acs3.hpp"
#include "engine/channel/platform/aliyun_codes.hpp"
#include "engine/channel/platform/china.hpp"
#include "engine/channel/platform/items.hpp"
#include "engine/channel/platform/opt_out.hpp"
#include "engine/channel/platform/phone.hpp"
#include "engine/channel/platform/platforms.hpp"
#include "engine/channel/platform/sign.hpp"

namespace tend::channel {
namespace {

constexpr std::string_view kTaken = R"({"code":0,"msg":"接收成功"})";
constexpr int kDetailsPageMax = 50;
constexpr int kDetailsPages = 4;       // of a day: 200 messages to one number
constexpr std::int64_t kDaysBack = 3;  // a send is looked for on as many days before today

class AliyunSms final : public Remote {
 public:
  AliyunSms(const ChannelConfig& config, std::string base, Numbers numbers, std::chrono::seconds settle)
      : key_(option_of(config, "access_key")),
        secret_(option_of(config, "access_secret")),
        sign_(option_of(config, "sign")),
        extend_code_(option_of(config, "extend_code")),
        callback_key_(option_of(config, "callback_key")),
        limits_(config.limits),
        base_(std::move(base)),
        numbers_(numbers),
        settle_(settle) {}

  /// SendSms takes many numbers, but refuses all for one that is wrong, and gives one OutId back: one at a time.
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
  Task<HttpAnswer> call(std::string action, Pairs query, Host& host);
  Task<Outcome> send(const Message& message, Host& host);
  Task<Outcome> find(const Message& message, Host& host);
  env::Moment blocked_until(const Message& message, std::string_view words, env::Moment now) const;
  void take(const Json& one, Callback& out) const;

  std::string key_, secret_, sign_, extend_code_, callback_key_;
  Limits limits_;
  std::string base_;
  Numbers numbers_;
  std::chrono::seconds settle_;
};

Task<HttpAnswer> AliyunSms::call(std::string action, Pairs query, Host& host) {
  std::sort(query.begin(), query.end());
  AliyunCall call{.host = host_of(base_), .action = std::move(action), .version = "2017-05-25"};
  call.date = env::format_moment(host.now() / 1000 * 1000);
  call.nonce = host.random_hex(16);
  HttpRequest request;
  request.url = base_ + "/?" + form(query);
  call.query = std::move(query);
  request.headers = acs3_headers(call, key_, secret_);
  request.headers.emplace_back("accept", "application/json");
  HttpAnswer answer = co_await host.fetch(std::move(request));
  co_return answer;
}

/// A limit's window by the platform's own words: a minute and an hour are natural ones, a day is the last 24 hours.
/// Source: 44335, and the messages that go with isv.BUSINESS_LIMIT_CONTROL.
env::Moment AliyunSms::blocked_until(const Message& message, std::string_view words, env::Moment now) const {
  if (words.find("分钟") != std::string_view::npos) return (now / env::kMinute + 1) * env::kMinute;
  if (words.find("小时") != std::string_view::npos) return (now / env::kHour + 1) * env::kHour;
  if (words.find("天级") != std::string_view::npos) return now + env::kDay;
  if (message.marketing && next_opening(limits_, now) > now) return next_opening(limits_, now);
  return env::kNoMoment;
}

Task<Outcome> AliyunSms::send(const Message& message, Host& host) {
  const std::string_view name = text_of(message, "template");
  if (name.empty()) co_return rejected(Scope::request, "no template: Aliyun sends approved texts only");
  // A comma would make several recipients of one.
  if (message.to.find(',') != std::string::npos) co_return rejected(Scope::recipient, "no mobile number");
  Json values = Json::object();
  for (const Item* value : values_of(message, "template")) values[value->field] = value->text;
  Pairs query = {{"PhoneNumbers", message.to},
                 {"SignName", sign_},
                 {"TemplateCode", std::string(name)},
                 {"TemplateParam", write_json(values)},
                 {"OutId", state::format_key(message.key)}};
  if (!extend_code_.empty()) query.emplace_back("SmsUpExtendCode", extend_code_);
  const HttpAnswer answer = co_await call("SendSms", std::move(query), host);
  const auto told = read_json(answer.reached == Reached::yes ? answer.body : "");
  const std::string code = told ? text_in(*told, "Code") : "";
  if (code.empty()) co_return outcome_without_words(answer, host.now());
  Outcome outcome = outcome_of(kAliyunCodes, code, host.now());
  if (outcome.fate == Fate::accepted) outcome.provider_id = text_in(*told, "BizId");
  if (code == "isv.BUSINESS_LIMIT_CONTROL")
    outcome.until = blocked_until(message, text_in(*told, "Message"), host.now());
  co_return outcome;
}

/// `accepted` where the platform has it, `deferred` where it has not, `unknown` where it cannot be asked.
Task<Outcome> AliyunSms::find(const Message& message, Host& host) {
  const std::string key = state::format_key(message.key);
  const env::Moment now = host.now();
  const env::Moment first_day = china_midnight_after(message.at) - env::kDay;
  for (env::Moment at = now; at >= std::max(first_day, now - kDaysBack * env::kDay); at -= env::kDay) {
    for (int page = 1; page <= kDetailsPages; ++page) {
      Pairs query = {{"PhoneNumber", message.to},
                     {"SendDate", china_day(at)},
                     {"PageSize", std::to_string(kDetailsPageMax)},
                     {"CurrentPage", std::to_string(page)}};
      const HttpAnswer answer = co_await call("QuerySendDetails", std::move(query), host);
      const auto told = read_json(answer.reached == Reached::yes ? answer.body : "");
      if (!told || text_in(*told, "Code") != "OK") co_return unknown("the platform could not be asked");
      const Json* list = part_of(*told, "SmsSendDetailDTOs");
      const Json* details = list == nullptr ? nullptr : part_of(*list, "SmsSendDetailDTO");
      if (details == nullptr) break;
      const auto is_it = [&](const Json& one) { return text_in(one, "OutId") == key; };
      if (std::any_of(details->begin(), details->end(), is_it)) co_return Outcome{};
      if (details->size() < kDetailsPageMax) break;
    }
  }
  Outcome never{.fate = Fate::deferred, .scope = Scope::request};
  never.reason = "the platform does not know it";
  co_return never;
}

Task<Outcome> AliyunSms::reconcile(const Message& message, Host& host) {
  Outcome first = co_await find(message, host);
  if (first.fate == Fate::accepted) co_return first;
  // What is on its way to the platform may still arrive.
  co_await host.sleep(settle_);
  Outcome second = co_await find(message, host);
  co_return second;
}

void AliyunSms::take(const Json& one, Callback& out) const {
  const std::string number = as_written(text_in(one, "phone_number"), numbers_);
  if (number.empty()) return;
  if (!text_in(one, "biz_id").empty()) {
    const auto success = one.find("success");
    const bool delivered = success != one.end() && success->is_boolean() && success->get<bool>();
    Receipt receipt{.kind = delivered ? ReceiptKind::delivered : ReceiptKind::failed};
    receipt.key = text_in(one, "out_id");
    receipt.provider_id = text_in(one, "biz_id");
    receipt.to = number;
    receipt.at = read_china_time(text_in(one, "report_time"));
    if (!delivered) receipt.reason = text_in(one, "err_code");
    receipt.suppress = receipt.reason == "MOBILE_IN_BLACK";  // the operator's list of who wants nothing
    out.receipts.push_back(std::move(receipt));
    return;
  }
  const auto content = one.find("content");
  if (content == one.end() || !content->is_string()) return;
  Inbound inbound{.event = "reply", .from = number, .id = text_in(one, "sequence_id")};
  inbound.at = read_china_time(text_in(one, "send_time"));
  inbound.fields["text"] = content->get<std::string>();
  if (is_opt_out(inbound.fields["text"])) {
    Receipt receipt{.kind = ReceiptKind::unsubscribed, .to = number, .at = inbound.at, .suppress = true};
    out.receipts.push_back(std::move(receipt));
  }
  out.inbound.push_back(std::move(inbound));
}

/// The platform signs nothing: who knows the key that stands in the address given to it is believed.
Callback AliyunSms::on_callback(const CallbackRequest& request, env::Moment) {
  if (callback_key_.empty()) return {.status = 404, .body = "this channel has no `callback_key`\n"};
  if (!same_secret(read_form(request.query)["key"], callback_key_)) return {.status = 401, .body = "wrong key\n"};
  const auto told = read_json(request.body);
  if (!told || !told->is_array()) return {.status = 400, .body = "not a list of receipts\n"};
  Callback out{.type = "application/json; charset=utf-8", .body = std::string(kTaken)};
  for (const Json& one : *told)
    if (one.is_object()) take(one, out);
  return out;
}

}  // namespace

Result<std::unique_ptr<Remote>> make_aliyun_sms(const ChannelConfig& config) {
  auto base = base_option(config, "https://dysmsapi.aliyuncs.com");
  if (!base) return tl::unexpected(base.error());
  auto numbers = numbers_option(config);
  if (!numbers) return tl::unexpected(numbers.error());
  auto settle = number_option(config, "settle", 30, 0, 600);
  if (!settle) return tl::unexpected(settle.error());
  return std::make_unique<AliyunSms>(config, std::move(*base), *numbers, std::chrono::seconds(*settle));
}

}  // namespace tend::channel
