// Bodies to typed inputs: Segment's shapes, what is passed over, and one sentence for each thing that can be wrong.
#include "engine/serve/read_body.hpp"

#include "engine/run/seen_id.hpp"
#include "engine/serve/call.hpp"
#include "engine/state/input.hpp"
#include "tests/engine/serve/shop.hpp"

using namespace tend;
using namespace tend::serve;
using program::ValueKind;

namespace {

struct Reading {
  program::Program program = shop_program();
  BodyReader reader{program};
  ReadBody operator()(Route route, std::string body) {
    BodyRequest request{.route = route, .now = kBegin};
    request.source = [this](std::string_view write_key) -> Result<std::string> {
      if (write_key == "bad") return fail(ErrorCode::invalid, "this write key is not known");
      return source + std::string(write_key);
    };
    request.cloud = &cloud;
    return reader.read(request, body);
  }
  std::string source;
  CloudAttributes cloud;
};

/// `index kind text` of each field, for comparing.
std::vector<std::pair<std::uint16_t, std::string>> fields_of(const PostedInput& input) {
  std::vector<std::pair<std::uint16_t, std::string>> fields;
  state::FieldReader reader(input.fields);
  std::uint16_t index = 0;
  program::Value value;
  while (reader.next(index, value)) {
    std::string text;
    switch (value.kind) {
      case ValueKind::missing: text = "missing"; break;
      case ValueKind::text: text = std::string(value.str()); break;
      case ValueKind::number: text = std::to_string(value.d); break;
      case ValueKind::money: text = std::to_string(value.i) + program::currency_code(value.extra); break;
      case ValueKind::boolean: text = value.i != 0 ? "true" : "false"; break;
      case ValueKind::list: text = "list of " + std::to_string(value.extra); break;
      default: text = "other"; break;
    }
    fields.emplace_back(index, text);
  }
  return fields;
}

using Fields = std::vector<std::pair<std::uint16_t, std::string>>;

}  // namespace

TEST_CASE("a track call in any order of its keys, with what other tools put beside it") {
  Reading read;
  const ReadBody body =
      read(Route::track,
           R"({"properties": {"quantity": 3, "amount": 12.50, "currency": "USD", "items": ["a", "b"], "color": "red"},
    "context": {"library": {"name": "x", "list": [1, [2, {"a": null}]]}}, "messageId": "m1", "event": "order", "timestamp": "2026-02-28T23:00:00+08:00",
    "integrations": {"All": true}, "userId": "c1"})");
  REQUIRE(body.problem == "");
  REQUIRE(body.inputs.size() == 1);
  CHECK(body.inputs[0].kind == state::InputKind::event);
  CHECK(body.inputs[0].customer == "c1");
  CHECK(body.inputs[0].event == kOrder);
  CHECK(body.inputs[0].at == 1'772'290'800'000);
  CHECK(fields_of(body.inputs[0]) == Fields{{1, "3.000000"}, {0, "1250USD"}, {2, "list of 2"}});
  CHECK(body.ignored == std::vector<std::string>{"color"});
  CHECK(body.ignored_values == 1);
}

TEST_CASE("the customer is userId, as text or number, else anonymousId") {
  Reading read;
  CHECK(read(Route::track, R"({"userId":"李雷","event":"visit"})").inputs.at(0).customer == "李雷");
  CHECK(read(Route::track, R"({"userId":19823,"event":"visit"})").inputs.at(0).customer == "19823");
  CHECK(read(Route::track, R"({"userId":null,"anonymousId":"a1","event":"visit"})").inputs.at(0).customer == "a1");
  CHECK(read(Route::track, R"({"userId":"u1","anonymousId":"a1","event":"visit"})").inputs.at(0).customer == "u1");
  CHECK(read(Route::track, R"({"userId":"\u674e","event":"visit","properties":null})").inputs.at(0).customer == "李");
  CHECK(read(Route::track, R"({"userId":"u1","event":"visit"})").inputs.at(0).at == env::kNoMoment);
  // Some clients send an empty text for somebody whom they do not know.
  CHECK(read(Route::track, R"({"userId":"","anonymousId":"a1","event":"visit"})").inputs.at(0).customer == "a1");
  const ReadBody known = read(Route::identify, R"({"userId":"u1","anonymousId":"","traits":{"age":3}})");
  REQUIRE(known.inputs.size() == 1);
  CHECK(known.inputs[0].kind == state::InputKind::attributes);
}

