// The serialised form: round trips, and bytes that were cut, flipped or made up never get through as something else.
#include "dsl/program/program.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::program;

namespace {

constexpr std::int64_t kDay = 86'400'000;

TypeInfo of(Type type) { return {type, Type::none, {}}; }

Constant number(double v) {
  Constant c;
  c.kind = ValueKind::number;
  c.number = v;
  return c;
}

// A program in which every part of the format is filled at least once.
Program sample() {
  Program p;
  p.timezone = "Asia/Shanghai";
  p.attributes = {{"timezone", of(Type::text), false},
                  {"language", of(Type::text), false},
                  {"level", {Type::one_of, Type::none, {"normal", "gold"}}, true}};
  for (std::string_view name : kBuiltinEvents) p.events.push_back({std::string(name), {{"message", of(Type::text)}}});
  p.events.push_back({"order", {{"amount", of(Type::money)}, {"门店", of(Type::text)}}});
  const std::uint32_t order = kBuiltinEventCount;
  p.activity = {order};
  Constant list;
  list.kind = ValueKind::list;
  list.list = {number(1.5), number(-2)};
  Constant days;
  days.kind = ValueKind::duration;
  days.integer = 60 * kDay;
  p.constants = {number(1), list, days};
  p.nodes = {{Op::field, Type::money, 0, kNone},
             {Op::is_not_missing, Type::boolean, 0, kNone},
             {Op::window, Type::number, 0, kNone},
             {Op::constant, Type::number, 0, kNone},
             {Op::greater_equal, Type::boolean, 2, 3},
             {Op::inactive, Type::boolean, 2, kNone},
             {Op::list, Type::list, 0, 2},
             {Op::entry_field, Type::money, order, 0},
             {Op::constant, Type::duration, 2, kNone}};
  p.arguments = {3, 3};
  p.windows = {{order, Aggregate::count, kNone, 1, false, Duration{1, kDay}}};
  Expression condition;
  condition.root = 4;
  condition.dependencies.events = {order};
  condition.dependencies.attributes = {2};
  condition.dependencies.time = true;
  Expression wait;
  wait.root = 8;
  p.expressions = {condition, wait};
  p.messages = {
      {"care",
       MessageClass::care,
       {"sms"},
       {{"text", {{"hello ", kNone, {}}, {"", 0, {{FilterKind::truncate, 0}}}}, "sms", "en", {{"name", 0}}}}}};
  Playbook book;
  book.name = "win_back";
  book.title = "Win back";
  book.enters = {{.condition = 0}, {.kind = EnterKind::on_event, .event = order, .filter = 0}};
  book.where = 0;
  book.again = Again::after;
  book.again_after = {0, 180 * kDay};
  book.goal = Goal{.event = order, .within = Duration{0, 30 * kDay}, .filter = 0, .stay = true};
  book.leave = 0;
  book.backfill = Backfill::per_day;
  book.backfill_per_day = 2000;
  book.pace = Pace{5000, {0, 3'600'000}};
  book.holdout = 1000;
  book.caps = {
      {.count = 2, .message_class = MessageClass::marketing, .per = {0, 7 * kDay}, .channel = "sms", .skip = true}};
  book.quiet = {{.from = 75'600'000, .to = 32'400'000, .channel = "sms"}};
  book.on_edit = OnEdit::move;
  book.moves = {{"old", "new"}};
  book.lets = {{"x", {Type::number, Type::none, {}}}};
  book.grants = {{"coupon", {Type::money, Type::none, {}}}};
  book.reads_entry = true;
  book.arm_events = {order};
  Step send;
  send.kind = StepKind::send;
  send.label = "send care";
  send.message = 0;
  send.within = Duration{0, kDay};
  Step up_to;
  up_to.kind = StepKind::wait_up_to;
  up_to.expression = 1;
  up_to.first_arm = 0;
  up_to.arms = 1;
  up_to.target = up_to.after = 3;
  Step stop;
  stop.kind = StepKind::stop;
  stop.text = {{"came", kNone}};
  book.steps = {send, up_to, stop};
  book.arms = {{true, order, 0, 2}};
  p.playbooks = {book};
  return p;
}

Playbook name_alone(const Program& program, std::uint32_t version) {
  Playbook playbook;
  playbook.name = program.playbooks[0].name;
  playbook.version = version;
  playbook.superseded = true;
  return playbook;
}

}  // namespace

