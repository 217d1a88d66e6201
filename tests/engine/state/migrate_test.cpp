// A partition goes over to another program: what it knew is found again by name.
#include "engine/state/migrate.hpp"

#include "dsl/program/graft.hpp"
#include "tests/support/compile.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::state;
using program::Keep;
using program::Value;

namespace {

constexpr Moment kDay = env::kDay;

struct Ran {
  program::Program program;
  Layout layout;
  explicit Ran(program::Program p) : program(std::move(p)), layout(make_layout(program)) {}
};

Ran compiled(const std::string& text) { return Ran(test::compile_or_throw(text)); }

/// `now` with what is kept of `before`.
Ran grafted(const Ran& now, const Ran& before, const std::vector<Keep>& keep) {
  return Ran(program::graft(now.program, {}, before.program, {}, keep).program);
}

State migrated(State&& state, const Ran& before, const Ran& now, Moment moment) {
  const Moving moving(before.program, before.layout, now.program, now.layout);
  State out = migrate(std::move(state), moving, moment);
  // It is whole: its bytes are read again.
  const std::string bytes = out.save();
  State back(now.program, now.layout, out.partition());
  REQUIRE(back.load(bytes));
  CHECK(back.save() == bytes);
  return out;
}

std::uint32_t customer(State& state, const std::string& id, Moment moment = 0) {
  bool is_new = false;
  return state.customer(id, moment, is_new);
}

std::uint32_t attribute(const Ran& ran, const std::string& name) { return *program::find_attribute(ran.program, name); }
std::uint32_t event(const Ran& ran, const std::string& name) { return *program::find_event(ran.program, name); }

std::string blob(const Ran& ran, const std::string& of_event,
                 const std::vector<std::pair<std::string, Value>>& values) {
  std::string out;
  for (const auto& [name, value] : values) {
    const auto field = program::find_field(ran.program.events[event(ran, of_event)], name);
    append_field(out, static_cast<std::uint16_t>(*field), value);
  }
  return out;
}

std::uint32_t journey(State& state, std::uint32_t of, std::uint32_t playbook, std::uint32_t step,
                      JourneyStatus status = JourneyStatus::waiting, Moment entered = 0) {
  const std::uint32_t j = state.add_journey(of, playbook, 1);
  state.journey(j).step = step;
  state.journey(j).status = status;
  state.journey(j).entered = state.journey(j).reached = entered;
  return j;
}

std::string where(const State& state, const Ran& ran, std::uint32_t j) {
  const Journey& one = state.journey(j);
  const program::Playbook& playbook = ran.program.playbooks[one.playbook];
  return playbook.name + std::to_string(playbook.version) + ":" + std::to_string(one.step);
}

}  // namespace

