// WeCom: its token, mass messages as tasks, messages to staff, welcomes, calls to us, and every code.
#include "engine/channel/platform/form.hpp"
#include "engine/channel/platform/platforms.hpp"
#include "engine/channel/platform/wecom_codes.hpp"
#include "tests/engine/channel/scripted_host.hpp"
#include "tests/engine/channel/sealing.hpp"

namespace tend::channel {
namespace {

using namespace test;

const std::string kToken = R"({"errcode":0,"errmsg":"ok","access_token":"T1","expires_in":7200})";
const std::string kToken2 = R"({"errcode":0,"errmsg":"ok","access_token":"T2","expires_in":7200})";

std::string code(std::int64_t number) {
  return R"({"errcode":)" + std::to_string(number) + R"(,"errmsg":"x, more info"})";
}
std::string task(const std::string& id, const std::string& failed = "") {
  return R"({"errcode":0,"errmsg":"ok","fail_list":[)" + failed + R"(],"msgid":")" + id + R"("})";
}

/// Each test has an account of its own: tokens are shared by who has the same.
std::map<std::string, std::string> options(std::map<std::string, std::string> more = {}) {
  static int corps = 0;
  std::map<std::string, std::string> out = {{"corp", "ww" + std::to_string(++corps)}, {"secret", "s"}};
  for (auto& [name, value] : more) out[name] = value;
  return out;
}

Message mass(std::string to, std::uint64_t key = 1, std::string staff = "zhangsan", std::string text = "hello") {
  Message message = message_to(std::move(to), {{"text", std::move(text), ""}}, key);
  message.staff = std::move(staff);
  return message;
}

Json body_of(const HttpRequest& request) { return Json::parse(request.body); }
std::string api_of(const HttpRequest& request) {
  const std::size_t begin = request.url.find("/cgi-bin/") + 9;
  return request.url.substr(begin, request.url.find('?') - begin);
}

TEST_CASE("customers of one member who get the same are one task") {
  auto remote = make("wecom", options());
  CHECK(remote->capabilities().needs_person);
  CHECK(remote->capabilities().polls);
  std::vector<Message> messages = {
      mass("wm1", 1),    mass("wm2", 2), mass("wm3", 3, "lisi"), mass("", 4), mass("wm5", 5, "", "other"),
      mass("wm6|wm7", 6)};
  ScriptedHost host;
  host.script = {answered(kToken), answered(task("m1", R"("wm2")")), answered(task("m2")), answered(task("m3"))};
  const auto outcomes = run(remote->submit(messages, host));
  CHECK(outcomes[0].fate == Fate::accepted);
  CHECK(outcomes[0].provider_id == "m1/wm1");
  CHECK(outcomes[1].fate == Fate::rejected);
  CHECK(outcomes[1].scope == Scope::recipient);
  CHECK(outcomes[2].provider_id == "m2/wm3");
  CHECK(outcomes[3].scope == Scope::recipient);
  CHECK(outcomes[4].provider_id == "m3/wm5");
  CHECK(outcomes[5].fate == Fate::rejected);
  REQUIRE(host.requests.size() == 4);
  CHECK(host.requests[0].url.starts_with("https://qyapi.weixin.qq.com/cgi-bin/gettoken?corpid=ww"));
  CHECK(host.requests[1].url == "https://qyapi.weixin.qq.com/cgi-bin/externalcontact/add_msg_template?access_token=T1");
  CHECK(body_of(host.requests[1]) == Json::parse(R"({"chat_type":"single","external_userid":["wm1","wm2"],
      "sender":"zhangsan","text":{"content":"hello"}})"));
  CHECK_FALSE(body_of(host.requests[3]).contains("sender"));
}

TEST_CASE("all that a message holds goes into the task") {
  auto remote = make("wecom", options());
  Message message = message_to("wm1", {{"subject", "spring", ""},
                                       {"text", "hello", ""},
                                       {"image", "media1", ""},
                                       {"link", "https://a.example", ""},
                                       {"miniprogram", "orders", ""},
                                       {"miniprogram", "wx1", "appid"},
                                       {"miniprogram", "p/1", "page"},
                                       {"miniprogram", "media2", "picture"}});
  ScriptedHost host;
  host.script = {answered(kToken), answered(task("m1"))};
  CHECK(submit_one(*remote, message, host).fate == Fate::accepted);
  CHECK(body_of(host.requests[1])["attachments"] == Json::parse(R"([
      {"msgtype":"image","image":{"media_id":"media1"}},
      {"msgtype":"link","link":{"title":"spring","url":"https://a.example"}},
      {"msgtype":"miniprogram","miniprogram":{"title":"orders","pic_media_id":"media2","appid":"wx1","page":"p/1"}}])"));
  message.items = {{"image", "https://wework.qpic.cn/x", ""}, {"link", "https://" + std::string(130, 'a'), ""}};
  host.script = {answered(task("m2"))};
  CHECK(submit_one(*remote, message, host).fate == Fate::accepted);
  const Json attachments = body_of(host.requests[2])["attachments"];
  CHECK(attachments[0]["image"] == Json{{"pic_url", "https://wework.qpic.cn/x"}});
  CHECK(attachments[1]["link"]["title"].get<std::string>().size() == 128);
}

TEST_CASE("one who is no customer at all does not keep the others from theirs") {
  auto remote = make("wecom", options());
  std::vector<Message> messages;
  for (std::uint64_t i = 0; i < 8; ++i) messages.push_back(mass("wm" + std::to_string(i), i));
  ScriptedHost host;
  int tasks = 0;
  host.answer = [&](const HttpRequest& request) -> std::optional<HttpAnswer> {
    if (api_of(request) == "gettoken") return answered(kToken);
    const Json body = body_of(request);
    for (const Json& one : body["external_userid"])
      if (one == "wm5") return answered(code(40096));
    return answered(task("m" + std::to_string(++tasks)));
  };
  const auto outcomes = run(remote->submit(messages, host));
  for (std::size_t i = 0; i < 8; ++i) CHECK(outcomes[i].fate == (i == 5 ? Fate::rejected : Fate::accepted));
  CHECK(tasks == 3);
}

TEST_CASE("each code of WeCom is read as its table says") {
  for (const Code& row : kWecomCodes) {
    CAPTURE(row.code);
    if (row.code == "0") continue;
    auto remote = make("wecom", options());
    ScriptedHost host;
    const bool of_token = row.code == "40014" || row.code == "41001" || row.code == "42001";
    const std::string said = R"({"errcode":)" + std::string(row.code) + R"(,"errmsg":"m"})";
    host.script = {answered(kToken), answered(said)};
    if (of_token) {
      host.script.push_back(answered(kToken2));
      host.script.push_back(answered(said));
    }
    const Outcome outcome = submit_one(*remote, mass("wm1"), host);
    CHECK(outcome.fate == row.fate);
    CHECK(outcome.scope == row.scope);
    CHECK(host.script.empty());
  }
  auto remote = make("wecom", options());
  ScriptedHost host;
  host.script = {answered(kToken), answered(code(99999)),        no_answer(),     answered("<html>"),
                 answered("[1]"),  answered(R"({"errcode":0})"), no_connection(), answered("", 502)};
  CHECK(submit_one(*remote, mass("wm1"), host).scope == Scope::request);
  for (int i = 0; i < 4; ++i) CHECK(submit_one(*remote, mass("wm1"), host).fate == Fate::unknown);
  CHECK(submit_one(*remote, mass("wm1"), host).fate == Fate::deferred);
  CHECK(submit_one(*remote, mass("wm1"), host).fate == Fate::unknown);
}

TEST_CASE("a token that is not taken is asked for anew, once") {
  auto remote = make("wecom", options());
  ScriptedHost host;
  host.script = {answered(kToken), answered(code(42001)), answered(kToken2), answered(task("m1"))};
  CHECK(submit_one(*remote, mass("wm1"), host).fate == Fate::accepted);
  CHECK(host.requests[3].url.ends_with("access_token=T2"));
  host.script = {answered(task("m2"))};
  CHECK(submit_one(*remote, mass("wm1", 2), host).fate == Fate::accepted);
  CHECK(host.requests.size() == 5);
}

TEST_CASE("a token is renewed after four fifths of its life, and the old one lasts where that fails") {
  auto remote = make("wecom", options());
  ScriptedHost host;
  host.script = {answered(kToken), answered(task("m1")), answered(task("m2"))};
  CHECK(submit_one(*remote, mass("wm1", 1), host).fate == Fate::accepted);
  host.time += 5'759'000;
  CHECK(submit_one(*remote, mass("wm1", 2), host).fate == Fate::accepted);
  CHECK(host.requests.size() == 3);
  host.time += 1'000;
  host.script = {no_answer(), answered(task("m3"))};
  CHECK(submit_one(*remote, mass("wm1", 3), host).fate == Fate::accepted);
  CHECK(host.requests[4].url.ends_with("access_token=T1"));
  host.time += 5'000;
  host.script = {answered(kToken2), answered(task("m4"))};
  CHECK(submit_one(*remote, mass("wm1", 4), host).fate == Fate::accepted);
  CHECK(host.requests[6].url.ends_with("access_token=T2"));
}

TEST_CASE("one asks for the token, the others wait; channels of one app share it") {
  const auto same = options();
  auto one = make("wecom", same);
  auto two = make("wecom", same);
  ScriptedHost host;
  int tokens = 0;
  host.answer = [&](const HttpRequest& request) -> std::optional<HttpAnswer> {
    if (api_of(request) != "gettoken") return answered(task("m"));
    ++tokens;
    return answered(kToken);
  };
  boost::asio::io_context context;
  std::vector<Message> messages = {mass("wm1")};
  int taken = 0;
  for (Remote* remote : {one.get(), two.get(), one.get(), two.get()}) {
    boost::asio::co_spawn(context, remote->submit(messages, host),
                          [&](std::exception_ptr, std::vector<Outcome> outcomes) {
                            taken += outcomes.at(0).fate == Fate::accepted ? 1 : 0;
                          });
  }
  context.run();
  CHECK(taken == 4);
  CHECK(tokens == 1);
}

TEST_CASE("a wrong secret is tried twice and not again: the platform bans the address") {
  auto remote = make("wecom", options());
  ScriptedHost host;
  host.script = {answered(code(40001)), answered(code(40001))};
  const auto refused = [&] {
    const Outcome outcome = submit_one(*remote, mass("wm1"), host);
    return outcome.fate == Fate::rejected && outcome.scope == Scope::account;
  };
  CHECK(refused());
  CHECK(refused());
  CHECK(host.requests.size() == 1);
  host.time += 11'000;
  CHECK(refused());
  CHECK(host.requests.size() == 2);
  host.time += 59 * env::kMinute;
  CHECK(refused());
  CHECK(host.requests.size() == 2);
  host.time += env::kMinute;
  host.script = {answered(kToken), answered(task("m1"))};
  CHECK(submit_one(*remote, mass("wm1"), host).fate == Fate::accepted);
}

TEST_CASE("too many calls wait a minute, then an hour, then to the day's end") {
  auto remote = make("wecom", options());
  ScriptedHost host;
  host.script = {answered(kToken), answered(code(45009)), answered(code(45009)), answered(code(45009)),
                 answered(code(45009))};
  const env::Moment start = host.time;
  CHECK(submit_one(*remote, mass("wm1"), host).until == start + env::kMinute);
  CHECK(submit_one(*remote, mass("wm1"), host).until == start + env::kMinute);  // under way at the same time
  host.time += env::kMinute;
  CHECK(submit_one(*remote, mass("wm1"), host).until == host.time + env::kHour);
  host.time += env::kHour;
  const Outcome last = submit_one(*remote, mass("wm1"), host);
  CHECK(last.until == start + 14 * env::kHour);
  CHECK(last.fate == Fate::throttled);
  CHECK(last.scope == Scope::account);
}

/// The part of the platform that knows tasks.
struct Tasks {
  std::string list = "[]";     // group_msg_list
  std::string members = "[]";  // task_list
  std::string results = "[]";  // send_list
  int dispatching = 0;         // so many questions are answered 41063
  std::vector<std::string> apis;
  std::optional<HttpAnswer> answer(const HttpRequest& request) {
    const std::string api = api_of(request);
    apis.push_back(api);
    if (api == "gettoken") return answered(kToken);
    if (api == "externalcontact/get_groupmsg_list_v2") return said("group_msg_list", list);
    if (api.starts_with("externalcontact/get_groupmsg") && dispatching-- > 0) return answered(code(41063));
    if (api == "externalcontact/get_groupmsg_task") return said("task_list", members);
    if (api == "externalcontact/get_groupmsg_send_result") return said("send_list", results);
    if (api == "externalcontact/cancel_groupmsg_send") return answered(code(0));
    return std::nullopt;
  }
  static HttpAnswer said(const char* name, const std::string& list) {
    return answered(std::string(R"({"errcode":0,"next_cursor":"",")") + name + "\":" + list + "}");
  }
};

TEST_CASE("a task that may have been made is looked for by its text and its customers") {
  auto remote = make("wecom", options());
  ScriptedHost host;
  Tasks tasks;
  host.answer = [&](const HttpRequest& request) { return tasks.answer(request); };
  tasks.list = R"([{"msgid":"m0","text":{"content":"another"},"attachments":[]},
                   {"msgid":"m1","text":{"content":"hello"},"attachments":[{"msgtype":"image"}]},
                   {"msgid":"m2","text":{"content":"hello"},"attachments":[]}])";
  tasks.members = R"([{"userid":"zhangsan","status":0}])";
  tasks.results = R"([{"external_userid":"wm1","userid":"zhangsan","status":0}])";
  const Outcome found = run(remote->reconcile(mass("wm1"), host));
  CHECK(found.fate == Fate::accepted);
  CHECK(found.provider_id == "m2/wm1");
  CHECK(run(remote->reconcile(mass("wm9"), host)).fate == Fate::deferred);
  CHECK(host.slept == std::vector<std::chrono::milliseconds>{std::chrono::seconds(30)});
  // It was made just now: it is asked again.
  tasks.dispatching = 1;
  CHECK(run(remote->reconcile(mass("wm1"), host)).fate == Fate::accepted);
  tasks.dispatching = 2;
  CHECK(run(remote->reconcile(mass("wm1"), host)).fate == Fate::unknown);
}

