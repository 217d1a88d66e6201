// What follows from a condition being taken as true or as false.
#include "dsl/check/hold/state.hpp"

#include <algorithm>

#include "dsl/text/must.hpp"

namespace tend::check::hold {
namespace {

using program::Aggregate;
using program::Constant;
using program::Type;
using program::ValueKind;

enum : std::uint8_t { kLess = 1, kEqual = 2, kGreater = 4 };

std::uint8_t orders_of(Op op) {
  switch (op) {
    case Op::equal: return kEqual;
    case Op::not_equal: return kLess | kGreater;
    case Op::less: return kLess;
    case Op::less_equal: return kLess | kEqual;
    case Op::greater: return kGreater;
    case Op::greater_equal: return kGreater | kEqual;
    default: CHECK_OR_DIE(false, "a comparison");
  }
}

Op opposite(Op op) {
  switch (op) {
    case Op::equal: return Op::not_equal;
    case Op::not_equal: return Op::equal;
    case Op::less: return Op::greater_equal;
    case Op::less_equal: return Op::greater;
    case Op::greater: return Op::less_equal;
    case Op::greater_equal: return Op::less;
    default: CHECK_OR_DIE(false, "a comparison");
  }
}

bool is_comparison(Op op) { return op >= Op::equal && op <= Op::greater_equal; }

// A condition that is true or false and never missing.
bool is_judgement(Op op) { return (op >= Op::and_ && op <= Op::is_not_missing) || op == Op::tagged; }

Fragment condition(Place place, bool holds) { return {.a = place, .b = {}, .holds = holds}; }

Fragment missing(Place place, bool holds) {
  return {.kind = Fragment::Kind::missing, .a = place, .b = {}, .holds = holds};
}

}  // namespace

void State::take(const Fragment& fragment) {
  if (contradictory()) return;
  switch (fragment.kind) {
    case Fragment::Kind::condition: return take_condition(fragment.a, fragment.holds);
    case Fragment::Kind::missing: return take_missing(fragment.a, fragment.holds);
    case Fragment::Kind::compare: return take_comparison(fragment);
    case Fragment::Kind::member: return take_member(fragment);
  }
}

void State::take_condition(Place place, bool holds) {
  const Program& program = terms_->program();
  const Node& node = program.nodes[place.node];
  const Place a{node.a, place.event}, b{node.b, place.event};
  switch (node.op) {
    case Op::constant:
      if ((program.constants[node.a].integer != 0) != holds) contradictory_ = true;
      return;
    case Op::not_: return take_condition(a, !holds);
    case Op::and_:
    case Op::or_:
      if (holds == (node.op == Op::and_)) {
        take_condition(a, holds);
        take_condition(b, holds);
      } else {
        splits.push_back({{condition(a, holds)}, {condition(b, holds)}});
      }
      return;
    case Op::is_missing: return take_missing(a, holds);
    case Op::is_not_missing: return take_missing(a, !holds);
    case Op::default_: return split_default(condition(place, holds), place);
    case Op::in:
    case Op::not_in: {
      if (program.nodes[node.b].op != Op::constant) return;
      // As `in`; that `not in` holds says besides that the value is there.
      return take_member({.kind = Fragment::Kind::member, .op = node.op, .a = a, .b = b, .holds = holds});
    }
    case Op::starts_with: return take_prefix(place, holds);
    case Op::tagged: return take_tagged(place, holds);
    case Op::contains:
      if (holds) {
        for (const Place side : {a, b}) {
          if (const auto operand = terms_->operand(side)) be_there(*operand);
        }
      }
      break;
    default: break;
  }
  if (is_comparison(node.op))
    return take_comparison({.kind = Fragment::Kind::compare, .op = node.op, .a = a, .b = b, .holds = holds});
  if (const auto term = terms_->boolean(place)) take_term(*term, holds, condition(place, holds));
}

// One of: the value is there, and it is so of the value; the value is missing, and it is so of what stands in for it.
void State::split_default(const Fragment& fragment, Place value) {
  const Node& node = terms_->program().nodes[value.node];
  const Place own{node.a, value.event}, other{node.b, value.event};
  const auto with = [&](Place chosen) {
    Fragment copy = fragment;
    (copy.a.node == value.node ? copy.a : copy.b) = chosen;
    return copy;
  };
  splits.push_back({{missing(own, false), with(own)}, {missing(own, true), with(other)}});
}

void State::take_missing(Place place, bool wanted) {
  const Node& node = terms_->program().nodes[place.node];
  if (node.op == Op::default_) {
    const Place own{node.a, place.event}, other{node.b, place.event};
    if (!wanted) {
      splits.push_back({{missing(own, false)}, {missing(own, true), missing(other, false)}});
      return;
    }
    take_missing(own, true);
    return take_missing(other, true);
  }
  if (is_judgement(node.op)) {
    contradictory_ = contradictory_ || wanted;
    return;
  }
  const auto operand = terms_->operand(place);
  if (!operand) return;
  set_presence(operand->term, wanted ? Presence::missing : Presence::there);
}

void State::take_boolean_comparison(const Fragment& fragment) {
  const Program& program = terms_->program();
  for (const bool turned : {false, true}) {
    const Place value = turned ? fragment.b : fragment.a;
    const Node& constant = program.nodes[(turned ? fragment.a : fragment.b).node];
    if (constant.op != Op::constant) continue;
    const bool wanted = (program.constants[constant.a].integer != 0) == (fragment.op == Op::equal);
    const Node& node = program.nodes[value.node];
    if (is_judgement(node.op)) return take_condition(value, wanted == fragment.holds);
    const auto term = terms_->boolean(value);
    if (!term) return;
    // True says that the value is there; false may be because it is missing.
    if (fragment.holds) set_presence(*term, Presence::there);
    if (presence_[*term] == Presence::there) return take_term(*term, wanted == fragment.holds, fragment);
    if (presence_[*term] == Presence::unknown) pending_.push_back(fragment);
    return;
  }
}

void State::take_comparison(const Fragment& fragment) {
  const Program& program = terms_->program();
  const Node& left = program.nodes[fragment.a.node];
  const Node& right = program.nodes[fragment.b.node];
  if (left.op == Op::default_) return split_default(fragment, fragment.a);
  if (right.op == Op::default_) return split_default(fragment, fragment.b);
  if (left.type == Type::boolean || right.type == Type::boolean) return take_boolean_comparison(fragment);
  const auto a = terms_->operand(fragment.a);
  const auto b = terms_->operand(fragment.b);
  if (!a || !b) return;
  if (left.type == Type::date && right.type == Type::moment) return;  // the checker makes both moments
  if (left.type == Type::moment && right.type == Type::date) return;
  const program::Currency currency = a->currency != 0 ? a->currency : b->currency;
  const Operand& value = a->currency != 0 ? *b : *a;
  const bool is_money = left.type == Type::money;
  if (fragment.holds) {
    be_there(*a);
    be_there(*b);
    if (is_money && currency != 0 && native_[value.term] == 0) native_[value.term] = currency;
    return relate(fragment.op, *a, *b);
  }
  if (is_missing(*a) || is_missing(*b)) return;
  const bool same_currency = !is_money || (currency != 0 && native_[value.term] == currency);
  if (is_there(*a) && is_there(*b) && same_currency) return relate(opposite(fragment.op), *a, *b);
  pending_.push_back(fragment);
}

void State::take_member(const Fragment& fragment) {
  const Program& program = terms_->program();
  const Node& node = program.nodes[fragment.a.node];
  if (node.op == Op::default_) return split_default(fragment, fragment.a);
  const Constant& list = program.constants[program.nodes[fragment.b.node].a];
  if (node.type == Type::boolean || list.kind != ValueKind::list) return;
  const auto value = terms_->operand(fragment.a);
  if (!value || value->term == kZero) return;
  program::Currency currency = 0;
  std::vector<Scalar> elements;
  for (const Constant& element : list.list) {
    const auto operand = terms_->operand(element);
    if (!operand || (currency != 0 && operand->currency != currency)) return;
    currency = operand->currency;
    elements.push_back(operand->offset - value->offset);
  }
  const bool inside = (fragment.op == Op::in) == fragment.holds;
  if (fragment.holds) {
    be_there(*value);
    if (inside && currency != 0 && native_[value->term] == 0) native_[value->term] = currency;
  } else if (is_missing(*value)) {
    return;
  }
  const bool same_currency = currency == 0 || native_[value->term] == currency;
  if (!is_there(*value) || !same_currency) {
    pending_.push_back(fragment);
    return;
  }
  if (inside) return set_allowed(value->term, std::move(elements));
  auto& holes = holes_[value->term];
  holes.insert(holes.end(), elements.begin(), elements.end());
  changed_ = true;
}

void State::take_tagged(Place place, bool holds) {
  const Program& program = terms_->program();
  const Node& what = program.nodes[program.nodes[place.node].a];
  if (what.op != Op::constant) {
    if (const auto term = terms_->boolean(place)) take_term(*term, holds, condition(place, holds));
    return;
  }
  const Constant& tags = program.constants[what.a];
  if (tags.kind == ValueKind::text) return take_term(*terms_->tag(tags.text), holds, condition(place, holds));
  // Any one of a list. That one of several is there is only drawn upon where no other can be.
  std::vector<std::size_t> open;
  for (const Constant& tag : tags.list) {
    if (tag.kind != ValueKind::text) return;
    const std::size_t term = *terms_->tag(tag.text);
    if (!holds) limit(term, kZero, 0, false);
    if (holds && bounds_.least(term) >= 1) return;
    if (holds && bounds_.most(term) >= 1) open.push_back(term);
  }
  if (!holds) return;
  if (open.empty()) contradictory_ = true;
  if (open.size() == 1) limit(kZero, open[0], -1, false);
  if (open.size() > 1) pending_.push_back(condition(place, holds));
}

void State::take_prefix(Place place, bool holds) {
  const Program& program = terms_->program();
  const Node& node = program.nodes[place.node];
  const Node& start = program.nodes[node.b];
  if (const auto term = terms_->boolean(place)) take_term(*term, holds, condition(place, holds));
  const auto whole = terms_->operand({node.a, place.event});
  if (!whole || whole->term == kZero || start.op != Op::constant) return;
  const std::string& text = program.constants[start.a].text;
  const Scalar first = terms_->operand(program.constants[start.a])->offset;
  const auto behind = terms_->behind_prefix(text);
  if (holds) {
    be_there(*whole);
    limit(kZero, whole->term, -first, false);
    if (behind) limit(whole->term, kZero, *behind, true);
    return;
  }
  if (!is_there(*whole)) {
    if (!is_missing(*whole)) pending_.push_back(condition(place, holds));
    return;
  }
  const bool sure = bounds_.least(whole->term) >= first && (!behind || bounds_.most(whole->term) < *behind);
  if (sure) contradictory_ = true;
}

// A value that is true or false by itself. Not true may be because it is missing.
void State::take_term(std::size_t term, bool holds, const Fragment& fragment) {
  if (holds) {
    set_presence(term, Presence::there);
    return limit(kZero, term, -1, false);
  }
  if (presence_[term] == Presence::missing) return;
  if (presence_[term] == Presence::there) return limit(term, kZero, 0, false);
  pending_.push_back(fragment);
}

void State::limit(std::size_t a, std::size_t b, Scalar limit, bool strict) {
  const Bound before = bounds_.between(a, b);
  bounds_.limit(a, b, limit, strict);
  changed_ = changed_ || !(bounds_.between(a, b) == before);
}

void State::be_there(const Operand& operand) { set_presence(operand.term, Presence::there); }

void State::set_presence(std::size_t term, Presence presence) {
  Presence& known = presence_[term];
  if (known == presence) return;
  changed_ = true;
  if (known != Presence::unknown) {
    contradictory_ = true;
    return;
  }
  known = presence;
  if (presence != Presence::there) return;
  for (const std::size_t needed : terms_->all()[term].needs) set_presence(needed, Presence::there);
}

void State::set_allowed(std::size_t term, std::vector<Scalar> values) {
  std::sort(values.begin(), values.end());
  auto& allowed = allowed_[term];
  if (!allowed) {
    allowed = std::move(values);
  } else {
    std::vector<Scalar> both;
    std::set_intersection(allowed->begin(), allowed->end(), values.begin(), values.end(), std::back_inserter(both));
    allowed = std::move(both);
  }
  changed_ = true;
}

// Where both stand for texts that are not named, only their order is known, not their distance.
void State::relate_texts(std::uint8_t may_be, std::size_t a, std::size_t b) {
  orders_.push_back({a, b, may_be});
  changed_ = true;
}

void State::relate(Op op, const Operand& a, const Operand& b) {
  const Scalar difference = b.offset - a.offset;  // a's term - b's term OP difference
  const std::uint8_t orders = orders_of(op);
  if (a.term == b.term) {
    const std::uint8_t order = difference > 0 ? kLess : difference < 0 ? kGreater : kEqual;
    if ((orders & order) == 0) contradictory_ = true;
    return;
  }
  changed_ = true;
  if (terms_->all()[a.term].is_text && terms_->all()[b.term].is_text) return relate_texts(orders, a.term, b.term);
  if ((orders & kGreater) == 0) limit(a.term, b.term, difference, (orders & kEqual) == 0);
  if ((orders & kLess) == 0) limit(b.term, a.term, -difference, (orders & kEqual) == 0);
  if (op == Op::not_equal) {
    if (b.term == kZero)
      holes_[a.term].push_back(difference);
    else if (a.term == kZero)
      holes_[b.term].push_back(-difference);
    else
      apart_.push_back({a.term, b.term, difference});
  }
}

}  // namespace tend::check::hold
