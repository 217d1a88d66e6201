// One error per cause, at its place, and no echoes.
#include "tests/dsl/check/support.hpp"

using namespace tend;
using namespace tend::test;

namespace {
std::string codes_of(const std::string& text, const check::CheckOptions& options = {}) {
  return check_text(std::string(kDeclarations) + text, options).codes();
}
std::string where(const std::string& condition) {
  Checked checked;
  lowered(condition, &checked);
  return checked.codes();
}
}  // namespace

TEST_CASE("types that do not meet") {
  CHECK(where("customer.until = \"2026-01-01\"") == "T0302");
  CHECK(where("customer.seats = 60%") == "T0302");
  CHECK(where("customer.vip = 1") == "T0302");
  CHECK(where("customer.budget > 9 USD and entry.amount > 3") == "T0302");
  CHECK(where("entry.amount + 9 USD > 3 CNY") == "T0304");
  CHECK(where("1 = 2") == "T0334");
  CHECK(where("customer.level in [\"gold\", \"bronze\"]") == "T0305");
  CHECK(where("\"bronze\" = customer.level") == "T0305");
  CHECK(where("customer.vip < true") == "T0311");
  CHECK(where("customer.owner < \"x\"") == "T0311");
  CHECK(where("customer.owner = \"x\"") == "");
  CHECK(where("customer.opens < 09:30") == "");
  CHECK(where("customer.city < \"b\"") == "");
  CHECK(where("customer.share >= 10% + 5%") == "");
  CHECK(where("customer.city or customer.vip") == "T0306");
  CHECK(where("customer.vip and customer.city") == "T0301");
  CHECK(where("not customer.city") == "T0301");
  CHECK(where("count(order) = 1.5") == "T0333");
  CHECK(where("0 > count(order)") == "T0333");
  CHECK(where("count(order) >= 0") == "T0607");
}

TEST_CASE("a name that failed stays silent where it is used") {
  CHECK(where("customer.citty = 5 and customer.citty > 3 CNY") ==
        "T0201 T0201");  // two places, no type errors after them
  CHECK(codes_of("trait a = total(ordr.amount)\nsegment b = a > 5\nsegment c = in segment b and a = \"x\"") == "T0202");
  CHECK(codes_of("event gift { worth mony }\nsegment b = last(gift.worth) > 5 CNY") == "T0102");
  CHECK(
      codes_of("event gift { worth 17; size number }\nsegment b = last(gift.worth) > 5 and last(gift.size) > 5 CNY") ==
      "T0102 T0302");
  CHECK(codes_of("segment a = in segment b\nsegment b = in segment c\nsegment c = in segment a") == "T0211");
  CHECK(codes_of("segment a = in segment a") == "T0211");
}

TEST_CASE("traits of traits of traits come to an end") {
  const auto chain = [](int length, const char* format) {
    std::string text = "trait t" + std::to_string(length) + " = 1\n";
    for (int i = 0; i < length; ++i) {
      std::string line = format;
      for (std::size_t at; (at = line.find('#')) != std::string::npos;) line.replace(at, 1, std::to_string(i + 1));
      text += "trait t" + std::to_string(i) + " = " + line + "\n";
    }
    return check_text(text).codes();
  };
  CHECK(chain(300, "t# + 1") == "");
  CHECK(chain(5000, "t# + 1").starts_with("T0404"));
  CHECK(chain(40, "t# + t#").starts_with("T0450"));
  std::string high = "1";
  for (int i = 0; i < 300; ++i) high += " + 1";
  CHECK(chain(1, high.c_str()) == "");
  CHECK(chain(200, (high + " + t#").c_str()).starts_with("T0450"));
  CHECK(chain(200, ("t# + " + high).c_str()).starts_with("T0404"));
}

TEST_CASE("entry and arms") {
  const auto playbook = [](const std::string& body) {
    return codes_of("playbook p { goal order within 1 day; " + body + " }");
  };
  CHECK(playbook("enter on order; if entry.store = \"a\" { tag \"x\" }") == "");
  CHECK(playbook("enter when tagged \"a\"; if entry.store = \"a\" { tag \"x\" }") == "T0213");
  CHECK(playbook("enter when tagged \"a\"; enter on order; tag \"{{ entry.store }}\"") == "T0307");
  CHECK(playbook("enter on order; enter on visit; tag \"{{ entry.store }}\"") == "");
  CHECK(playbook("enter on order; enter on visit; tag \"{{ entry.id }}\"") == "T0307");
  CHECK(playbook("enter on order; enter on visit; if entry.id = \"7\" { tag \"x\" }") == "");
  CHECK(playbook("enter on ordr; tag \"{{ entry.anything }}\"") == "T0202");
  CHECK(playbook("enter on order where amount >= entry.amount; tag \"x\"") == "");
  CHECK(playbook("enter when entry.at > customer.seen; tag \"x\"") == "T0214");
  CHECK(playbook("enter on order; wait up to 1 day { on reply { tag \"{{ reply.text }}\" } }") == "");
  CHECK(playbook("enter on order; wait up to 1 day { on reply { tag \"a\" } }\n tag \"{{ reply.text }}\"") == "T0307");
  CHECK(
      playbook("enter on order; wait up to 1 day { on reply { tag \"a\" } }\n tag \"{{ reply.text default \"\" }}\"") ==
      "");
  CHECK(playbook(
            "enter on order; wait up to 1 day { on reply { tag \"a\" } else { stop } }\n tag \"{{ reply.text }}\"") ==
        "");
  CHECK(playbook("enter on order; wait up to 1 day { on reply { tag \"a\" } on visit { stop } else { stop } }\n"
                 "tag \"{{ reply.text }}\"") == "");
  CHECK(playbook("enter on order; wait up to 1 day { on reply { tag \"a\" } on visit { tag \"b\" } else { stop } }\n"
                 "tag \"{{ reply.text }}\"") == "T0307");
  CHECK(playbook("enter on order; wait up to 1 day { on visit where score > 5 and reply.text = \"a\" { stop } }") ==
        "T0218");
  CHECK(playbook("enter on order; if order.amount > 5 CNY { stop }") == "T0215");
  CHECK(playbook("enter on order; wait up to 1 day { on order { tag \"{{ order.store }}\" } }") == "");
}

