// What the checker calls impossible never happens, and what it says always holds always does: conditions at random
// against customers at random, worked out by the reference evaluator. A failure names its seed; TEND_SEED=n runs that
// program alone, TEND_PROGRAMS=n so many of them.
#include "dsl/check/hold/hold.hpp"

#include <cstdlib>

#include "tests/engine/expr/shop.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::expr;
using namespace tend::expr::test;

namespace {

using check::hold::Claim;

/// Conditions over few things and few constants, so that many of them contradict each other.
class Author {
 public:
  Author(Program& program, std::uint64_t seed) : program_(program), pen_(program), random_(seed) {}

  std::uint32_t condition(int depth) {
    if (depth == 0) return atom();
    switch (die(9)) {
      case 0:
      case 1:
      case 2:
      case 3: return join(Op::and_, condition(depth - 1), condition(depth - 1));
      case 4:
      case 5: return join(Op::or_, condition(depth - 1), condition(depth - 1));
      case 6:
      case 7: return pen_.node(Op::not_, Type::boolean, condition(depth - 1));
      default: return small_default(depth);
    }
  }

 private:
  std::uint64_t die(std::uint64_t sides) { return random_() % sides; }

  std::uint32_t join(Op op, std::uint32_t a, std::uint32_t b) { return pen_.node(op, Type::boolean, a, b); }

  std::uint32_t small_default(int depth) {
    if (die(2) == 0) return join(Op::default_, pen_.attribute(die(2) == 0 ? kGold : kSubscribed), condition(depth - 1));
    return compare(condition(depth - 1), pen_.boolean(die(2) == 0), 2);
  }

  std::uint32_t atom() {
    switch (die(18)) {
      case 0: return pen_.attribute(die(2) == 0 ? kGold : kSubscribed);
      case 1: return compare(pen_.attribute(kGold), pen_.boolean(die(2) == 0), 2);
      case 2: return pen_.node(Op::tagged, Type::boolean, tags());
      case 3: return window(Aggregate::happened, kNone, Type::boolean);
      case 4: return window(Aggregate::silent, kNone, Type::boolean);
      case 5: return inactive();
      case 6: return compare(number(), number());
      case 7: return compare(money(), money());
      case 8: return compare(text(), text());
      case 9: return compare(day(), day());
      case 10: return compare(moment(), moment());
      case 11: return pen_.node(die(2) == 0 ? Op::is_missing : Op::is_not_missing, Type::boolean, value());
      case 12: return pen_.node(die(2) == 0 ? Op::in : Op::not_in, Type::boolean, text(), texts());
      case 13: return pen_.node(die(2) == 0 ? Op::starts_with : Op::contains, Type::boolean, text(), text());
      case 14: return pen_.node(die(2) == 0 ? Op::in : Op::not_in, Type::boolean, money(), amounts());
      case 15: return compare(window(Aggregate::total, kPrice, Type::money), money());
      default: return compare(window(Aggregate::count, kNone, Type::number), pen_.number(static_cast<double>(die(4))));
    }
  }

  std::uint32_t inactive() {
    const auto length = duration();
    return pen_.node(Op::inactive, Type::boolean,
                     pen_.constant(ValueKind::duration, length.ms, static_cast<std::uint32_t>(length.months)));
  }

  std::uint32_t value() {
    switch (die(6)) {
      case 0: return number();
      case 1: return money();
      case 2: return text();
      case 3: return day();
      case 4: return moment();
      default: return pen_.attribute(die(2) == 0 ? kGold : kSubscribed);
    }
  }

  std::uint32_t number() {
    switch (die(9)) {
      case 0: return pen_.number(any_number(random_));
      case 1: return pen_.number(static_cast<double>(die(4)));
      case 2:
      case 3: return window(Aggregate::count, kNone, Type::number);
      case 4: return window(Aggregate::total, kAmount, Type::number);
      case 5: return window(static_cast<Aggregate>(2 + die(6)), kAmount, Type::number);
      case 6: return pen_.node(Op::age, Type::number, pen_.attribute(kBorn));
      case 7: return pen_.node(pick({Op::add, Op::divide, Op::default_}), Type::number, number(), number());
      default: return pen_.attribute(die(2) == 0 ? kScore : kSpend);
    }
  }

