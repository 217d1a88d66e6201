#include "engine/expr/sandbox.hpp"

#include <algorithm>
#include <cstring>
#include <lua.hpp>

#include "engine/expr/sandbox_library.hpp"

namespace tend::expr {
namespace {

constexpr int kCountStep = 100;               // instructions between two looks at the count
constexpr std::size_t kReading = 4u << 20;    // bytes for reading the file
constexpr std::size_t kSentenceMax = 200;     // bytes of Lua's words that are told
constexpr const char* kTooMuch = "too much";  // the error that a limit raises; nobody is shown it

/// What Lua said, on one line.
std::string plain(std::string_view said) {
  std::string out(said.substr(0, kSentenceMax));
  while (!out.empty() && said.size() > out.size() && (static_cast<unsigned char>(said[out.size()]) & 0xC0) == 0x80)
    out.pop_back();  // no part of a character
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return out;
}

}  // namespace

struct Sandbox::Request {
  std::string_view source, file;  // reading
  std::string_view function;      // calling
  std::span<const LuaValue> arguments = {};
  std::span<LuaValue> results = {};
};

Sandbox::Sandbox(SandboxLimits limits) : limits_(limits), arena_(new char[kReading + limits.memory]) {}

Sandbox& Sandbox::of(lua_State* lua) {
  void* sandbox = nullptr;
  lua_getallocf(lua, &sandbox);
  return *static_cast<Sandbox*>(sandbox);
}

/// Blocks are laid behind each other; the last one grows where it stands. A block that grows is counted whole, so
/// that copying is bounded too.
void* Sandbox::allocate(void* sandbox, void* block, std::size_t before, std::size_t wanted) {
  Sandbox& me = *static_cast<Sandbox*>(sandbox);
  if (wanted == 0) return nullptr;
  if (block != nullptr && wanted <= before) return block;
  const std::size_t room = (wanted + 15) & ~std::size_t{15};
  if (wanted > me.block_max_ || room < wanted || room > me.max_ - me.used_) {
    me.stopped_ = Stopped::memory;
    return nullptr;
  }
  char* fresh = me.arena_.get() + me.used_;
  me.used_ += room;
  if (block != nullptr) std::memcpy(fresh, block, before);
  return fresh;
}

void Sandbox::counted(lua_State* lua, lua_Debug*) { charge(lua, kCountStep); }

void Sandbox::charge(lua_State* lua, std::uint64_t work) {
  Sandbox& me = of(lua);
  me.work_ += std::min(work, me.work_max_ + 1);
  if (me.work_ <= me.work_max_) return;
  me.stopped_ = Stopped::work;
  lua_pushstring(lua, kTooMuch);
  lua_error(lua);
}

std::string Sandbox::why() const {
  if (stopped_ == Stopped::work) return "it takes more than " + std::to_string(work_max_) + " instructions";
  if (stopped_ == Stopped::memory) {
    return "it takes more than " + std::to_string(limits_.memory >> 20) + " MB, or more than " +
           std::to_string(limits_.block >> 10) + " KB for one text or table, or calls itself too deep";
  }
  if (lua_type(lua_, -1) != LUA_TSTRING) return "it gives up with an error that is no text";
  std::size_t length = 0;
  const char* said = lua_tolstring(lua_, -1, &length);
  return plain({said, length});
}

std::string Sandbox::protect(int (*function)(lua_State*)) {
  work_ = 0;
  stopped_ = Stopped::no;
  return lua_cpcall(lua_, function, nullptr) == 0 ? "" : why();
}

/// Runs protected: Lua may leave it by an error at any call, so nothing here needs a destructor.
int Sandbox::set_up(lua_State* lua) {
  Sandbox& me = of(lua);
  open_library(lua);
  const Request& request = *me.request_;
  if (luaL_loadbufferx(lua, request.source.data(), request.source.size(), request.file.data(), "t") != 0)
    return lua_error(lua);
  lua_sethook(lua, counted, LUA_MASKCOUNT, kCountStep);
  lua_call(lua, 0, 0);
  return 0;
}

Result<std::unique_ptr<Sandbox>> Sandbox::read(std::string_view source, const std::string& file, SandboxLimits limits) {
  std::unique_ptr<Sandbox> sandbox(new Sandbox(limits));
  sandbox->max_ = kReading;
  sandbox->block_max_ = kReading;
  sandbox->work_max_ = limits.reading_work;
  sandbox->lua_ = lua_newstate(allocate, sandbox.get());
  if (sandbox->lua_ == nullptr)
    return fail(ErrorCode::unsupported, "this LuaJIT gives no state with an allocator of one's own");
  luaJIT_setmode(sandbox->lua_, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
  lua_gc(sandbox->lua_, LUA_GCSTOP, 0);  // a call ends by throwing everything away
  const std::string name = "=" + file;
  Request request{.source = source, .file = name, .function = {}};
  sandbox->request_ = &request;
  std::string failed = sandbox->protect(set_up);
  if (failed.empty()) {
    static constexpr auto list = [](lua_State* lua) {
      lua_pushnil(lua);
      while (lua_next(lua, LUA_GLOBALSINDEX) != 0) {
        if (lua_isfunction(lua, -1) && lua_type(lua, -2) == LUA_TSTRING)
          of(lua).defines_.push_back(lua_tostring(lua, -2));
        lua_pop(lua, 1);
      }
      return 0;
    };
    failed = sandbox->protect(list);
  }
  sandbox->request_ = nullptr;
  if (!failed.empty()) return fail(ErrorCode::invalid, std::move(failed));
  std::erase_if(sandbox->defines_, in_library);
  std::sort(sandbox->defines_.begin(), sandbox->defines_.end());

  lua_settop(sandbox->lua_, 0);
  lua_sethook(sandbox->lua_, counted, LUA_MASKCOUNT, kCountStep);  // counts from here
  sandbox->start_.assign(sandbox->arena_.get(), sandbox->arena_.get() + sandbox->used_);
  sandbox->max_ = sandbox->used_ + limits.memory;
  sandbox->block_max_ = limits.block;
  sandbox->work_max_ = limits.work;
  return sandbox;
}

/// Runs protected, as set_up.
int Sandbox::run(lua_State* lua) {
  const Request& request = *of(lua).request_;
  lua_pushlstring(lua, request.function.data(), request.function.size());
  lua_rawget(lua, LUA_GLOBALSINDEX);
  luaL_checkstack(lua, static_cast<int>(request.arguments.size()) + 8, "too many arguments");
  for (const LuaValue& argument : request.arguments) {
    switch (argument.kind) {
      case LuaValue::Kind::none:
      case LuaValue::Kind::other: lua_pushnil(lua); break;
      case LuaValue::Kind::boolean: lua_pushboolean(lua, argument.truth ? 1 : 0); break;
      case LuaValue::Kind::number: lua_pushnumber(lua, argument.number); break;
      case LuaValue::Kind::text: lua_pushlstring(lua, argument.text.data(), argument.text.size()); break;
    }
  }
  const int wanted = static_cast<int>(request.results.size());
  lua_call(lua, static_cast<int>(request.arguments.size()), wanted);
  for (int i = 0; i < wanted; ++i) {
    LuaValue& result = request.results[static_cast<std::size_t>(i)];
    const int at = i - wanted;
    result = {};
    switch (lua_type(lua, at)) {
      case LUA_TNIL: break;
      case LUA_TBOOLEAN:
        result.kind = LuaValue::Kind::boolean;
        result.truth = lua_toboolean(lua, at) != 0;
        break;
      case LUA_TNUMBER:
        result.kind = LuaValue::Kind::number;
        result.number = lua_tonumber(lua, at);
        break;
      case LUA_TSTRING: {
        std::size_t length = 0;
        const char* text = lua_tolstring(lua, at, &length);
        result.kind = LuaValue::Kind::text;
        result.text = {text, length};  // stays in the arena when the state lets go of it
        break;
      }
      default: result.kind = LuaValue::Kind::other;
    }
  }
  return 0;
}

std::string Sandbox::call(std::string_view function, std::span<const LuaValue> arguments, std::span<LuaValue> results) {
  std::memcpy(arena_.get(), start_.data(), start_.size());
  used_ = start_.size();
  Request request{.source = {}, .file = {}, .function = function, .arguments = arguments, .results = results};
  request_ = &request;
  std::string failed = protect(run);
  request_ = nullptr;
  return failed;
}

}  // namespace tend::expr
