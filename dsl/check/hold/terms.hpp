// The terms of conditions: what is read of a customer, each thing once, and what is known about it before any condition
// is taken as true.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dsl/check/hold/bounds.hpp"
#include "dsl/program/program.hpp"

namespace tend::check::hold {

using program::kNone;
using program::Node;
using program::Op;
using program::Program;

/// A node, and the event that its `field`s belong to: kNone in a window's filter and where there is none.
struct Place {
  std::uint32_t node = kNone;
  std::uint32_t event = kNone;
};

struct Term {
  bool is_whole = false;
  bool is_text = false;     // its values are places among the texts that the conditions name
  bool is_money = false;    // minor units
  bool is_boolean = false;  // 0 or 1
  bool can_miss = true;
  Scalar least = -kInfinite, most = kInfinite;
  std::optional<std::vector<Scalar>> allowed;  // sorted; all that there is
  std::vector<std::size_t> needs;              // are there whenever this is
  program::Window window;                      // of what a window gives; its filter is an identity, not a node
  enum class Kind : std::uint8_t { other, count, total, picked, silent, inactive };
  Kind kind = Kind::other;
  std::size_t count = kZero;  // total, picked: how many events there are to add up or pick from
};

/// A term plus a constant; a constant alone is kZero plus itself.
struct Operand {
  std::size_t term = kZero;
  Scalar offset = 0;
  program::Currency currency = 0;  // of a constant amount
};

/// What windows say about one another: a <= b (`at_most`), or not both of a and b are 1 or more.
struct Fact {
  bool at_most;
  std::size_t a, b;
};

/// Shape: gather every condition first, then `settle`, then ask.
class Terms {
 public:
  explicit Terms(const Program& program);
  void gather(Place place);
  /// `happened`: an event that has just been taken (and is not late); kNone for none.
  void settle(std::uint32_t happened);

  const Program& program() const { return program_; }
  const std::vector<Term>& all() const { return terms_; }
  const std::vector<Fact>& facts() const { return facts_; }
  /// nullopt where nothing is known about such values (lists) or `place` was not gathered.
  std::optional<Operand> operand(Place place);
  /// The place of a constant among the values of its type.
  std::optional<Operand> operand(const program::Constant& constant) const;
  /// The term of a boolean that stands by itself, a tag or a window for example.
  std::optional<std::size_t> boolean(Place place);
  /// The term of a tag that is asked for by itself or in a list.
  std::optional<std::size_t> tag(const std::string& text) const;
  /// Where the texts that begin with `start` end: the first place behind them.
  std::optional<Scalar> behind_prefix(const std::string& start) const;
  Scalar place_of(const std::string& text) const;

 private:
  using Key = std::array<std::uint32_t, 4>;
  std::uint32_t number_of(const Key& key);
  std::uint32_t identity(Place place);
  void gather_value(Place place);
  void gather_texts(const program::Constant& constant);
  std::optional<std::size_t> find_term(Place place);
  void add_term(Place place);
  void add_tag(const program::Constant& constant);
  void describe_window(Term& term, const program::Window& window);
  std::size_t count_of(program::Window window);
  void relate_windows();
  void relate_happened(std::uint32_t happened);

  const Program& program_;
  std::vector<Term> terms_;
  std::vector<Fact> facts_;
  std::vector<std::pair<std::size_t, const std::vector<std::string>*>> members_;  // of terms that are `one of`
  std::map<Key, std::uint32_t> identities_;
  std::map<std::uint32_t, std::size_t> term_of_;  // by identity
  std::map<std::string, std::size_t> tags_;
  std::vector<std::string> texts_;  // sorted once settled
};

/// Does an event leave a window of length `a` no later than one of length `b`? No length is the whole life.
bool no_longer(const std::optional<program::Duration>& a, const std::optional<program::Duration>& b);

/// What behind all texts that begin with `start` comes first; empty where none does.
std::string after_prefix(std::string start);

}  // namespace tend::check::hold
