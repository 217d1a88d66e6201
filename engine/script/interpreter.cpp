#include "engine/script/interpreter.hpp"

#include <sys/time.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>

#include "engine/script/json.hpp"
#include "engine/script/library.hpp"

namespace tend::script {
namespace {

constexpr int kLook = 1'000;                  // instructions between two looks at the clock
constexpr std::size_t kSentenceMax = 200;     // bytes of Lua's words that are told
constexpr const char* kAsked = "tend.asked";  // set once questions may come

/// Our own Lua around the script's functions: what is asked, and by which of them it is answered.
constexpr const char* kDriver = R"(
local list = json.list
local function each(answer, messages, options)
  local outcomes = list {}
  for i = 1, #messages do outcomes[i] = answer(messages[i], options) or {} end
  return { outcomes = outcomes }
end
return function(asked, options)
  if asked.submit then return each(send, asked.submit, options) end
  if asked.reconcile then return each(find, { asked.reconcile }, options) end
  if asked.poll then
    local found = poll(asked.poll, options) or {}
    return { receipts = found.receipts, after = found.after }
  end
  if asked.call then
    local said = receive(asked.call, options) or {}
    return { status = said.status, type = said.type, body = said.body, receipts = said.receipts, inbound = said.inbound }
  end
  return {}
end)";

std::chrono::nanoseconds processor_time() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// The kernel's own end of work that Lua's count does not see, as a search in a text.
void set_alarm(std::chrono::milliseconds after) {
  itimerval timer{};
  timer.it_value.tv_sec = after.count() / 1000;
  timer.it_value.tv_usec = after.count() % 1000 * 1000;
  setitimer(ITIMER_PROF, &timer, nullptr);
}

std::string one_line(const char* text, std::size_t size) {
  std::string out(text, std::min(size, kSentenceMax));
  while (size > out.size() && !out.empty() && (static_cast<unsigned char>(text[out.size()]) & 0xC0) == 0x80)
    out.pop_back();  // no part of a character
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return out;
}

}  // namespace

Interpreter::~Interpreter() {
  if (lua_ != nullptr) lua_close(lua_);
}

Interpreter& Interpreter::of(lua_State* lua) {
  void* self = nullptr;
  lua_getallocf(lua, &self);
  return *static_cast<Interpreter*>(self);
}

void* Interpreter::allocate(void* self, void* block, std::size_t before, std::size_t wanted) {
  Interpreter& me = *static_cast<Interpreter*>(self);
  if (block == nullptr) before = 0;
  if (wanted == 0) {
    std::free(block);
    me.used_ -= before;
    return nullptr;
  }
  if (wanted > before && wanted - before > me.limits_.memory_bytes - std::min(me.used_, me.limits_.memory_bytes))
    return nullptr;
  void* fresh = std::realloc(block, wanted);
  if (fresh != nullptr) me.used_ += wanted - before;
  return fresh;
}

void Interpreter::watch(lua_State* lua, lua_Debug*) {
  if (processor_time() <= of(lua).work_until_) return;
  luaL_where(lua, 0);
  lua_pushstring(lua, "it works for too long");
  lua_concat(lua, 2);
  lua_error(lua);
}

void Interpreter::start_clock() {
  work_until_ = processor_time() + limits_.work;
  set_alarm(limits_.work_in_library);
}

void Interpreter::stop_clock() { set_alarm(std::chrono::milliseconds(0)); }

Step Interpreter::failure(lua_State* lua, int code) const {
  const auto kind = code == LUA_ERRMEM ? Step::Kind::broken : Step::Kind::failed;
  std::size_t size = 0;
  const char* text = lua_type(lua, -1) == LUA_TSTRING ? lua_tolstring(lua, -1, &size) : nullptr;
  if (text == nullptr) return {kind, "it gave up with an error that is no text"};
  return {kind, one_line(text, size)};
}

Step Interpreter::protect(const std::function<void(lua_State*)>& body) {
  constexpr auto call = [](lua_State* lua) {
    (*static_cast<const std::function<void(lua_State*)>*>(lua_touserdata(lua, 1)))(lua);
    return 0;
  };
  const int code = lua_cpcall(lua_, call, const_cast<std::function<void(lua_State*)>*>(&body));
  if (code == 0) return {};
  const Step step = failure(lua_, code);
  lua_settop(lua_, 0);
  return step;
}

