// What can be looked at: targets that are hostile, pages that are bounded and complete.
#include "engine/serve/look.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "engine/serve/look_target.hpp"
#include "tests/engine/serve/shop.hpp"

using namespace tend;
using namespace tend::serve;

namespace {

using Json = nlohmann::json;

std::string problem(std::string_view target) {
  const auto look = read_look(target, {});
  return look ? "none" : look.error().message;
}

/// What is looked at between two batches.
Result<std::string> look_at(Live& live, const std::string& target) {
  auto look = read_look(target, live.channels());
  if (!look) return tl::unexpected(look.error());
  std::promise<Result<std::string>> promise;
  auto future = promise.get_future();
  live.ask([&](run::Engine* engine) { promise.set_value((*look)(*engine, live.now())); });
  return future.get();
}

}  // namespace

TEST_CASE("targets are decoded, and anything odd in them is refused") {
  CHECK(percent_decoded("a%20b+c", true) == "a b c");
  CHECK(percent_decoded("a+b", false) == "a+b");
  for (const char* text : {"%", "%2", "%zz", "%+1", "%ff", "a%"}) CHECK_FALSE(percent_decoded(text, true).has_value());
  for (const char* text : {"", "c1", "客户 1/%?&+", "a\x01z"})
    CHECK(percent_decoded(percent_encoded(text), false) == text);

  CHECK(is_look_path("/v1/customers/x"));
  CHECK_FALSE(is_look_path("/v1/customers/"));
  CHECK(problem("/v1/journeys?playbook=p&limit=1000&cursor=") == "none");
  CHECK(problem("/v1/journeys?limit=1001") == "`limit` is a number from 1 to 1000");
  CHECK(problem("/v1/journeys?limit=0") == "`limit` is a number from 1 to 1000");
  CHECK(problem("/v1/journeys?limit=") == "`limit` is a number from 1 to 1000");
  CHECK(problem("/v1/journeys?limit=5&limit=6") == "`limit` comes twice");
  CHECK(problem("/v1/journeys?customer=a") == "there is no parameter `customer` here");
  CHECK(problem("/v1/playbooks?x=1") == "there is no parameter `x` here");
  CHECK(problem("/v1/tasks?person=%C3%A9") == "none");
  CHECK(problem("/v1/tasks?person=%C3") == "the query is not percent-encoded UTF-8");
  CHECK(problem("/v1/customers/%20") == "the customer's id is empty");
  CHECK(problem("/v1/customers/" + std::string(1025, 'x')) == "the customer's id has more than 1024 bytes");
}

TEST_CASE("pages of journeys are bounded and hold every live journey once") {
  Shop shop;
  auto live = shop.start();
  for (int i = 0; i < 57; ++i) REQUIRE(post_now(*live, order_of("c" + std::to_string(i))));
  std::set<std::string> seen;
  std::string target = "/v1/journeys?playbook=thanks&limit=10";
  std::size_t pages = 0;
  for (;; ++pages) {
    REQUIRE(pages < 20);
    const Json page = Json::parse(*look_at(*live, target));
    CHECK(page["journeys"].size() <= 10);
    for (const Json& journey : page["journeys"]) {
      CHECK(seen.insert(journey["customer"]).second);
      CHECK(journey["step"] == "wait 1 day");
      CHECK(journey["status"] == "waiting");
      CHECK(journey["until"] == "2026-03-02T00:00:00Z");
    }
    if (!page.contains("next")) break;
    target = "/v1/journeys?playbook=thanks&limit=10&cursor=" + page["next"].get<std::string>();
  }
  CHECK(seen.size() == 57);
  CHECK(pages == 5);
  CHECK(look_at(*live, "/v1/journeys?playbook=thank").error().message ==
        "there is no playbook `thank`: did you mean `thanks`?");
  for (const char* cursor : {"x", "1", "1-", "-1", "1-2-3", "99999999999-1"})
    CHECK_FALSE(look_at(*live, std::string("/v1/journeys?cursor=") + cursor).has_value());
  CHECK(Json::parse(*look_at(*live, "/v1/journeys?cursor=4000000000-7"))["journeys"].empty());
}

TEST_CASE("a customer is shown with what is known of him") {
  Shop shop;
  auto live = shop.start();
  PostedInput traits;
  traits.kind = state::InputKind::attributes;
  traits.customer = "客户 1";
  state::append_field(traits.fields, 2, program::Value::number(41.5));
  state::append_field(traits.fields, 5, program::Value::boolean(true));
  state::append_field(traits.fields, state::kTagAdd, program::Value::string("new"));
  state::append_field(traits.fields, state::kConsentGiven, program::Value::string("sms"));
  state::append_field(traits.fields, state::kConsentWithdrawn, program::Value::string("email"));
  state::append_field(traits.fields, state::kSuppressed, program::Value::string(""));
  REQUIRE(post_now(*live, traits));
  REQUIRE(post_now(*live, order_of("客户 1")));
  const Json json = Json::parse(*look_at(*live, "/v1/customers/" + percent_encoded("客户 1")));
  CHECK(json["format"] == "tend.customer/1");
  CHECK(json["customer"] == "客户 1");
  CHECK(json["attributes"] == Json{{"age", 41.5}, {"vip", true}});
  CHECK(json["tags"] == Json{"new"});
  CHECK(json["consent"] == Json{{"given", {"sms"}}, {"withdrawn", {"email"}}, {"never_written_to", {"everything"}}});
  CHECK(json["journeys"].size() == 1);
  CHECK(look_at(*live, "/v1/customers/zoe").error().code == ErrorCode::not_found);
  const Json playbooks = Json::parse(*look_at(*live, "/v1/playbooks"));
  CHECK(playbooks["playbooks"][0]["playbook"] == "thanks");
  CHECK(playbooks["playbooks"][0]["live"] == 1);
  CHECK(playbooks["playbooks"][0]["paused"] == false);
}
