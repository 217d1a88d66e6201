// Nanoseconds per evaluation, the reference against Lua. Not part of the tests: `test_engine_expr "[.speed]"`, built
// for release.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "engine/expr/lua.hpp"
#include "engine/expr/windows.hpp"
#include "tests/engine/expr/shop.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::expr;
using namespace tend::expr::test;

namespace {

constexpr std::uint32_t kCustomers = 20'000;
constexpr int kRounds = 15;

/// The least of several rounds: what the code costs when nobody else uses the machine.
template <typename Run>
double best_ns(Run run) {
  double best = 1e300;
  for (int round = 0; round < kRounds; ++round) {
    const auto from = std::chrono::steady_clock::now();
    run();
    best = std::min(
        best, std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - from).count() / kCustomers);
  }
  return best;
}

void measure(const char* name, const Partition& partition, std::uint32_t expression) {
  const env::Moment now = kBase + 60 * env::kDay;
  const std::uint32_t root = partition.program.expressions[expression].root;
  std::vector<std::uint32_t> customers(kCustomers);
  for (std::uint32_t c = 0; c < kCustomers; ++c) customers[c] = c;
  std::vector<Outcome> outcomes(kCustomers);
  auto compiled = LuaMachine::make(partition.tables);
  auto interpreted = LuaMachine::make(partition.tables, {.jit = false});
  REQUIRE(compiled);
  REQUIRE(interpreted);
  REQUIRE((*compiled)->has(expression));

  std::uint64_t reference_true = 0, single_true = 0, many_true = 0;
  const auto reference = [&] {
    reference_true = 0;
    for (std::uint32_t c = 0; c < kCustomers; ++c) {
      Context context{.tables = &partition.tables, .state = &partition.state, .customer = c, .now = now};
      reference_true += evaluate(context, root).truth();
    }
  };
  const auto single = [&](LuaMachine& machine) {
    single_true = 0;
    for (std::uint32_t c = 0; c < kCustomers; ++c) {
      Context context{.tables = &partition.tables, .state = &partition.state, .customer = c, .now = now};
      single_true += machine.evaluate(context, expression).truth();
    }
  };
  const auto many = [&](LuaMachine& machine) {
    machine.evaluate_many(partition.state, customers, now, expression, outcomes);
    many_true = static_cast<std::uint64_t>(
        std::count_if(outcomes.begin(), outcomes.end(), [](const Outcome& o) { return o.value.truth(); }));
  };
  const auto source = lua_source(partition.tables, root);
  REQUIRE(source);
  std::uint64_t seen = 0;
  const auto leaves = [&] {
    for (std::uint32_t c = 0; c < kCustomers; ++c) {
      Context context{.tables = &partition.tables, .state = &partition.state, .customer = c, .now = now};
      for (const Leaf& leaf : source->leaves) {
        switch (leaf.kind) {
          case LeafKind::window: seen += !evaluate_window(context, leaf.index).missing(); break;
          case LeafKind::tagged: seen += partition.state.has_tag(c, partition.tables.constant(leaf.index).str()); break;
          case LeafKind::attribute: seen += !partition.state.attribute(c, leaf.index).missing(); break;
          default: break;
        }
      }
    }
  };

  std::printf("%s (%u customers, least of %d rounds, ns per evaluation)\n", name, kCustomers, kRounds);
  const double reference_ns = best_ns(reference);
  std::printf("  reference                    %7.1f\n", reference_ns);
  std::printf("  Lua, one by one, compiled    %7.1f\n", best_ns([&] { single(**compiled); }));
  CHECK(single_true == reference_true);
  std::printf("  Lua, one by one, interpreted %7.1f\n", best_ns([&] { single(**interpreted); }));
  CHECK(single_true == reference_true);
  std::printf("  Lua, batches, compiled       %7.1f\n", best_ns([&] { many(**compiled); }));
  CHECK(many_true == reference_true);
  std::printf("  Lua, batches, interpreted    %7.1f\n", best_ns([&] { many(**interpreted); }));
  CHECK(many_true == reference_true);
  std::printf("  of all of them: C++ working out windows, tags and attributes alone %7.1f\n", best_ns(leaves));
  std::printf("  again the reference          %7.1f  (%.1f%% hold, %llu leaves seen)\n", best_ns(reference),
              100.0 * static_cast<double>(reference_true) / kCustomers, static_cast<unsigned long long>(seen));
}

}  // namespace

