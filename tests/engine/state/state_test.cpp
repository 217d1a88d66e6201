// One partition's state: rings of events against a plain list by seed, attributes, tags, journeys, and the way through
// a snapshot.
#include "engine/state/state.hpp"

#include <algorithm>
#include <random>

#include "tests/support/test.hpp"

using namespace tend;
using program::Value;

namespace {

/// A program with one event `e { n number, t text }`, kept for `days` or for ever, and one attribute of each width.
program::Program make_program(int days) {
  program::Program p;
  p.attributes = {{.name = "timezone", .type = {.type = program::Type::text}},
                  {.name = "language", .type = {.type = program::Type::text}},
                  {.name = "city", .type = {.type = program::Type::text}},
                  {.name = "spend", .type = {.type = program::Type::money}},
                  {.name = "score", .type = {.type = program::Type::number}}};
  p.events.push_back({.name = "e",
                      .fields = {{.name = "n", .type = {.type = program::Type::number}},
                                 {.name = "t", .type = {.type = program::Type::text}}}});
  for (std::uint32_t field = 0; field < 2; ++field) {
    program::Window window{.event = 0, .aggregate = program::Aggregate::last, .field = field};
    if (days > 0) window.over = program::Duration{0, days * env::kDay};
    p.windows.push_back(window);
  }
  return p;
}

}  // namespace

TEST_CASE("a ring keeps events in the order of (at, coming) and forgets only what no window sees", "[state]") {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const int days = seed % 2 == 0 ? 10 : 0;
    const program::Program program = make_program(days);
    const state::Layout layout = state::make_layout(program);
    state::State state(program, layout, 0);
    struct Kept {
      env::Moment at;
      double n;
      std::string t;
    };
    std::vector<std::vector<Kept>> expected(5);
    env::Moment now = 0;
    for (int i = 0; i < 300; ++i) {
      now += static_cast<env::Moment>(random() % (env::kDay / 2));
      const auto c = static_cast<std::uint32_t>(random() % 5);
      const env::Moment at = now - (random() % 4 == 0 ? static_cast<env::Moment>(random() % (3 * env::kDay)) : 0);
      const Kept event{at, static_cast<double>(i), "text " + std::to_string(i % 7)};
      std::string fields;
      state::append_field(fields, 0, Value::number(event.n));
      state::append_field(fields, 1, Value::string(event.t));
      bool is_new = false;
      const std::uint32_t customer = state.customer("c" + std::to_string(c), at, is_new);
      state.keep_event(customer, 0, at, fields, now);
      auto& list = expected[c];
      list.insert(std::upper_bound(list.begin(), list.end(), at, [](env::Moment m, const Kept& k) { return m < k.at; }),
                  event);

      // What windows can see must all be there, in order; what is older may be gone.
      const std::uint32_t count = state.kept_count(customer, 0);
      REQUIRE(count <= list.size());
      const std::size_t gone = list.size() - count;
      for (std::size_t k = 0; k < gone; ++k) {
        REQUIRE(days > 0);
        REQUIRE(now >= list[k].at + days * env::kDay);
      }
      for (std::uint32_t k = 0; k < count; ++k) {
        const Kept& want = list[gone + k];
        REQUIRE(state.kept_at(customer, 0, k) == want.at);
        REQUIRE(state.kept_field(customer, 0, k, 0).d == want.n);
        REQUIRE(state.kept_field(customer, 0, k, 1).str() == want.t);
      }
    }
  }
}

TEST_CASE("attributes, tags and consent say whether they changed", "[state]") {
  const program::Program program = make_program(10);
  const state::Layout layout = state::make_layout(program);
  state::State state(program, layout, 0);
  bool is_new = false;
  const std::uint32_t a = state.customer("a", 5, is_new);
  CHECK(is_new);
  CHECK(state.attribute(a, 2).missing());
  CHECK(state.set_attribute(a, 2, Value::string("长沙")));
  CHECK_FALSE(state.set_attribute(a, 2, Value::string("长沙")));
  CHECK(state.attribute(a, 2).str() == "长沙");
  CHECK(state.set_attribute(a, 3, Value::money(500, program::pack_currency("CNY"))));
  CHECK(state.set_attribute(a, 3, Value::money(500, program::pack_currency("USD"))));
  CHECK(state.set_attribute(a, 4, Value::number(0.0)));
  CHECK_FALSE(state.set_attribute(a, 4, Value::number(-0.0)));
  CHECK(state.set_attribute(a, 2, Value()));
  CHECK(state.attribute(a, 2).missing());
  for (int i = 0; i < 200; ++i) CHECK(state.set_tag(a, "tag " + std::to_string(i), true));
  const std::uint32_t b = state.customer("b", 6, is_new);
  CHECK_FALSE(state.has_tag(b, "tag 150"));
  CHECK(state.set_tag(b, "tag 150", true));
  CHECK_FALSE(state.set_tag(b, "tag 150", true));
  CHECK(state.has_tag(a, "tag 199"));
  CHECK(state.set_tag(a, "tag 199", false));
  CHECK_FALSE(state.set_tag(a, "never given", false));
  CHECK(state.set_consent(a, "sms", true));
  CHECK(state.has_consent(a, "sms"));
  CHECK_FALSE(state.has_consent(b, "sms"));
}

TEST_CASE("a state comes back from its bytes, and no cut of them is accepted", "[state]") {
  const program::Program program = make_program(10);
  const state::Layout layout = state::make_layout(program);
  state::State state(program, layout, 3);
  bool is_new = false;
  for (int i = 0; i < 20; ++i) {
    const std::uint32_t c = state.customer("c" + std::to_string(i), i, is_new);
    std::string fields;
    state::append_field(fields, 1, Value::string("x"));
    state.keep_event(c, 0, i, fields, i);
    state.set_tag(c, i % 2 == 0 ? "even" : "odd", true);
    state.at(c).due = 1000 + i;
    state.wheel.set(c, 1000 + i);
  }
  state.clock = 25;
  state.deployed = true;
  const std::string bytes = state.save();
  state::State again(program, layout, 3);
  REQUIRE(again.load(bytes));
  CHECK(again.save() == bytes);
  CHECK(again.customer_count() == 20);
  CHECK(again.has_tag(again.find_customer("c7"), "odd"));
  std::vector<std::uint32_t> fired;
  again.wheel.advance(1004, [&](std::uint32_t id) { fired.push_back(id); });
  CHECK(fired.size() == 5);
  for (std::size_t cut = 0; cut < bytes.size(); cut += 7) {
    state::State broken(program, layout, 3);
    CHECK_FALSE(broken.load(std::string_view(bytes).substr(0, cut)));
  }
}
