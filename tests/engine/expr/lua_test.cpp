// The Lua machine gives what the reference evaluator gives: value and next flip, bit by bit, on programs and customers
// at random. A failure names its seed; TEND_SEED=n runs that program alone, TEND_PROGRAMS=n so many of them.
#include "engine/expr/lua.hpp"

#include <bit>
#include <cstdlib>
#include <limits>

#include "tests/engine/expr/author.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::expr;
using namespace tend::expr::test;

namespace {

struct Counts {
  std::uint64_t expressions = 0, in_subset = 0, missing = 0, truth = 0, numbers = 0, flips = 0;
};

constexpr int kExpressionsPerProgram = 50;
constexpr std::uint32_t kCustomers = 96;  // more than a loop needs to become hot

/// One program of 50 expressions and 96 customers; how many of the answers differ (they are printed).
std::uint64_t compare_program(std::uint64_t seed, const LuaOptions& options, Counts& counts) {
  Program program = make_shop();
  Chance chance(seed);
  Author author(program, chance);
  Pen pen(program);
  for (int i = 0; i < kExpressionsPerProgram; ++i) pen.expression(author.root(i % 5));
  Partition partition(std::move(program));
  Chance random(seed + 1'000'000);
  std::vector<std::uint32_t> customers;
  for (std::uint32_t c = 0; c < kCustomers; ++c) customers.push_back(add_customer(partition, random, c));
  auto made = LuaMachine::make(partition.tables, options);
  REQUIRE(made);
  LuaMachine& machine = **made;

  std::uint64_t differ = 0;
  std::vector<Outcome> outcomes(kCustomers);
  for (std::uint32_t e = 0; e < partition.program.expressions.size(); ++e) {
    ++counts.expressions;
    if (!machine.has(e)) continue;
    ++counts.in_subset;
    const env::Moment now = any_moment(random) + (random() % 2 == 0 ? any_duration(random).ms : 0);
    machine.evaluate_many(partition.state, customers, now, e, outcomes);
    for (std::uint32_t c = 0; c < kCustomers; ++c) {
      Context reference{.tables = &partition.tables, .state = &partition.state, .customer = customers[c], .now = now};
      const Value wanted = evaluate(reference, partition.program.expressions[e].root);
      counts.missing += wanted.missing();
      counts.truth += wanted.truth();
      counts.numbers += wanted.kind == ValueKind::number;
      counts.flips += reference.flip != kNever;
      bool equal = same(wanted, outcomes[c].value) && reference.flip == outcomes[c].flip;
      if (c < 8) {
        Context single{.tables = &partition.tables, .state = &partition.state, .customer = customers[c], .now = now};
        equal &= same(wanted, machine.evaluate(single, e)) && reference.flip == single.flip;
      }
      if (equal) continue;
      ++differ;
      UNSCOPED_INFO("seed " << seed << " expression " << e << " customer " << c << " now " << now << ": reference kind "
                            << static_cast<int>(wanted.kind) << " bits " << wanted.i << " flip " << reference.flip
                            << ", lua kind " << static_cast<int>(outcomes[c].value.kind) << " bits "
                            << outcomes[c].value.i << " flip " << outcomes[c].flip << "\n"
                            << machine.source(e));
      return differ;
    }
  }
  return differ;
}

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// A shop with the expressions that `write` puts in, and one customer who has nothing but what `fill` gives him.
template <typename Write, typename Fill>
Value value_of(Write write, Fill fill, env::Moment* flip = nullptr) {
  Program program = make_shop();
  Pen pen(program);
  const std::uint32_t expression = pen.expression(write(pen));
  Partition partition(std::move(program));
  bool is_new = false;
  const std::uint32_t customer = partition.state.customer("ann", kBase, is_new);
  fill(partition.state, customer);
  auto machine = LuaMachine::make(partition.tables);
  REQUIRE(machine);
  REQUIRE((*machine)->has(expression));
  Context context{
      .tables = &partition.tables, .state = &partition.state, .customer = customer, .now = kBase + env::kDay};
  const Value value = (*machine)->evaluate(context, expression);
  if (flip != nullptr) *flip = context.flip;
  return value;
}

const auto kNothing = [](state::State&, std::uint32_t) {};

}  // namespace

TEST_CASE("random expressions: Lua and the reference agree in value and flip") {
  const std::uint64_t first = from_environment("TEND_SEED", 1);
  const std::uint64_t programs = from_environment("TEND_PROGRAMS", std::getenv("TEND_SEED") != nullptr ? 1 : 100);
  Counts counts;
  for (std::uint64_t seed = first; seed < first + programs; ++seed) {
    const std::uint64_t differ = compare_program(seed, {}, counts);
    REQUIRE(differ == 0);
  }
  if (programs < 100) return;
  // The programs are such that the comparison can fail.
  CHECK(counts.expressions == programs * kExpressionsPerProgram);
  CHECK(counts.in_subset > counts.expressions * 8 / 10);
  CHECK(counts.in_subset < counts.expressions);
  const std::uint64_t answers = counts.in_subset * kCustomers;
  CHECK(counts.missing > answers / 50);
  CHECK(counts.numbers > answers / 20);
  CHECK(counts.truth > answers / 5);
  CHECK(counts.truth < answers * 4 / 5);
  CHECK(counts.flips > answers / 5);
}

TEST_CASE("without the compiler Lua agrees too") {
  Counts counts;
  for (std::uint64_t seed = 501; seed < 511; ++seed) {
    const std::uint64_t differ = compare_program(seed, {.jit = false}, counts);
    REQUIRE(differ == 0);
  }
}