TEST_CASE("messages are checked against all who send them") {
  const std::string message = "message m { text \"{{ entry.id }}\" }\n";
  CHECK(codes_of(message + "playbook p { enter on order; goal order within 1 day; send m }") == "");
  CHECK(codes_of(message + "playbook p { enter on order; goal order within 1 day; send m }\n"
                           "playbook q { enter on visit; goal order within 1 day; send m }") == "T0307");
  CHECK(codes_of(message + "playbook p { enter on visit; goal order within 1 day; send m }") == "T0203");
  const std::string reply = "message m { text \"{{ reply.text }}\" }\n";
  const std::string in_arm = "wait up to 1 day { on reply { send m } }";
  CHECK(codes_of(reply + "playbook p { enter on order; goal order within 1 day; " + in_arm + " }") == "");
  CHECK(codes_of(reply + "playbook p { enter on order; goal order within 1 day; " + in_arm + "\n send m }") == "T0307");
  CHECK(codes_of(reply + "playbook p { enter on order; goal order within 1 day; send m }") == "T0218");
  CHECK(codes_of(reply) == "T0602");
}

TEST_CASE("each of several mistakes in one playbook is said, and once") {
  CHECK(codes_of("playbook p { enter on order; goal order within 1 day\n"
                 "task \"call {{ customer.citty }}\" due 2 days else { if customer.town = 5 { stop } }\n"
                 "let x = 3\n if x > 2 { tag \"a\" }\n"
                 "grant 5 CNY from pool as coupon\n send m\n send n }\n"
                 "message m { text \"{{ coupon.amount }}\" }") == "T0201 T0302 T0226 T0204 T0307");
  CHECK(codes_of("playbook p { enter every day at 10:00; where customer.citty = \"a\"; again always\n goal order "
                 "within 1 day\n send m }\n"
                 "message m { text \"a\" }") == "T0201");
}

TEST_CASE("did you mean") {
  const auto help = [](const std::string& text) {
    const Checked checked = check_text(std::string(kDeclarations) + text);
    REQUIRE(checked.diagnostics.size() == 1);
    return diagnostic::help(checked.diagnostics[0], text::Tongue::en);
  };
  CHECK(help("segment s = customer.citty = \"a\"") == "did you mean `city`?");
  CHECK(help("segment s = ordr within 3 days") == "did you mean `order`?");
  CHECK(help("segment s = count(order where amout > 5 CNY) > 1") == "did you mean `amount`?");
  CHECK(help("segment s = citi = \"a\"") == "did you mean `customer.city`?");
  CHECK(help("segment s = customer.level = \"glod\"") == "did you mean `gold`?");
  CHECK(help("segment loyal = order within 3 days\nsegment s = in segment loyl") == "did you mean `loyal`?");
}

TEST_CASE("a trait that cannot stand in a window's where is wrong where it is used") {
  const Checked checked =
      check_text(std::string(kDeclarations) + "trait n = count(visit)\nsegment s = count(order where weight > n) > 1");
  REQUIRE(checked.codes() == "T0402");
  const text::Span span = checked.diagnostics[0].span;
  CHECK(checked.sources[0].text.substr(span.begin, span.end - span.begin) == "weight > n");
}

TEST_CASE("options of the workspace") {
  check::CheckOptions options;
  options.channels = {{.name = "sms"}, {.name = "email"}};
  const std::string playbook = "playbook p { enter on order; goal order within 1 day; send m }\n";
  CHECK(codes_of(playbook + "message m { text \"a\" }", options) == "T0505");
  CHECK(codes_of(playbook + "message m on sms { text \"a\" }", options) == "");
  CHECK(codes_of(playbook + "message m on smms { text \"a\" }", options) == "T0207");
  options.default_channel = "email";
  CHECK(codes_of(playbook + "message m { text \"a\" }", options) == "");
  CHECK(codes_of("segment s = consents to smss", options) == "T0236");
  CHECK(codes_of("policy { timezone \"Nowhere/City\" }") == "");
  options.timezones = {"Asia/Shanghai"};
  CHECK(codes_of("policy { timezone \"Nowhere/City\" }", options) == "T0223");
}

TEST_CASE("no program where anything is wrong, places where nothing is") {
  CHECK_FALSE(check_text("segment s = tagged 5").result.program);
  CHECK_FALSE(check_text("segment s = ").result.program);
  const Checked checked = check_text(std::string(kDeclarations) +
                                     "playbook p \"P\" {\n enter on order\n goal order within 1 day\n\n  tag \"x\"\n}");
  REQUIRE(checked.result.program);
  const auto& places = checked.result.places;
  REQUIRE(places.playbooks.size() == 1);
  REQUIRE(places.playbooks[0].steps.size() == 1);
  CHECK(places.playbooks[0].steps[0].line == 14);
  CHECK(places.nodes.size() == checked.result.program->nodes.size());
  CHECK(places.files == std::vector<std::string>{"test.tend"});
  const text::Span goal = places.playbooks[0].goal;
  CHECK(checked.sources[0].text.substr(goal.begin, goal.end - goal.begin) == "goal order within 1 day");
}
