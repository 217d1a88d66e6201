// The functions in Lua of one program, ready to be called from any thread: machines are lent out and come back.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/expr/evaluate.hpp"
#include "engine/expr/sandbox.hpp"

namespace tend::expr {

/// What of a function's calls came to nothing though it should not have: it failed, met a limit, or gave what its
/// declaration does not say.
struct FunctionTrouble {
  std::string name;
  std::uint64_t calls = 0;  // that came to nothing so
  std::string first;        // what was wrong with the first of them that was seen
};

/// Thread: any. A call is a pure function of the arguments, so it does not matter which machine does it.
class Functions {
 public:
  /// Lifetime: `program` outlives it. Reads no file before one is called.
  explicit Functions(const program::Program& program);

  /// What `function` (Program::functions) gives; missing too where it goes wrong. Texts of the result are put into
  /// `texts`. Shape: as many arguments as it has parameters, of their types or missing.
  Value call(std::uint32_t function, std::span<const Value> arguments, Lists& texts);

  /// What went wrong so far, by function; those with nothing wrong are left out.
  std::vector<FunctionTrouble> trouble() const;
  /// A sentence for each function that went wrong for the first time since this was last asked.
  std::vector<std::string> news();

 private:
  struct One {
    std::mutex mutex;
    std::vector<std::unique_ptr<Sandbox>> idle;
    std::string unreadable;  // why there will be no machine
    FunctionTrouble trouble;
    bool told = false;
  };
  Value wrong(One& one, std::string why);

  const program::Program* program_;
  std::vector<std::unique_ptr<One>> all_;
  std::atomic<bool> news_ = false;
};

}  // namespace tend::expr