TEST_CASE("attributes, tags, consent and kept events are found by name") {
  const Ran before = compiled(
      "customer { name text; level number; gone text; owner staff }\n"
      "event order { store text, amount money, weight number }\nevent visit\nactivity is order\n"
      "playbook p { enter when count(order where store = \"x\") over 30 days > 1 and customer.level > 0\n"
      "  if customer.gone = customer.name or customer.owner is missing { tag \"x\" } }\n");
  const Ran now = compiled(
      "customer { age number; level text; name text; owner text }\n"
      "event add\nevent order { amount money, note text, store text }\nactivity is order\n"
      "playbook p { enter when count(order where store = \"x\" and amount > 5 CNY) over 30 days > 1 and customer.age > "
      "0\n"
      "  if customer.level = customer.name or customer.owner = \"a\" { tag \"x\" } }\n"
      "playbook q { enter when count(add) over 9 days > 2; tag \"y\" }\n");
  State state(before.program, before.layout, 7);
  const std::uint32_t anna = customer(state, "anna", 5), bob = customer(state, "bob", 6);
  state.clock = 9 * kDay;
  state.deployed = true;
  state.events_taken = 3;
  state.set_attribute(anna, attribute(before, "name"), Value::string("Anna"));
  state.set_attribute(bob, attribute(before, "level"), Value::number(4));
  state.set_attribute(bob, attribute(before, "owner"), Value::string("s1"));
  state.set_attribute(bob, attribute(before, "gone"), Value::string("?"));
  state.set_tag(bob, "vip", true);
  state.set_consent(anna, "sms", true);
  state.keep_event(anna, event(before, "order"), 3 * kDay,
                   blob(before, "order", {{"store", Value::string("x")}, {"amount", Value::money(700, 1)}}), 3 * kDay);
  state.keep_event(anna, event(before, "order"), 4 * kDay, blob(before, "order", {{"store", Value::string("y")}}),
                   4 * kDay);

  const Ran both = grafted(now, before, {Keep::nothing});
  const State after = migrated(std::move(state), before, both, 9 * kDay);
  CHECK(after.partition() == 7);
  CHECK(after.clock == 9 * kDay);
  CHECK(after.events_taken == 3);
  CHECK(after.customer_count() == 2);
  CHECK(after.at(bob).first_seen == 6);
  CHECK(after.attribute(anna, attribute(both, "name")).str() == "Anna");
  CHECK(after.attribute(anna, attribute(both, "age")).missing());
  CHECK(after.attribute(bob, attribute(both, "level")).missing());  // a number is no text
  CHECK(after.attribute(bob, attribute(both, "owner")).str() == "s1");
  CHECK(after.has_tag(bob, "vip"));
  CHECK_FALSE(after.has_tag(anna, "vip"));
  CHECK(after.has_consent(anna, "sms"));
  const std::uint32_t order = both.layout.stored_of_event[event(both, "order")];
  REQUIRE(after.kept_count(anna, order) == 2);
  CHECK(after.kept_count(bob, order) == 0);
  CHECK(after.kept_count(anna, both.layout.stored_of_event[event(both, "add")]) == 0);
  CHECK(after.kept_at(anna, order, 1) == 4 * kDay);
  const auto& fields = both.program.events[event(both, "order")];
  CHECK(after.kept_field(anna, order, 0, both.layout.slot_of(order, *program::find_field(fields, "store"))).str() ==
        "x");
  // Nothing read the amount before, so it was not kept.
  CHECK(after.kept_field(anna, order, 0, both.layout.slot_of(order, *program::find_field(fields, "amount"))).missing());
}

TEST_CASE("an old version reads an attribute's old values, though the name holds others now") {
  const Ran before = compiled(
      "customer { level number }\nevent order\nactivity is order\n"
      "playbook p { enter on order; wait 1 day; if customer.level > 3 { tag \"x\" } }\n");
  const Ran now = compiled(
      "customer { level text }\nevent order\nactivity is order\n"
      "playbook p { enter on order; wait 1 day; if customer.level = \"a\" { tag \"x\" } }\n");
  State state(before.program, before.layout, 0);
  const std::uint32_t anna = customer(state, "anna");
  state.set_attribute(anna, attribute(before, "level"), Value::number(4));
  const std::uint32_t j = journey(state, anna, 0, 0);
  const Ran both = grafted(now, before, {Keep::whole});
  const State after = migrated(std::move(state), before, both, kDay);
  CHECK(where(after, both, j) == "p1:0");
  CHECK(after.attribute(anna, attribute(both, "level")).missing());
  const std::uint32_t old = static_cast<std::uint32_t>(both.program.attributes.size() - 1);
  CHECK(both.program.attributes[old].name == "level");
  CHECK(after.attribute(anna, old).d == 4);
}

TEST_CASE("bits of unchanged conditions stay, changed ones are set anew") {
  const auto text = [](const std::string& first, const std::string& second) {
    return compiled("customer { city text; age number }\nevent order\nactivity is order\nplaybook p { " + first +
                    "\n tag \"x\" }\nplaybook q { " + second + "\n tag \"x\" }\n");
  };
  const Ran before =
      text("enter when customer.city = \"a\"; enter when customer.city = \"b\"", "enter when customer.age > 3");
  const Ran now = text(
      "enter when customer.city = \"c\"; enter when customer.city = \"b\" where customer.age > 1; enter when "
      "customer.city = \"a\"",
      "enter when customer.age > 4");
  State state(before.program, before.layout, 0);
  const std::uint32_t anna = customer(state, "anna"), bob = customer(state, "bob");
  state.set_bit(anna, 0, true);
  state.set_bit(bob, 1, true);
  state.set_bit(bob, 2, true);
  const Moving moving(before.program, before.layout, now.program, now.layout);
  CHECK(moving.changed == std::vector<bool>{true, false, false, true});
  const State after = migrated(std::move(state), before, now, 0);
  const auto bits = [&](std::uint32_t of) {
    std::string out;
    for (std::uint32_t bit = 0; bit < 4; ++bit) out += after.bit(of, bit) ? '1' : '0';
    return out;
  };
  CHECK(bits(anna) == "0010");
  CHECK(bits(bob) == "0100");
}