  std::uint32_t money() {
    switch (die(4)) {
      case 0: return pen_.attribute(kBudget);
      case 1: return pen_.node(Op::default_, Type::money, pen_.attribute(kBudget), money());
      case 2:
        return window(pick({Aggregate::total, Aggregate::min, Aggregate::max, Aggregate::last}), kPrice, Type::money);
      default: {
        const Value value = any_money(random_);
        return pen_.money(value.i, value.extra);
      }
    }
  }

  std::string word() {
    static constexpr const char* kWords[] = {"Shanghai", "Berlin", "上海", "", "S", "Berl", "ai"};
    return kWords[die(std::size(kWords))];
  }

  std::uint32_t text() {
    switch (die(5)) {
      case 0: return window(pick({Aggregate::last, Aggregate::first, Aggregate::most}), kCoupon, Type::text);
      case 1: return pen_.attribute(kCity);
      case 2: return pen_.node(Op::default_, Type::text, pen_.attribute(kCity), text());
      default: return pen_.text(word());
    }
  }

  std::uint32_t list_of(std::vector<program::Constant> elements) {
    program_.constants.push_back(
        {.kind = ValueKind::list, .integer = 0, .number = 0, .extra = 0, .text = {}, .list = std::move(elements)});
    return pen_.node(Op::constant, Type::list, static_cast<std::uint32_t>(program_.constants.size() - 1));
  }

  std::uint32_t texts() {
    std::vector<program::Constant> words;
    for (std::uint64_t i = 0; i <= die(3); ++i)
      words.push_back({.kind = ValueKind::text, .integer = 0, .number = 0, .extra = 0, .text = word(), .list = {}});
    return list_of(std::move(words));
  }

  std::uint32_t amounts() {
    std::vector<program::Constant> amounts;
    for (std::uint64_t i = 0; i <= die(3); ++i) {
      const Value value = any_money(random_);
      amounts.push_back(
          {.kind = ValueKind::money, .integer = value.i, .number = 0, .extra = kCny, .text = {}, .list = {}});
    }
    return list_of(std::move(amounts));
  }

  std::uint32_t tags() {
    static constexpr const char* kTags[] = {"staff", "vip", "nobody"};
    if (die(3) != 0) return pen_.text(kTags[die(3)]);
    std::vector<program::Constant> names;
    for (std::uint64_t i = 0; i <= die(2); ++i)
      names.push_back(
          {.kind = ValueKind::text, .integer = 0, .number = 0, .extra = 0, .text = kTags[die(3)], .list = {}});
    return list_of(std::move(names));
  }

  std::uint32_t days() { return pen_.duration({0, static_cast<std::int64_t>(1 + die(3)) * 10 * env::kDay}); }

  std::uint32_t day() {
    switch (die(5)) {
      case 0: return pen_.node(Op::today, Type::date);
      case 1: return pen_.node(Op::add, Type::date, day(), die(4) == 0 ? pen_.duration({1, 0}) : days());
      case 2: return pen_.node(Op::subtract, Type::date, day(), days());
      case 3: return pen_.date(kBase / env::kDay - static_cast<std::int64_t>(die(4)) * 10);
      default: return pen_.attribute(kBorn);
    }
  }

  std::uint32_t moment() {
    switch (die(7)) {
      case 0: return pen_.node(Op::now, Type::moment);
      case 1: return pen_.node(Op::first_seen, Type::moment);
      case 2: return pen_.node(Op::add, Type::moment, moment(), pen_.duration(duration()));
      case 3: return window(Aggregate::last, program::kFieldAt, Type::moment);
      case 4: return pen_.node(Op::local_moment, Type::moment, day(), time());
      case 5: return pen_.moment(any_moment(random_));
      default: return pen_.attribute(kSeen);
    }
  }

  std::uint32_t time() { return pen_.node(Op::constant, Type::time_of_day, pen_.constant(ValueKind::time_of_day, 0)); }

  program::Duration duration() {
    static constexpr program::Duration kLengths[] = {
        {0, 10 * env::kDay}, {0, 20 * env::kDay}, {0, 30 * env::kDay}, {1, 0}, {2, 0}, {0, 62 * env::kDay}};
    return kLengths[die(std::size(kLengths))];
  }

  template <typename T>
  T pick(std::initializer_list<T> all) {
    return all.begin()[die(all.size())];
  }

  std::uint32_t compare(std::uint32_t a, std::uint32_t b, std::uint64_t operators = 6) {
    return pen_.node(static_cast<Op>(static_cast<std::uint64_t>(Op::equal) + die(operators)), Type::boolean, a, b);
  }