TEST_CASE("ns per evaluation as an event brings them: many conditions of one customer, customers in no order",
          "[.speed]") {
  constexpr std::uint32_t kMany = 200'000;
  constexpr int kConditions = 24;
  Program program = make_shop();
  Pen pen(program);
  for (int i = 0; i < kConditions; ++i) {
    const program::Duration over{0, (30 + 15 * i) * env::kDay};
    const std::uint32_t orders =
        pen.window({.event = kOrder, .aggregate = Aggregate::count, .over = over}, Type::number);
    const std::uint32_t often = pen.node(Op::greater_equal, Type::boolean, orders, pen.number(1 + i % 4));
    const std::uint32_t tagged = pen.node(Op::tagged, Type::boolean, pen.text(i % 2 == 0 ? "staff" : "vip"));
    const std::uint32_t not_tagged = pen.node(Op::not_, Type::boolean, tagged);
    const std::uint32_t rich = pen.node(Op::greater, Type::boolean, pen.attribute(kSpend), pen.number(10 * i));
    pen.expression(pen.node(Op::and_, Type::boolean, pen.node(Op::and_, Type::boolean, often, not_tagged), rich));
  }
  Partition partition(std::move(program));
  Chance random(8);
  std::vector<std::uint32_t> order(kMany);
  for (std::uint32_t c = 0; c < kMany; ++c) {
    order[c] = add_customer(partition, random, c);
    if (random() % 4 != 0) partition.state.set_attribute(c, kSpend, Value::number(static_cast<double>(random() % 300)));
  }
  std::shuffle(order.begin(), order.end(), random);
  const auto before = std::chrono::steady_clock::now();
  auto machine = LuaMachine::make(partition.tables);
  const double make_us = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - before).count();
  REQUIRE(machine);

  std::uint64_t held[2] = {};
  const auto run = [&](bool lua) {
    held[lua] = 0;
    const auto from = std::chrono::steady_clock::now();
    for (const std::uint32_t customer : order) {
      for (std::uint32_t e = 0; e < kConditions; ++e) {
        Context context{.tables = &partition.tables,
                        .state = &partition.state,
                        .customer = customer,
                        .now = kBase + 60 * env::kDay};
        const Value value =
            lua ? (*machine)->evaluate(context, e) : evaluate(context, partition.program.expressions[e].root);
        held[lua] += value.truth();
      }
    }
    return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - from).count() / kMany /
           kConditions;
  };
  double best[2] = {1e300, 1e300};
  for (int round = 0; round < 5; ++round) {
    best[0] = std::min(best[0], run(false));
    best[1] = std::min(best[1], run(true));
  }
  CHECK(held[0] == held[1]);
  std::printf("%d conditions in turn for each of %u customers in no order (least of 5 rounds, ns per evaluation)\n",
              kConditions, kMany);
  std::printf("  reference                    %7.1f\n  Lua, one by one, compiled    %7.1f\n", best[0], best[1]);
  std::printf("  making the machine           %7.1f us\n", make_us);
}

TEST_CASE("ns per evaluation", "[.speed]") {
  Program program = make_shop();
  Pen pen(program);
  // count(order) over 365 days >= 1 and not tagged "staff" and customer.spend > 100
  const std::uint32_t orders = pen.window(
      {.event = kOrder, .aggregate = Aggregate::count, .over = program::Duration{0, 365 * env::kDay}}, Type::number);
  const std::uint32_t often = pen.node(Op::greater_equal, Type::boolean, orders, pen.number(1));
  const std::uint32_t staff = pen.node(Op::not_, Type::boolean, pen.node(Op::tagged, Type::boolean, pen.text("staff")));
  const std::uint32_t rich = pen.node(Op::greater, Type::boolean, pen.attribute(kSpend), pen.number(100));
  pen.expression(pen.node(Op::and_, Type::boolean, pen.node(Op::and_, Type::boolean, often, staff), rich));
  // Arithmetic on two attributes, without a window: (spend * 0.3 + score * 2) / 7 - score > 100 or gold and score *
  // score < spend
  const auto spend = [&] { return pen.attribute(kSpend); };
  const auto score = [&] { return pen.attribute(kScore); };
  const auto number = [&](Op op, std::uint32_t a, std::uint32_t b) { return pen.node(op, Type::number, a, b); };
  const std::uint32_t weighed =
      number(Op::add, number(Op::multiply, spend(), pen.number(0.3)), number(Op::multiply, score(), pen.number(2)));
  const std::uint32_t above =
      pen.node(Op::greater, Type::boolean, number(Op::subtract, number(Op::divide, weighed, pen.number(7)), score()),
               pen.number(100));
  const std::uint32_t below = pen.node(Op::less, Type::boolean, number(Op::multiply, score(), score()), spend());
  pen.expression(
      pen.node(Op::or_, Type::boolean, above, pen.node(Op::and_, Type::boolean, pen.attribute(kGold), below)));
  Partition partition(std::move(program));
  Chance random(7);
  for (std::uint32_t c = 0; c < kCustomers; ++c) {
    add_customer(partition, random, c);
    if (random() % 4 != 0) partition.state.set_attribute(c, kSpend, Value::number(static_cast<double>(random() % 300)));
    if (random() % 4 != 0)
      partition.state.set_attribute(c, kScore, Value::number(static_cast<double>(random() % 40) / 2));
  }
  measure("count(order) over 365 days >= 1 and not tagged \"staff\" and customer.spend > 100", partition, 0);
  measure("(spend * 0.3 + score * 2) / 7 - score > 100 or gold and score * score < spend", partition, 1);
}
