// Tencent Cloud SMS: its signature by the platform's own vector, every code for a number and for a call, batches,
// receipts and replies.
#include "engine/channel/platform/form.hpp"
#include "engine/channel/platform/platforms.hpp"
#include "engine/channel/platform/tc3.hpp"
#include "engine/channel/platform/tencent_codes.hpp"
#include "tests/engine/channel/scripted_host.hpp"

namespace tend::channel {
namespace {

using namespace test;

const std::map<std::string, std::string> kOptions = {{"secret_id", "testid"},
                                                     {"secret_key", "testsecret"},
                                                     {"app_id", "1400006666"},
                                                     {"sign", "test"},
                                                     {"callback_key", "k1"}};

Message sms(std::string to, std::uint64_t key = 1, std::string value = "4370") {
  return message_to(std::move(to), {{"template", "1110", ""}, {"template", std::move(value), "order"}}, key);
}

std::string header(const Pairs& headers, std::string_view name) {
  for (const auto& [one, value] : headers)
    if (one == name) return value;
  return {};
}

std::string row(std::string_view number, std::string_view code, std::string_view serial) {
  return R"({"SerialNo":")" + std::string(serial) + R"(","PhoneNumber":")" + std::string(number) +
         R"(","Fee":1,"SessionContext":"","Code":")" + std::string(code) + R"(","Message":"m","IsoCode":"CN"})";
}
std::string rows(const std::string& list) {
  return R"({"Response":{"SendStatusSet":[)" + list + R"(],"RequestId":"r"}})";
}
std::string error(std::string_view code) {
  return R"({"Response":{"Error":{"Code":")" + std::string(code) + R"(","Message":"m"},"RequestId":"r"}})";
}

TEST_CASE("Tencent Cloud's signature is that of its documents") {
  TencentCall call{.service = "cvm", .host = "cvm.tencentcloudapi.com"};
  call.content_type = "application/json; charset=utf-8";
  call.at = 1'551'113'065'000;
  call.body = "{\"Limit\": 1, \"Filters\": [{\"Values\": [\"\\u672a\\u547d\\u540d\"], \"Name\": \"instance-name\"}]}";
  CHECK(header(tc3_headers(call, "AKIDEXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"), "authorization") ==
        "TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host, "
        "Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168");
}

TEST_CASE("Tencent Cloud's signature holds for an SMS") {
  TencentCall call{.service = "sms", .host = "sms.tencentcloudapi.com", .content_type = "application/json"};
  call.at = 1'767'323'045'000;
  call.body =
      R"({"PhoneNumberSet":["+8613900001234"],"SmsSdkAppId":"1400006666","TemplateId":"1110","SignName":"test","TemplateParamSet":["4370"]})";
  CHECK(header(tc3_headers(call, "id", "testsecret"), "authorization")
            .ends_with("Signature=78e7fffb8443b4fbb2f111d41c9e0b225274070c08dcd2b1ccbeaa019da4781a"));
}

TEST_CASE("messages that say the same go in one call, each with its own code") {
  auto remote = make("tencent_sms", kOptions);
  REQUIRE(remote->capabilities().batch_max == 15);
  std::vector<Message> messages = {sms("13900000001", 1), sms("+8613900000002", 2), sms("13900000003", 3, "other"),
                                   sms("13900000001", 4), sms("+85291234567", 5)};
  ScriptedHost host;
  // The second row comes first, and the third message's call fails as a whole.
  host.script = {answered(rows(row("+8613900000002", "LimitExceeded.PhoneNumberDailyLimit", "") + "," +
                               row("+8613900000001", "Ok", "s-1"))),
                 answered(rows(row("+85291234567", "Ok", "s-5"))), answered(error("AuthFailure.SignatureFailure")),
                 answered(rows(row("+8613900000009", "Ok", "s-9")))};
  const auto outcomes = run(remote->submit(messages, host));
  REQUIRE(outcomes.size() == 5);
  CHECK(outcomes[0].fate == Fate::accepted);
  CHECK(outcomes[0].provider_id == "s-1");
  CHECK(outcomes[1].fate == Fate::throttled);
  CHECK(outcomes[1].scope == Scope::recipient);
  CHECK(outcomes[1].until == ScriptedHost::kStart + 14 * env::kHour);
  CHECK(outcomes[2].fate == Fate::rejected);
  CHECK(outcomes[2].scope == Scope::account);
  CHECK(outcomes[3].fate == Fate::unknown);  // the same number twice is two calls; this answer says nothing of it
  CHECK(outcomes[4].provider_id == "s-5");
  REQUIRE(host.requests.size() == 4);
  const Json body = Json::parse(host.requests[0].body);
  CHECK(body["PhoneNumberSet"] == Json({"+8613900000001", "+8613900000002"}));
  CHECK(body["SessionContext"] == "0123456789abcdef00000000000000010123456789abcdef0000000000000002");
  CHECK(body["TemplateId"] == "1110");
  CHECK(body["TemplateParamSet"] == Json({"4370"}));
  CHECK(body["SmsSdkAppId"] == "1400006666");
  CHECK(header(host.requests[0].headers, "x-tc-action") == "SendSms");
  CHECK(header(host.requests[0].headers, "x-tc-region") == "ap-guangzhou");
}