TEST_CASE("older versions stand behind the newest, and leftovers at the end of tables") {
  Program p = sample();
  p.playbooks[0].version = 3;
  p.playbooks.push_back(name_alone(p, 2));
  p.playbooks.push_back(name_alone(p, 1));
  p.messages.push_back(p.messages[0]);
  p.leftovers.messages = 1;
  const auto back = deserialize(serialize(p));
  REQUIRE(back);
  CHECK(back->playbooks[2].version == 1);
  CHECK(back->leftovers.messages == 1);
  std::swap(p.playbooks[1], p.playbooks[2]);
  CHECK_FALSE(deserialize(serialize(p)));
}

TEST_CASE("a program comes back with the same bytes") {
  const std::string bytes = serialize(sample());
  const auto back = deserialize(bytes);
  REQUIRE(back);
  CHECK(serialize(*back) == bytes);
  CHECK(back->playbooks[0].goal->within->ms == 30 * kDay);
  CHECK(back->constants[1].list[1].number == -2);
  CHECK(back->windows[0].over == Duration{1, kDay});
  CHECK(back->attributes[2].type.members == std::vector<std::string>{"normal", "gold"});
}

TEST_CASE("the first bytes of a program are its magic and version") {
  const std::string bytes = serialize(sample());
  CHECK(bytes.substr(0, 12) == std::string("tend.prg\x03\0\0\0", 12));
  CHECK(bytes.substr(12, 4) == std::string("\x0d\0\0\0", 4));  // little endian: the zone's length
  CHECK(bytes.substr(16, 13) == "Asia/Shanghai");
}

TEST_CASE("a program that was cut anywhere is refused") {
  const std::string bytes = serialize(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    INFO("cut at " << size);
    REQUIRE_FALSE(deserialize(std::string_view(bytes).substr(0, size)));
  }
  CHECK_FALSE(deserialize(bytes + "x"));
}

TEST_CASE("a flipped byte is refused or is another program, never a misreading") {
  const std::string bytes = serialize(sample());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      const auto back = deserialize(flipped);
      INFO("byte " << at << " bit " << bit);
      if (back) REQUIRE(serialize(*back) == flipped);
    }
  }
}

TEST_CASE("bytes of every kind in place of a part are survived") {
  const std::string bytes = serialize(sample());
  std::uint64_t state = 7;
  for (int round = 0; round < 20'000; ++round) {
    std::string broken = bytes;
    for (int edits = 0; edits < 4; ++edits) {
      state = state * 6364136223846793005ull + 1442695040888963407ull;
      const std::size_t at = 12 + (state >> 33) % (broken.size() - 12);
      broken[at] = static_cast<char>(state >> 25);
    }
    const auto back = deserialize(broken);
    if (back) REQUIRE(serialize(*back) == broken);
  }
}

