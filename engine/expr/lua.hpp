// Expressions as generated Lua in LuaJIT: C++ works out the leaves, the Lua code combines them. Gives exactly what the
// reference evaluator gives, value and next flip, for the expressions that lua_source.hpp admits; what the engine uses,
// and why, is in docs/decisions/003-expressions-in-lua.md.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "engine/env/result.hpp"
#include "engine/expr/lua_source.hpp"

struct lua_State;

namespace tend::expr {

struct LuaOptions {
  bool jit = true;                     // false: LuaJIT's interpreter, against faults of its compiler
  std::size_t memory_max = 64u << 20;  // bytes of the Lua state; machine code is LuaJIT's own and not counted
};

struct Outcome {
  Value value;
  Moment flip = kNever;
};

/// A Lua state with the expressions of one program, each compiled once.
/// Nothing of Lua is in reach of the generated code: text only (no bytecode), an empty environment, no library; it has
/// no loop but the one over the rows of a batch and calls nothing from outside, so it ends.
/// Thread: one machine per thread.
class LuaMachine {
 public:
  /// Lifetime: `tables` outlives the machine.
  /// Errors: unsupported where LuaJIT gives no state or has no room for the program.
  static Result<std::unique_ptr<LuaMachine>> make(const Tables& tables, LuaOptions options = {});
  LuaMachine(const LuaMachine&) = delete;
  LuaMachine& operator=(const LuaMachine&) = delete;
  ~LuaMachine();

  /// Is this expression (Program::expressions) in the subset?
  bool has(std::uint32_t expression) const { return expressions_[expression].present; }
  const std::string& source(std::uint32_t expression) const { return expressions_[expression].source.text; }

  /// As evaluate() of the reference for the expression's root: context.flip becomes the lesser of itself and the
  /// expression's next flip. Requires: has(expression).
  Value evaluate(Context& context, std::uint32_t expression);

  /// The same for many customers of one partition at one moment, with no event and no journey.
  /// Requires: has(expression); as many outcomes as customers.
  void evaluate_many(const state::State& state, std::span<const std::uint32_t> customers, Moment now,
                     std::uint32_t expression, std::span<Outcome> outcomes);

  static constexpr std::size_t kBatchRows = 256;  // customers between two calls into Lua

 private:
  struct Compiled {
    bool present = false;
    LuaSource source;
    int one = 0, many = 0;  // references in the registry
  };
  struct Memory {
    std::size_t used = 0, max = 0;
  };

  explicit LuaMachine(const Tables& tables) : tables_(&tables) {}
  static void* allocate(void* memory, void* block, std::size_t before, std::size_t wanted);
  static int set_up(lua_State* lua);
  void gather(Context& context, const LuaSource& source, double* row);
  Value result(const LuaSource& source, std::size_t row) const;
  void call(int function, std::size_t argument);

  const Tables* tables_;
  Memory memory_;
  lua_State* lua_ = nullptr;
  std::vector<Compiled> expressions_;
  std::vector<double> leaves_;  // kBatchRows rows; never moves once Lua knows it
  std::vector<double> results_;
  Lists lists_;
};

}  // namespace tend::expr
