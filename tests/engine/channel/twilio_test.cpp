// Twilio: its signature by the platform's own vector, every code, receipts and replies that are signed, and what is
// asked when nobody knows.
#include "engine/channel/platform/answers.hpp"
#include "engine/channel/platform/form.hpp"
#include "engine/channel/platform/platforms.hpp"
#include "engine/channel/platform/twilio_codes.hpp"
#include "engine/channel/platform/twilio_signature.hpp"
#include "tests/engine/channel/scripted_host.hpp"

namespace tend::channel {
namespace {

using namespace test;

constexpr const char* kUrl = "https://tend.example/v1/receipts/ch";
const std::map<std::string, std::string> kOptions = {
    {"account", "AC1"}, {"auth_token", "12345"}, {"from", "+15005550006"}, {"callback_url", kUrl}};

Message sms(std::uint64_t key = 1) { return message_to("+14155550100", {{"text", "Hello & 你好", ""}}, key); }

CallbackRequest signed_call(const std::string& query, const std::map<std::string, std::string>& form,
                            const std::string& token = "12345") {
  Pairs pairs(form.begin(), form.end());
  CallbackRequest request = call_of("POST", query, channel::form(pairs));
  request.headers["x-twilio-signature"] =
      twilio_signature(token, std::string(kUrl) + (query.empty() ? "" : "?" + query), form);
  return request;
}

TEST_CASE("Twilio's signature is that of its documents") {
  CHECK(twilio_signature("12345", "https://mycompany.com/myapp.php?foo=1&bar=2",
                         {{"CallSid", "CA1234567890ABCDE"},
                          {"Caller", "+14158675309"},
                          {"Digits", "1234"},
                          {"From", "+14158675309"},
                          {"To", "+18005551212"}}) == "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
}

TEST_CASE("a message becomes a form, with the key in the address of its receipts") {
  auto remote = make("twilio", kOptions);
  ScriptedHost host;
  host.script = {answered(R"({"sid":"SM1","status":"queued","error_code":null})", 201)};
  const Outcome outcome = submit_one(*remote, sms(), host);
  CHECK(outcome.fate == Fate::accepted);
  CHECK(outcome.provider_id == "SM1");
  CHECK(host.requests[0].url == "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json");
  CHECK(host.requests[0].headers.back() == std::pair<std::string, std::string>("authorization", "Basic QUMxOjEyMzQ1"));
  CHECK(read_form(host.requests[0].body) ==
        std::map<std::string, std::string>{
            {"To", "+14155550100"},
            {"From", "+15005550006"},
            {"Body", "Hello & 你好"},
            {"StatusCallback", std::string(kUrl) + "?key=0123456789abcdef0000000000000001"}});

  auto options = kOptions;
  options.erase("from");
  options.erase("callback_url");
  options["service"] = "MG1";
  options["validity"] = "600";
  options["api_key"] = "SK1";
  options["api_secret"] = "s";
  host.script = {answered(R"({"sid":"SM2"})", 201)};
  CHECK(submit_one(*make("twilio", options), message_to("+1", {{"image", "https://x/y.png", ""}}), host).provider_id ==
        "SM2");
  CHECK(read_form(host.requests[1].body) ==
        std::map<std::string, std::string>{
            {"To", "+1"}, {"MessagingServiceSid", "MG1"}, {"MediaUrl", "https://x/y.png"}, {"ValidityPeriod", "600"}});
  CHECK(host.requests[1].headers.back().second == "Basic U0sxOnM=");
  CHECK(submit_one(*remote, message_to("+1", {{"link", "https://x", ""}}), host).scope == Scope::request);
}

TEST_CASE("each code of Twilio is read as its table says") {
  auto remote = make("twilio", kOptions);
  for (const Code& row : kTwilioCodes) {
    const std::string code(row.code);
    CAPTURE(code);
    ScriptedHost host;
    const int status = code == "20429" ? 429 : code == "20003" ? 401 : code.starts_with("205") ? 500 : 400;
    HttpAnswer answer = answered(R"({"code":)" + code + R"(,"message":"to +14155550100","status":400})", status);
    if (status == 429) answer.headers["retry-after"] = "30";
    host.script = {answer};
    const Outcome outcome = submit_one(*remote, sms(), host);
    CHECK(outcome.fate == row.fate);
    CHECK(outcome.scope == row.scope);
    CHECK(outcome.suppress == (code == "21610"));
    CHECK(outcome.reason.find("+1415") == std::string::npos);
    if (status == 429) CHECK(outcome.until == ScriptedHost::kStart + 30'000);
  }
  ScriptedHost host;
  host.script = {answered(R"({"code":99999,"message":"m"})", 400),
                 answered(R"({"code":99999})", 503),
                 answered(R"({"code":20003})", 200),
                 no_connection(),
                 no_answer(),
                 answered("x", 201)};
  CHECK(submit_one(*remote, sms(), host).scope == Scope::request);
  CHECK(submit_one(*remote, sms(), host).fate == Fate::unknown);
  CHECK(submit_one(*remote, sms(), host).fate == Fate::unknown);
  CHECK(submit_one(*remote, sms(), host).fate == Fate::deferred);
  CHECK(submit_one(*remote, sms(), host).fate == Fate::unknown);
  CHECK(submit_one(*remote, sms(), host).fate == Fate::unknown);
}

TEST_CASE("a message that may have been taken is looked for by number, text and time") {
  auto remote = make("twilio", kOptions);
  const auto list = [](std::string_view made, std::string_view body) {
    return answered(R"({"messages":[{"sid":"SM9","to":"+14155550100","body":")" + std::string(body) +
                    R"(","date_created":")" + std::string(made) + R"("}]})");
  };
  ScriptedHost host;
  host.script = {list("Mon, 05 Jan 2026 02:00:01 +0000", "Hello & 你好")};
  const Outcome found = run(remote->reconcile(sms(), host));
  CHECK(found.fate == Fate::accepted);
  CHECK(found.provider_id == "SM9");
  CHECK(host.requests[0].method == "GET");
  CHECK(host.requests[0].url.ends_with("/Messages.json?To=%2B14155550100&PageSize=50"));
  // One of last week, another text, a moment that is none: not ours. It is asked twice before it is sent again.
  for (const auto& [made, body] : {std::pair{"Mon, 29 Dec 2025 02:00:01 +0000", "Hello & 你好"},
                                   std::pair{"Mon, 05 Jan 2026 02:00:01 +0000", "Hello"},
                                   std::pair{"yesterday, about noon o'clock", "Hello & 你好"}}) {
    host.slept.clear();
    host.script = {list(made, body), list(made, body)};
    CHECK(run(remote->reconcile(sms(), host)).fate == Fate::deferred);
    CHECK(host.slept == std::vector<std::chrono::milliseconds>{std::chrono::seconds(30)});
  }
  host.script = {no_answer(), answered(R"({"code":20003})", 401)};
  CHECK(run(remote->reconcile(sms(), host)).fate == Fate::unknown);
}

