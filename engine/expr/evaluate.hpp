// The reference evaluator: walks an expression's nodes over one customer's state. Slow enough to be read beside the
// specification, fast enough to run; generated code must give what it gives. While it works out a value it notes the
// earliest moment at which time alone may change it (the next flip).
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "engine/state/state.hpp"

namespace tend::expr {

using env::Moment;
using program::Value;
using state::kNever;

class Functions;

/// What is worked out once per program: constants as values, which nodes read the clock; and its functions in Lua.
class Tables {
 public:
  /// Lifetime: `program` outlives the tables.
  explicit Tables(const program::Program& program);
  ~Tables();
  const program::Program& program() const { return *program_; }
  const Value& constant(std::uint32_t index) const { return constants_[index]; }
  bool reads_clock(std::uint32_t node) const { return node != program::kNone && reads_clock_[node]; }
  /// What they do not remember of one call at the next, they count: so it is no part of what is constant here.
  Functions& functions() const { return *functions_; }

 private:
  Value value_of(const program::Constant& constant);
  const program::Program* program_;
  std::vector<Value> constants_;
  std::deque<std::vector<Value>> lists_;
  std::vector<bool> reads_clock_;
  std::unique_ptr<Functions> functions_;
};

/// An event that a `where` is asked about: the input being applied, or one that was kept.
struct EventUnderTest {
  std::uint32_t event = program::kNone;
  Moment at = 0;
  std::string_view fields;                // blob, when `kept` is kNone
  std::uint32_t stored = program::kNone;  // else: Layout::stored and the record's number
  std::uint32_t kept = program::kNone;
};

/// Storage for lists that were read, and for texts that were made: made at the first one, for most turns read none.
class Lists {
 public:
  std::vector<Value>& add() {
    if (!lists_) lists_ = std::make_unique<std::deque<std::vector<Value>>>();
    return lists_->emplace_back();
  }
  void clear() { lists_.reset(); }
  bool empty() const { return lists_ == nullptr; }

 private:
  std::unique_ptr<std::deque<std::vector<Value>>> lists_;
};

/// Everything that an expression may read. Cheap to make; one per evaluation.
struct Context {
  const Tables* tables;
  const state::State* state;
  std::uint32_t customer;
  Moment now;
  EventUnderTest event = {};
  const state::Journey* journey = nullptr;  // for entry.FIELD and arm fields
  std::string_view entry_fields = {};       // before a journey exists: the event that asks to enter
  std::uint32_t entry_event = program::kNone;
  Moment entered = 0;
  std::int64_t entry_date = state::kMissingDay;  // before a journey exists: the date that he enters by
  Moment flip = kNever;                      // out: the least moment after `now` at which the value may change by time
  const env::Zone* customer_zone = nullptr;  // worked out on first use
  Lists* lists = nullptr;                    // owned by the caller, cleared by him
};

/// The value of a node. Text points into the state, the input, the program or the context's lists.
Value evaluate(Context& context, std::uint32_t node);

/// -1, 0, 1, or 2 where the two cannot be compared (missing, other currency): every comparison is then false.
int compare(Context& context, const Value& a, const Value& b);

/// A value as a message shows it: numbers without superfluous digits, money with its currency, dates as 2026-03-01,
/// moments on the customer's clock.
void append_text(std::string& out, Context& context, const Value& value);

/// The parts of a text one after another.
void render(std::string& out, Context& context, const std::vector<program::TextPart>& parts);

/// A date moved by whole days, weeks, months and years, the day clamped to the month's last; sign -1: before it.
env::Date move_date(env::Date date, program::Duration duration, int sign);

/// m + D on this customer's calendar (docs/semantics.md §1).
Moment add_duration(Context& context, Moment moment, program::Duration duration);

}  // namespace tend::expr
