// What an operator does by hand: bodies that are hostile, and what comes of orders in a live engine.
#include "engine/serve/order.hpp"

#include <nlohmann/json.hpp>

#include "engine/env/draw.hpp"
#include "engine/env/files_simulated.hpp"
#include "engine/serve/look.hpp"
#include "tests/support/compile.hpp"
#include "tests/support/noting_sender.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::serve;

namespace {

using Json = nlohmann::json;

constexpr const char* kText = R"(
customer { city text; owner staff; name text }
event order { quantity number }
policy { timezone "UTC" }
playbook hello { enter on order
  again after 30 days
  where not customer.city = "Rome"
  send hi
  wait 2 days
  send bye }
playbook call { enter by hand
  task "call {{ customer.name default "them" }}" as ring
  wait 9 days }
playbook half { enter by hand
  holdout 50%
  wait 9 days }
playbook staff { enter by hand
  ask customer.owner to send hi within 1 day
  send bye }
message hi { text "hi" }
message bye { text "bye" }
)";

struct Desk {
  program::Program program = test::compile_or_throw(kText);
  journey::Plan plan{program, "outbox", {}};
  test::NotingSender yes;
  env::SimulatedFiles files;
  env::Moment now = *env::parse_moment("2026-03-01T10:00Z", env::utc());
  std::unique_ptr<run::Engine> engine;

  Desk() {
    run::EngineOptions options{.partitions = 4, .threads = 1, .recorded = false};
    options.now = [this] { return now; };
    auto folder = run::open_data_folder(files, "desk", 4);
    REQUIRE(folder);
    auto opened = run::Engine::open(std::move(*folder), plan, program::serialize(program),
                                    program::serialize(program::Places{}), options, yes);
    REQUIRE(opened);
    engine = std::move(*opened);
    engine->add_deploy(now);
    REQUIRE(engine->commit());
  }
  void order(const std::string& customer) {
    engine->add(state::EventInput{
        .moment = now, .at = now, .customer = customer, .event = *program::find_event(program, "order")});
    REQUIRE(engine->commit());
  }
  void set(const std::string& customer, const std::string& attribute, const std::string& value) {
    std::string fields;
    state::append_field(fields, static_cast<std::uint16_t>(*program::find_attribute(program, attribute)),
                        program::Value::string(value));
    engine->add(state::AttributesInput{.moment = now, .customer = customer, .fields = fields});
    REQUIRE(engine->commit());
  }
  Result<std::string> tell(OrderKind kind, const std::string& body) {
    auto order = read_order(kind, body);
    if (!order) return tl::unexpected(order.error());
    std::optional<Result<std::string>> told;
    const OrderPlace place{.channels = {"outbox", "sms"}, .now = [this] { return now; }};
    const auto done = carry_out(*engine, *order, place, [&](Result<std::string> answer) {
      CHECK_FALSE(told.has_value());
      told = std::move(answer);
    });
    REQUIRE(done);
    REQUIRE(told.has_value());
    return *told;
  }
  Json json(OrderKind kind, const std::string& body) {
    const auto told = tell(kind, body);
    INFO((told ? std::string() : told.error().message));
    REQUIRE(told);
    return Json::parse(*told);
  }
  std::string refusal(OrderKind kind, const std::string& body) {
    const auto told = tell(kind, body);
    return told ? "done: " + *told : told.error().message;
  }
};

}  // namespace

