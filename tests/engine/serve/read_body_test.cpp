// Bodies to typed inputs: Segment's shapes, what is passed over, and one sentence for each thing that can be wrong.
#include "engine/serve/read_body.hpp"

#include "engine/state/input.hpp"
#include "tests/engine/serve/shop.hpp"

using namespace tend;
using namespace tend::serve;
using program::ValueKind;

namespace {

struct Reading {
  program::Program program = shop_program();
  BodyReader reader{program};
  ReadBody operator()(Route route, std::string body) { return reader.read(route, body, kBegin); }
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

TEST_CASE("a batch is taken as a whole, or nothing of it") {
  Reading read;
  const ReadBody body = read(
      Route::batch,
      R"({"batch":[{"type":"identify","userId":"c1","traits":{"city":"a","x":1}},{"type":"track","userId":"c1","event":"order","properties":{"x":1,"y":2}}],"sentAt":"now"})");
  REQUIRE(body.problem == "");
  CHECK(body.inputs.size() == 2);
  CHECK(body.ignored == std::vector<std::string>{"x", "y"});
  CHECK(body.ignored_values == 3);
  CHECK(read(Route::batch, R"({"batch":[]})").problem == "");

  const ReadBody bad = read(
      Route::batch,
      R"({"batch":[{"type":"track","userId":"c1","event":"visit"},{"type":"track","userId":"c1","event":"ordr"}]})");
  CHECK(bad.inputs.empty());
  CHECK(bad.item == 1);
  CHECK(bad.problem == "there is no event `ordr`: did you mean `order`?");
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
      {Route::batch, R"({"batch":[1]})", "the item is not an object"},
      {Route::batch, R"({"batch":[{"userId":"c"}]})", "`type` is missing: it is `track`, `identify` or `alias`"},
      {Route::batch, R"({"batch":[{"type":"page","userId":"c"}]})",
       "`page` is not a call that is taken: those are `track`, `identify` and `alias`"},
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
  CHECK(read(Route::track, nested(kBodyDepthMax)).problem == "");
  CHECK(read(Route::track, nested(kBodyDepthMax + 1)).problem == "the body is nested deeper than 32");
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
      CHECK((body.problem.empty() ? body.inputs.size() == 2 || changed != whole : body.inputs.empty()));
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