TEST_CASE("what is missing stays missing, and compares as false both ways") {
  CHECK(value_of([](Pen& p) { return p.attribute(kScore); }, kNothing).missing());
  CHECK(value_of([](Pen& p) { return p.node(Op::add, Type::number, p.attribute(kScore), p.number(1)); }, kNothing)
            .missing());
  for (const Op op : {Op::equal, Op::not_equal, Op::less, Op::greater_equal}) {
    const Value value =
        value_of([op](Pen& p) { return p.node(op, Type::boolean, p.attribute(kScore), p.number(0)); }, kNothing);
    CHECK(value.kind == ValueKind::boolean);
    CHECK_FALSE(value.truth());
  }
  CHECK(value_of([](Pen& p) { return p.node(Op::not_, Type::boolean, p.attribute(kGold)); }, kNothing).truth());
  CHECK(
      value_of([](Pen& p) { return p.node(Op::default_, Type::number, p.attribute(kScore), p.number(-0.0)); }, kNothing)
          .i == std::bit_cast<std::int64_t>(-0.0));
}

TEST_CASE("what is not finite is missing, division by zero included") {
  const auto operation = [](Op op, double a, double b) {
    return value_of([=](Pen& p) { return p.node(op, Type::number, p.number(a), p.number(b)); }, kNothing);
  };
  CHECK(operation(Op::multiply, 1e200, 1e200).missing());
  CHECK(operation(Op::add, 1.7e308, 1.7e308).missing());
  CHECK(operation(Op::divide, 1, 0).missing());
  CHECK(operation(Op::divide, 0, -0.0).missing());
  CHECK(operation(Op::divide, 1, 3).d == 1.0 / 3);
  CHECK(operation(Op::add, 0.1, 0.2).d == 0.1 + 0.2);
}

TEST_CASE("money is compared in 64 bits: one fen beyond what a double tells apart") {
  const auto set = [](state::State& state, std::uint32_t customer) {
    state.set_attribute(customer, kBudget, Value::money((1ll << 53) + 1, kCny));
  };
  CHECK(value_of(
            [](Pen& p) { return p.node(Op::greater, Type::boolean, p.attribute(kBudget), p.money(1ll << 53, kCny)); },
            set)
            .truth());
  CHECK_FALSE(
      value_of([](Pen& p) { return p.node(Op::greater, Type::boolean, p.attribute(kBudget), p.money(0, kUsd)); }, set)
          .truth());
}

TEST_CASE("a condition that is settled still has the flip of its other side") {
  env::Moment flip = 0;
  const Value value = value_of(
      [](Pen& p) {
        const std::uint32_t later =
            p.node(Op::greater, Type::boolean, p.node(Op::now, Type::moment), p.moment(kBase + 3 * env::kDay));
        return p.node(Op::and_, Type::boolean, p.boolean(false), later);
      },
      kNothing, &flip);
  CHECK_FALSE(value.truth());
  CHECK(flip == kBase + 3 * env::kDay);  // from less to equal: the order changes before the truth does
}

TEST_CASE("constants reach Lua bit by bit") {
  std::mt19937_64 random(11);
  Program program = make_shop();
  Pen pen(program);
  std::vector<double> numbers{5e-324, 2.2250738585072014e-308, std::numeric_limits<double>::max(), -0.0,
                              9007199254740993.0};
  while (numbers.size() < 3000) {
    const double number = std::bit_cast<double>(random());
    if (number - number == 0) numbers.push_back(number);
  }
  for (const double number : numbers) pen.expression(pen.number(number));
  Partition partition(std::move(program));
  bool is_new = false;
  Context context{.tables = &partition.tables,
                  .state = &partition.state,
                  .customer = partition.state.customer("ann", kBase, is_new),
                  .now = kBase};
  auto machine = LuaMachine::make(partition.tables);
  REQUIRE(machine);
  std::size_t wrong = 0;
  for (std::uint32_t e = 0; e < numbers.size(); ++e)
    wrong += (*machine)->evaluate(context, e).i != std::bit_cast<std::int64_t>(numbers[e]);
  CHECK(wrong == 0);
}

TEST_CASE("more customers than a batch holds") {
  Program program = make_shop();
  Pen pen(program);
  pen.expression(pen.node(Op::multiply, Type::number, pen.attribute(kScore), pen.number(2)));
  Partition partition(std::move(program));
  std::vector<std::uint32_t> customers;
  for (std::uint32_t c = 0; c < 2 * LuaMachine::kBatchRows + 1; ++c) {
    bool is_new = false;
    customers.push_back(partition.state.customer(std::to_string(c), kBase, is_new));
    partition.state.set_attribute(c, kScore, Value::number(c));
  }
  auto machine = LuaMachine::make(partition.tables);
  REQUIRE(machine);
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, LuaMachine::kBatchRows, customers.size()}) {
    std::vector<Outcome> outcomes(count);
    (*machine)->evaluate_many(partition.state, std::span(customers).first(count), kBase, 0, outcomes);
    std::size_t wrong = 0;
    for (std::size_t c = 0; c < count; ++c) wrong += outcomes[c].value.d != 2.0 * static_cast<double>(c);
    CHECK(wrong == 0);
  }
}

TEST_CASE("a state without room for the program is an error, not an end") {
  Program program = make_shop();
  Pen pen(program);
  for (int i = 0; i < 2000; ++i)
    pen.expression(pen.node(Op::less, Type::boolean, pen.attribute(kScore), pen.number(i)));
  const Tables tables(program);
  const auto machine = LuaMachine::make(tables, {.memory_max = 200'000});
  REQUIRE_FALSE(machine);
  CHECK(machine.error().code == ErrorCode::unsupported);
}