TEST_CASE("an identify call: attributes, tags, consent") {
  Reading read;
  const ReadBody body = read(
      Route::identify, R"({"userId":"c1","traits":{"city":"深圳","age":30,"vip":true,"level":null,"tags":["new","-old"],
    "consent":{"sms":true,"wechat":false,"email":null},"timezone":"Asia/Shanghai","email":"x@example.com"}})");
  REQUIRE(body.problem == "");
  REQUIRE(body.inputs.size() == 1);
  CHECK(body.inputs[0].kind == state::InputKind::attributes);
  CHECK(fields_of(body.inputs[0]) == Fields{{3, "深圳"},
                                            {2, "30.000000"},
                                            {5, "true"},
                                            {4, "missing"},
                                            {state::kTagAdd, "new"},
                                            {state::kTagRemove, "old"},
                                            {0, "Asia/Shanghai"},
                                            {state::kConsentGiven, "sms"},
                                            {state::kConsentWithdrawn, "wechat"}});
  CHECK(body.ignored == std::vector<std::string>{"email"});
}

TEST_CASE("in a batch the calls that cannot be taken are told apart; broken JSON is nobody's") {
  Reading read;
  const ReadBody body = read(
      Route::batch,
      R"({"batch":[{"type":"identify","userId":"c1","traits":{"city":"a","x":1}},{"type":"track","userId":"c1","event":"order","properties":{"x":1,"y":2}}],"sentAt":"now"})");
  REQUIRE(body.problem == "");
  CHECK(body.inputs.size() == 2);
  CHECK(body.calls == 2);
  CHECK(body.ignored == std::vector<std::string>{"x", "y"});
  CHECK(body.ignored_values == 3);
  CHECK(read(Route::batch, R"({"batch":[]})").problem == "");

  const ReadBody mixed = read(
      Route::batch,
      R"({"batch":[ {"type":"track","userId":"c1","event":"visit"} , {"type":"track","userId":"c1","event":"ordr", "properties":{"a":[1,{"b":"]}"}]}} ,
       {"type":"track","event":"visit"},{"userId":"c"},{"type":"dance","userId":"c"},7,{"type":"track","userId":"c1","event":"visit","timestamp":"2030-01-01T00:00:00Z"},
       {"type":"track","userId":"c2","userId":"c3","event":"visit"},{"type":"track","userId":"c9","event":"visit"}]})");
  REQUIRE(mixed.problem == "");
  CHECK(mixed.inputs.size() == 2);
  CHECK(mixed.inputs[1].customer == "c9");
  REQUIRE(mixed.refused.size() == 7);
  CHECK(mixed.refused[0].item == 1);
  CHECK(mixed.refused[0].reason == "there is no event `ordr`: did you mean `order`?");
  CHECK(mixed.refused[0].json == R"({"type":"track","userId":"c1","event":"ordr", "properties":{"a":[1,{"b":"]}"}]}})");
  CHECK(mixed.refused[1].reason == "`userId` is missing");
  CHECK(mixed.refused[2].reason == "`type` is missing: it is `track`, `identify` or another call");
  CHECK(mixed.refused[3].reason ==
        "`dance` is not a call that is taken: those are `track`, `identify`, `alias`, `page`, `screen` and `group`");
  CHECK(mixed.refused[4].reason == "the item is not an object");
  CHECK(mixed.refused[4].json == "7");
  CHECK(mixed.refused[5].item == 6);
  CHECK(mixed.refused[5].reason == "`timestamp`: `2030-01-01T00:00:00Z` is more than a day ahead");
  CHECK(mixed.refused[6].reason == "`userId` comes twice");

  const ReadBody broken =
      read(Route::batch,
           R"({"batch":[{"type":"track","userId":"c1","event":"visit"},{"type":"track","userId":"c1","event":}]})");
  CHECK(broken.inputs.empty());
  CHECK(broken.item == 1);
  CHECK(broken.problem == "the body is not well-formed JSON");
}

