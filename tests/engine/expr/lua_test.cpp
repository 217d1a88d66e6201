// The Lua machine gives what the reference evaluator gives: value and next flip, bit by bit, on programs and customers
// at random. A failure names its seed; TEND_SEED=n runs that program alone, TEND_PROGRAMS=n so many of them.
#include "engine/expr/lua.hpp"

#include <bit>
#include <cstdlib>
#include <limits>

#include "tests/engine/expr/shop.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::expr;
using namespace tend::expr::test;

namespace {

/// Random expressions: mostly of the subset, now and then something beyond it.
class Author {
 public:
  Author(Program& program, std::uint64_t seed) : pen_(program), random_(seed) {}

  std::uint32_t root(int depth) { return random_() % 5 == 0 ? number(depth) : condition(depth); }

 private:
  std::uint64_t die(std::uint64_t sides) { return random_() % sides; }

  std::uint32_t condition(int depth) {
    if (depth == 0) return small_condition();
    switch (die(8)) {
      case 0:
      case 1: return pen_.node(Op::and_, Type::boolean, condition(depth - 1), condition(depth - 1));
      case 2:
      case 3: return pen_.node(Op::or_, Type::boolean, condition(depth - 1), condition(depth - 1));
      case 4: return pen_.node(Op::not_, Type::boolean, condition(depth - 1));
      case 5: return compare(number(depth - 1), number(depth - 1));
      case 6:
        return die(2) == 0 ? pen_.node(Op::default_, Type::boolean, condition(depth - 1), condition(depth - 1))
                           : compare(condition(depth - 1), condition(depth - 1));
      default: return small_condition();
    }
  }

  std::uint32_t small_condition() {
    switch (die(16)) {
      case 0: return pen_.attribute(die(2) == 0 ? kGold : kSubscribed);
      case 1:
        return pen_.node(Op::tagged, Type::boolean, pen_.text(die(3) == 0 ? "nobody" : die(2) == 0 ? "staff" : "vip"));
      case 2: return pen_.node(Op::consents, Type::boolean, pen_.constant(ValueKind::text, 0, 0, "sms"));
      case 3: return window(Aggregate::happened, kNone, Type::boolean);
      case 4: return window(Aggregate::silent, kNone, Type::boolean);
      case 5:
        return pen_.node(Op::inactive, Type::boolean,
                         pen_.constant(ValueKind::duration, static_cast<std::int64_t>(die(120)) * (env::kDay / 4)));
      case 6:
        return compare(pen_.attribute(kBudget), die(3) == 0 ? window(Aggregate::total, kPrice, Type::money) : money());
      case 7: return compare(pen_.attribute(kCity), pen_.text(die(2) == 0 ? "Shanghai" : "上海"));
      case 8: return compare(pen_.attribute(kBorn), date());
      case 9: return compare(moment(), moment());
      case 10: return missing();
      case 11: return compare(number(0), number(0));
      case 12: return pen_.boolean(die(2) == 0);
      case 13: return compare(window(Aggregate::total, kPrice, Type::money), money());
      case 14: return beyond();
      default: return compare(window(Aggregate::count, kNone, Type::number), pen_.number(static_cast<double>(die(4))));
    }
  }

  std::uint32_t missing() {
    const Op op = die(2) == 0 ? Op::is_missing : Op::is_not_missing;
    switch (die(4)) {
      case 0: return pen_.node(op, Type::boolean, number(1));
      case 1: return pen_.node(op, Type::boolean, window(Aggregate::total, kPrice, Type::money));
      default: return pen_.node(op, Type::boolean, pen_.attribute(static_cast<std::uint32_t>(die(10))));
    }
  }

  /// Not in the subset: the machine must say so.
  std::uint32_t beyond() {
    if (die(3) != 0) return small_condition();
    if (die(2) == 0) return compare(pen_.node(Op::entry_at, Type::moment), moment());
    return pen_.node(Op::starts_with, Type::boolean, pen_.attribute(kCity), pen_.text("S"));
  }

  std::uint32_t number(int depth) {
    if (depth == 0) {
      switch (die(8)) {
        case 0: return pen_.number(any_number(random_));
        case 1: return window(Aggregate::count, kNone, Type::number);
        case 2: return window(Aggregate::total, kAmount, Type::number);
        case 3:
          return window(static_cast<Aggregate>(2 + die(6)), kAmount,
                        Type::number);  // average, min, max, last, first, most
        case 4: return pen_.node(Op::age, Type::number, pen_.attribute(kBorn));
        default: return pen_.attribute(die(2) == 0 ? kScore : kSpend);
      }
    }
    static constexpr Op kOps[] = {Op::add, Op::subtract, Op::multiply, Op::divide, Op::default_};
    if (die(6) == 0) return pen_.node(Op::negate, Type::number, number(depth - 1));
    return pen_.node(kOps[die(5)], Type::number, number(depth - 1), number(depth - 1));
  }

  std::uint32_t compare(std::uint32_t a, std::uint32_t b) {
    return pen_.node(static_cast<Op>(static_cast<std::uint64_t>(Op::equal) + die(6)), Type::boolean, a, b);
  }

  std::uint32_t money() {
    const Value value = any_money(random_);
    return pen_.money(value.i, value.extra);
  }
  std::uint32_t date() {
    return die(2) == 0 ? pen_.node(Op::today, Type::date)
                       : pen_.date(kBase / env::kDay - static_cast<std::int64_t>(die(30'000)));
  }

  std::uint32_t moment() {
    switch (die(5)) {
      case 0: return pen_.node(Op::now, Type::moment);
      case 1: return pen_.attribute(kSeen);
      case 2: return pen_.node(Op::first_seen, Type::moment);
      case 3: return pen_.node(Op::add, Type::moment, pen_.attribute(kSeen), pen_.duration(any_duration(random_)));
      default: return pen_.moment(any_moment(random_));
    }
  }

  std::uint32_t window(Aggregate aggregate, std::uint32_t field, Type type) {
    program::Window window{
        .event = field == kNone && die(3) == 0 ? kVisit : kOrder, .aggregate = aggregate, .field = field};
    if (aggregate == Aggregate::silent || aggregate == Aggregate::happened || die(4) != 0)
      window.over = any_duration(random_);
    if (window.event == kOrder && die(3) == 0) {
      window.filter = compare(pen_.node(Op::field, Type::number, kAmount),
                              die(3) == 0 ? pen_.attribute(kScore) : pen_.number(any_number(random_)));
      window.filter_reads_customer = true;
    }
    return pen_.window(window, type);
  }

  Pen pen_;
  std::mt19937_64 random_;
};

bool same(const Value& a, const Value& b) {
  return a.kind == b.kind && (a.missing() || (a.extra == b.extra && a.i == b.i));
}

struct Counts {
  std::uint64_t expressions = 0, in_subset = 0, missing = 0, truth = 0, numbers = 0, flips = 0;
};

constexpr int kExpressionsPerProgram = 50;
constexpr std::uint32_t kCustomers = 96;  // more than a loop needs to become hot

/// One program of 50 expressions and 96 customers; how many of the answers differ (they are printed).
std::uint64_t compare_program(std::uint64_t seed, const LuaOptions& options, Counts& counts) {
  Program program = make_shop();
  Author author(program, seed);
  Pen pen(program);
  for (int i = 0; i < kExpressionsPerProgram; ++i) pen.expression(author.root(i % 5));
  Partition partition(std::move(program));
  std::mt19937_64 random(seed + 1'000'000);
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
