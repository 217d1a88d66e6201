// Aliyun, Tencent Cloud and Twilio against their double: what people get when answers are lost, and receipts and
// replies on their way back.
#include "tests/engine/channel/loopback.hpp"

namespace tend::channel {
namespace {

using namespace test;

std::string chinese(int i) { return "139000" + std::to_string(10'000 + i); }

std::vector<Message> many(int count, const std::vector<Item>& items, std::string (*address)(int)) {
  std::vector<Message> messages;
  for (int i = 0; i < count; ++i) messages.push_back(message_to(address(i), items, static_cast<std::uint64_t>(i) + 1));
  return messages;
}

Json lost(const char* api, int percent, const char* kind = "timeout_after") {
  return {{"api", api}, {"kind", kind}, {"percent", percent}, {"seed", 7}};
}

TEST_CASE("Aliyun: nobody gets two and nobody none when answers and calls are lost") {
  World world;
  auto remote = make("aliyun_sms", {{"access_key", "testkey"},
                                    {"access_secret", "testsecret"},
                                    {"sign", "测试"},
                                    {"callback_key", "k1"},
                                    {"settle", "0"},
                                    {"base", world.url}});
  world.called = remote.get();
  world.post("setup", {{"aliyun", {{"receipts", {{"url", world.callback_url() + "?key=k1"}, {"times", 2}}}}}});
  world.post("faults",
             Json::array({lost("aliyun.SendSms", 10),
                          lost("aliyun.SendSms", 10, "reset_before"),
                          {{"api", "aliyun.QuerySendDetails"}, {"kind", "status"}, {"status", 503}, {"every", 5}}}));
  const std::vector<Item> items = {{"template", "SMS_1", ""}, {"template", "王", "name"}};
  const Carried carried = world.run(carry(*remote, many(60, items, chinese), world));
  CHECK(carried.count(Fate::accepted) == 60);
  CHECK(carried.asked > 3);
  world.pass(10);
  const Json state = world.get("state?platform=aliyun");
  CHECK(state["totals"]["messages"] == 60);
  CHECK(state["totals"]["recipients"] == 60);
  // Each receipt came twice, with the key.
  REQUIRE(world.receipts.size() == 120);
  std::map<std::string, int> of_key;
  for (const Receipt& receipt : world.receipts) {
    CHECK(receipt.kind == ReceiptKind::delivered);
    ++of_key[receipt.key];
  }
  CHECK(of_key.size() == 60);
  CHECK(of_key.contains(state::format_key(message_to("", {}, 60).key)));
  CHECK(std::count(world.answered.begin(), world.answered.end(), 200) == 120);
}

TEST_CASE("Aliyun: limits, the night, replies") {
  World world;
  auto remote = make("aliyun_sms", {{"access_key", "testkey"},
                                    {"access_secret", "testsecret"},
                                    {"sign", "测试"},
                                    {"callback_key", "k1"},
                                    {"settle", "0"},
                                    {"base", world.url}});
  world.called = remote.get();
  const auto send = [&](const char* name, const char* field, const char* to = "13900001234") {
    const std::vector<Message> one = {message_to(to, {{"template", name, ""}, {"template", "1234", field}})};
    return world.run(remote->submit(one, world.host)).at(0);
  };
  CHECK(send("SMS_3", "code").fate == Fate::accepted);
  const Outcome minute = send("SMS_3", "code");
  CHECK(minute.fate == Fate::throttled);
  CHECK(minute.until == ScriptedHost::kStart + env::kMinute);
  world.pass((minute.until - world.host.time) / 1000);
  CHECK(send("SMS_3", "code").fate == Fate::accepted);
  CHECK(send("SMS_9", "code").scope == Scope::request);
  CHECK(send("SMS_3", "code", "12").scope == Scope::recipient);
  world.pass(11 * 3600);
  const Outcome night = send("SMS_1", "name");
  CHECK(night.fate == Fate::throttled);
  world.pass((night.until - world.host.time) / 1000);
  CHECK(send("SMS_1", "name").fate == Fate::accepted);

  Json reply = {{"platform", "aliyun"}, {"kind", "reply"}, {"from", "13900001234"}, {"text", "退订"}};
  reply["url"] = world.callback_url() + "?key=k1";
  world.post("emit", reply);
  REQUIRE(world.inbound.size() == 1);
  CHECK(world.inbound[0].fields.at("text") == "退订");
  CHECK(world.inbound[0].at == world.host.time);
  CHECK(world.receipts.back().suppress);
  reply["url"] = world.callback_url() + "?key=other";
  world.post("emit", reply);
  CHECK(world.inbound.size() == 1);
  CHECK(world.answered.back() == 401);

  auto stranger = make("aliyun_sms",
                       {{"access_key", "testkey"}, {"access_secret", "wrong"}, {"sign", "测试"}, {"base", world.url}});
  const std::vector<Message> one = {message_to("13900001234", {{"template", "SMS_3", ""}, {"template", "1", "code"}})};
  CHECK(world.run(stranger->submit(one, world.host)).at(0).scope == Scope::account);
}

std::map<std::string, std::string> tencent(const World& world) {
  return {{"secret_id", "testid"}, {"secret_key", "testsecret"}, {"app_id", "1400006666"},
          {"sign", "test"},        {"callback_key", "k1"},       {"settle", "0"},
          {"base", world.url}};
}

TEST_CASE("Tencent Cloud: nobody gets two when answers are lost") {
  World world;
  auto remote = make("tencent_sms", tencent(world));
  world.called = remote.get();
  world.post("setup", {{"tencent", {{"receipts", {{"url", world.callback_url() + "?key=k1"}}}}}});
  world.post("faults", Json::array({lost("tencent.SendSms", 10)}));
  // Half of them say the same and go in batches, the others each their own.
  std::vector<Message> messages = many(60, {{"template", "1110", ""}, {"template", "1", "order"}}, chinese);
  for (std::size_t i = 0; i < messages.size(); i += 2) messages[i].items[1].text = std::to_string(i);
  const Carried carried = world.run(carry(*remote, messages, world));
  CHECK(carried.count(Fate::accepted) == 60);
  CHECK(carried.asked > 0);
  world.pass(10);
  const Json state = world.get("state?platform=tencent");
  CHECK(state["totals"]["messages"] == 60);
  CHECK(state["totals"]["most_to_one"] == 1);
  CHECK(world.receipts.size() == 60);
  // A receipt is found by the serial number that the send gave, or that the question gave.
  std::map<std::string, int> serials;
  for (const Outcome& one : carried.ends) ++serials[one.provider_id];
  for (const Receipt& receipt : world.receipts) CHECK(serials[receipt.provider_id] == 1);
}

TEST_CASE("Tencent Cloud: a call that never came is not sent again, and says that nobody knows") {
  World world;
  auto remote = make("tencent_sms", tencent(world));
  world.post("faults", Json::array({lost("tencent.SendSms", 20, "timeout_before")}));
  std::vector<Message> messages = many(20, {{"template", "1110", ""}, {"template", "1", "order"}}, chinese);
  for (std::size_t i = 0; i < messages.size(); ++i) messages[i].items[1].text = std::to_string(i);
  const Carried carried = world.run(carry(*remote, messages, world));
  const Json state = world.get("state?platform=tencent");
  CHECK(carried.count(Fate::unknown) > 0);
  CHECK(carried.count(Fate::accepted) + carried.count(Fate::unknown) == 20);
  CHECK(state["totals"]["messages"] == carried.count(Fate::accepted));
  CHECK(state["totals"]["most_to_one"] == 1);
}

TEST_CASE("Tencent Cloud: a code for each number, replies") {
  World world;
  auto remote = make("tencent_sms", tencent(world));
  world.called = remote.get();
  world.post("setup", {{"tencent", {{"blacklist", {"+8613900000002"}}, {"number_day", 1}}}});
  std::vector<Message> messages;
  for (const char* to : {"13900000001", "13900000002", "12", "+85291234567"})
    messages.push_back(message_to(to, {{"template", "1110", ""}, {"template", "7", "order"}}, messages.size()));
  const auto outcomes = world.run(remote->submit(messages, world.host));
  CHECK(outcomes[0].fate == Fate::accepted);
  CHECK(outcomes[1].suppress);
  CHECK(outcomes[2].scope == Scope::recipient);
  CHECK(outcomes[2].fate == Fate::rejected);
  CHECK(outcomes[3].fate == Fate::accepted);
  world.pass(60);
  const Outcome today = world.run(remote->submit(std::span(messages).first(1), world.host)).at(0);
  CHECK(today.fate == Fate::throttled);
  CHECK(today.until == ScriptedHost::kStart + 14 * env::kHour);
  Json reply = {{"platform", "tencent"}, {"kind", "reply"}, {"from", "+8613900000001"}, {"text", "R"}, {"times", 2}};
  reply["url"] = world.callback_url() + "?key=k1";
  world.post("emit", reply);
  REQUIRE(world.inbound.size() == 2);
  CHECK(world.inbound[0].from == "13900000001");
  CHECK(world.inbound[0].id == world.inbound[1].id);
  CHECK(world.receipts.at(0).kind == ReceiptKind::unsubscribed);
}

std::string american(int i) { return "+1415555" + std::to_string(1000 + i); }

TEST_CASE("Twilio: nobody gets two and nobody none, receipts overtake answers and come in any order") {
  World world;
  std::map<std::string, std::string> options = {{"account", "AC00000000000000000000000000000001"},
                                                {"auth_token", "testtoken"},
                                                {"from", "+15005550006"},
                                                {"settle", "0"},
                                                {"base", world.url},
                                                {"callback_url", world.callback_url()}};
  auto remote = make("twilio", options);
  world.called = remote.get();
  world.post("setup", {{"twilio", {{"segments_per_second", 1000}, {"receipts", {{"order", "reversed"}}}}}});
  world.post("faults", Json::array({lost("twilio.Messages", 10), lost("twilio.Messages", 10, "timeout_before")}));
  const Carried carried = world.run(carry(*remote, many(40, {{"text", "Hello & 你好", ""}}, american), world));
  CHECK(carried.count(Fate::accepted) == 40);
  CHECK(carried.asked > 2);
  world.pass(60);
  const Json state = world.get("state?platform=twilio");
  CHECK(state["totals"]["messages"] == 40);
  CHECK(state["totals"]["most_to_one"] == 1);
  REQUIRE(world.receipts.size() == 40);
  std::map<std::string, int> keys;
  for (const Receipt& receipt : world.receipts) ++keys[receipt.key];
  CHECK(keys.size() == 40);
  for (const int status : world.answered) CHECK(status == 200);

  // Before the answer to the send.
  world.receipts.clear();
  world.post("setup", {{"twilio", {{"receipts", {{"before_reply", true}}}, {"landlines", {"+14155559999"}}}}});
  const std::vector<Message> one = {message_to("+14155550001", {{"text", "early", ""}}, 99)};
  const Outcome early = world.run(remote->submit(one, world.host)).at(0);
  REQUIRE(world.receipts.size() == 1);
  CHECK(world.receipts[0].provider_id == early.provider_id);
  const std::vector<Message> land = {message_to("+14155559999", {{"text", "early", ""}}, 100)};
  CHECK(world.run(remote->submit(land, world.host)).at(0).scope == Scope::recipient);

  Json reply = {{"platform", "twilio"}, {"kind", "reply"}, {"from", "+14155550001"}, {"text", "STOP"}};
  reply["url"] = world.callback_url();
  world.post("emit", reply);
  REQUIRE(world.inbound.size() == 1);
  CHECK(world.receipts.back().kind == ReceiptKind::unsubscribed);
  CHECK(world.run(remote->submit(one, world.host)).at(0).suppress);
  reply["bad"] = "signature";
  world.post("emit", reply);
  CHECK(world.answered.back() == 401);
  CHECK(world.inbound.size() == 1);
}

}  // namespace
}  // namespace tend::channel
