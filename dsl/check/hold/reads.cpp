// One pass over the nodes, children first.
#include "dsl/check/hold/reads.hpp"

#include <cmath>

#include "dsl/check/hold/children.hpp"

namespace tend::check::hold {
namespace {

using program::Aggregate;
using program::kNone;
using program::Node;
using program::Op;
using program::ValueKind;

enum class Thing : std::uint64_t { attribute, event, field, tag, consent, clock, other };

std::uint64_t bit(Thing thing, std::uint64_t index) {
  const std::uint64_t mixed = (index * 8 + static_cast<std::uint64_t>(thing) + 1) * 0x9E3779B97F4A7C15u;
  return std::uint64_t{1} << (mixed >> 58);
}

}  // namespace

std::uint64_t Reads::of_event(std::uint32_t event) const { return bit(Thing::event, event); }

std::uint64_t Reads::own_bits(const Node& node) const {
  switch (node.op) {
    case Op::constant: return 0;
    case Op::attribute: return bit(Thing::attribute, node.a);
    case Op::field: return bit(Thing::field, node.a);
    case Op::entry_field: return bit(Thing::field, node.b);  // the same as `field` in an entry's `where`
    case Op::arm_field: return bit(Thing::field, node.b);
    case Op::tagged: return bit(Thing::tag, 0);
    case Op::consents: return bit(Thing::consent, node.a);
    case Op::window: return of_event(program_.windows[node.a].event);
    case Op::inactive: {
      std::uint64_t bits = bit(Thing::clock, 1);
      for (const std::uint32_t event : program_.activity) bits |= of_event(event);
      return bits;
    }
    case Op::now:
    case Op::today:
    case Op::entry_at:
    case Op::entry_date:
    case Op::first_seen: return bit(Thing::clock, 0);
    default: return bit(Thing::other, static_cast<std::uint64_t>(node.op));
  }
}

Reads::Reads(const program::Program& program) : program_(program) {
  bits_.reserve(program.nodes.size());
  for (const Node& node : program.nodes) {
    std::uint64_t bits = 0;
    const bool two = has_two_children(node.op);
    if (two || has_one_child(node.op)) bits |= bits_[node.a];
    if (two) bits |= bits_[node.b];
    const bool joins = (node.op >= Op::and_ && node.op <= Op::negate);
    if (!joins) bits |= own_bits(node);
    bits_.push_back(bits);
  }
}

bool Reads::shares(std::uint32_t index, std::uint64_t& seen, std::size_t& nodes) const {
  if (++nodes > kNodesMax) return true;
  const Node& node = program_.nodes[index];
  if (node.op == Op::not_) return shares(node.a, seen, nodes);
  if (node.op == Op::and_ || node.op == Op::or_) return shares(node.a, seen, nodes) || shares(node.b, seen, nodes);
  const bool before = (seen & bits_[index]) != 0;
  seen |= bits_[index];
  return before;
}

// A part that both holds and does not for some customers, as everybody can see: a value against a fixed one.
bool Reads::is_open(std::uint32_t index) const {
  const Node& node = program_.nodes[index];
  if (node.op == Op::tagged || node.op == Op::inactive || node.op == Op::consents || node.op == Op::window) return true;
  if (node.op < Op::equal || node.op > Op::not_in) return false;
  const Node& left = program_.nodes[node.a];
  const Node& right = program_.nodes[node.b];
  if (right.op != Op::constant) return false;
  switch (left.op) {
    case Op::attribute:
    case Op::field:
    case Op::entry_field:
    case Op::arm_field: return true;
    case Op::window: break;
    default: return false;
  }
  if (program_.windows[left.a].aggregate != Aggregate::count) return true;
  const program::Constant& limit = program_.constants[right.a];
  return limit.kind == ValueKind::number && limit.number >= 1 && limit.number == std::floor(limit.number);
}

bool Reads::never(std::uint32_t index, bool holds) const {
  const Node& node = program_.nodes[index];
  if (node.op == Op::and_ || node.op == Op::or_) {
    std::uint64_t seen = 0;
    std::size_t nodes = 0;
    if (!shares(index, seen, nodes)) return false;
  } else if (is_open(index)) {
    return false;
  }
  const Claim claim{index, holds};
  return impossible(program_, {&claim, 1});
}

bool Reads::never_together(std::span<const Claim> claims, std::uint32_t happened) const {
  std::uint64_t seen = happened == kNone ? 0 : of_event(happened);
  bool related = false;
  for (const Claim& claim : claims) {
    related = related || (seen & bits_[claim.node]) != 0;
    seen |= bits_[claim.node];
  }
  return related && impossible(program_, claims, happened);
}

}  // namespace tend::check::hold
