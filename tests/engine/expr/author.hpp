// Expressions at random, written into a program.
#pragma once
#include "tests/engine/expr/shop.hpp"

namespace tend::expr::test {

/// Random expressions: mostly of the subset, now and then something beyond it.
class Author {
 public:
  /// Lifetime: both outlive it.
  Author(Program& program, Chance& random) : pen_(program), random_(random) {}

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
  Chance& random_;
};

inline bool same(const Value& a, const Value& b) {
  return a.kind == b.kind && (a.missing() || (a.extra == b.extra && a.i == b.i));
}

}  // namespace tend::expr::test
