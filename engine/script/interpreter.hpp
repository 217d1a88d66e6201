// One script in a Lua of its own: how much it may use, and its work on several questions, which stands still while it
// waits for HTTP.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <lua.hpp>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace tend::script {

struct Limits {
  std::size_t memory_bytes = 64u << 20;   // of all that Lua holds
  std::chrono::milliseconds work{1'000};  // of the processor, from one wait to the next: an error of the script
  std::chrono::milliseconds work_in_library{2'000};  // the same where Lua cannot count: the kernel ends the process
};

/// How far the work on a question has come.
struct Step {
  enum class Kind : std::uint8_t {
    done,    // `text` is the answer, an object as JSON
    waits,   // `text` is the request, as JSON
    failed,  // `text` is why
    broken,  // `text` is why; memory ran out, and this Lua is not to be trusted any more
  };
  Kind kind = Kind::done;
  std::string text;
};

/// Thread: one call at a time.
class Interpreter {
 public:
  explicit Interpreter(Limits limits) : limits_(limits) {}
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  /// Runs the script once: it defines its functions. Text only: bytecode is refused.
  /// Errors: why it cannot be run; empty for none.
  std::string load(const std::string& script, const std::string& file, const nlohmann::json& options);
  bool defines(const char* function) const;
  /// The global table `capabilities` as JSON, `{}` where there is none.
  Step capabilities();

  Step begin(std::uint64_t question, const nlohmann::json& asked);
  /// Goes on with what HTTP brought: `answer`, or `error` and `sent`.
  Step go_on(std::uint64_t question, const nlohmann::json& came);

 private:
  struct Work {
    lua_State* thread;
    int kept;  // by which the registry holds it
  };
  static void* allocate(void* self, void* block, std::size_t before, std::size_t wanted);
  static void watch(lua_State* lua, lua_Debug*);
  static Interpreter& of(lua_State* lua);
  /// Runs something that may raise errors of Lua. Errors: what it raised; empty for none.
  Step protect(const std::function<void(lua_State*)>& body);
  Step resume(std::uint64_t question, const Work& work, int arguments);
  Step failure(lua_State* lua, int code) const;
  void forget(std::uint64_t question);
  void start_clock();
  void stop_clock();

  Limits limits_;
  std::size_t used_ = 0;
  lua_State* lua_ = nullptr;
  int driver_ = LUA_NOREF, options_ = LUA_NOREF;
  std::chrono::nanoseconds work_until_{0};  // of the processor's time of this process
  std::map<std::uint64_t, Work> open_;
};

}  // namespace tend::script
