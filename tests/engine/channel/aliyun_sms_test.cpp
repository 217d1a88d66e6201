// Aliyun SMS: its signature by the platform's own vector, every code, receipts, replies, and what is asked when nobody
// knows.
#include "engine/channel/platform/acs3.hpp"
#include "engine/channel/platform/aliyun_codes.hpp"
#include "engine/channel/platform/form.hpp"
#include "engine/channel/platform/platforms.hpp"
#include "tests/engine/channel/scripted_host.hpp"

namespace tend::channel {
namespace {

using namespace test;

const std::map<std::string, std::string> kOptions = {
    {"access_key", "testkey"}, {"access_secret", "testsecret"}, {"sign", "测试"}, {"callback_key", "k1"}};

Message sms(std::uint64_t key = 1) {
  return message_to("13900001234", {{"template", "SMS_1", ""}, {"template", "王 \"*~", "name"}}, key);
}

std::string header(const Pairs& headers, std::string_view name) {
  for (const auto& [one, value] : headers)
    if (one == name) return value;
  return {};
}

std::string refusal(std::string_view code, std::string_view words = "") {
  return R"({"RequestId":"r","Code":")" + std::string(code) + R"(","Message":")" + std::string(words) + R"("})";
}

TEST_CASE("Aliyun's signature is that of its documents") {
  AliyunCall call{.host = "ecs.cn-shanghai.aliyuncs.com", .action = "RunInstances", .version = "2014-05-26"};
  call.date = "2023-10-26T10:22:32Z";
  call.nonce = "3156853299f313e23d1673dc12e1703d";
  call.query = {{"ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}, {"RegionId", "cn-shanghai"}};
  CHECK(
      header(acs3_headers(call, "YourAccessKeyId", "YourAccessKeySecret"), "authorization") ==
      "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
      "x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0");
}

TEST_CASE("Aliyun's signature holds for blanks, stars, tildes and Chinese") {
  AliyunCall call{.host = "dysmsapi.aliyuncs.com", .action = "SendSms", .version = "2017-05-25"};
  call.date = "2026-01-02T03:04:05Z";
  call.nonce = "n-1";
  call.query = {{"OutId", "o-1"},
                {"PhoneNumbers", "13900001234"},
                {"SignName", "测试"},
                {"TemplateCode", "SMS_1"},
                {"TemplateParam", R"({"name":"a b*~"})"}};
  CHECK(header(acs3_headers(call, "k", "testsecret"), "authorization")
            .ends_with(",Signature=2787b7e58744e8f8b47e717814095338d15176eab220840c88876d03ddc9d2c2"));
}

TEST_CASE("a message becomes a call of SendSms") {
  auto remote = make("aliyun_sms", kOptions);
  ScriptedHost host;
  host.script = {answered(R"({"RequestId":"r","BizId":"900^0","Code":"OK","Message":"OK"})")};
  const Outcome outcome = submit_one(*remote, sms(), host);
  CHECK(outcome.fate == Fate::accepted);
  CHECK(outcome.provider_id == "900^0");
  REQUIRE(host.requests.size() == 1);
  const HttpRequest& request = host.requests[0];
  CHECK(request.method == "POST");
  CHECK(request.body.empty());
  CHECK(request.url.starts_with("https://dysmsapi.aliyuncs.com/?"));
  CHECK(header(request.headers, "x-acs-date") == "2026-01-05T02:00:00Z");
  CHECK(header(request.headers, "host") == "dysmsapi.aliyuncs.com");
  const auto told = read_form(request.url.substr(request.url.find('?') + 1));
  CHECK(told == std::map<std::string, std::string>{{"PhoneNumbers", "13900001234"},
                                                   {"SignName", "测试"},
                                                   {"TemplateCode", "SMS_1"},
                                                   {"TemplateParam", R"({"name":"王 \"*~"})"},
                                                   {"OutId", "0123456789abcdef0000000000000001"}});
}

TEST_CASE("only approved templates go to Aliyun") {
  auto remote = make("aliyun_sms", kOptions);
  ScriptedHost host;
  const Outcome outcome = submit_one(*remote, message_to("13900001234", {{"text", "hello", ""}}), host);
  CHECK(outcome.fate == Fate::rejected);
  CHECK(outcome.scope == Scope::request);
  CHECK(host.requests.empty());
}

TEST_CASE("each code of Aliyun is read as its table says, whatever the status") {
  auto remote = make("aliyun_sms", kOptions);
  for (const int status : {200, 400, 404, 503}) {
    for (const Code& row : kAliyunCodes) {
      std::string code(row.code);
      if (code.ends_with('*')) code.replace(code.size() - 1, 1, ".More");
      CAPTURE(code, status);
      ScriptedHost host;
      host.script = {answered(refusal(code), status)};
      const Outcome outcome = submit_one(*remote, sms(), host);
      CHECK(outcome.fate == row.fate);
      CHECK(outcome.scope == row.scope);
      CHECK(outcome.reason.starts_with(code));
      if (outcome.fate == Fate::throttled) CHECK(outcome.until != 0);
    }
  }
  // One that is new.
  ScriptedHost host;
  host.script = {answered(refusal("isv.NEVER_SEEN"))};
  CHECK(submit_one(*remote, sms(), host).scope == Scope::request);
}

TEST_CASE("a number's limits end with their windows") {
  auto remote = make("aliyun_sms", kOptions);
  const auto until = [&](std::string_view words, env::Moment now) {
    ScriptedHost host;
    host.time = now;
    host.script = {answered(refusal("isv.BUSINESS_LIMIT_CONTROL", words))};
    return submit_one(*remote, sms(), host).until;
  };
  const env::Moment now = ScriptedHost::kStart + 12'345;  // 10:00:12 in China
  CHECK(until("触发分钟级流控Permits:1", now) == ScriptedHost::kStart + env::kMinute);
  CHECK(until("触发小时级流控Permits:5", now) == ScriptedHost::kStart + env::kHour);
  CHECK(until("触发天级流控Permits:10", now) == now + env::kDay);
  CHECK(until("something else", now) == env::kNoMoment);
  // At night marketing is refused with the same code: 21:00 and 03:00 wait for 08:00.
  CHECK(until("推广短信仅支持8:00-20:00发送", ScriptedHost::kStart + 11 * env::kHour) ==
        ScriptedHost::kStart + 22 * env::kHour);
  CHECK(until("推广短信仅支持8:00-20:00发送", ScriptedHost::kStart - 7 * env::kHour) ==
        ScriptedHost::kStart - 2 * env::kHour);
  ScriptedHost host;
  host.script = {answered(refusal("isv.DAY_LIMIT_CONTROL")), answered(refusal("isv.MONTH_LIMIT_CONTROL"))};
  CHECK(submit_one(*remote, sms(), host).until == ScriptedHost::kStart + 14 * env::kHour);
  CHECK(submit_one(*remote, sms(), host).until == 1'769'875'200'000);  // 2026-02-01 00:00 in China
}

TEST_CASE("what brings no words of Aliyun is not sent, unknown, or somebody's refusal") {
  auto remote = make("aliyun_sms", kOptions);
  const auto fate = [&](HttpAnswer answer) {
    ScriptedHost host;
    host.script = {std::move(answer)};
    return submit_one(*remote, sms(), host);
  };
  CHECK(fate(no_connection()).fate == Fate::deferred);
  CHECK(fate(no_answer()).fate == Fate::unknown);
  CHECK(fate(answered("<html>", 502)).fate == Fate::unknown);
  CHECK(fate(answered("{\"Code\":")).fate == Fate::unknown);
  CHECK(fate(answered("[]")).fate == Fate::unknown);
  CHECK(fate(answered("", 301)).scope == Scope::account);
  CHECK(fate(answered("", 403)).scope == Scope::account);
  CHECK(fate(answered("", 404)).scope == Scope::request);
  HttpAnswer busy = answered("", 429);
  busy.headers["retry-after"] = "30";
  CHECK(fate(busy).fate == Fate::throttled);
  CHECK(fate(busy).until == ScriptedHost::kStart + 30'000);
}

TEST_CASE("a message that may have been taken is looked for by its key") {
  auto remote = make("aliyun_sms", kOptions);
  const auto details = [](std::string_view key) {
    return answered(
        R"({"Code":"OK","TotalCount":1,"SmsSendDetailDTOs":{"SmsSendDetailDTO":[{"OutId":"other"},{"OutId":")" +
        std::string(key) + R"(","SendStatus":1}]}})");
  };
  ScriptedHost host;
  host.script = {details("0123456789abcdef0000000000000001")};
  CHECK(run(remote->reconcile(sms(), host)).fate == Fate::accepted);
  CHECK(host.slept.empty());
  CHECK(read_form(host.requests[0].url.substr(host.requests[0].url.find('?') + 1))["SendDate"] == "20260105");

  // It may come later than the question.
  host.script = {details("another"), details("0123456789abcdef0000000000000001")};
  CHECK(run(remote->reconcile(sms(), host)).fate == Fate::accepted);
  CHECK(host.slept.size() == 1);
  host.script = {details("another"), details("another")};
  CHECK(run(remote->reconcile(sms(), host)).fate == Fate::deferred);
  // The platform cannot be asked: nobody knows.
  host.script = {no_answer(), no_answer()};
  CHECK(run(remote->reconcile(sms(), host)).fate == Fate::unknown);
  // Sent before midnight, asked for after it.
  host.time = ScriptedHost::kStart + 20 * env::kHour;
  host.script = {details("another"), details("0123456789abcdef0000000000000001")};
  CHECK(run(remote->reconcile(sms(), host)).fate == Fate::accepted);
}