  /// Equal windows are one, as the checker makes them.
  std::uint32_t window(Aggregate aggregate, std::uint32_t field, Type type) {
    program::Window window{
        .event = field == kNone && die(3) == 0 ? kVisit : kOrder, .aggregate = aggregate, .field = field};
    if (aggregate == Aggregate::silent || aggregate == Aggregate::happened || die(4) != 0) window.over = duration();
    if (window.event == kOrder && die(3) == 0) window.filter = filters_[die(2)];
    if (window.filter == kNone && window.event == kOrder && die(4) == 0) {
      window.filter =
          pen_.node(Op::greater, Type::boolean, pen_.node(Op::field, Type::number, kAmount), pen_.number(2));
      filters_[die(2)] = window.filter;
    }
    for (std::uint32_t i = 0; i < program_.windows.size(); ++i) {
      const program::Window& other = program_.windows[i];
      if (other.event == window.event && other.aggregate == aggregate && other.field == field &&
          other.filter == window.filter && other.over == window.over)
        return pen_.node(Op::window, type, i);
    }
    return pen_.window(window, type);
  }

  Program& program_;
  Pen pen_;
  Chance random_;
  std::uint32_t filters_[2] = {kNone, kNone};
};

constexpr int kConditions = 60;
constexpr std::uint32_t kCustomers = 60;
constexpr int kMoments = 3;

struct Counts {
  std::uint64_t never = 0, always = 0, sometimes = 0, unseen = 0;
};

/// How many conditions were called impossible, or impossible to be false, and were not (they are printed).
int check_program(std::uint64_t seed, Counts& counts) {
  Program program = make_shop();
  program.attributes[kCity].type = {.type = Type::one_of, .element = {}, .members = {"Shanghai", "Berlin", "上海", ""}};
  Author author(program, seed);
  Pen pen(program);
  for (int i = 0; i < kConditions; ++i) pen.expression(author.condition(i % 4));
  Partition partition(std::move(program));
  Chance random(seed + 1'000'000);
  std::vector<std::uint32_t> customers;
  for (std::uint32_t c = 0; c < kCustomers; ++c) customers.push_back(add_customer(partition, random, c));

  int wrong = 0;
  for (std::uint32_t e = 0; e < partition.program.expressions.size(); ++e) {
    const std::uint32_t root = partition.program.expressions[e].root;
    const bool never = check::hold::impossible(partition.program, std::vector<Claim>{{root, true}});
    const bool always = check::hold::impossible(partition.program, std::vector<Claim>{{root, false}});
    counts.never += never;
    counts.always += always;
    bool seen[2] = {false, false};
    for (const std::uint32_t customer : customers) {
      for (int m = 0; m < kMoments; ++m) {
        const env::Moment now = any_moment(random) + (m == 0 ? 10 * env::kDay : 0);
        expr::Lists lists;
        Context context{.tables = &partition.tables, .state = &partition.state, .customer = customer, .now = now};
        context.lists = &lists;
        const bool truth = evaluate(context, root).truth();
        if (!seen[truth] && (truth ? never : always)) {
          UNSCOPED_INFO("seed " << seed << " condition " << e << " customer " << customer << " now " << now
                                << " was called " << (truth ? "impossible" : "certain"));
          ++wrong;
        }
        seen[truth] = true;
      }
    }
    counts.sometimes += seen[0] && seen[1];
    counts.unseen += !(seen[0] && seen[1]) && !never && !always;
  }
  return wrong;
}

}  // namespace

TEST_CASE("what is called impossible never happens") {
  const char* only = std::getenv("TEND_SEED");
  const char* programs = std::getenv("TEND_PROGRAMS");
  const std::uint64_t first = only != nullptr ? std::strtoull(only, nullptr, 10) : 1;
  const std::uint64_t count = only != nullptr ? 1 : programs != nullptr ? std::strtoull(programs, nullptr, 10) : 40;
  Counts counts;
  for (std::uint64_t seed = first; seed < first + count; ++seed) REQUIRE(check_program(seed, counts) == 0);
  INFO("never " << counts.never << " always " << counts.always << " both " << counts.sometimes << " undecided "
                << counts.unseen);
  if (std::getenv("TEND_VERBOSE") != nullptr)
    WARN("never " << counts.never << " always " << counts.always << " both " << counts.sometimes << " undecided "
                  << counts.unseen);
  if (only != nullptr) return;
  // Enough of each that the agreement says something.
  CHECK(counts.never > 3 * count);
  CHECK(counts.always > count);
  CHECK(counts.sometimes > 10 * count);
}
