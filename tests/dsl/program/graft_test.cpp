// Grafting older versions into a new program: what stays, what is found by name, what is kept aside.
#include "dsl/program/graft.hpp"

#include "dsl/program/same_text.hpp"
#include "tests/dsl/check/support.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::program;
using test::check_text;

namespace {

constexpr const char* kDeclared = R"(
customer { name text; city text; level number }
event order { id text, amount money, store text }
event visit { store text }
activity is order
)";

struct Text {
  Program program;
  Places places;
};

Text compiled(const std::string& playbooks, const std::string& declared = kDeclared) {
  auto checked = check_text(declared + playbooks);
  INFO(checked.sentences());
  REQUIRE(checked.result.program);
  return {*checked.result.program, checked.result.places};
}

Text grafted(const Text& now, const Text& before, const std::vector<Keep>& keep) {
  Grafted out = graft(now.program, now.places, before.program, before.places, keep);
  const std::string bytes = serialize(out.program);
  const auto back = deserialize(bytes);
  REQUIRE(back);
  CHECK(serialize(*back) == bytes);
  CHECK(out.places.nodes.size() == out.program.nodes.size());
  CHECK(out.places.messages.size() == out.program.messages.size());
  REQUIRE(out.places.playbooks.size() == out.program.playbooks.size());
  CHECK(out.places.lines.size() == out.places.files.size());
  for (std::size_t p = 0; p < out.program.playbooks.size(); ++p)
    if (!out.program.playbooks[p].steps.empty())
      CHECK(out.places.playbooks[p].steps.size() == out.program.playbooks[p].steps.size());
  return {std::move(out.program), std::move(out.places)};
}

std::string versions(const Program& program) {
  std::string out;
  for (const Playbook& playbook : program.playbooks)
    out += playbook.name + std::to_string(playbook.version) + (playbook.superseded ? "- " : " ");
  return out;
}

const Playbook& find(const Program& program, const std::string& name, std::uint32_t version) {
  const std::uint32_t p = find_version(program, name, version);
  REQUIRE(p != kNone);
  return program.playbooks[p];
}

constexpr const char* kCare = R"(
playbook care { enter on order; goal visit within 9 days where visit.store = entry.store; leave when customer.city = "x"
  wait 3 days
  if count(order where order.amount > 5 CNY) over 30 days > 1 { send thanks } else { start other }
  wait 4 days }
playbook other { enter on visit; tag "seen" }
message thanks { text "Thank you, {{ customer.name default "friend" }}" }
)";

}  // namespace

TEST_CASE("a program is grafted on itself without a trace") {
  const Text one = compiled(kCare);
  const Text both = grafted(one, one, {Keep::whole, Keep::whole});
  CHECK(serialize(both.program) == serialize(one.program));
}

TEST_CASE("numbers of other tables do not make another text") {
  const Text one = compiled(kCare);
  const Text other = compiled(
      "playbook a { enter when customer.age > 7 and count(aside) over 3 days > 2; tag \"a\" }\n" + std::string(kCare),
      "event aside\n customer { age number, name text, city text, level number }\n"
      "event visit { day date, store text }\n event order { store text, id text, amount money }\n activity is visit\n");
  for (const char* name : {"care", "other"}) {
    const Playbook& a = one.program.playbooks[*find_playbook(one.program, name)];
    const Playbook& b = other.program.playbooks[*find_playbook(other.program, name)];
    CHECK(playbook_text_of(one.program, a) == playbook_text_of(other.program, b));
  }
  CHECK(versions(grafted(other, one, {Keep::whole, Keep::whole}).program) == "a1 care1 other1 ");
}

TEST_CASE("what journeys do makes a version, and what lets them in does not") {
  const auto text = [](const std::string& header, const std::string& steps) {
    return compiled("playbook p { enter when customer.level > 3; " + header + "\n" + steps + " }");
  };
  const Text one = text("priority 10", "wait 1 day; tag \"x\"");
  CHECK(versions(grafted(text("priority 11", "wait 1 day; tag \"x\""), one, {Keep::whole}).program) == "p1 ");
  CHECK(versions(grafted(text("again always", "wait 1 day; tag \"x\""), one, {Keep::whole}).program) == "p1 ");
  CHECK(versions(grafted(text("priority 10", "wait 1 day; tag \"y\""), one, {Keep::whole}).program) == "p2 p1- ");
  CHECK(versions(grafted(text("priority 10", "wait 2 days; tag \"x\""), one, {Keep::name}).program) == "p2 ");
  CHECK(versions(
            grafted(text("leave when customer.city = \"x\"", "wait 1 day; tag \"x\""), one, {Keep::whole}).program) ==
        "p2 p1- ");
  const Text other = text("priority 11", "wait 1 day; tag \"x\"");
  CHECK(playbook_text_of(one.program, one.program.playbooks[0]) !=
        playbook_text_of(other.program, other.program.playbooks[0]));
}