TEST_CASE("a call and a list have a length, a list a number of calls") {
  program::Program program = shop_program();
  BodyReader reader(program, {.call_bytes = 100, .calls = 3});
  const auto read = [&](std::string body) { return reader.read({.route = Route::batch, .now = kBegin}, body); };
  const auto call = [](std::size_t size) {
    const std::string rest = R"({"type":"track","userId":"c","event":"visit","x":""})";
    return R"({"type":"track","userId":"c","event":"visit","x":")" + std::string(size - rest.size(), 'x') + "\"}";
  };
  CHECK(read("{\"batch\":[" + call(100) + "]}").refused.empty());
  const ReadBody longer = read("{\"batch\":[" + call(101) + "," + call(99) + "]}");
  REQUIRE(longer.refused.size() == 1);
  CHECK(longer.refused[0].reason == "the call is longer than 100 bytes");
  CHECK(longer.refused[0].json == call(101));
  CHECK(longer.inputs.size() == 1);
  const std::string one = call(60);
  CHECK(read("{\"batch\":[" + one + "," + one + "," + one + "]}").inputs.size() == 3);
  CHECK(read("{\"batch\":[" + one + "," + one + "," + one + "," + one + "]}").problem ==
        "the list has more than 3 calls: send it in pieces");
}

TEST_CASE("a client's clock that goes wrong is set right by when it sent") {
  Reading read;
  // It says that it sent an hour ago, and that the event was ten minutes before that.
  const std::string call = R"("userId":"c","event":"visit","timestamp":"2026-02-28T22:50:00Z")";
  CHECK(read(Route::track, "{" + call + R"(,"sentAt":"2026-02-28T23:00:00Z"})").inputs.at(0).at ==
        kBegin - 10 * env::kMinute);
  CHECK(read(Route::track, "{" + call + R"(,"sentAt":"soon"})").inputs.at(0).at == kBegin - 70 * env::kMinute);
  // Of a batch it stands beside the list, before or behind it; a call's own counts first; the original time too.
  const std::string behind =
      R"({"batch":[{"type":"track",)" + call + R"(},{"type":"track",)" + call +
      R"(,"sentAt":"2026-02-28T22:50:00Z"},{"type":"track","userId":"c","event":"visit","originalTimestamp":"2026-02-28T22:59:00Z","timestamp":"2000-01-01T00:00:00Z"},
      {"type":"track","userId":"c","event":"visit"}],"sentAt":"2026-02-28T23:00:00Z"})";
  const ReadBody body = read(Route::batch, behind);
  REQUIRE(body.inputs.size() == 4);
  CHECK(body.inputs[0].at == kBegin - 10 * env::kMinute);
  CHECK(body.inputs[1].at == kBegin);
  CHECK(body.inputs[2].at == kBegin - env::kMinute);
  CHECK(body.inputs[3].at == env::kNoMoment);
  CHECK(body.sent == "2026-02-28T23:00:00Z");
  // A clock two days ahead would have been refused.
  CHECK(read(Route::track,
             R"({"userId":"c","event":"visit","timestamp":"2026-03-03T00:00:00Z","sentAt":"2026-03-03T00:00:01Z"})")
            .inputs.at(0)
            .at == kBegin - env::kSecond);
}

TEST_CASE("messages are told apart by their source and id; the inputs of one call are one message") {
  Reading read;
  const std::string call = R"({"userId":"c","event":"visit","messageId":"m1"})";
  const auto seen = [&](Route route, const std::string& json) { return read(route, json).inputs.at(0).seen; };
  CHECK(seen(Route::track, call) == run::seen_id({}, "", "m1"));
  read.source = "app";
  CHECK(seen(Route::track, call) == run::seen_id({}, "app", "m1"));
  CHECK(seen(Route::track, R"({"userId":"c","event":"visit"})") == state::SeenId{});
  CHECK(seen(Route::track, R"({"userId":"c","event":"visit","messageId":""})") == state::SeenId{});
  CHECK(seen(Route::track, R"({"userId":"c","event":"visit","messageId":null})") == state::SeenId{});
  CHECK(seen(Route::track, R"({"userId":"c","event":"visit","messageId":17})") == run::seen_id({}, "app", "17"));
  CHECK(seen(Route::batch,
             R"({"batch":[{"type":"track","userId":"c","event":"visit","messageId":"m1"}],"writeKey":"2"})") ==
        run::seen_id({}, "app2", "m1"));
  const ReadBody refused = read(Route::track, R"({"userId":"c","event":"visit","writeKey":"bad"})");
  CHECK(refused.unauthorized);
  CHECK(refused.problem == "this write key is not known");

  const ReadBody both =
      read(Route::identify, R"({"userId":"c","anonymousId":"a","messageId":"m2","traits":{"age":3}})");
  REQUIRE(both.inputs.size() == 2);
  CHECK(both.inputs[0].kind == state::InputKind::merge);
  CHECK(both.inputs[0].customer == "a");
  CHECK(both.inputs[0].into == "c");
  CHECK_FALSE(both.inputs[0].follows);
  CHECK(both.inputs[1].kind == state::InputKind::attributes);
  CHECK(both.inputs[1].follows);
  CHECK(both.inputs[0].seen == both.inputs[1].seen);
  CHECK(read(Route::identify, R"({"userId":"c","anonymousId":"c"})").inputs.size() == 1);
  CHECK(read(Route::track, R"({"userId":"c","anonymousId":"a","event":"visit"})").inputs.size() == 1);
}

