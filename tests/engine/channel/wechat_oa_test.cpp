// The Official Account: its stable token, three kinds of messages, every code, repetitions, calls to us.
#include "engine/channel/platform/form.hpp"
#include "engine/channel/platform/platforms.hpp"
#include "engine/channel/platform/wechat_codes.hpp"
#include "tests/engine/channel/scripted_host.hpp"
#include "tests/engine/channel/sealing.hpp"

namespace tend::channel {
namespace {

using namespace test;

const std::string kToken = R"({"access_token":"T1","expires_in":7200})";
const std::string kToken2 = R"({"access_token":"T2","expires_in":7200})";
const std::string kOk = R"({"errcode":0,"errmsg":"ok","msgid":3001})";

std::string code(std::string_view number) {
  return R"({"errcode":)" + std::string(number) + R"(,"errmsg":"x rid: 1-2-3"})";
}

std::unique_ptr<Remote> account(std::map<std::string, std::string> more = {}) {
  std::map<std::string, std::string> options = {{"appid", "wx1"}, {"secret", "s"}};
  options.merge(more);
  return make("wechat_oa", options);
}

const std::vector<Item> kTemplate = {
    {"template", "T-1", ""}, {"template", "王", "name"}, {"link", "https://a.example", ""}};

TEST_CASE("a template goes with its values and the key by which it is told apart") {
  auto remote = account({{"kind", "template"}});
  CHECK(remote->capabilities().unknown == Unknown::ask);
  ScriptedHost host;
  host.script = {answered(kToken), answered(kOk)};
  const Outcome outcome = submit_one(*remote, message_to("o1", kTemplate), host);
  CHECK(outcome.fate == Fate::accepted);
  CHECK(outcome.provider_id == "3001");
  CHECK(host.requests[0].url == "https://api.weixin.qq.com/cgi-bin/stable_token");
  CHECK(Json::parse(host.requests[0].body) ==
        Json::parse(R"({"grant_type":"client_credential","appid":"wx1","secret":"s","force_refresh":false})"));
  CHECK(host.requests[1].url == "https://api.weixin.qq.com/cgi-bin/message/template/send?access_token=T1");
  CHECK(Json::parse(host.requests[1].body) ==
        Json::parse(R"({"touser":"o1","template_id":"T-1","data":{"name":{"value":"王"}},"url":"https://a.example",
                        "client_msg_id":"0123456789abcdef0000000000000001"})"));
  CHECK(submit_one(*remote, message_to("o1", {{"text", "x", ""}}), host).scope == Scope::request);
}

TEST_CASE("a subscription message and its page") {
  auto remote = account({{"kind", "subscription"}});
  CHECK(remote->capabilities().unknown == Unknown::once);
  ScriptedHost host;
  host.script = {answered(kToken), answered(R"({"errcode":0,"errmsg":"ok"})")};
  std::vector<Item> items = kTemplate;
  items.push_back({"miniprogram", "orders", ""});
  items.push_back({"miniprogram", "wx2", "appid"});
  items.push_back({"miniprogram", "p/1", "page"});
  CHECK(submit_one(*remote, message_to("o1", items), host).fate == Fate::accepted);
  CHECK(host.requests[1].url.find("/message/subscribe/bizsend?") != std::string::npos);
  CHECK(Json::parse(host.requests[1].body) ==
        Json::parse(R"({"touser":"o1","template_id":"T-1","data":{"name":{"value":"王"}},"page":"https://a.example",
                        "miniprogram":{"appid":"wx2","pagepath":"p/1"}})"));
}

TEST_CASE("customer service says one thing at a time") {
  auto remote = account({{"kf_account", "kf@a"}});
  ScriptedHost host;
  const auto sent = [&](std::vector<Item> items) {
    host.requests.clear();
    host.script = {answered(kToken), answered(R"({"errcode":0})")};
    const Outcome outcome = submit_one(*account({{"kf_account", "kf@a"}}), message_to("o1", std::move(items)), host);
    if (outcome.fate != Fate::accepted) return Json(outcome.reason);
    Json body = Json::parse(host.requests.at(1).body);
    CHECK(body["touser"] == "o1");
    CHECK(body["customservice"]["kf_account"] == "kf@a");
    body.erase("touser");
    body.erase("customservice");
    return body;
  };
  CHECK(sent({{"text", "hi", ""}}) == Json::parse(R"({"msgtype":"text","text":{"content":"hi"}})"));
  CHECK(sent({{"image", "m1", ""}}) == Json::parse(R"({"msgtype":"image","image":{"media_id":"m1"}})"));
  CHECK(sent({{"subject", "s", ""}, {"text", "t", ""}, {"link", "https://a", ""}}) ==
        Json::parse(R"({"msgtype":"news","news":{"articles":[{"title":"s","description":"t","url":"https://a"}]}})"));
  CHECK(sent({{"link", "https://a", ""}})["news"]["articles"][0]["title"] == "https://a");
  CHECK(sent({{"miniprogram", "orders", ""}, {"miniprogram", "wx2", "appid"}, {"miniprogram", "m2", "picture"}}) ==
        Json::parse(R"({"msgtype":"miniprogrampage","miniprogrampage":{"title":"orders","appid":"wx2","pagepath":"",
                        "thumb_media_id":"m2"}})"));
  const Json both = "one of text, picture, link and mini program at a time";
  CHECK(sent({{"text", "t", ""}, {"image", "m1", ""}}) == both);
  CHECK(sent({{"image", "t", ""}, {"link", "m1", ""}}) == both);
  CHECK(sent({}) == both);
}

TEST_CASE("each code of the Official Account is read as its table says") {
  for (const Code& row : kWechatCodes) {
    CAPTURE(row.code);
    auto remote = account();
    ScriptedHost host;
    host.script = {answered(kToken), answered(code(row.code))};
    const bool of_token = row.code == "40001" || row.code == "40014" || row.code == "41001" || row.code == "42001";
    if (of_token) {
      host.script.push_back(answered(kToken2));
      host.script.push_back(answered(code(row.code)));
    }
    const Outcome outcome = submit_one(*remote, message_to("o1", {{"text", "x", ""}}), host);
    CHECK(outcome.fate == row.fate);
    CHECK(outcome.scope == row.scope);
    CHECK(host.script.empty());
    if (row.code == "45015" || row.code == "45047") CHECK(outcome.reason.find("window") != std::string::npos);
  }
  auto remote = account();
  ScriptedHost host;
  const Message text = message_to("o1", {{"text", "x", ""}});
  host.script = {answered(kToken), answered(code("12345")), no_answer(), no_connection(), answered("x")};
  CHECK(submit_one(*remote, text, host).scope == Scope::request);
  CHECK(submit_one(*remote, text, host).fate == Fate::unknown);
  CHECK(submit_one(*remote, text, host).fate == Fate::deferred);
  CHECK(submit_one(*remote, text, host).fate == Fate::unknown);
}

TEST_CASE("a stable token that is not taken is renewed by force, and only then") {
  auto remote = account();
  ScriptedHost host;
  const Message text = message_to("o1", {{"text", "x", ""}});
  host.script = {answered(kToken), answered(code("40001")), answered(kToken), answered(kToken2), answered(kOk)};
  CHECK(submit_one(*remote, text, host).fate == Fate::accepted);
  CHECK(Json::parse(host.requests[2].body)["force_refresh"] == false);
  CHECK(Json::parse(host.requests[3].body)["force_refresh"] == true);
  CHECK(host.requests[4].url.ends_with("T2"));
  host.script = {answered(code("42001")), answered(kToken), answered(kOk)};
  CHECK(submit_one(*remote, text, host).fate == Fate::accepted);
  CHECK(Json::parse(host.requests[6].body)["force_refresh"] == false);

  auto wrong = account();
  host.script = {answered(code("40125"))};
  CHECK(submit_one(*wrong, text, host).scope == Scope::account);
  wrong = account();
  host.script = {answered(code("40001"))};
  CHECK(submit_one(*wrong, text, host).fate == Fate::rejected);
  wrong = account();
  host.script = {no_answer()};
  CHECK(submit_one(*wrong, text, host).fate == Fate::deferred);
}

TEST_CASE("a template that may have been taken is sent again with its key, while that is told apart") {
  auto remote = account({{"kind", "template"}});
  ScriptedHost host;
  const Message message = message_to("o1", kTemplate);
  host.script = {answered(kToken), no_answer(), answered(kOk)};
  CHECK(submit_one(*remote, message, host).fate == Fate::unknown);
  host.time += 7 * env::kMinute;
  const Outcome again = run(remote->reconcile(message, host));
  CHECK(again.fate == Fate::accepted);
  CHECK(again.provider_id == "3001");
  CHECK(host.requests[1].body == host.requests[2].body);
  // What is refused now may have been taken then.
  host.script = {answered(code("43004"))};
  CHECK(run(remote->reconcile(message, host)).fate == Fate::unknown);
  host.time += env::kMinute;
  CHECK(run(remote->reconcile(message, host)).fate == Fate::unknown);
  CHECK(host.requests.size() == 4);
  CHECK(run(account({{"kind", "template"}})->reconcile(message, host)).fate == Fate::unknown);
}

std::string said(const std::string& kind, const std::string& fields) {
  return "<xml><ToUserName>gh</ToUserName><FromUserName>o1</FromUserName><CreateTime>1767578400</CreateTime><MsgType>" +
         kind + "</MsgType>" + fields + "</xml>";
}

CallbackRequest plain(const std::string& body, const std::string& token = "t") {
  return call_of(
      "POST",
      form(
          {{"signature", wechat_signature({token, "1767578400", "n1"})}, {"timestamp", "1767578400"}, {"nonce", "n1"}}),
      body);
}

TEST_CASE("what people write and do comes as events") {
  auto remote = account({{"callback_token", "t"}});
  const auto told = [&](const std::string& kind, const std::string& fields) {
    const Callback out = remote->on_callback(plain(said(kind, fields)), 0);
    CHECK(out.status == 200);
    CHECK(out.body == "success");
    return out;
  };
  const auto event = [&](const std::string& name, const std::string& more = "") {
    return told("event", "<Event>" + name + "</Event>" + more);
  };
  Callback out = told("text", "<Content><![CDATA[hello]]></Content><MsgId>7</MsgId>");
  REQUIRE(out.inbound.size() == 1);
  CHECK(out.inbound[0].event == "reply");
  CHECK(out.inbound[0].from == "o1");
  CHECK(out.inbound[0].id == "7");
  CHECK(out.inbound[0].at == ScriptedHost::kStart);
  CHECK(out.inbound[0].fields == std::map<std::string, std::string>{{"kind", "text"}, {"text", "hello"}});
  CHECK(told("text", "<Content>退订</Content><MsgId>8</MsgId>").receipts.at(0).suppress);
  CHECK(told("image", "<MsgId>9</MsgId>").inbound.at(0).fields.at("kind") == "image");

  CHECK(event("subscribe", "<EventKey>qrscene_42</EventKey>").inbound.at(0).fields.at("state") == "42");
  CHECK(event("subscribe").inbound.at(0).event == "added");
  CHECK(event("subscribe").inbound.at(0).id == event("subscribe").inbound.at(0).id);
  CHECK(event("subscribe").inbound.at(0).id != event("unsubscribe").inbound.at(0).id);
  CHECK(event("unsubscribe").inbound.at(0).event == "removed");
  CHECK(event("SCAN", "<EventKey>42</EventKey>").inbound.at(0).event == "scanned");
  CHECK(event("CLICK", "<EventKey>k</EventKey>").inbound.at(0).fields.at("key") == "k");
  CHECK(event("VIEW").inbound.empty());

  out = event("subscribe_msg_popup_event",
              "<SubscribeMsgPopupEvent><List><TemplateId>A</TemplateId><SubscribeStatusString>accept"
              "</SubscribeStatusString></List><List><TemplateId>B</TemplateId><SubscribeStatusString>reject"
              "</SubscribeStatusString></List></SubscribeMsgPopupEvent>");
  REQUIRE(out.inbound.size() == 2);
  CHECK(out.inbound[0].event == "subscribed");
  CHECK(out.inbound[0].fields.at("template") == "A");
  CHECK(out.inbound[1].event == "declined");
  CHECK(out.inbound[0].id != out.inbound[1].id);
}

TEST_CASE("what became of messages comes as receipts") {
  auto remote = account({{"callback_token", "t"}});
  const auto told = [&](const std::string& fields) {
    return remote->on_callback(plain(said("event", fields)), 0).receipts.at(0);
  };
  const auto finish = [&](const std::string& status, const std::string& id) {
    return told("<Event>TEMPLATESENDJOBFINISH</Event><MsgID>" + id + "</MsgID><Status>" + status + "</Status>");
  };
  CHECK(finish("success", "3001").kind == ReceiptKind::delivered);
  CHECK(finish("success", "3001").provider_id == "3001");
  CHECK(finish("success", "0").provider_id.empty());
  CHECK(finish("success", "0").to == "o1");
  CHECK(finish("failed:user block", "3001").kind == ReceiptKind::failed);
  CHECK(finish("failed:user block", "3001").suppress);
  CHECK_FALSE(finish("failed: system failed", "3001").suppress);
  const auto sent = [&](const std::string& number) {
    return told(
        "<Event>subscribe_msg_sent_event</Event><SubscribeMsgSentEvent><List><TemplateId>A</TemplateId><MsgID>17"
        "</MsgID><ErrorCode>" +
        number + "</ErrorCode><ErrorStatus>why</ErrorStatus></List></SubscribeMsgSentEvent>");
  };
  CHECK(sent("0").kind == ReceiptKind::delivered);
  CHECK(sent("43101").reason == "43101 why");
}

TEST_CASE("only calls that are signed are taken, and only sealed ones where there is a seal") {
  auto remote = account({{"callback_token", "t"}});
  const std::string body = said("text", "<Content>x</Content><MsgId>1</MsgId>");
  CHECK(remote->on_callback(plain(body, "other"), 0).status == 401);
  CHECK(remote->on_callback(call_of("POST", "", body), 0).status == 401);
  CHECK(remote->on_callback(plain("<xml>"), 0).status == 400);
  CHECK(remote->on_callback(plain("<xml/>"), 0).inbound.empty());
  CHECK(account()->on_callback(plain(body), 0).status == 404);
  CallbackRequest check = plain("");
  check.method = "GET";
  check.query += "&echostr=1234";
  CHECK(remote->on_callback(check, 0).body == "1234");

  auto sealed = account({{"callback_token", "t"}, {"callback_aes_key", kAesKey}});
  const Seal seal = *make_seal("t", kAesKey, "wx1");
  CHECK(sealed->on_callback(check, 0).body == "1234");
  CHECK(sealed->on_callback(plain(body), 0).status == 401);
  CHECK(sealed->on_callback(sealed_call(seal, body), 0).inbound.size() == 1);
  CHECK(sealed->on_callback(sealed_call(*make_seal("t", kAesKey, "wx2"), body), 0).status == 401);
}

TEST_CASE("options of the Official Account that cannot be are named") {
  const auto error = [](std::map<std::string, std::string> more) {
    ChannelConfig config{.name = "ch", .adapter = "wechat_oa", .options = {{"appid", "a"}, {"secret", "s"}}};
    config.options.merge(more);
    auto made = make_wechat_oa(config);
    return made ? std::string() : made.error().message;
  };
  CHECK(error({{"kind", "mass"}}) == "`kind` cannot be `mass`, it is `service`, `template` or `subscription`");
  CHECK(error({{"callback_aes_key", "x"}}) == "`callback_aes_key` needs `callback_token`");
}

}  // namespace
}  // namespace tend::channel
