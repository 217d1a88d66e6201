// WeCom and the Official Account against their double: tasks that people confirm, tokens that end, lost answers,
// limits, sealed calls in odd order.
#include "engine/channel/platform/sign.hpp"
#include "tests/engine/channel/loopback.hpp"
#include "tests/engine/channel/sealing.hpp"

namespace tend::channel {
namespace {

using namespace test;

std::map<std::string, std::string> corp(const World& world, std::map<std::string, std::string> more = {}) {
  std::map<std::string, std::string> out = {{"corp", "ww0000000000000001"},
                                            {"secret", "testsecret"},
                                            {"callback_token", "testtoken"},
                                            {"callback_aes_key", kAesKey},
                                            {"base", world.url}};
  for (const auto& [name, value] : more) out[name] = value;
  return out;
}

std::string customer(int i) { return "wm" + std::to_string(1000 + i); }

/// Customers of zhangsan, and every third of lisi too.
void befriend(World& world, int count) {
  Json customers = Json::object();
  for (int i = 0; i < count; ++i) {
    Json& follow = customers[customer(i)]["follow"];
    follow["zhangsan"] = {{"createtime", 1}};
    if (i % 3 == 0) follow["lisi"] = {{"createtime", 2}};
  }
  world.post("setup", {{"wecom", {{"customers", customers}}}});
}

Json fault(const char* api, const char* kind, int percent) {
  return {{"api", api}, {"kind", kind}, {"percent", percent}, {"seed", 3}};
}

TEST_CASE("WeCom: nobody gets two tasks and nobody none, though answers are lost and tokens end") {
  World world;
  auto remote = make("wecom", corp(world, {{"settle", "0"}, {"batch", "3"}}));
  befriend(world, 60);
  world.post("faults",
             Json::array({fault("wecom.externalcontact/add_msg_template", "timeout_after", 10),
                          fault("wecom.externalcontact/add_msg_template", "timeout_before", 10),
                          {{"api", "wecom.externalcontact/*"}, {"kind", "code"}, {"code", 42001}, {"every", 9}}}));
  std::vector<Message> messages;
  for (int i = 0; i < 60; ++i) {
    // Some say the same, some their own; some go through lisi.
    const std::string text = i % 2 == 0 ? "to all" : "to " + std::to_string(i);
    messages.push_back(message_to(customer(i), {{"text", text, ""}}, static_cast<std::uint64_t>(i) + 1));
    messages.back().staff = i % 6 == 0 ? "lisi" : "zhangsan";
  }
  const Carried carried = world.run(carry(*remote, messages, world));
  CHECK(carried.count(Fate::accepted) == 60);
  CHECK(carried.asked > 0);
  world.post("wecom/confirm", {{"userid", "zhangsan"}});
  Json state = world.get("state?platform=wecom");
  CHECK(state["totals"]["messages"] == 50);
  world.post("wecom/confirm", {{"userid", "lisi"}});
  state = world.get("state?platform=wecom");
  CHECK(state["totals"]["messages"] == 60);
  CHECK(state["totals"]["recipients"] == 60);
  CHECK(state["totals"]["most_to_one"] == 1);

  // What became of each is asked for; a task that was never asked about says 41063 first.
  world.run(world.tell("DELETE", "faults"));
  int confirmed = 0;
  for (const Outcome& one : carried.ends) {
    env::Moment again = world.host.time;
    for (int question = 0; question < 5 && again != env::kNoMoment; ++question) {
      world.host.time = std::max(world.host.time, again);
      for (const Receipt& receipt : world.run(remote->poll(one.provider_id, ScriptedHost::kStart, again, world.host))) {
        CHECK(receipt.kind == ReceiptKind::confirmed);
        CHECK(receipt.provider_id == one.provider_id);
        ++confirmed;
      }
    }
  }
  CHECK(confirmed == 60);
}

TEST_CASE("WeCom: who left and who has had the most fails; who is no customer is refused") {
  World world;
  auto remote = make("wecom", corp(world, {{"settle", "0"}}));
  befriend(world, 4);
  world.post("setup", {{"wecom", {{"mass_cap", {{"per", "day"}, {"n", 1}}}, {"dispatch_queries", 0}}}});
  world.post("wecom/staff_mass", {{"userid", "zhangsan"}, {"customers", {customer(1)}}});
  std::vector<Message> messages;
  for (int i = 0; i < 4; ++i)
    messages.push_back(message_to(customer(i), {{"text", "hello", ""}}, static_cast<unsigned>(i)));
  messages.push_back(message_to("wm_nobody", {{"text", "hello", ""}}, 9));
  for (Message& message : messages) message.staff = "zhangsan";
  const auto outcomes = world.run(remote->submit(messages, world.host));
  CHECK(outcomes[4].fate == Fate::rejected);
  CHECK(outcomes[4].scope == Scope::recipient);
  Json gone = {{"platform", "wecom"}, {"url", world.callback_url()}};
  gone["events"] =
      Json::array({{{"ChangeType", "del_follow_user"}, {"UserID", "zhangsan"}, {"ExternalUserID", customer(2)}}});
  world.called = remote.get();
  world.post("emit", gone);
  REQUIRE(world.inbound.size() == 1);
  CHECK(world.inbound[0].event == "removed");
  CHECK(world.inbound[0].fields.at("by") == "customer");
  world.post("wecom/confirm", {{"userid", "zhangsan"}, {"only", {customer(0), customer(1), customer(2)}}});
  const auto receipt = [&](std::size_t i) {
    env::Moment again = 0;
    const auto told = world.run(remote->poll(outcomes[i].provider_id, ScriptedHost::kStart, again, world.host));
    return told.empty()                             ? "waiting"
           : told[0].kind == ReceiptKind::confirmed ? "confirmed"
                                                    : told[0].reason.substr(0, 8);
  };
  CHECK(receipt(0) == "confirmed");
  CHECK(receipt(1) == "status 3");
  CHECK(receipt(2) == "status 2");
  CHECK(receipt(3) == "waiting");
}

TEST_CASE("WeCom: what nobody confirms in three days is taken back") {
  World world;
  auto remote = make("wecom", corp(world));
  befriend(world, 1);
  world.post("setup", {{"wecom", {{"dispatch_queries", 0}}}});
  const std::vector<Message> one = {message_to(customer(0), {{"text", "hello", ""}})};
  const Outcome outcome = world.run(remote->submit(one, world.host)).at(0);
  world.pass(72 * 3600);
  env::Moment again = 0;
  const auto told = world.run(remote->poll(outcome.provider_id, ScriptedHost::kStart, again, world.host));
  REQUIRE(told.size() == 1);
  CHECK(told[0].kind == ReceiptKind::failed);
  world.post("wecom/confirm", {{"userid", "zhangsan"}});
  CHECK(world.get("state?platform=wecom")["totals"]["messages"] == 0);
}

TEST_CASE("WeCom: tokens that end early, too many calls, a wrong secret") {
  World world;
  auto remote = make("wecom", corp(world));
  befriend(world, 1);
  const std::vector<Message> one = {message_to(customer(0), {{"text", "hello", ""}})};
  const auto send = [&](Remote& by) { return world.run(by.submit(one, world.host)).at(0); };
  CHECK(send(*remote).fate == Fate::accepted);
  world.post("wecom/expire", {{"how", "invalid"}});
  CHECK(send(*remote).fate == Fate::accepted);
  world.post("wecom/expire", {{"how", "expired"}});
  CHECK(send(*remote).fate == Fate::accepted);
  world.post("setup", {{"wecom", {{"api_minute", 3}}}});
  const Outcome full = send(*remote);
  CHECK(full.fate == Fate::throttled);
  CHECK(full.until == world.host.time + env::kMinute);
  world.pass(60);
  CHECK(send(*remote).fate == Fate::accepted);

  auto wrong = make("wecom", corp(world, {{"secret", "typo"}}));
  for (int i = 0; i < 20; ++i) {
    CHECK(send(*wrong).scope == Scope::account);
    world.pass(60);
  }
  // The address is not banned: the one with the right secret can still ask.
  remote.reset();  // and with it the token
  CHECK(send(*make("wecom", corp(world))).fate == Fate::accepted);
}

TEST_CASE("WeCom: staff get each text once, though answers are lost") {
  World world;
  auto remote = make("wecom_staff", corp(world, {{"agent", "1000002"}}));
  world.post("faults", Json::array({fault("wecom.message/send", "timeout_after", 20)}));
  std::vector<Message> messages;
  for (int i = 0; i < 25; ++i)
    messages.push_back(message_to(i % 2 == 0 ? "lisi" : "zhangsan", {{"text", "task " + std::to_string(i), ""}},
                                  static_cast<unsigned>(i)));
  const Carried carried = world.run(carry(*remote, messages, world));
  CHECK(carried.count(Fate::accepted) == 25);
  const Json state = world.get("state?platform=wecom");
  CHECK(state["totals"]["messages"] == 25);
  CHECK(state["totals"]["repeats"] == 0);
  for (const Json& dropped : state["dropped"]) CHECK(dropped.at("why") == "duplicate");
  const std::vector<Message> nobody = {message_to("wangwu", {{"text", "x", ""}})};
  CHECK(world.run(remote->submit(nobody, world.host)).at(0).scope == Scope::recipient);
}

TEST_CASE("WeCom: sealed calls in any order, twice, and ones that are none") {
  World world;
  auto remote = make("wecom", corp(world));
  world.called = remote.get();
  Json check = {{"platform", "wecom"}, {"url", world.callback_url()}, {"verify", true}};
  CHECK(world.run(world.tell("POST", "emit", check))["deliveries"][0]["accepted"] == true);
  Json events = Json::array();
  for (int i = 0; i < 6; ++i)
    events.push_back(
        {{"ChangeType", "add_external_contact"}, {"UserID", "lisi"}, {"ExternalUserID", customer(i)}, {"State", "s"}});
  Json emitted = {{"platform", "wecom"}, {"url", world.callback_url()}, {"events", events},
                  {"times", 2},          {"order", "shuffled"},         {"pad", "over16"}};
  const Json told = world.run(world.tell("POST", "emit", emitted));
  for (const Json& one : told.at("deliveries")) CHECK(one["accepted"] == true);
  REQUIRE(world.inbound.size() == 12);
  std::map<std::string, int> ids;
  for (const Inbound& one : world.inbound) {
    CHECK(one.event == "added");
    ++ids[one.id];
  }
  CHECK(ids.size() == 6);
  for (const char* bad : {"signature", "receiveid", "padding", "body"}) {
    CAPTURE(bad);
    Json wrong = {{"platform", "wecom"}, {"url", world.callback_url()}, {"bad", bad}, {"redeliver", false}};
    wrong["events"] = Json::array({events[0]});
    world.post("emit", wrong);
    CHECK(world.answered.back() >= 400);
  }
  CHECK(world.inbound.size() == 12);
}

TEST_CASE("WeCom: the welcome goes once, within its time, though its answer is lost") {
  World world;
  auto wecom = make("wecom", corp(world));
  auto welcome = make("wecom_welcome", corp(world));
  world.called = wecom.get();
  const auto add = [&](int i) {
    Json added = {{"platform", "wecom"}, {"url", world.callback_url()}};
    added["events"] =
        Json::array({{{"ChangeType", "add_external_contact"}, {"UserID", "lisi"}, {"ExternalUserID", customer(i)}}});
    world.post("emit", added);
  };
  const auto greet = [&](int i) {
    return world.run(carry(*welcome, {message_to(customer(i), {{"text", "welcome", ""}})}, world)).ends.at(0);
  };
  add(0);
  CHECK(greet(0).fate == Fate::accepted);
  CHECK(greet(0).fate == Fate::duplicate);
  world.post("faults",
             Json::array({{{"api", "wecom.externalcontact/send_welcome_msg"}, {"kind", "timeout_after"}, {"nth", 1}}}));
  add(1);
  CHECK(greet(1).fate == Fate::duplicate);
  add(2);
  world.pass(16);
  CHECK(greet(2).fate == Fate::rejected);
  CHECK(world.get("state?platform=wecom")["totals"]["messages"] == 2);
}

std::map<std::string, std::string> account(const World& world, std::map<std::string, std::string> more = {}) {
  std::map<std::string, std::string> out = {{"appid", "wx0000000000000001"},
                                            {"secret", "testsecret"},
                                            {"callback_token", "testtoken"},
                                            {"callback_aes_key", kAesKey},
                                            {"base", world.url}};
  out.merge(more);
  return out;
}

TEST_CASE("Official Account: a template comes once, though answers are lost and tokens end") {
  World world;
  auto remote = make("wechat_oa", account(world, {{"kind", "template"}}));
  world.called = remote.get();
  Json followers = Json::object();
  for (int i = 0; i < 40; ++i) followers["o" + std::to_string(i)] = {{"subscribed", i != 7}, {"blocks", i == 8}};
  world.post("setup", {{"wechat_oa", {{"followers", followers}, {"callback", {{"url", world.callback_url()}}}}}});
  world.post("faults", Json::array({fault("wechat_oa.message/template/send", "timeout_after", 10),
                                    fault("wechat_oa.message/template/send", "reset_before", 10)}));
  std::vector<Message> messages;
  for (int i = 0; i < 40; ++i)
    messages.push_back(message_to("o" + std::to_string(i), {{"template", "template1", ""}, {"template", "A1", "order"}},
                                  static_cast<unsigned>(i)));
  const Carried first = world.run(carry(*remote, {messages.begin(), messages.begin() + 20}, world));
  world.post("wechat_oa/expire", {{"how", "invalid"}});
  const Carried second = world.run(carry(*remote, {messages.begin() + 20, messages.end()}, world));
  CHECK(first.count(Fate::accepted) == 19);
  CHECK(first.count(Fate::rejected) == 1);
  CHECK(second.count(Fate::accepted) == 20);
  CHECK(first.asked + second.asked > 0);
  world.pass(5);
  const Json state = world.get("state?platform=wechat_oa");
  CHECK(state["totals"]["messages"] == 38);  // o7 does not follow, o8 blocks
  CHECK(state["totals"]["most_to_one"] == 1);
  REQUIRE(world.receipts.size() == 39);
  CHECK(std::count_if(world.receipts.begin(), world.receipts.end(), [](const Receipt& one) { return one.suppress; }) ==
        1);
  std::map<std::string, int> ids;
  for (const Outcome& one : first.ends) ++ids[one.provider_id];
  for (const Outcome& one : second.ends) ++ids[one.provider_id];
  for (const Receipt& receipt : world.receipts) CHECK(ids[receipt.provider_id] == 1);
}

TEST_CASE("Official Account: the window of customer service, subscriptions, and what people write") {
  World world;
  auto service = make("wechat_oa", account(world));
  auto subscription = make("wechat_oa", account(world, {{"kind", "subscription"}}));
  world.called = service.get();
  const std::vector<Message> text = {message_to("o1", {{"text", "hi", ""}})};
  world.post("setup", {{"wechat_oa", {{"followers", {{"o1", {{"subscribed", true}}}}}}}});
  const auto say = [&] { return world.run(service->submit(text, world.host)).at(0); };
  CHECK(say().reason.find("window") != std::string::npos);
  Json written = {{"platform", "wechat_oa"}, {"url", world.callback_url()}};
  written["events"] = Json::array({{{"MsgType", "text"}, {"FromUserName", "o1"}, {"Content", "hello"}}});
  world.post("emit", written);
  REQUIRE(world.inbound.size() == 1);
  CHECK(world.inbound[0].event == "reply");
  for (int i = 0; i < 5; ++i) CHECK(say().fate == Fate::accepted);
  CHECK(say().reason.find("window") != std::string::npos);
  world.post("emit", written);
  CHECK(say().fate == Fate::accepted);
  // A text that went without an answer is not said twice.
  world.post("faults",
             Json::array({{{"api", "wechat_oa.message/custom/send"}, {"kind", "timeout_after"}, {"nth", 1}}}));
  CHECK(world.run(carry(*service, text, world)).ends.at(0).fate == Fate::unknown);
  CHECK(world.get("state?platform=wechat_oa")["totals"]["messages"] == 7);

  const std::vector<Message> notice = {
      message_to("o1", {{"template", "subscription1", ""}, {"template", "x", "thing1"}})};
  CHECK(world.run(subscription->submit(notice, world.host)).at(0).scope == Scope::recipient);
  Json popup = written;
  popup["events"] = Json::array(
      {{{"Event", "subscribe_msg_popup_event"},
        {"FromUserName", "o1"},
        {"SubscribeMsgPopupEvent",
         {{"List", Json::array({{{"TemplateId", "subscription1"}, {"SubscribeStatusString", "accept"}}})}}}}});
  world.post("emit", popup);
  CHECK(world.inbound.back().event == "subscribed");
  CHECK(world.run(subscription->submit(notice, world.host)).at(0).fate == Fate::accepted);

  Json check = {{"platform", "wechat_oa"}, {"url", world.callback_url()}, {"verify", true}};
  CHECK(world.run(world.tell("POST", "emit", check))["deliveries"][0]["accepted"] == true);
  check["plain"] = false;
  CHECK(world.run(world.tell("POST", "emit", check))["deliveries"][0]["accepted"] == true);
  const std::size_t before = world.inbound.size();
  written["plain"] = true;  // the account is told to seal
  written["redeliver"] = false;
  world.post("emit", written);
  CHECK(world.answered.back() == 401);
  CHECK(world.inbound.size() == before);
}

}  // namespace
}  // namespace tend::channel
