// One case of a question whether conditions can hold together: what has been taken as true so far, and what follows.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "dsl/check/hold/terms.hpp"

namespace tend::check::hold {

/// Something that is taken as true or as false: a condition, that a value is missing, a comparison of two values, or
/// that a value is in a list.
struct Fragment {
  enum class Kind : std::uint8_t { condition, missing, compare, member };
  Kind kind = Kind::condition;
  Op op = Op::constant;  // compare
  Place a, b;            // condition and missing: a · compare · member: b is a constant list
  bool holds = true;
};

/// Of several groups of fragments one is right.
using Split = std::vector<std::vector<Fragment>>;

class State {
 public:
  explicit State(Terms& terms);

  void take(const Fragment& fragment);
  /// Draws conclusions until there are no more.
  void conclude();
  bool contradictory() const { return contradictory_ || bounds_.contradictory(); }
  /// What is still open; each is to be decided by cases.
  std::vector<Split> splits;

 private:
  enum class Presence : std::uint8_t { unknown, there, missing };
  struct Apart {  // a - b is not `difference`
    std::size_t a, b;
    Scalar difference;
  };
  struct Order {  // of two texts: which of less, equal, greater may be
    std::size_t a, b;
    std::uint8_t may_be;
  };

  void take_condition(Place place, bool holds);
  void take_missing(Place place, bool missing);
  void take_comparison(const Fragment& fragment);
  void take_boolean_comparison(const Fragment& fragment);
  void take_member(const Fragment& fragment);
  void take_tagged(Place place, bool holds);
  void take_prefix(Place place, bool holds);
  void take_term(std::size_t term, bool holds, const Fragment& fragment);
  void split_default(const Fragment& fragment, Place value);
  void limit(std::size_t a, std::size_t b, Scalar limit, bool strict);
  void relate(Op op, const Operand& a, const Operand& b);
  void relate_texts(std::uint8_t may_be, std::size_t a, std::size_t b);
  void set_presence(std::size_t term, Presence presence);
  void be_there(const Operand& operand);
  bool is_there(const Operand& operand) const { return presence_[operand.term] == Presence::there; }
  bool is_missing(const Operand& operand) const { return presence_[operand.term] == Presence::missing; }
  void set_allowed(std::size_t term, std::vector<Scalar> values);
  void conclude_term(std::size_t term);
  void conclude_holes(std::size_t term);
  void conclude_windows();
  void conclude_texts();
  void conclude_apart();
  void retake_pending();

  Terms* terms_;
  Bounds bounds_;
  std::vector<Presence> presence_;
  std::vector<program::Currency> native_;                    // what the term was compared with successfully; 0 unknown
  std::vector<std::vector<Scalar>> holes_;                   // values that the term does not have
  std::vector<std::optional<std::vector<Scalar>>> allowed_;  // all values that it may have
  std::vector<Apart> apart_;
  std::vector<Order> orders_;
  std::vector<Fragment> pending_;  // false, perhaps only because something is missing
  bool contradictory_ = false;
  bool changed_ = false;
};

}  // namespace tend::check::hold