TEST_CASE("journeys are carried as `on edit` says, and keep what they keep by name") {
  const std::string declared = "event order { store text }\nevent reply { text text }\nactivity is order\n";
  const Ran before =
      compiled(declared +
               "playbook p { enter on order; again always; let price = 5; let store = entry.store\n"
               "  wait 3 days; send m as first; wait 4 days; tag \"x\" }\nmessage m { text \"{{ price }}\" }\n");
  const Ran now = compiled(declared +
                           "playbook o { enter on reply; tag \"o\" }\n"
                           "playbook p { enter on order; again always; on edit follow; let other = 1; let price = 6\n"
                           "  send m as first; wait 5 days; stop }\nmessage m { text \"{{ price }}\" }\n");
  State state(before.program, before.layout, 0);
  const std::uint32_t anna = customer(state, "anna"), bob = customer(state, "bob"), carl = customer(state, "carl");
  const std::uint32_t at_first = journey(state, anna, 0, 2, JourneyStatus::waiting, kDay);
  const std::uint32_t at_send = journey(state, bob, 0, 3, JourneyStatus::put_off, kDay);
  const std::uint32_t at_second = journey(state, carl, 0, 4, JourneyStatus::waiting, kDay);
  state.keep(at_first, kKeptLet, Value::number(7));
  state.keep(at_first, kKeptLet + 1, Value::string("x"));
  std::string entry;
  const std::uint32_t order = event(before, "order");
  entry.append(reinterpret_cast<const char*>(&order), 4);
  state.journey(at_first).entry = state.pool.keep(entry + blob(before, "order", {{"store", Value::string("x")}}));
  state.figures[0].entered = 3;
  state.figures[0].reached = {3, 3, 3, 2, 1, 0};

  const Ran both = grafted(now, before, {Keep::whole});
  const State after = migrated(std::move(state), before, both, 2 * kDay);
  CHECK(where(after, both, at_first) == "p2:3");  // the first wait
  CHECK(where(after, both, at_send) == "p2:2");
  CHECK(where(after, both, at_second) == "p1:4");  // there is no second wait: he stays pinned
  CHECK((after.journey(at_first).flags & kAimed) != 0);
  CHECK((after.journey(at_second).flags & kAimed) == 0);
  CHECK(after.kept(after.journey(at_first), kKeptLet + 1).d == 7);  // `price` is the second there
  CHECK(after.kept(after.journey(at_first), kKeptLet).missing());
  CHECK(after.pool.text(after.journey(at_first).entry).size() > 4);
  CHECK(after.figures[*program::find_playbook(both.program, "p") + 1].entered == 3);
  CHECK(after.figures[*program::find_playbook(both.program, "p") + 1].reached ==
        std::vector<std::uint64_t>{3, 3, 3, 2, 1, 0});

  // Put in once more: nobody is in the old one any more, and its counts go on under the name.
  State again = migrated(State(before.program, before.layout, 0), before, both, 2 * kDay);
  again.figures[2].entered = 3;
  again.figures[2].reached = {3, 3, 3, 2, 1, 0};
  const Ran last = grafted(now, both, {Keep::nothing, Keep::whole, Keep::nothing});
  const State folded = migrated(std::move(again), both, last, 3 * kDay);
  REQUIRE(last.program.playbooks.size() == 2);
  CHECK(folded.figures[1].entered == 3);
  CHECK(folded.figures[1].reached == std::vector<std::uint64_t>{3, 3, 2, 3, 0});
}

TEST_CASE("move: by label, and the step begins anew") {
  const std::string declared = "event order\nactivity is order\nmessage m { text \"m\" }\n";
  const Ran before = compiled(declared + "playbook p { enter on order; send m as one; wait 1 day }\n");
  const Ran now = compiled(
      declared + "playbook p { enter on order; on edit move \"one\" to \"two\"; wait 2 days; send m as two }\n");
  State state(before.program, before.layout, 0);
  const std::uint32_t j = journey(state, customer(state, "anna"), 0, 0, JourneyStatus::put_off, kDay);
  state.journey(j).due = 9 * kDay;
  state.journey(j).visit = 2;
  const Ran both = grafted(now, before, {Keep::name});
  const State after = migrated(std::move(state), before, both, 3 * kDay);
  CHECK(where(after, both, j) == "p2:1");
  CHECK(after.journey(j).status == JourneyStatus::runnable);
  CHECK(after.journey(j).reached == 3 * kDay);
  CHECK(after.journey(j).due == kNever);
  CHECK(after.journey(j).visit == 0);
}