TEST_CASE("the keys of a full batch fit into its context") {
  auto remote = make("tencent_sms", kOptions);
  std::vector<Message> messages;
  std::string list;
  for (std::uint64_t i = 0; i < 15; ++i) {
    messages.push_back(sms("139000000" + std::to_string(10 + i), i));
    list += (i == 0 ? "" : ",") + row("+86139000000" + std::to_string(10 + i), "Ok", "s" + std::to_string(i));
  }
  ScriptedHost host;
  host.script = {answered(rows(list))};
  for (const Outcome& outcome : run(remote->submit(messages, host))) CHECK(outcome.fate == Fate::accepted);
  CHECK(Json::parse(host.requests[0].body)["SessionContext"].get<std::string>().size() < 512);
}

TEST_CASE("each code of Tencent Cloud is read as its table says, of a number and of a call") {
  auto remote = make("tencent_sms", kOptions);
  for (const Code& one : kTencentCodes) {
    std::string code(one.code);
    if (code.ends_with('*')) code.replace(code.size() - 1, 1, ".New");
    CAPTURE(code);
    ScriptedHost host;
    host.script = {answered(rows(row("+8613900001234", code, "s"))), answered(error(code))};
    for (int i = 0; i < 2; ++i) {
      const Outcome outcome = submit_one(*remote, sms("13900001234"), host);
      CHECK(outcome.fate == one.fate);
      CHECK(outcome.scope == one.scope);
      CHECK(outcome.suppress == one.suppress);
      CHECK(outcome.reason.starts_with(code));
    }
  }
  ScriptedHost host;
  host.time = ScriptedHost::kStart + 13 * env::kHour;  // 23:00
  host.script = {answered(rows(row("+8613900001234", "FailedOperation.MarketingSendTimeConstraint", "")))};
  CHECK(submit_one(*remote, sms("13900001234"), host).until == ScriptedHost::kStart + 22 * env::kHour);
  host.script = {no_connection(), no_answer(), answered("{}"), answered(R"({"Response":{}})"), answered("", 500)};
  CHECK(submit_one(*remote, sms("13900001234"), host).fate == Fate::deferred);
  for (int i = 0; i < 4; ++i) CHECK(submit_one(*remote, sms("13900001234"), host).fate == Fate::unknown);
  CHECK(submit_one(*remote, message_to("13900001234", {{"text", "x", ""}}), host).scope == Scope::request);
}

TEST_CASE("a message that may have been taken is looked for among the receipts") {
  auto remote = make("tencent_sms", kOptions);
  const auto told = [](std::string_view context) {
    return answered(
        R"({"Response":{"PullSmsSendStatusSet":[{"SerialNo":"s-7","ReportStatus":"FAIL","SessionContext":")" +
        std::string(context) + R"("}],"RequestId":"r"}})");
  };
  ScriptedHost host;
  host.script = {told("0123456789abcdef00000000000000090123456789abcdef0000000000000001")};
  const Outcome found = run(remote->reconcile(sms("13900001234"), host));
  CHECK(found.fate == Fate::accepted);
  CHECK(found.provider_id == "s-7");
  const Json body = Json::parse(host.requests[0].body);
  CHECK(body["PhoneNumber"] == "+8613900001234");
  CHECK(body["BeginTime"] == ScriptedHost::kStart / 1000);
  // What the platform does not tell of may be on its way: it is not sent again.
  host.script = {told("x"), told("x")};
  CHECK(run(remote->reconcile(sms("13900001234"), host)).fate == Fate::unknown);
  CHECK(host.slept.size() == 1);
}

TEST_CASE("receipts and replies of Tencent Cloud") {
  auto remote = make("tencent_sms", kOptions);
  const std::string receipts = R"([
    {"user_receive_time":"2026-01-05 10:00:07","nationcode":"86","mobile":"13900001234","report_status":"SUCCESS","errmsg":"DELIVRD","sid":"s-1"},
    {"user_receive_time":"","nationcode":"86","mobile":"13900001235","report_status":"FAIL","errmsg":"MK:0045","sid":"s-2"}, {"mobile":1}])";
  Callback out = remote->on_callback(call_of("POST", "key=k1", receipts), 0);
  CHECK(out.body == R"({"result":0,"errmsg":"OK"})");
  REQUIRE(out.receipts.size() == 2);
  CHECK(out.receipts[0].kind == ReceiptKind::delivered);
  CHECK(out.receipts[0].provider_id == "s-1");
  CHECK(out.receipts[0].to == "13900001234");
  CHECK(out.receipts[0].at == ScriptedHost::kStart + 7000);
  CHECK(out.receipts[1].kind == ReceiptKind::failed);
  CHECK(out.receipts[1].reason == "MK:0045");

  const std::string reply =
      R"({"extend":"","mobile":"13900001234","nationcode":"86","content":"退订","sign":"test","time":1767578460})";
  out = remote->on_callback(call_of("POST", "key=k1", reply), 0);
  REQUIRE(out.inbound.size() == 1);
  CHECK(out.inbound[0].from == "13900001234");
  CHECK(out.inbound[0].fields.at("text") == "退订");
  CHECK(out.inbound[0].at == 1'767'578'460'000);
  CHECK(out.inbound[0].id.size() == 32);
  CHECK(out.inbound[0].id == remote->on_callback(call_of("POST", "key=k1", "[" + reply + "]"), 0).inbound[0].id);
  REQUIRE(out.receipts.size() == 1);
  CHECK(out.receipts[0].kind == ReceiptKind::unsubscribed);
  CHECK(out.receipts[0].suppress);

  CHECK(remote->on_callback(call_of("POST", "key=K1", reply), 0).status == 401);
  CHECK(remote->on_callback(call_of("POST", "key=k1", "7"), 0).status == 400);
}

}  // namespace
}  // namespace tend::channel
