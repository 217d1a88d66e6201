// The Lua that expressions become, and which do not.
#include "engine/expr/lua_source.hpp"

#include "tests/engine/expr/shop.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::expr;
using namespace tend::expr::test;

namespace {

template <typename Write>
std::optional<LuaSource> source_of(Write write) {
  Program program = make_shop();
  Pen pen(program);
  const std::uint32_t root = write(pen);
  const Tables tables(program);
  return lua_source(tables, root);
}

}  // namespace

TEST_CASE("a condition is leaves first, then one line per operator") {
  const auto source = source_of([](Pen& p) {
    const std::uint32_t orders = p.window(
        {.event = kOrder, .aggregate = Aggregate::count, .over = program::Duration{0, 365 * env::kDay}}, Type::number);
    const std::uint32_t often = p.node(Op::greater_equal, Type::boolean, orders, p.number(1));
    const std::uint32_t staff = p.node(Op::not_, Type::boolean, p.node(Op::tagged, Type::boolean, p.text("staff")));
    const std::uint32_t rich = p.node(Op::greater, Type::boolean, p.attribute(kSpend), p.number(100));
    return p.node(Op::and_, Type::boolean, p.node(Op::and_, Type::boolean, often, staff), rich);
  });
  REQUIRE(source);
  CHECK(source->text ==
        "local leaf, result = ...\n"
        "local function one(row)\n"
        "  local at = row * 4\n"
        "  local l0 = leaf[at + 0]\n"
        "  local l1 = leaf[at + 1]\n"
        "  local l2, h2 = leaf[at + 2], leaf[at + 3]\n"
        "  local v1 = l0 >= 1 and 1 or 0\n"
        "  local v3 = 1 - l1\n"
        "  local v4 = v1 * v3\n"
        "  local v7 = l2 > 100 and h2 or 0\n"
        "  local v8 = v4 * v7\n"
        "  result[2 * row] = v8\n"
        "  result[2 * row + 1] = 1\n"
        "end\n"
        "local function many(count)\n"
        "  for row = 0, count - 1 do one(row) end\n"
        "end\n"
        "return one, many\n");
  CHECK(source->leaves.size() == 3);
  CHECK(source->slots == 4);
}

TEST_CASE("a leaf that is named twice is worked out once") {
  const auto source = source_of([](Pen& p) {
    return p.node(Op::less, Type::boolean, p.attribute(kScore),
                  p.node(Op::multiply, Type::number, p.attribute(kScore), p.attribute(kScore)));
  });
  REQUIRE(source);
  CHECK(source->leaves.size() == 1);
}

TEST_CASE("what Lua would have to round, and what needs more than the customer, is left out") {
  CHECK_FALSE(source_of([](Pen& p) { return p.attribute(kBudget); }));
  CHECK_FALSE(source_of([](Pen& p) { return p.attribute(kSeen); }));
  CHECK_FALSE(source_of([](Pen& p) { return p.node(Op::now, Type::moment); }));
  CHECK_FALSE(source_of(
      [](Pen& p) { return p.node(Op::less, Type::boolean, p.node(Op::field, Type::number, kAmount), p.number(1)); }));
  CHECK_FALSE(source_of([](Pen& p) {
    return p.node(Op::less, Type::boolean, p.node(Op::entry_at, Type::moment), p.node(Op::now, Type::moment));
  }));
  CHECK_FALSE(
      source_of([](Pen& p) { return p.node(Op::starts_with, Type::boolean, p.attribute(kCity), p.text("S")); }));
  CHECK_FALSE(source_of([](Pen& p) { return p.node(Op::and_, Type::boolean, p.boolean(true), p.number(1)); }));
}

TEST_CASE("an expression with more variables than Lua has is left out") {
  const auto sum_of = [](int terms) {
    return source_of([terms](Pen& p) {
      std::uint32_t sum = p.attribute(kScore);
      for (int i = 0; i < terms; ++i) sum = p.node(Op::negate, Type::number, sum);
      return sum;
    });
  };
  const int most = static_cast<int>(kLuaLocalsMax) - 2;  // the leaf takes two
  CHECK(sum_of(most));
  CHECK_FALSE(sum_of(most + 1));
}