TEST_CASE("who comes into the middle of a repeat is in its first round; rounds under way go on") {
  const std::string declared = "event order\nactivity is order\nmessage m { text \"m\" }\n";
  const Ran before = compiled(declared +
                              "playbook p { enter on order; again always; wait 1 day; repeat up to 3 times every 9 "
                              "days { send m; wait 2 days } }\n");
  const Ran now = compiled(declared +
                           "playbook p { enter on order; again always; on edit follow; tag \"x\"; repeat up to 4 times "
                           "every 9 days { wait 3 days; send m; wait 4 days } }\n");
  State state(before.program, before.layout, 0);
  const std::uint32_t outside = journey(state, customer(state, "anna"), 0, 0, JourneyStatus::waiting, kDay);
  const std::uint32_t inside = journey(state, customer(state, "bob"), 0, 3, JourneyStatus::waiting, kDay);
  state.keep(inside, kKeptRound + 1, Value::number(2));
  state.keep(inside, kKeptRoundBegan + 1, Value::moment(7));
  const Ran both = grafted(now, before, {Keep::whole});
  const State after = migrated(std::move(state), before, both, 3 * kDay);
  CHECK(where(after, both, outside) == "p2:2");
  CHECK(after.kept(after.journey(outside), kKeptRound + 1).d == 1);
  CHECK(after.kept(after.journey(outside), kKeptRoundBegan + 1).i == kDay);
  CHECK(where(after, both, inside) == "p2:4");
  CHECK(after.kept(after.journey(inside), kKeptRound + 1).d == 2);
  CHECK(after.kept(after.journey(inside), kKeptRoundBegan + 1).i == 7);
}

TEST_CASE("who is over counts for `again` and numbers, and his goal is watched as it was") {
  const auto text = [](const std::string& goal, const std::string& steps) {
    return compiled("event order\nevent visit\nactivity is order\nplaybook p { enter on order; goal visit within " +
                    goal + "; " + steps + " }\n");
  };
  const Ran before = text("9 days", "tag \"x\"");
  const Ran now = text("30 days", "tag \"y\"");
  State state(before.program, before.layout, 0);
  const std::uint32_t watched = journey(state, customer(state, "anna"), 0, 1, JourneyStatus::finished, 5 * kDay);
  const std::uint32_t over = journey(state, customer(state, "bob"), 0, 1, JourneyStatus::finished, 0);
  const std::uint32_t left = journey(state, customer(state, "carl"), 0, 0, JourneyStatus::left, 8 * kDay);
  CHECK(is_watched(before.program.playbooks[0], state.journey(watched), 10 * kDay));
  CHECK_FALSE(is_watched(before.program.playbooks[0], state.journey(over), 10 * kDay));
  const Ran both = grafted(now, before, {Keep::whole});
  const State after = migrated(std::move(state), before, both, 10 * kDay);
  CHECK(where(after, both, watched) == "p1:1");
  CHECK(both.program.playbooks[after.journey(over).playbook].name == "p");
  CHECK((after.journey(over).flags & kWatchOver) != 0);
  CHECK_FALSE(is_watched(both.program.playbooks[0], after.journey(over), 10 * kDay));
  CHECK(after.journey(left).number == 1);
}

TEST_CASE("entries that wait for their turn stay where the way in is the same") {
  const auto text = [](const std::string& condition) {
    return compiled(
        "customer { city text }\nevent order\nactivity is order\nplaybook a { enter on order; tag \"x\" }\n"
        "playbook p { enter when customer.city = \"" +
        condition + "\"; backfill 10 per day; tag \"x\" }\n");
  };
  const Ran before = text("a"), other = text("b");
  State state(before.program, before.layout, 0);
  const std::uint32_t anna = customer(state, "anna");
  state.entries[anna].push_back({.moment = 5, .occurrence = 1, .playbook = 1, .enter = 0});
  State same = migrated(std::move(state), before, before, 0);
  CHECK(same.entries[anna].size() == 1);
  const State changed = migrated(std::move(same), before, other, 0);
  CHECK(changed.entries.empty());
}