TEST_CASE("an old version finds by name what the new program has, and brings what it has not") {
  const Text before = compiled(kCare);
  const Text now = compiled(R"(
customer { city text }
event before { x number }
event order { amount money }
activity is order
playbook care { enter on order; wait 1 day; tag "new" }
playbook extra { enter on before; tag "x" }
)",
                            "");
  const Text both = grafted(now, before, {Keep::whole, Keep::nothing});
  const Program& program = both.program;
  CHECK(versions(program) == "care2 care1- extra1 ");
  const Playbook& old = find(program, "care", 1);
  CHECK(old.enters.empty());
  CHECK(old.steps.size() == before.program.playbooks[0].steps.size());
  // `other` was removed: its `start` leads nowhere.
  for (const Step& step : old.steps)
    if (step.kind == StepKind::start) CHECK(step.playbook == kNone);
  CHECK(program.leftovers.attributes == 1);  // name
  CHECK(program.attributes.back().name == "name");
  CHECK(program.leftovers.events == 1);
  CHECK(program.events.back().name == "visit");
  const Event& order = program.events[*find_event(program, "order")];
  REQUIRE(order.fields.size() == 2);
  CHECK(order.fields[1].name == "store");  // of the entry that its goal reads
  CHECK(program.leftovers.messages == 1);
  CHECK(program.messages.back().name == "thanks");
  // It says what it said, in its own tables and in the new ones; but for the playbook that is gone.
  CHECK(goal_text_of(program, old) == goal_text_of(before.program, before.program.playbooks[0]));
  CHECK(text_of(program, old.leave) == text_of(before.program, before.program.playbooks[0].leave));
  CHECK(text_of(program, old.steps[1].expression) ==
        text_of(before.program, before.program.playbooks[0].steps[1].expression));
  // The new one is whole: its own tables stand first, with the numbers that they had.
  const Playbook& newest = find(program, "care", 2);
  CHECK(playbook_text_of(program, newest) == playbook_text_of(now.program, now.program.playbooks[0]));
  for (std::size_t i = 0; i < now.program.nodes.size(); ++i) CHECK(program.nodes[i].a == now.program.nodes[i].a);
}

TEST_CASE("what holds other values is not the same, though it has the name") {
  const Text before =
      compiled("playbook p { enter on order; wait 1 day; if customer.level > 3 and entry.id = \"7\" { tag \"x\" } }");
  const Text now = compiled("playbook q { enter on order; tag \"x\" }",
                            "customer { level text; name text; city text }\n"
                            "event order { id number, amount money }\n activity is order\n");
  const Text both = grafted(now, before, {Keep::whole});
  CHECK(versions(both.program) == "p1- q1 ");
  CHECK(both.program.attributes.back().name == "level");
  CHECK(both.program.attributes.back().type.type == Type::number);
  const Event& order = both.program.events[*find_event(both.program, "order")];
  CHECK(order.fields.back().name == "id");
  CHECK(order.fields.back().type.type == Type::text);
  CHECK(order.fields.size() == 3);
  // `one of` is held as text.
  CHECK(held_alike({Type::one_of, Type::none, {"a"}}, {Type::text, Type::none, {}}));
  CHECK_FALSE(held_alike({Type::list, Type::text, {}}, {Type::list, Type::number, {}}));
}

