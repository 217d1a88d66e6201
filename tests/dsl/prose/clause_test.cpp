// Conditions in plain words, English and Chinese, what holds and what does not.
#include "dsl/prose/phrase.hpp"
#include "tests/support/compile.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using text::Tongue;

namespace {

std::string read(const std::string& condition, Tongue tongue, bool holds = true) {
  const program::Program program = test::compile_or_throw(
      "customer { name text; city text; level one of \"gold\", \"silver\"; until date; vip bool; likes list of text; "
      "seats number }\n"
      "event order { amount money, store text }\nevent support_ticket\nevent reply { text text }\nactivity is order\n"
      "playbook p { enter on reply; goal order within 1 day; where " +
      condition + "\n tag \"x\" }");
  const prose::Context context{program, &program.playbooks[0], program::kNone, tongue};
  return prose::finish(prose::clause_of(context, program.playbooks[0].where, holds), tongue);
}

void both(const std::string& condition, const std::string& en, const std::string& zh) {
  INFO(condition);
  CHECK(read(condition, Tongue::en) == en);
  CHECK(read(condition, Tongue::zh) == zh);
}

}  // namespace

TEST_CASE("event windows") {
  both("order within 30 days", "they had an order in the last 30 days", "近 30 天有过 order");
  both("not order within 30 days", "they had no order in the last 30 days", "近 30 天没有 order");
  both("no order for 14 days", "they have had no order for 14 days", "满 14 天没有 order");
  both("no support_ticket for 1 day", "they have had no support_ticket event for 1 day", "满 1 天没有 support_ticket");
  both("inactive for 60 days", "they have been silent for 60 days", "沉默满 60 天");
  both("count(order) over 365 days >= 1", "they had at least one order in the last 365 days", "近 365 天有过 order");
  both("count(order) over 1 month > 2", "they had at least three orders in the last month",
       "近 1 个月至少有 3 次 order");
  both("count(order) = 0", "they never had an order", "从未有过 order");
  both("count(order) < 3", "they have had at most two orders so far", "至今 order 最多 2 次");
  both("count(order where amount > 100 CNY and store = \"x\") over 90 days >= 2",
       "they had at least two orders whose amount is more than 100 CNY and store is “x” in the last 90 days",
       "近 90 天至少有 2 次 amount 超过 100 元且 store 是“x”的 order");
  both("total(order.amount) over 365 days >= 50_000 CNY",
       "the total amount of their orders in the last 365 days is at least 50,000 CNY",
       "近 365 天 order 的 amount 合计不低于 50,000 元");
  both("count(order) over 30 days >= customer.seats",
       "the number of their orders in the last 30 days is at least their seats", "近 30 天 order 的次数不低于 seats");
  both("last(order.store) = \"x\"", "the store of their last order is “x”", "最近一次 order 的 store 是“x”");
}

TEST_CASE("joined conditions say what belongs together") {
  both("tagged \"a\" and tagged \"b\"", "they are tagged “a” and are tagged “b”", "有“a”标签，并且有“b”标签");
  both("(tagged \"a\" or tagged \"b\") and customer.vip",
       "either they are tagged “a” or are tagged “b”, and their vip is yes",
       "（有“a”标签，或者有“b”标签），并且 vip 为是");
  both("not (tagged \"a\" or order within 1 day)", "they are not tagged “a” and had no order in the last day",
       "没有“a”标签，并且近 1 天没有 order");
}

TEST_CASE("what is missing is not passed over") {
  both("customer.city = \"长沙\"", "their city is “长沙”", "city 是“长沙”");
  both("not customer.city = \"长沙\"", "their city is not “长沙” (or is unknown)", "city 不是“长沙”（或为空）");
  both("customer.city != \"长沙\"", "their city is not “长沙”", "city 不是“长沙”");
  both("customer.city is missing", "their city is unknown", "city 为空");
  both("customer.level in [\"gold\", \"silver\"]", "their level is “gold” or “silver”", "level 是“gold”或“silver”");
  both("customer.seats default 0 < 2.5", "their seats (0 if unknown) is less than 2.5", "seats（没有则为 0）小于 2.5");
  both("today >= customer.until - 30 days", "their until is at most 30 days away", "距 until 不超过 30 天");
}
