// From an expression to Lua source: what C++ works out first (leaves: cells, tags, windows, the clock) and loop-free
// Lua that combines the leaves. Which expressions can be had this way is decided here and nowhere else.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/expr/evaluate.hpp"

namespace tend::expr {

/// How C++ works out a leaf.
enum class LeafKind : std::uint8_t {
  attribute,  // `index`: a number or a boolean of the customer
  present,    // `index`: is that attribute, of whatever type, there?
  tagged,     // `index`: constant (text)
  consents,   // `index`: constant (text)
  window,     // `index`: a window that gives a number or a boolean
  node,       // `index`: a node for the reference evaluator: comparisons of money, text, dates, moments and the clock;
              // `inactive`, `age`
};

/// What the Lua code finds in the row when it is called.
/// Shape: `slot` holds the value (a boolean is 0 or 1; 0 where missing); where `may_miss`, `slot` + 1 holds 1 if it is
/// there, else 0.
struct Leaf {
  LeafKind kind = LeafKind::node;
  bool may_miss = false;
  std::uint32_t index = 0;
  std::uint32_t slot = 0;
};

/// A chunk that is called with two pointers to doubles, `leaf` and `result`, and gives two functions: `one(row)` and
/// `many(count)`. Row r of the leaves starts at leaf[r * slots]; result[2 r] becomes the value, result[2 r + 1] 1 where
/// there is one, else 0.
/// Shape: `one` has no loop and no call; `many` calls it for rows 0 to count - 1.
struct LuaSource {
  std::string text;
  std::vector<Leaf> leaves;
  std::uint32_t slots = 0;                                // per row
  program::ValueKind kind = program::ValueKind::boolean;  // of the result: boolean or number
};

/// Lua allows 200 local variables in a function; an expression that needs more is left to the reference evaluator.
inline constexpr std::uint32_t kLuaLocalsMax = 180;

/// The source for the expression with this root; nullopt where it is not in the subset: it reads the event under test,
/// the entry or an arm, has lists or parts of texts, gives neither a number nor a boolean, or is too large. A double
/// holds every number of the language exactly (it is one); what is not a number or a boolean (64-bit money, moments, …)
/// never reaches Lua, only the outcome of comparing it does.
std::optional<LuaSource> lua_source(const Tables& tables, std::uint32_t root);

}  // namespace tend::expr
