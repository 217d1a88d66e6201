// The question by cases: what `or` leaves open is tried one after the other, a bounded number of times.
#include "dsl/check/hold/hold.hpp"

#include "dsl/check/hold/children.hpp"
#include "dsl/check/hold/state.hpp"

namespace tend::check::hold {
namespace {

// Stops as soon as there are too many.
bool count_nodes(const Program& program, std::uint32_t index, std::size_t& nodes) {
  if (++nodes > kNodesMax) return false;
  const Node& node = program.nodes[index];
  if (has_one_child(node.op)) return count_nodes(program, node.a, nodes);
  if (has_two_children(node.op)) return count_nodes(program, node.a, nodes) && count_nodes(program, node.b, nodes);
  if (node.op != Op::window) return true;
  const std::uint32_t filter = program.windows[node.a].filter;
  return filter == kNone || count_nodes(program, filter, nodes);
}

// Also true where there are more cases than are looked at.
bool possible(State& state, int& cases) {
  state.conclude();
  if (state.contradictory()) return false;
  if (state.splits.empty()) return true;
  const Split split = state.splits.back();
  state.splits.pop_back();
  for (const std::vector<Fragment>& way : split) {
    if (--cases < 0) return true;
    State next = state;
    for (const Fragment& fragment : way) next.take(fragment);
    if (possible(next, cases)) return true;
  }
  return false;
}

}  // namespace

bool impossible(const Program& program, std::span<const Claim> claims, std::uint32_t happened) {
  std::size_t nodes = 0;
  for (const Claim& claim : claims) {
    if (!count_nodes(program, claim.node, nodes)) return false;
  }
  Terms terms(program);
  for (const Claim& claim : claims) terms.gather({claim.node, claim.event});
  if (terms.all().size() > kTermsMax) return false;
  terms.settle(happened);
  State state(terms);
  for (const Claim& claim : claims) state.take({.a = {claim.node, claim.event}, .b = {}, .holds = claim.holds});
  int cases = kCasesMax;
  return !possible(state, cases);
}

}  // namespace tend::check::hold