TEST_CASE("page, screen and group are events where the playbooks have them") {
  Reading read;
  const std::string page = R"({"userId":"c","name":"Home","category":"shop","properties":{"url":"x","title":"t"}})";
  const ReadBody nobody = read(Route::page, page);
  CHECK(nobody.problem == "");
  CHECK(nobody.inputs.empty());
  CHECK(nobody.ignored == std::vector<std::string>{"page"});

  program::Program program = shop_program();
  const program::TypeInfo text{program::Type::text, program::Type::none, {}};
  program.events.push_back({"page", {{"title", text}, {"name", text}}});
  program.events.push_back({"group", {{"group_id", text}, {"plan", text}}});
  BodyReader reader(program);
  std::string body = page;
  const ReadBody taken = reader.read({.route = Route::page, .now = kBegin}, body);
  REQUIRE(taken.inputs.size() == 1);
  CHECK(fields_of(taken.inputs[0]) == Fields{{0, "t"}, {1, "Home"}});
  CHECK(taken.ignored == std::vector<std::string>{"url"});
  body =
      R"({"batch":[{"type":"group","userId":"c","groupId":"g1","traits":{"plan":"gold"}},{"type":"screen","anonymousId":"c"}]})";
  const ReadBody list = reader.read({.route = Route::batch, .now = kBegin}, body);
  REQUIRE(list.inputs.size() == 1);
  CHECK(fields_of(list.inputs[0]) == Fields{{1, "gold"}, {0, "g1"}});
  CHECK(list.ignored == std::vector<std::string>{"screen"});
}

TEST_CASE("a CloudEvent in its three modes") {
  Reading read;
  read.source = "key";
  const std::string event =
      R"({"specversion":"1.0","id":"7","source":"/shop","type":"com.example.order","subject":"c1","time":"2026-02-28T23:00:00Z","datacontenttype":"application/json","data":{"quantity":2,"x":1}})";
  const auto check = [&](const ReadBody& body) {
    REQUIRE(body.problem == "");
    REQUIRE(body.inputs.size() == 1);
    CHECK(body.inputs[0].event == kOrder);
    CHECK(body.inputs[0].customer == "c1");
    CHECK(body.inputs[0].at == kBegin - env::kHour);
    CHECK(fields_of(body.inputs[0]) == Fields{{1, "2.000000"}});
    CHECK(body.inputs[0].seen == run::seen_id({}, std::string("key\0/shop", 9), "7"));
    CHECK(body.ignored == std::vector<std::string>{"x"});
  };
  check(read(Route::cloud_event, event));
  check(read(Route::cloud_batch, "[" + event + "]"));
  read.cloud = {"1.0", "7", "/shop", "order", "c1", "2026-02-28T23:00:00Z"};
  check(read(Route::cloud_binary, R"({"quantity":2,"x":1})"));
  CHECK(read(Route::cloud_binary, R"({"quantity":2,"quantity":1})").problem == "`data` has `quantity` twice");
  read.cloud.subject.clear();
  CHECK(read(Route::cloud_binary, "{}").problem == "`subject`, the customer, is missing");

  struct Case {
    std::string from, to, problem;
  };
  for (const Case& c :
       {Case{R"("1.0")", R"("0.3")", "`specversion` is not `1.0`"}, Case{R"("id":"7",)", "", "`id` is missing"},
        Case{R"("source":"/shop",)", "", "`source` is missing"},
        Case{"com.example.order", "com.example.ordr", "there is no event `ordr`: did you mean `order`?"},
        Case{R"("c1")", "null", "`subject`, the customer, is missing"},
        Case{R"("data":{)", R"("data_base64":"aGk=","data":{)",
             "`data_base64` is not taken: the fields of an event come as JSON in `data`"},
        Case{"23:00:00Z", "x", "`time`: `2026-02-28Tx` is not a date with a time"}}) {
    std::string changed = event;
    changed.replace(changed.find(c.from), c.from.size(), c.to);
    INFO(changed);
    CHECK(read(Route::cloud_event, changed).problem == c.problem);
    const ReadBody list = read(Route::cloud_batch, "[" + changed + "," + event + "]");
    REQUIRE(list.refused.size() == 1);
    CHECK(list.refused[0].reason == c.problem);
    CHECK(list.refused[0].json == changed);
    CHECK(list.inputs.size() == 1);
  }
  CHECK(read(Route::cloud_batch, event).problem == "the body is not a list");
}