TEST_CASE("a message's newest text is sent as long as it fits") {
  const auto text = [](const std::string& days, const std::string& message) {
    return compiled("playbook p { enter on order; wait " + days + " days; send m }\nmessage m { text \"" + message +
                    "\" }");
  };
  const Text plain = text("1", "hello");
  const Text kept = grafted(text("2", "hello {{ customer.name default \"\" }}"), plain, {Keep::whole});
  CHECK(kept.program.messages.size() == 1);
  CHECK(find(kept.program, "p", 1).steps[1].message == 0);
  // Journeys that began before did not keep the order that the new text speaks of.
  const Text aside = grafted(text("2", "your {{ entry.store default \"\" }}"), plain, {Keep::whole});
  REQUIRE(aside.program.messages.size() == 2);
  CHECK(aside.program.messages[1].name == "m");
  CHECK(find(aside.program, "p", 1).steps[1].message == 1);
  CHECK(find(aside.program, "p", 2).steps[0].kind == StepKind::wait);
  CHECK(find(aside.program, "p", 2).steps[1].message == 0);
  // So an edit of the message alone makes a version, where they could not be sent it.
  CHECK(versions(grafted(text("1", "hi"), plain, {Keep::whole}).program) == "p1 ");
  CHECK(versions(grafted(text("1", "your {{ entry.store default \"\" }}"), plain, {Keep::whole}).program) == "p2 p1- ");
  const Text reading = text("1", "your {{ entry.id default \"\" }}");
  CHECK(versions(grafted(text("1", "your {{ entry.store default \"\" }}"), reading, {Keep::whole}).program) == "p1 ");
}

TEST_CASE("a message that reads a kept value fits where it stands under the same number") {
  const auto text = [](const std::string& steps, const std::string& word) {
    return compiled("playbook p { enter on order; " + steps + "; wait 1 day; send m }\nmessage m { text \"" + word +
                    " {{ price default 0 CNY }}\" }");
  };
  const Text before = text("let price = 5 CNY", "only");
  const Text moved = grafted(text("let first = 1; let price = 6 CNY", "just"), before, {Keep::whole});
  CHECK(moved.program.messages.size() == 2);
  const Text stays = grafted(text("let price = 6 CNY", "just"), before, {Keep::whole});
  CHECK(stays.program.messages.size() == 1);
}

TEST_CASE("versions go on by the name, over removal and return, and old ones go when nobody is inside") {
  const auto text = [](const std::string& days) {
    return compiled("playbook p { enter on order; wait " + days + " days }");
  };
  const Text empty = compiled("playbook q { enter on order; tag \"x\" }");
  Text running = grafted(text("2"), text("1"), {Keep::whole});
  CHECK(versions(running.program) == "p2 p1- ");
  running = grafted(text("3"), running, {Keep::whole, Keep::whole});
  CHECK(versions(running.program) == "p3 p2- p1- ");
  running = grafted(text("4"), running, {Keep::name, Keep::nothing, Keep::whole});
  CHECK(versions(running.program) == "p4 p1- ");
  running = grafted(empty, running, {Keep::name, Keep::nothing});
  CHECK(versions(running.program) == "p4- q1 ");
  CHECK(find(running.program, "p", 4).steps.empty());
  running = grafted(empty, running, {Keep::name, Keep::nothing});
  CHECK(versions(running.program) == "p4- q1 ");
  running = grafted(text("1"), running, {Keep::name, Keep::nothing});
  CHECK(versions(running.program) == "p5 ");
  CHECK(versions(grafted(empty, running, {Keep::nothing}).program) == "q1 ");
  // Removed with somebody inside, and back with the same text: they go on in it.
  running = grafted(empty, running, {Keep::whole});
  CHECK(versions(running.program) == "p5- q1 ");
  CHECK(versions(grafted(text("1"), running, {Keep::whole, Keep::nothing}).program) == "p5 ");
}

TEST_CASE("limits of an old version are those of the newest") {
  const Text before =
      compiled("playbook p { enter on order; priority 10; holdout 10%; wait 1 day; send m }\nmessage m { text \"x\" }");
  const Text now = compiled(
      "playbook p { enter on order; priority 20; holdout 20%; quiet 21:00 to 9:00; wait 2 days; send m }\n"
      "message m { text \"x\" }");
  const Playbook old = find(grafted(now, before, {Keep::whole}).program, "p", 1);
  CHECK(old.priority == 20);
  CHECK(old.quiet.size() == 1);
  CHECK(old.holdout == 1000);
}

TEST_CASE("equal arguments give equal bytes") {
  const Text before = compiled(kCare);
  const Text now = compiled("playbook care { enter on order; wait 1 day }");
  CHECK(serialize(grafted(now, before, {Keep::whole, Keep::whole}).program) ==
        serialize(grafted(now, before, {Keep::whole, Keep::whole}).program));
}