TEST_CASE("what does not add up is refused") {
  const auto refused = [](auto edit) {
    Program p = sample();
    edit(p);
    return !deserialize(serialize(p));
  };
  CHECK_FALSE(refused([](Program&) {}));
  CHECK(refused([](Program& p) { p.nodes[4].a = 4; }));         // a child that is its own parent
  CHECK(refused([](Program& p) { p.nodes[4].b = 5; }));         // a child after its parent
  CHECK(refused([](Program& p) { p.windows[0].filter = 2; }));  // a filter that counts its own window
  CHECK(refused([](Program& p) { p.windows[0].field = 2; }));   // a field that the event has not
  CHECK(refused([](Program& p) { p.arguments[1] = 6; }));       // a list that holds itself
  CHECK(refused([](Program& p) { p.nodes[6].b = 3; }));         // a list that is longer than its arguments
  CHECK(refused([](Program& p) { p.nodes[5].a = 0; }));         // inactive for a number
  CHECK(refused([](Program& p) { p.expressions[0].root = 9; }));
  CHECK(refused([](Program& p) { p.expressions[0].dependencies.events = {10, 10}; }));
  CHECK(refused([](Program& p) { p.playbooks[0].steps[1].target = 1; }));  // a jump backwards
  CHECK(refused([](Program& p) { p.playbooks[0].steps[1].arms = 2; }));
  CHECK(refused([](Program& p) { p.playbooks[0].steps[0].message = kNone; }));
  CHECK(refused([](Program& p) { p.playbooks.push_back(p.playbooks[0]); }));    // names must rise
  CHECK(refused([](Program& p) { p.playbooks.push_back(name_alone(p, 1)); }));  // of one version twice
  CHECK(refused([](Program& p) { p.playbooks[0].superseded = true; }));         // and yet it takes people in
  CHECK(refused([](Program& p) { p.leftovers.events = 2; }));                   // more than there are
  CHECK(refused([](Program& p) { p.messages.push_back(p.messages[0]); }));      // twice, and none is left over
  CHECK(refused([](Program& p) { p.playbooks[0].steps[2].kind = StepKind::start; }));
  CHECK(refused([](Program& p) { p.events[3].name = "lost"; }));
  CHECK(refused([](Program& p) { p.constants[0].number = 1.0 / 0.0 * 0.0; }));
}

TEST_CASE("nesting of constants is bounded") {
  Program p = sample();
  for (int depth = 0; depth < 8; ++depth) {
    Constant outer;
    outer.kind = ValueKind::list;
    outer.list = {p.constants[0]};
    p.constants[0] = outer;
  }
  CHECK(deserialize(serialize(p)));
  Constant outer;
  outer.list = {p.constants[0]};
  p.constants[0] = outer;
  CHECK_FALSE(deserialize(serialize(p)));
}

TEST_CASE("places come back, and broken ones are refused") {
  Places places;
  places.files = {"a.tend"};
  places.nodes = {{0, 1, 2}};
  PlaybookPlaces book;
  book.name = {0, 3, 4};
  book.enters = {{0, 5, 6}};
  book.goal = {0, 7, 8};
  book.steps = {{3, {0, 9, 10}}};
  book.arms = {{0, 11, 12}};
  book.caps = {{0, 13, 14}};
  places.playbooks = {book};
  places.budgets = {{0, 15, 16}};
  places.policy_clauses.caps = {{0, 17, 18}};
  places.policy_clauses.holdout = {0, 19, 20};
  places.lines = {{{0, 4}}};
  const std::string bytes = serialize(places);
  const auto back = deserialize_places(bytes);
  REQUIRE(back);
  CHECK(serialize(*back) == bytes);
  CHECK(back->playbooks[0].steps[0].line == 3);
  CHECK(back->policy_clauses.caps[0].begin == 17);
  CHECK(back->policy_clauses.holdout.end == 20);
  CHECK(text::line_number(back->lines[0], 5) == 2);
  for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(deserialize_places(bytes.substr(0, size)));
  CHECK_FALSE(deserialize_places(serialize(sample())));
  CHECK_FALSE(deserialize(bytes));
}

TEST_CASE("names are found") {
  const Program p = sample();
  CHECK(find_attribute(p, "level") == 2u);
  CHECK_FALSE(find_attribute(p, "order"));
  CHECK(find_event(p, "sent") == kEventSent);
  CHECK(find_field(p.events[kBuiltinEventCount], "门店") == 1u);
}