TEST_CASE("what became of a task is asked for until the member has confirmed") {
  auto remote = make("wecom", options());
  ScriptedHost host;
  Tasks tasks;
  host.answer = [&](const HttpRequest& request) { return tasks.answer(request); };
  tasks.members = R"([{"userid":"zhangsan","status":0},{"userid":"lisi","status":2,"send_time":1767578460}])";
  tasks.results = R"([{"external_userid":"wm1","userid":"lisi","status":1,"send_time":1767578460},
                      {"external_userid":"wm2","userid":"lisi","status":2},
                      {"external_userid":"wm3","userid":"lisi","status":3}])";
  const env::Moment accepted = ScriptedHost::kStart;
  env::Moment again = 0;
  // 41063: it is asked again later.
  tasks.dispatching = 1;
  CHECK(run(remote->poll("m1/wm1", accepted, again, host)).empty());
  CHECK(again == accepted + env::kMinute);
  host.time += 60'000;
  const auto confirmed = run(remote->poll("m1/wm1", accepted, again, host));
  REQUIRE(confirmed.size() == 1);
  CHECK(confirmed[0].kind == ReceiptKind::confirmed);
  CHECK(confirmed[0].provider_id == "m1/wm1");
  CHECK(confirmed[0].to == "wm1");
  CHECK(confirmed[0].at == 1'767'578'460'000);
  CHECK(again == env::kNoMoment);
  // The task is asked about once for all of its customers.
  const std::size_t calls = host.requests.size();
  CHECK(run(remote->poll("m1/wm2", accepted, again, host)).at(0).kind == ReceiptKind::failed);
  CHECK(run(remote->poll("m1/wm3", accepted, again, host)).at(0).reason.starts_with("status 3"));
  CHECK(run(remote->poll("m1/wm4", accepted, again, host)).empty());
  CHECK(again == accepted + 10 * env::kMinute);
  CHECK(host.requests.size() == calls);
  const auto next = [&](env::Moment now) {
    host.time = now;
    CHECK(run(remote->poll("m1/wm4", accepted, again, host)).empty());
    return again;
  };
  CHECK(next(accepted + 10 * env::kMinute) == accepted + env::kHour);
  CHECK(next(accepted + env::kHour) == accepted + 2 * env::kHour);
  CHECK(next(accepted + 71 * env::kHour + 1) == accepted + 72 * env::kHour);
  // Three days are over: it is taken back, so that nobody sends it behind the journey's back.
  host.time = accepted + 72 * env::kHour;
  CHECK(run(remote->poll("m1/wm4", accepted, again, host)).at(0).reason == "not confirmed in time");
  CHECK(tasks.apis.back() == "externalcontact/cancel_groupmsg_send");
  CHECK(again == env::kNoMoment);
  CHECK(run(remote->poll("nonsense", accepted, again, host)).empty());
}