std::string Interpreter::load(const std::string& script, const std::string& file, const nlohmann::json& options) {
  if (script.starts_with('\x1b')) return "it is bytecode, and only text is run";
  lua_ = lua_newstate(allocate, this);
  if (lua_ == nullptr) return "this LuaJIT gives no state with an allocator of one's own";
  luaJIT_setmode(lua_, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
  lua_gc(lua_, LUA_GCSETPAUSE, 120);  // what is not used any more goes soon: there is a limit
  Step step = protect([&](lua_State* lua) {
    open_library(lua);
    if (luaL_loadbufferx(lua, kDriver, std::char_traits<char>::length(kDriver), "=driver", "t") != 0) lua_error(lua);
    lua_call(lua, 0, 1);
    driver_ = luaL_ref(lua, LUA_REGISTRYINDEX);
    push_json(lua, options);
    options_ = luaL_ref(lua, LUA_REGISTRYINDEX);
  });
  if (step.kind != Step::Kind::done) return step.text;
  lua_sethook(lua_, watch, LUA_MASKCOUNT, kLook);
  start_clock();
  const std::string name = "=" + file;
  step = protect([&](lua_State* lua) {
    if (luaL_loadbufferx(lua, script.data(), script.size(), name.c_str(), "t") != 0) lua_error(lua);
    lua_call(lua, 0, 0);
    lua_pushboolean(lua, 1);
    lua_setfield(lua, LUA_REGISTRYINDEX, kAsked);
  });
  stop_clock();
  if (step.kind == Step::Kind::done && !defines("send")) return "it has no function `send`";
  return step.text;
}

bool Interpreter::defines(const char* function) const {
  lua_pushstring(lua_, function);
  lua_rawget(lua_, LUA_GLOBALSINDEX);
  const bool is_function = lua_isfunction(lua_, -1);
  lua_pop(lua_, 1);
  return is_function;
}

Step Interpreter::capabilities() {
  Step out{Step::Kind::done, "{}"};
  const Step step = protect([&](lua_State* lua) {
    lua_getfield(lua, LUA_GLOBALSINDEX, "capabilities");
    if (lua_isnil(lua, -1)) return;
    if (!lua_istable(lua, -1)) luaL_error(lua, "`capabilities` is no table");
    out.text.clear();
    const std::string why = write_json(lua, lua_gettop(lua), out.text, Bytes::replaced);
    if (!why.empty()) out = {Step::Kind::failed, "`capabilities`: " + why};
  });
  return step.kind == Step::Kind::done ? out : step;
}

Step Interpreter::begin(std::uint64_t question, const nlohmann::json& asked) {
  if (open_.contains(question)) return {Step::Kind::failed, "this question is asked already"};
  Work work{};
  const Step step = protect([&](lua_State* lua) {
    work.thread = lua_newthread(lua);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, driver_);
    push_json(lua, asked);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, options_);
    lua_xmove(lua, work.thread, 3);
    work.kept = luaL_ref(lua, LUA_REGISTRYINDEX);
  });
  if (step.kind != Step::Kind::done) return step;
  open_.emplace(question, work);
  return resume(question, work, 2);
}

Step Interpreter::go_on(std::uint64_t question, const nlohmann::json& came) {
  const auto found = open_.find(question);
  if (found == open_.end()) return {Step::Kind::failed, "nobody waits for this"};
  const Work work = found->second;
  int arguments = 0;
  const Step step = protect([&](lua_State* lua) {
    const auto answer = came.find("answer");
    if (answer != came.end()) {
      push_json(lua, *answer);
    } else {
      lua_pushnil(lua);
      push_json(lua, came.value("error", "no answer came"));
      lua_pushboolean(lua, came.value("sent", true) ? 1 : 0);
    }
    arguments = lua_gettop(lua) - 1;  // besides what `protect` was handed
    lua_xmove(lua, work.thread, arguments);
  });
  if (step.kind != Step::Kind::done) {
    forget(question);
    return step;
  }
  return resume(question, work, arguments);
}

Step Interpreter::resume(std::uint64_t question, const Work& work, int arguments) {
  start_clock();
  const int code = lua_resume(work.thread, arguments);
  stop_clock();
  if (code == LUA_YIELD) {
    std::size_t size = 0;
    const char* text = lua_tolstring(work.thread, -1, &size);
    Step out{Step::Kind::waits, std::string(text, size)};
    lua_pop(work.thread, 1);
    return out;
  }
  Step out;
  if (code != 0) {
    out = failure(work.thread, code);
  } else {
    const Step step = protect([&](lua_State* lua) {
      lua_xmove(work.thread, lua, 1);
      if (!lua_istable(lua, -1)) luaL_error(lua, "its answer is no table");
      const std::string why = write_json(lua, lua_gettop(lua), out.text, Bytes::replaced);
      if (!why.empty()) out = {Step::Kind::failed, "its answer: " + why};
    });
    if (step.kind != Step::Kind::done) out = step;
  }
  forget(question);
  return out;
}

void Interpreter::forget(std::uint64_t question) {
  const auto found = open_.find(question);
  luaL_unref(lua_, LUA_REGISTRYINDEX, found->second.kept);
  open_.erase(found);
  if (used_ > limits_.memory_bytes / 2) lua_gc(lua_, LUA_GCCOLLECT, 0);
}

}  // namespace tend::script