TEST_CASE("one sentence for each mistake") {
  Reading read;
  struct Case {
    Route route;
    std::string body, problem;
  };
  const std::vector<Case> cases = {
      {Route::track, "", "the body is empty"},
      {Route::track, "hello", "the body is not well-formed JSON"},
      {Route::track, "[]", "the body is not a JSON object"},
      {Route::track, R"({"userId":"c","event":"visit")", "the body is not well-formed JSON"},
      {Route::track, R"({"userId":"c","event":"visit"} x)", "the body is not well-formed JSON"},
      {Route::track, R"({"userId":"c","event":"visit"}{})", "the body is not well-formed JSON"},
      {Route::track, R"({"userId":"c","event":"visit"},)", "the body is not well-formed JSON"},
      {Route::track, R"({"userId":"c","event":"visit","context":{"a":tru}})", "the body is not well-formed JSON"},
      {Route::track, R"({"userId":"c","event":"visit","context":[1,2)", "the body is not well-formed JSON"},
      {Route::track, "{\"userId\":\"\xC3\x28\",\"event\":\"visit\"}", "the body is not UTF-8"},
      {Route::track, R"({"event":"visit"})", "`userId` is missing"},
      {Route::track, R"({"userId":"  ","event":"visit"})", "`userId`: the customer's id is empty"},
      {Route::track, R"({"userId":"","event":"visit"})", "`userId` is empty"},
      {Route::track, R"({"userId":true,"event":"visit"})", "`userId` is not a text"},
      {Route::track, R"({"userId":"c","event":"visit","messageId":true})", "`messageId` is not a text"},
      {Route::batch, R"({"sentAt":"2026-01-01T00:00:00Z","batch":[],"sentAt":"2026-01-01T00:00:00Z"})",
       "`sentAt` comes twice"},
      {Route::batch, R"({"batch":[],"writeKey":"a","writeKey":"b"})", "`writeKey` comes twice"},
      {Route::track, R"({"userId":["c"],"event":"visit"})", "`userId`: a list stands where a text is expected"},
      {Route::track, R"({"userId":"c"})", "`event` is missing"},
      {Route::track, R"({"userId":"c","event":7})", "`event` is not a text"},
      {Route::track, R"({"userId":"c","event":"purchase"})",
       "there is no event `purchase`: there are `order`, `visit`"},
      {Route::track, R"({"userId":"c","event":"sent"})", "the event `sent` is made by tend itself"},
      {Route::track, R"({"userId":"c","userId":"d","event":"visit"})", "`userId` comes twice"},
      {Route::track, R"({"userId":"c","event":"order","properties":[]})", "`properties` is not an object"},
      {Route::track, R"({"userId":"c","event":"order","properties":{"quantity":"many"}})",
       "`quantity` of `order`: `many` is not a number"},
      {Route::track, R"({"userId":"c","event":"order","properties":{"quantity":{"a":1}}})",
       "`quantity` of `order`: an object stands where a number is expected"},
      {Route::track, R"({"userId":"c","event":"order","properties":{"quantity":1,"quantity":2}})",
       "`properties` has `quantity` twice"},
      {Route::track, R"({"userId":"c","event":"visit","timestamp":"yesterday"})",
       "`timestamp`: `yesterday` is not a date with a time"},
      {Route::track, R"({"userId":"c","event":"visit","timestamp":1772323200})",
       "`timestamp` is not a text like `2026-03-01T10:00:00Z`"},
      {Route::track, R"({"userId":"c","event":"visit","timestamp":"2026-03-02T00:00:00.001Z"})",
       "`timestamp`: `2026-03-02T00:00:00.001Z` is more than a day ahead"},
      {Route::identify, R"({"userId":"c","traits":{"age":"old"}})", "`age` of the customer: `old` is not a number"},
      {Route::identify, R"({"userId":"c","traits":{"vip":3}})", "`vip` of the customer: `3` is neither true nor false"},
      {Route::identify, R"({"userId":"c","traits":{"level":"iron"}})",
       "`level` of the customer: `iron` is not one of `gold`, `silver`"},
      {Route::identify, R"({"userId":"c","traits":{"timezone":"Mars/Base"}})",
       "`timezone`: `Mars/Base` is not a time zone like `Asia/Shanghai`"},
      {Route::identify, R"({"userId":"c","traits":{"tags":{"a":1}}})",
       "`tags`: an object stands where a list is expected"},
      {Route::identify, R"({"userId":"c","traits":{"tags":["-"]}})", "`tags`: `-` names no tag"},
      {Route::identify, R"({"userId":"c","traits":{"consent":true}})", "`traits.consent` is not an object"},
      {Route::identify, R"({"userId":"c","traits":{"consent":{"sms":"perhaps"}}})",
       "`consent` for `sms`: `perhaps` is neither true nor false"},
      {Route::batch, R"({})", "`batch`, the list of calls, is missing"},
      {Route::batch, R"({"batch":{}})", "`batch` is not a list"},
      {Route::batch, R"({"batch":[],"batch":[]})", "`batch` comes twice"},
  };
  for (const Case& c : cases) {
    INFO(c.body);
    const ReadBody body = read(c.route, c.body);
    CHECK(body.problem == c.problem);
    CHECK(body.inputs.empty());
  }
}