TEST_CASE("staff get texts of an app, each once") {
  auto remote = make("wecom_staff", options({{"agent", "1000002"}}));
  CHECK(remote->capabilities().unknown == Unknown::again);
  ScriptedHost host;
  host.script = {answered(kToken),
                 answered(R"({"errcode":0,"invaliduser":"","msgid":"msg1"})"),
                 answered(R"({"errcode":0,"invaliduser":"wangwu","msgid":"msg2"})"),
                 answered(R"({"errcode":0,"unlicenseduser":"wangwu","msgid":"msg3"})"),
                 answered(code(81013)),
                 no_answer()};
  const Message message = message_to("lisi", {{"text", "please confirm", ""}});
  CHECK(submit_one(*remote, message, host).provider_id == "msg1");
  CHECK(body_of(host.requests[1]) == Json::parse(R"({"touser":"lisi","msgtype":"text","agentid":1000002,
      "text":{"content":"please confirm"},"enable_duplicate_check":1,"duplicate_check_interval":1800})"));
  for (int i = 0; i < 3; ++i) {
    const Outcome outcome = submit_one(*remote, message_to("wangwu", message.items), host);
    CHECK(outcome.fate == Fate::rejected);
    CHECK(outcome.scope == Scope::recipient);
  }
  CHECK(submit_one(*remote, message, host).fate == Fate::unknown);
  for (const char* to : {"@all", "lisi|zhangsan", ""}) {
    CAPTURE(to);
    CHECK(submit_one(*remote, message_to(to, message.items), host).scope == Scope::recipient);
  }
  CHECK(submit_one(*remote, message_to("lisi", {{"text", std::string(2049, 'x'), ""}}), host).scope == Scope::request);
  CHECK(submit_one(*remote, message_to("lisi", {}), host).scope == Scope::request);
}