TEST_CASE("receipts are believed when they are signed") {
  auto remote = make("twilio", kOptions);
  const std::string query = "key=0123456789abcdef0000000000000001";
  const auto receipt = [&](const std::string& status, const std::string& error) {
    std::map<std::string, std::string> form = {
        {"MessageSid", "SM1"}, {"MessageStatus", status}, {"To", "+14155550100"}, {"From", "+15005550006"}};
    if (!error.empty()) form["ErrorCode"] = error;
    return remote->on_callback(signed_call(query, form), 0);
  };
  const Callback delivered = receipt("delivered", "");
  CHECK(delivered.status == 200);
  REQUIRE(delivered.receipts.size() == 1);
  CHECK(delivered.receipts[0].kind == ReceiptKind::delivered);
  CHECK(delivered.receipts[0].key == "0123456789abcdef0000000000000001");
  CHECK(delivered.receipts[0].provider_id == "SM1");
  CHECK(delivered.receipts[0].to == "+14155550100");
  CHECK(receipt("read", "").receipts.at(0).kind == ReceiptKind::opened);
  CHECK(receipt("undelivered", "30003").receipts.at(0).reason == "30003 not reachable now");
  CHECK(receipt("failed", "21610").receipts.at(0).suppress);
  CHECK(receipt("failed", "1").receipts.at(0).reason == "failed");
  for (const char* status : {"accepted", "queued", "sending", "sent"}) CHECK(receipt(status, "").receipts.empty());

  const std::map<std::string, std::string> form = {{"MessageSid", "SM1"}, {"MessageStatus", "delivered"}};
  CHECK(remote->on_callback(signed_call(query, form, "other"), 0).status == 401);
  CallbackRequest changed = signed_call(query, form);
  changed.body += "&To=x";
  CHECK(remote->on_callback(changed, 0).status == 401);
  changed = signed_call(query, form);
  changed.query = "key=0123456789abcdef0000000000000002";
  CHECK(remote->on_callback(changed, 0).status == 401);
  changed = signed_call(query, form);
  changed.headers.clear();
  CHECK(remote->on_callback(changed, 0).status == 401);
  CHECK(remote->on_callback(signed_call(query, {{"CallSid", "CA1"}}), 0).status == 400);
}

TEST_CASE("replies are events, and STOP is what it says") {
  auto remote = make("twilio", kOptions);
  std::map<std::string, std::string> form = {
      {"MessageSid", "SM5"}, {"From", "+14155550100"}, {"To", "+15005550006"}, {"Body", "thanks"}};
  Callback out = remote->on_callback(signed_call("", form), 0);
  REQUIRE(out.inbound.size() == 1);
  CHECK(out.inbound[0].event == "reply");
  CHECK(out.inbound[0].from == "+14155550100");
  CHECK(out.inbound[0].id == "SM5");
  CHECK(out.inbound[0].fields.at("text") == "thanks");
  CHECK(out.receipts.empty());
  CHECK(out.body.find("<Response>") != std::string::npos);
  form["Body"] = "Stop";
  CHECK(remote->on_callback(signed_call("", form), 0).receipts.at(0).kind == ReceiptKind::unsubscribed);
  form["Body"] = "ARRET";
  form["OptOutType"] = "STOP";
  CHECK(remote->on_callback(signed_call("", form), 0).receipts.at(0).suppress);
}

TEST_CASE("options of Twilio that do not go together are named") {
  const auto error = [](std::map<std::string, std::string> more) {
    ChannelConfig config{.name = "ch", .adapter = "twilio", .options = {{"account", "a"}, {"auth_token", "t"}}};
    config.options.merge(more);
    auto made = make_twilio(config);
    return made ? std::string() : made.error().message;
  };
  CHECK(error({}) == "needs either `from`, a number, or `service`, a messaging service");
  CHECK(error({{"from", "1"}, {"service", "2"}}) == error({}));
  CHECK(error({{"from", "1"}, {"api_key", "2"}}) == "`api_key` and `api_secret` go together");
  CHECK(error({{"from", "1"}, {"validity", "0"}}) == "`validity` cannot be `0`, it is a whole number from 1 to 36000");
  CHECK(error({{"from", "1"}}).empty());
}

}  // namespace
}  // namespace tend::channel
