// Expressions that the input writes: the Lua machine gives what the reference evaluator gives, value and next flip, bit
// by bit, for customers at random.
#include <cstddef>
#include <cstdint>

#include "dsl/text/must.hpp"
#include "engine/expr/lua.hpp"
#include "tests/engine/expr/author.hpp"

using namespace tend;
using namespace tend::expr;
using namespace tend::expr::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint32_t kCustomers = 8;
  Chance chance(size, {data, size});
  Program program = make_shop();
  Author author(program, chance);
  Pen pen(program);
  for (int i = 0; i < 4; ++i) pen.expression(author.root(i));
  Partition partition(std::move(program));
  std::vector<std::uint32_t> customers;
  for (std::uint32_t c = 0; c < kCustomers; ++c) customers.push_back(add_customer(partition, chance, c));
  auto machine = LuaMachine::make(partition.tables);
  CHECK_OR_DIE(machine.has_value(), "the machine starts");
  std::vector<Outcome> outcomes(kCustomers);
  for (std::uint32_t e = 0; e < partition.program.expressions.size(); ++e) {
    if (!(*machine)->has(e)) continue;
    const env::Moment now = any_moment(chance);
    (*machine)->evaluate_many(partition.state, customers, now, e, outcomes);
    for (std::uint32_t c = 0; c < kCustomers; ++c) {
      Context reference{.tables = &partition.tables, .state = &partition.state, .customer = customers[c], .now = now};
      const Value wanted = evaluate(reference, partition.program.expressions[e].root);
      CHECK_OR_DIE(same(wanted, outcomes[c].value), "Lua gives the reference's value");
      CHECK_OR_DIE(reference.flip == outcomes[c].flip, "Lua gives the reference's next flip");
    }
  }
  return 0;
}