TEST_CASE("what the platform would drop without a word waits") {
  auto remote = make("wecom_staff", options({{"agent", "1"}, {"per_hour", "40"}}));
  ScriptedHost host;
  host.answer = [&](const HttpRequest& request) {
    return std::optional(answered(api_of(request) == "gettoken" ? kToken : R"({"errcode":0,"msgid":"m"})"));
  };
  const auto send = [&](const char* to) { return submit_one(*remote, message_to(to, {{"text", "x", ""}}), host); };
  const env::Moment start = host.time;
  for (int i = 0; i < 30; ++i) {
    CHECK(send("lisi").fate == Fate::accepted);
    host.time += 1000;
  }
  const Outcome full = send("lisi");
  CHECK(full.fate == Fate::throttled);
  CHECK(full.scope == Scope::recipient);
  CHECK(full.until == start + env::kMinute);
  CHECK(send("zhangsan").fate == Fate::accepted);
  host.time = full.until;
  CHECK(send("lisi").fate == Fate::accepted);
  host.time = start + 2 * env::kMinute;
  for (int i = 0; i < 9; ++i) CHECK(send("lisi").fate == Fate::accepted);
  CHECK(send("lisi").until == start + env::kHour);
}

std::string event(const std::string& fields, const std::string& time = "1767578400") {
  return "<xml><ToUserName>ww</ToUserName><FromUserName>sys</FromUserName><CreateTime>" + time +
         "</CreateTime><MsgType>event</MsgType><Event>change_external_contact</Event>" + fields + "</xml>";
}

