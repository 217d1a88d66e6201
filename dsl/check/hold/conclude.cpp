// Conclusions from what has been taken as true so far, drawn until there are no more.
#include <algorithm>
#include <cmath>

#include "dsl/check/hold/state.hpp"

namespace tend::check::hold {
namespace {

enum : std::uint8_t { kLess = 1, kEqual = 2, kGreater = 4 };

std::vector<bool> whole_of(const Terms& terms) {
  std::vector<bool> whole;
  for (const Term& term : terms.all()) whole.push_back(term.is_whole);
  return whole;
}

}  // namespace

State::State(Terms& terms) : terms_(&terms), bounds_(whole_of(terms)) {
  const auto& all = terms.all();
  presence_.resize(all.size(), Presence::unknown);
  native_.resize(all.size());
  holes_.resize(all.size());
  allowed_.resize(all.size());
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (!all[i].can_miss) presence_[i] = Presence::there;
    allowed_[i] = all[i].allowed;
    if (std::isfinite(all[i].least)) bounds_.limit(kZero, i, -all[i].least, false);
    if (std::isfinite(all[i].most)) bounds_.limit(i, kZero, all[i].most, false);
  }
  presence_[kZero] = Presence::there;
  for (const Fact& fact : terms.facts()) {
    if (fact.at_most) bounds_.limit(fact.a, fact.b, 0, false);
  }
}

void State::conclude() {
  // Every round but the last decides something; the bound is for numbers that come nearer to each other for ever.
  constexpr int kRoundsMax = 64;
  for (int round = 0; round < kRoundsMax && !contradictory(); ++round) {
    changed_ = false;
    for (std::size_t term = 1; term < presence_.size() && !contradictory(); ++term) conclude_term(term);
    conclude_windows();
    conclude_texts();
    conclude_apart();
    retake_pending();
    if (!changed_) return;
  }
}

void State::conclude_term(std::size_t term) {
  if (presence_[term] != Presence::there) return;
  conclude_holes(term);
  auto& allowed = allowed_[term];
  if (!allowed) return;
  const Scalar least = bounds_.least(term), most = bounds_.most(term);
  const auto& holes = holes_[term];
  const std::size_t before = allowed->size();
  std::erase_if(*allowed, [&](Scalar value) {
    if (value < least || (value == least && bounds_.least_open(term))) return true;
    if (value > most || (value == most && bounds_.most_open(term))) return true;
    return std::find(holes.begin(), holes.end(), value) != holes.end();
  });
  changed_ = changed_ || allowed->size() != before;
  if (allowed->empty()) {
    contradictory_ = true;
    return;
  }
  if (allowed->front() > least) limit(kZero, term, -allowed->front(), false);
  if (allowed->back() < most) limit(term, kZero, allowed->back(), false);
}

// A value that is excluded at either end moves the end.
void State::conclude_holes(std::size_t term) {
  auto& holes = holes_[term];
  for (std::size_t i = 0; i <= holes.size() && !contradictory(); ++i) {
    const Bound least = bounds_.between(kZero, term), most = bounds_.between(term, kZero);
    for (const Scalar hole : holes) {
      if (bounds_.least(term) == hole) limit(kZero, term, -hole, true);
      if (bounds_.most(term) == hole) limit(term, kZero, hole, true);
      if (contradictory()) return;
    }
    if (least == bounds_.between(kZero, term) && most == bounds_.between(term, kZero)) return;
  }
}

void State::conclude_windows() {
  for (const Fact& fact : terms_->facts()) {
    if (contradictory()) return;
    if (fact.at_most) continue;
    for (const auto& [a, b] : {std::pair{fact.a, fact.b}, std::pair{fact.b, fact.a}}) {
      if (bounds_.least(a) < 1 || bounds_.most(b) <= 0) continue;
      limit(b, kZero, 0, false);
    }
  }
  for (std::size_t i = 1; i < presence_.size() && !contradictory(); ++i) {
    const Term& term = terms_->all()[i];
    const bool total = term.kind == Term::Kind::total;
    if (!total && term.kind != Term::Kind::picked) continue;
    const bool none = bounds_.most(term.count) <= 0;
    const bool some = bounds_.least(term.count) >= 1;
    // No event: nothing to pick, and nothing adds up to 0.
    if (none && presence_[i] == Presence::unknown) set_presence(i, total ? Presence::there : Presence::missing);
    if (none && !total && presence_[i] == Presence::there) contradictory_ = true;
    if (none && total && presence_[i] == Presence::missing) contradictory_ = true;
    if (none && total && (bounds_.least(i) < 0 || bounds_.most(i) > 0)) {
      limit(i, kZero, 0, false);
      limit(kZero, i, 0, false);
    }
    if (none || some) continue;
    const bool not_zero = bounds_.least(i) > 0 || bounds_.most(i) < 0 ||
                          (bounds_.least(i) == 0 && bounds_.least_open(i)) ||
                          (bounds_.most(i) == 0 && bounds_.most_open(i));
    if (presence_[i] == Presence::missing ? total : presence_[i] == Presence::there && (!total || not_zero)) {
      limit(kZero, term.count, -1, false);
    }
  }
}

// Named texts stand at odd places; two that stand between named ones may be equal or not.
void State::conclude_texts() {
  for (std::size_t i = 0; i < orders_.size() && !contradictory(); ++i) {
    Order& order = orders_[i];
    for (std::size_t j = 0; j < i; ++j) {
      const Order& other = orders_[j];
      std::uint8_t may_be = other.may_be;
      if (other.a == order.b && other.b == order.a) {
        may_be = static_cast<std::uint8_t>((may_be & kEqual) | ((may_be & kLess) != 0 ? kGreater : 0) |
                                           ((may_be & kGreater) != 0 ? kLess : 0));
      } else if (other.a != order.a || other.b != order.b) {
        continue;
      }
      order.may_be &= may_be;
    }
    const Scalar least_a = bounds_.least(order.a), most_a = bounds_.most(order.a);
    const Scalar least_b = bounds_.least(order.b), most_b = bounds_.most(order.b);
    const bool named = least_a == most_a && std::fmod(least_a, Scalar{2}) == 1;
    if (named && least_b == most_b && least_a == least_b) order.may_be &= kEqual;
    if (order.may_be == 0) {
      contradictory_ = true;
      return;
    }
    // Bounds that say it already are not tightened, so this ends.
    if ((order.may_be & kGreater) == 0 && bounds_.between(order.a, order.b).value > 0) {
      limit(order.a, order.b, 0, false);
    }
    if ((order.may_be & kLess) == 0 && bounds_.between(order.b, order.a).value > 0) {
      limit(order.b, order.a, 0, false);
    }
  }
}

void State::conclude_apart() {
  for (const Apart& apart : apart_) {
    if (contradictory()) return;
    const Bound above = bounds_.between(apart.a, apart.b), below = bounds_.between(apart.b, apart.a);
    if (above.value == apart.difference && !above.strict) {
      limit(apart.a, apart.b, apart.difference, true);
    }
    if (!contradictory() && -below.value == apart.difference && !below.strict) {
      limit(apart.b, apart.a, -apart.difference, true);
    }
  }
}

void State::retake_pending() {
  if (contradictory()) return;
  std::vector<Fragment> pending;
  pending.swap(pending_);
  for (const Fragment& fragment : pending) take(fragment);
}

}  // namespace tend::check::hold