TEST_CASE("bodies of orders are bounded, typed and without surprises") {
  const auto problem = [](OrderKind kind, const std::string& body) {
    const auto order = read_order(kind, body);
    return order ? std::string("none") : order.error().message;
  };
  CHECK(problem(OrderKind::pause, "") == "the body is not well-formed JSON in UTF-8");
  CHECK(problem(OrderKind::pause, "[]") == "the body is not a JSON object");
  CHECK(problem(OrderKind::pause, "{\"what\":\"\xff\"}") == "the body is not well-formed JSON in UTF-8");
  CHECK(problem(OrderKind::pause, R"({"what":"a","what":"b"})") == "`what` comes twice");
  CHECK(problem(OrderKind::pause, R"({"what":"everything","when":1})") == "there is no key `when` in this call");
  CHECK(problem(OrderKind::pause, R"({"what":[[[[1]]]]})") == "the body is nested deeper than 3");
  CHECK(problem(OrderKind::pause, std::string(400'000, '[')) == "the body is nested deeper than 3");
  CHECK(problem(OrderKind::pause, R"({"what":"hello"})") ==
        "`what` is `everything`, `playbook:NAME` or `channel:NAME`, not `hello`");
  CHECK(problem(OrderKind::pause, R"({})") == "`what` is missing");
  CHECK(problem(OrderKind::pause, R"({"what":")" + std::string(1024, 'x') + R"("})").starts_with("`what` is `every"));
  CHECK(problem(OrderKind::pause, R"({"what":")" + std::string(1025, 'x') + R"("})") ==
        "`what` is longer than 1024 bytes");
  CHECK(problem(OrderKind::start, R"({"playbook":"p"})") == "`customers`, the list of ids, is missing");
  CHECK(problem(OrderKind::start, R"({"playbook":"p","customers":["a",""]})") ==
        "`customers`, number 2: the customer's id is empty");
  CHECK(problem(OrderKind::start, R"({"playbook":"p","customers":["a",7]})") == "`customers`, number 2 is not a text");
  CHECK(problem(OrderKind::forget, R"({})") == "`customer` is missing");
  CHECK(problem(OrderKind::forget, R"({"customer":null})") == "`customer` is not a text");
  CHECK(problem(OrderKind::confirm, R"({"customer":"a","what":"x","done":1})") == "`done` is not true or false");
  CHECK(problem(OrderKind::confirm, R"({"customer":"a","what":"x","reason":"no"})") ==
        "`reason` says why something was not done: say `done` false");
  CHECK(problem(OrderKind::confirm, R"({"customer":"a","what":"x","journey":-1})") ==
        "`journey` is not the number of a journey");

  const auto many = [](std::size_t count) {
    Json body{{"playbook", "p"}, {"customers", Json::array()}};
    for (std::size_t i = 0; i < count; ++i) body["customers"].push_back("c" + std::to_string(i));
    return body.dump();
  };
  CHECK(read_order(OrderKind::start, many(kOrderCustomersMax))->customers.size() == kOrderCustomersMax);
  CHECK(problem(OrderKind::start, many(kOrderCustomersMax + 1)) ==
        "`customers` has more than 10000 ids: send several calls");
  const auto twice = read_order(OrderKind::stop, R"({"playbook":"p","customers":["a","b","a"]})");
  CHECK(twice->customers == std::vector<std::string>{"a", "b"});
}

TEST_CASE("an order is written as it is read") {
  for (const auto& [kind, body] : std::vector<std::pair<OrderKind, std::string>>{
           {OrderKind::pause, R"({"what":"everything"})"},
           {OrderKind::resume, R"({"what":"playbook:p"})"},
           {OrderKind::start, R"({"playbook":"p","customers":["a","b"]})"},
           {OrderKind::forget, R"({"customer":"a"})"},
           {OrderKind::confirm,
            R"({"customer":"a","what":"x","playbook":"p","journey":2,"done":false,"reason":"no"})"}})
    CHECK(write_order(*read_order(kind, body)) == body);
  for (const OrderKind kind :
       {OrderKind::pause, OrderKind::resume, OrderKind::start, OrderKind::stop, OrderKind::forget, OrderKind::confirm})
    CHECK(order_at(path_of(kind)) == kind);
  CHECK_FALSE(order_at("/v1/track").has_value());
}

TEST_CASE("pausing and resuming say what they changed and what fell due meanwhile") {
  Desk desk;
  desk.order("a");
  desk.order("b");
  CHECK(desk.refusal(OrderKind::pause, R"({"what":"playbook:helo"})") ==
        "there is no playbook `helo`: did you mean `hello`?");
  CHECK(desk.refusal(OrderKind::pause, R"({"what":"channel:fax"})") ==
        "there is no channel `fax`: there is `outbox`, `sms`");
  Json told = desk.json(OrderKind::pause, R"({"what":"playbook:hello"})");
  CHECK(told == Json{{"success", true},
                     {"what", "playbook:hello"},
                     {"state", "paused"},
                     {"changed", true},
                     {"live", 2},
                     {"paused", {"playbook:hello"}}});
  CHECK(desk.json(OrderKind::pause, R"({"what":"playbook:hello"})")["changed"] == false);
  desk.now += 3 * env::kDay;
  told = desk.json(OrderKind::pause, R"({"what":"everything"})");
  CHECK(told["paused"] == Json{"everything", "playbook:hello"});
  CHECK(paused_in(*desk.engine) == std::vector<std::string>{"everything", "playbook:hello"});
  // Still held up by the other pause.
  CHECK(desk.json(OrderKind::resume, R"({"what":"playbook:hello"})")["due"] == 0);
  told = desk.json(OrderKind::resume, R"({"what":"everything"})");
  CHECK(told["due"] == 2);
  CHECK(told["paused"] == Json::array());
  CHECK(desk.yes.lines.size() == 4);
  told = desk.json(OrderKind::resume, R"({"what":"everything"})");
  CHECK(told["changed"] == false);
  CHECK(told["due"] == 0);
}

TEST_CASE("who is started by hand enters, or it is said why not") {
  Desk desk;
  for (const char* customer : {"a", "b", "c", "d"}) desk.set(customer, "name", "N");
  desk.set("b", "city", "Rome");
  desk.order("c");
  const Json told = desk.json(OrderKind::start, R"({"playbook":"hello","customers":["a","b","c","nobody"]})");
  CHECK(told["entered"] == 1);
  CHECK(told["refused"] == Json{{"where", 1}, {"live", 1}, {"unknown", 1}});
  CHECK(told["customers"][0] == Json{{"customer", "a"}, {"result", "entered"}});
  CHECK(told["customers"][1] == Json{{"customer", "b"}, {"result", "where"}});
  CHECK(told["customers"][2] == Json{{"customer", "c"}, {"result", "live"}});
  CHECK(told["customers"][3] == Json{{"customer", "nobody"}, {"result", "unknown"}});
  CHECK(std::find(desk.yes.lines.begin(), desk.yes.lines.end(), "a hi") != desk.yes.lines.end());
  CHECK(desk.refusal(OrderKind::start, R"({"playbook":"helo","customers":["a"]})") ==
        "there is no playbook `helo`: did you mean `hello`?");
  const Json half = desk.json(OrderKind::start, R"({"playbook":"half","customers":["a","b","c","d"]})");
  CHECK(half["entered"].get<int>() + half["held_out"].get<int>() == 4);
  std::size_t held_out = 0;
  for (const char* customer : {"a", "b", "c", "d"}) held_out += env::draw({"holdout", "half", customer}) < 5000 ? 1 : 0;
  CHECK(half["held_out"] == held_out);
  (void)desk.json(OrderKind::pause, R"({"what":"playbook:call"})");
  CHECK(desk.json(OrderKind::start, R"({"playbook":"call","customers":["a"]})")["refused"] == Json{{"paused", 1}});
}

TEST_CASE("who is stopped by hand has left, and no goal is counted for him any more") {
  Desk desk;
  desk.order("a");
  desk.set("b", "name", "B");
  const Json told = desk.json(OrderKind::stop, R"({"playbook":"hello","customers":["a","b","nobody"]})");
  CHECK(told["stopped"] == 1);
  CHECK(told["refused"] == Json{{"not_inside", 1}, {"unknown", 1}});
  desk.now += 5 * env::kDay;
  desk.engine->add_tick(desk.now);
  REQUIRE(desk.engine->commit());
  CHECK(desk.yes.lines == std::vector<std::string>{"a hi"});
  CHECK(Json::parse(playbooks_json(*desk.engine, {}, desk.now))["playbooks"][2]["left"] == 1);
  CHECK(desk.json(OrderKind::stop, R"({"playbook":"hello","customers":["a"]})")["refused"] == Json{{"not_inside", 1}});
  CHECK(desk.json(OrderKind::start, R"({"playbook":"hello","customers":["a"]})")["refused"] == Json{{"again", 1}});
}

TEST_CASE("tasks and messages that wait for a person are listed, done and refused") {
  Desk desk;
  desk.set("a", "owner", "Anna");
  desk.set("b", "owner", "Bob");
  (void)desk.json(OrderKind::start, R"({"playbook":"call","customers":["a","b"]})");
  (void)desk.json(OrderKind::start, R"({"playbook":"staff","customers":["a"]})");
  Json tasks = Json::parse(tasks_json(*desk.engine, "", desk.now));
  CHECK(tasks["count"] == 3);
  tasks = Json::parse(tasks_json(*desk.engine, "Anna", desk.now))["tasks"];
  REQUIRE(tasks.size() == 2);
  CHECK(tasks[0]["what"] == "hi");
  CHECK(tasks[0]["kind"] == "message");
  CHECK(tasks[0]["due"] == "2026-03-02T10:00:00Z");
  CHECK(tasks[1]["what"] == "ring");
  CHECK(tasks[1]["text"] == "call them");

  CHECK(desk.refusal(OrderKind::confirm, R"({"customer":"a","what":"rng"})") ==
        "there is no open task of customer `a` called `rng`: did you mean `ring`?");
  CHECK(desk.refusal(OrderKind::confirm, R"({"customer":"a","what":"ring","done":false,"reason":"away"})") ==
        "a task that is refused has no place for a reason: leave it out");
  CHECK(desk.refusal(OrderKind::confirm, R"({"customer":"zoe","what":"ring"})") == "there is no customer `zoe`");
  CHECK(desk.json(OrderKind::confirm, R"({"customer":"a","what":"ring"})")["kind"] == "task");
  CHECK(desk.json(OrderKind::confirm, R"({"customer":"a","what":"hi"})")["kind"] == "message");
  CHECK(desk.yes.lines == std::vector<std::string>{"a bye"});
  CHECK(Json::parse(tasks_json(*desk.engine, "Anna", desk.now))["count"] == 0);
  (void)desk.json(OrderKind::start, R"({"playbook":"staff","customers":["b"]})");
  CHECK(desk.json(OrderKind::confirm, R"({"customer":"b","what":"hi","done":false,"reason":"no"})")["done"] == false);
  CHECK(desk.yes.lines == std::vector<std::string>{"a bye", "b bye"});
}

TEST_CASE("who became another customer is found by both ids, and nobody becomes another in a circle") {
  Desk desk;
  desk.set("a", "city", "Bonn");
  desk.set("b", "name", "B");
  const auto merge = [&](const char* customer, const char* into) {
    desk.engine->add(state::MergeInput{.moment = desk.now, .customer = customer, .into = into});
  };
  merge("a", "b");
  merge("b", "a");
  REQUIRE(desk.engine->commit());
  merge("b", "a");
  merge("b", "c");
  merge("c", "a");
  REQUIRE(desk.engine->commit());
  CHECK(desk.engine->became("a") == "c");
  CHECK(desk.engine->became("b") == "c");
  const Json customer = Json::parse(*customer_json(*desk.engine, "a", desk.now));
  CHECK(customer["customer"] == "c");
  CHECK(customer["was"] == "a");
  CHECK(customer["attributes"] == Json{{"city", "Bonn"}, {"name", "B"}});
  const Json told = desk.json(OrderKind::start, R"({"playbook":"call","customers":["a"]})");
  CHECK(told["customers"][0] == Json{{"customer", "a"}, {"result", "entered"}, {"is", "c"}});
  CHECK(desk.json(OrderKind::forget, R"({"customer":"b"})")["left"] == 1);
  CHECK_FALSE(customer_json(*desk.engine, "c", desk.now).has_value());
  CHECK(desk.refusal(OrderKind::forget, R"({"customer":"b"})") == "there is no customer `b`");
}