TEST_CASE("the platform's check of the address gets the text that it sealed") {
  auto made = options({{"callback_token", "1372623149"}, {"callback_aes_key", kAesKey}});
  made["corp"] = "wx5823bf96d3bd56c7";
  auto remote = make("wecom", made);
  const std::string query =
      form({{"msg_signature", "6a27598fb5b01ee02684379a339fef6de65c83c2"},
            {"timestamp", "1629824456"},
            {"nonce", "bqe3yfbqfc7"},
            {"echostr", "22vyvcBQ1xafTSJuhMGQuFyOAh00m2enIATgo4R6SGHY/YhofNmfwCksP3OP0Gxnq+cqnJcuvUQtjSbEu60IUA=="}});
  CHECK(remote->on_callback(call_of("GET", query, ""), 0).body == "ECHO");
  std::string wrong = query;
  wrong.replace(wrong.find("timestamp=1629824456"), 20, "timestamp=1629824457");
  CHECK(remote->on_callback(call_of("GET", wrong, ""), 0).status == 401);
  CHECK(make("wecom", options())->on_callback(call_of("GET", query, ""), 0).status == 404);
}

TEST_CASE("events of customers become events of the workspace") {
  const auto made = options({{"callback_token", "t"}, {"callback_aes_key", kAesKey}});
  auto remote = make("wecom", made);
  const Seal seal = *make_seal("t", kAesKey, made.at("corp"));
  const auto told = [&](const std::string& fields) {
    const Callback out = remote->on_callback(sealed_call(seal, event(fields)), ScriptedHost::kStart);
    CHECK(out.status == 200);
    CHECK(out.body == "success");
    return out.inbound;
  };
  const auto added = told(
      "<ChangeType>add_external_contact</ChangeType><UserID>zhangsan</UserID><ExternalUserID>wm1</ExternalUserID>"
      "<State>poster</State><WelcomeCode>W1</WelcomeCode>");
  REQUIRE(added.size() == 1);
  CHECK(added[0].event == "added");
  CHECK(added[0].from == "wm1");
  CHECK(added[0].at == ScriptedHost::kStart);
  CHECK(added[0].id.size() == 32);
  CHECK(added[0].fields == std::map<std::string, std::string>{{"staff", "zhangsan"}, {"state", "poster"}});
  const auto change = [&](const std::string& kind, const std::string& more = "") {
    return told("<ChangeType>" + kind + "</ChangeType><UserID>u</UserID><ExternalUserID>wm1</ExternalUserID>" + more);
  };
  CHECK(change("add_half_external_contact").at(0).event == "half_added");
  CHECK(change("edit_external_contact").at(0).event == "edited");
  CHECK(change("del_external_contact").at(0).fields.at("by") == "staff");
  CHECK(change("del_external_contact", "<Source>DELETE_BY_TRANSFER</Source>").at(0).fields.at("by") == "transfer");
  CHECK(change("del_follow_user").at(0).fields.at("by") == "customer");
  CHECK(change("del_follow_user").at(0).event == "removed");
  CHECK(change("transfer_fail", "<FailReason>customer_refused</FailReason>").at(0).fields.at("reason") ==
        "customer_refused");
  CHECK(change("msg_audit_approved").at(0).event == "approved");
  CHECK(change("del_follow_user").at(0).id == change("del_follow_user").at(0).id);
  CHECK(change("del_follow_user").at(0).id != change("del_external_contact").at(0).id);
  CHECK(change("del_follow_user", "<MsgId>77</MsgId>").at(0).id == "77");
  CHECK(change("something_new").empty());
  CHECK(told("<ChangeType>add_external_contact</ChangeType>").empty());
  CHECK(remote->on_callback(sealed_call(seal, "no xml"), 0).status == 400);
}