TEST_CASE("a timestamp of exactly a day ahead and old ones pass") {
  Reading read;
  CHECK(read(Route::track, R"({"userId":"c","event":"visit","timestamp":"2026-03-02T00:00:00Z"})").problem == "");
  CHECK(read(Route::track, R"({"userId":"c","event":"visit","timestamp":"1999-12-31 23:59"})").inputs.at(0).at ==
        946'684'740'000);
}

TEST_CASE("depth has a limit, in what is wanted and in what is not") {
  Reading read;
  const auto nested = [](std::size_t depth) {
    return R"({"userId":"c","event":"visit","context":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  CHECK(read(Route::track, nested(64)).problem == "");
  CHECK(read(Route::track, nested(65)).problem == "the body is nested deeper than 64");
  CHECK(read(Route::track, nested(100'000)).problem != "");
}

TEST_CASE("every prefix of a body is refused, and every byte changed does no harm") {
  Reading read;
  const std::string whole =
      R"({"batch":[{"type":"track","userId":"c1","event":"order","properties":{"amount":"12.50 USD","items":["a","b"],"note":{"x":[1,2.5e3,true,null]}}},{"type":"identify","userId":"c1","traits":{"city":"\u6df1","consent":{"sms":true}}}]})";
  REQUIRE(read(Route::batch, whole).problem == "");
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK(read(Route::batch, whole.substr(0, size)).problem != "");
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (const char c : {'"', '{', '}', '[', ']', ',', ':', '\\', '\0', '\xFF', 'e', '0'}) {
      std::string changed = whole;
      changed[i] = c;
      const ReadBody body = read(Route::batch, changed);
      CHECK((body.problem.empty() ? body.inputs.size() + body.refused.size() == 2 || changed != whole
                                  : body.inputs.empty()));
    }
  }
}

TEST_CASE("names that are passed over are cut, and so is their list") {
  Reading read;
  std::string properties = "\"" + std::string(200, 'n') + "\":1";
  for (int i = 0; i < 30; ++i) properties += ",\"p" + std::to_string(i) + "\":1";
  const ReadBody body = read(Route::track, R"({"userId":"c","event":"visit","properties":{)" + properties + "}}");
  CHECK(body.problem == "");
  CHECK(body.ignored.size() == kIgnoredNamesMax);
  CHECK(body.ignored_values == 31);
  CHECK(body.ignored[0] == std::string(80, 'n') + "…");
}
