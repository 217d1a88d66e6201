// A Lua file of somebody else, held so that calling it is a pure function of the arguments: every call begins in the
// very bytes that the file left behind when it was read, and ends by a count of instructions and of bytes.
// docs/decisions/016-functions-in-lua.md says what Lua finds here and why.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/env/result.hpp"

struct lua_State;
struct lua_Debug;

namespace tend::expr {

/// A value on its way into Lua or out of it.
/// Lifetime: a text that came out lives until the next call.
struct LuaValue {
  enum class Kind : std::uint8_t { none, boolean, number, text, other } kind = Kind::none;
  bool truth = false;
  double number = 0;
  std::string_view text = {};
};

struct SandboxLimits {
  std::size_t memory = 4u << 20;         // bytes that a call may take in all; nothing is given back before its end
  std::size_t block = 64u << 10;         // bytes of one text or one table
  std::uint64_t work = 100'000;          // instructions of a call
  std::uint64_t reading_work = 400'000;  // instructions of the file itself
};

/// Units: bytes and Lua instructions; work that the library does in C++ is counted as instructions too.
/// Thread: one at a time.
class Sandbox {
 public:
  /// Reads the file: it is run once. `file`: how its errors name it.
  /// Errors: invalid, in Lua's words or naming the limit: no Lua, fails, does not end, takes too much memory.
  static Result<std::unique_ptr<Sandbox>> read(std::string_view source, const std::string& file,
                                               SandboxLimits limits = {});
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  /// The functions that the file defines, sorted.
  const std::vector<std::string>& defines() const { return defines_; }

  /// Calls `function`; `results` are what it gives, none where it gives less. Equal arguments give equal results,
  /// whatever was called before and on whichever machine of the process: only a limit of memory may be met earlier or
  /// later by a few bytes from one process to the next.
  /// Errors: a sentence; empty where all went well.
  std::string call(std::string_view function, std::span<const LuaValue> arguments, std::span<LuaValue> results);

  /// How much is copied before each call.
  std::size_t start_bytes() const { return start_.size(); }

  // ---- for the library (sandbox_library.cpp)
  static Sandbox& of(lua_State* lua);
  /// Counts work done in C++; leaves by a Lua error where it is too much.
  static void charge(lua_State* lua, std::uint64_t work);
  struct Key {  // of a table
    int type = 0;
    double number = 0;
    std::string_view text = {};
  };
  std::vector<Key> keys;  // room for sorting

 private:
  enum class Stopped : std::uint8_t { no, work, memory };
  struct Request;

  explicit Sandbox(SandboxLimits limits);
  static void* allocate(void* sandbox, void* block, std::size_t before, std::size_t wanted);
  static void counted(lua_State* lua, lua_Debug*);
  static int set_up(lua_State* lua);
  static int run(lua_State* lua);
  std::string protect(int (*function)(lua_State*));
  std::string why() const;

  SandboxLimits limits_;
  std::unique_ptr<char[]> arena_;  // all that Lua has; blocks stand one behind the other and are never given back
  std::size_t used_ = 0, max_ = 0, block_max_ = 0;
  std::uint64_t work_ = 0, work_max_ = 0;
  Stopped stopped_ = Stopped::no;
  lua_State* lua_ = nullptr;
  std::vector<char> start_;  // the arena's bytes before a call
  std::vector<std::string> defines_;
  Request* request_ = nullptr;
};

}  // namespace tend::expr