TEST_CASE("who has just added a member is welcomed within the code's life, once") {
  const auto made = options({{"callback_token", "t"}, {"callback_aes_key", kAesKey}});
  auto wecom = make("wecom", made);
  auto welcome = make("wecom_welcome", made);
  CHECK(welcome->capabilities().deadline == std::chrono::seconds(15));
  const Seal seal = *make_seal("t", kAesKey, made.at("corp"));
  ScriptedHost host;
  const auto add = [&](const std::string& code, const std::string& staff) {
    wecom->on_callback(sealed_call(seal, event("<ChangeType>add_external_contact</ChangeType><UserID>" + staff +
                                               "</UserID><ExternalUserID>wm1</ExternalUserID><WelcomeCode>" + code +
                                               "</WelcomeCode>")),
                       host.time);
  };
  add("W1", "zhangsan");
  add("W2", "lisi");
  add("W3", "lisi");
  host.script = {answered(kToken),      answered(code(-1)), answered(code(41096)), answered(code(0)),
                 answered(code(41051)), no_answer(),        answered(code(41050))};
  Message message = mass("wm1", 1, "lisi", "welcome");
  const Outcome busy = submit_one(*welcome, message, host);
  CHECK(busy.fate == Fate::deferred);
  CHECK(busy.until == host.time + 500);
  message.attempt = 1;
  CHECK(submit_one(*welcome, message, host).until == host.time + 500);
  CHECK(submit_one(*welcome, message, host).fate == Fate::accepted);
  CHECK(body_of(host.requests[3]) == Json::parse(R"({"welcome_code":"W3","text":{"content":"welcome"}})"));
  message.staff = "";
  CHECK(submit_one(*welcome, message, host).fate == Fate::duplicate);
  message.staff = "zhangsan";
  CHECK(submit_one(*welcome, message, host).fate == Fate::unknown);
  CHECK(body_of(host.requests[5])["welcome_code"] == "W1");
  CHECK(submit_one(*welcome, message, host).scope == Scope::recipient);
  host.time += 15'000;
  const Outcome late = submit_one(*welcome, message, host);
  CHECK(late.fate == Fate::rejected);
  CHECK(host.requests.size() == 7);
  message.to = "wm2";
  CHECK(submit_one(*welcome, message, host).fate == Fate::rejected);
}

TEST_CASE("options of WeCom that do not go together are named") {
  const auto error = [](auto make_one, std::map<std::string, std::string> more) {
    ChannelConfig config{.name = "ch", .adapter = "wecom", .options = options(std::move(more))};
    auto made = make_one(config);
    return made ? std::string() : made.error().message;
  };
  CHECK(error(make_wecom, {{"callback_token", "t"}}) == "`callback_token` and `callback_aes_key` go together");
  CHECK(error(make_wecom, {{"callback_token", "t"}, {"callback_aes_key", "x"}}) ==
        "`callback_aes_key` is not the 43 letters of an EncodingAESKey");
  CHECK(error(make_wecom, {{"batch", "10001"}}) == "`batch` cannot be `10001`, it is a whole number from 1 to 10000");
  CHECK(error(make_wecom_staff, {{"agent", "x"}}) ==
        "`agent` cannot be `x`, it is a whole number from 1 to 1000000000");
  CHECK(error(make_wecom_welcome, {}) ==
        "needs `callback_token` and `callback_aes_key`: welcome codes come with calls");
}

}  // namespace
}  // namespace tend::channel