TEST_CASE("receipts and replies come with the key of the address") {
  auto remote = make("aliyun_sms", kOptions);
  const std::string body = R"([
    {"phone_number":"13900001234","send_time":"2026-01-05 10:00:00","report_time":"2026-01-05 10:00:07","success":true,
     "err_code":"DELIVERED","err_msg":"用户接收成功","sms_size":"1","biz_id":"900^0","out_id":"0123456789abcdef0000000000000001"},
    {"phone_number":"13900001235","report_time":"x","success":false,"err_code":"MOBILE_IN_BLACK","biz_id":"901^0","out_id":"o"},
    {"phone_number":"13900001236","send_time":"2026-01-05 10:01:00","content":"好的","sign_name":"测试","sequence_id":1234},
    {"phone_number":"13900001237","send_time":"2026-01-05 10:01:00","content":" ｔｄ ","sequence_id":1235},
    17, {"phone_number":"","biz_id":"902^0"}])";
  const Callback out = remote->on_callback(call_of("POST", "key=k1", body), ScriptedHost::kStart);
  CHECK(out.status == 200);
  CHECK(out.body == R"({"code":0,"msg":"接收成功"})");
  REQUIRE(out.receipts.size() == 3);
  CHECK(out.receipts[0].kind == ReceiptKind::delivered);
  CHECK(out.receipts[0].key == "0123456789abcdef0000000000000001");
  CHECK(out.receipts[0].provider_id == "900^0");
  CHECK(out.receipts[0].at == ScriptedHost::kStart + 7000);
  CHECK(out.receipts[1].kind == ReceiptKind::failed);
  CHECK(out.receipts[1].suppress);
  CHECK(out.receipts[1].at == env::kNoMoment);
  CHECK(out.receipts[2].kind == ReceiptKind::unsubscribed);
  CHECK(out.receipts[2].to == "13900001237");
  REQUIRE(out.inbound.size() == 2);
  CHECK(out.inbound[0].event == "reply");
  CHECK(out.inbound[0].from == "13900001236");
  CHECK(out.inbound[0].id == "1234");
  CHECK(out.inbound[0].fields.at("text") == "好的");

  CHECK(remote->on_callback(call_of("POST", "key=k2", body), 0).status == 401);
  CHECK(remote->on_callback(call_of("POST", "", body), 0).status == 401);
  CHECK(remote->on_callback(call_of("POST", "key=k1", "{}"), 0).status == 400);
  auto options = kOptions;
  options.erase("callback_key");
  CHECK(make("aliyun_sms", options)->on_callback(call_of("POST", "key=", body), 0).status == 404);
  options = kOptions;
  options["numbers"] = "e164";
  CHECK(make("aliyun_sms", options)->on_callback(call_of("POST", "key=k1", body), 0).inbound[0].from ==
        "+8613900001236");
}

TEST_CASE("options of Aliyun that cannot be are named") {
  const auto error = [](const std::string& name, const std::string& value) {
    ChannelConfig config{.name = "ch", .adapter = "aliyun_sms", .options = kOptions};
    config.options[name] = value;
    auto made = make_aliyun_sms(config);
    return made ? std::string() : made.error().message;
  };
  CHECK(error("base", "dysmsapi.aliyuncs.com") == "`base` cannot be `dysmsapi.aliyuncs.com`, it begins with https://");
  CHECK(error("settle", "1h") == "`settle` cannot be `1h`, it is a whole number from 0 to 600");
  CHECK(error("numbers", "x") == "`numbers` cannot be `x`, it is `local` (139…) or `e164` (+86139…)");
  CHECK(error("base", "http://127.0.0.1:1/").empty());
}

}  // namespace
}  // namespace tend::channel
