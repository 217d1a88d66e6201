#include "engine/expr/sandbox_library.hpp"

#include <algorithm>
#include <array>
#include <lua.hpp>

#include "engine/env/moment.hpp"
#include "engine/expr/sandbox.hpp"

namespace tend::expr {
namespace {

constexpr std::uint64_t kBytesPerWork = 16;

constexpr std::array kOwnNames = {"assert",   "error",    "ipairs", "pairs", "select",
                                  "tonumber", "tostring", "type",   "unpack"};

/// Written in Lua so that what they do is counted as anybody's instructions.
constexpr std::string_view kPrelude = R"(
local keys, error, select, type = ...
local function whole(n, name)
  if type(n) ~= "number" or n % 1 ~= 0 then error(name .. " takes a whole number") end
  return n
end
local own = {}
function own.pairs(t)
  local of, i = keys(t), 0
  return function()
    while true do
      i = i + 1
      local k = of[i]
      if k == nil then return nil end
      local v = t[k]
      if v ~= nil then return k, v end
    end
  end
end
function own.insert(t, ...)
  local at, value = #t + 1, ...
  if select("#", ...) == 2 then
    local last = at
    at, value = ...
    whole(at, "insert")
    for i = last, at + 1, -1 do t[i] = t[i - 1] end
  end
  t[at] = value
end
function own.remove(t, at)
  local last = #t
  if at == nil then at = last end
  if last == 0 or whole(at, "remove") < 1 or at > last then return nil end
  local value = t[at]
  for i = at, last - 1 do t[i] = t[i + 1] end
  t[last] = nil
  return value
end
function own.sort(t, before)
  before = before or function(a, b) return a < b end
  local n, from, to = #t, t, {}
  local width = 1
  while width < n do
    for low = 1, n, 2 * width do
      local a, b = low, low + width
      local enda, endb = b, b + width
      if enda > n + 1 then enda = n + 1 end
      if endb > n + 1 then endb = n + 1 end
      for k = low, endb - 1 do
        if a < enda and (b >= endb or not before(from[b], from[a])) then
          to[k] = from[a]
          a = a + 1
        else
          to[k] = from[b]
          b = b + 1
        end
      end
    end
    from, to = to, from
    width = width * 2
  end
  if from ~= t then for i = 1, n do t[i] = from[i] end end
end
return own.pairs, own.insert, own.remove, own.sort
)";

/// Calls the original, which is the upvalue, after counting the bytes of the texts that it is given.
int charged(lua_State* lua) {
  std::uint64_t bytes = 0;
  for (int i = 1; i <= lua_gettop(lua); ++i) {
    if (lua_type(lua, i) == LUA_TSTRING) bytes += lua_objlen(lua, i);
    if (lua_type(lua, i) == LUA_TTABLE) bytes += kBytesPerWork * lua_objlen(lua, i);
  }
  Sandbox::charge(lua, bytes / kBytesPerWork);
  lua_pushvalue(lua, lua_upvalueindex(1));
  lua_insert(lua, 1);
  lua_call(lua, lua_gettop(lua) - 1, LUA_MULTRET);
  return lua_gettop(lua);
}

int unpack(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  const double last = luaL_optnumber(lua, 3, static_cast<double>(lua_objlen(lua, 1)));
  const double count = last - luaL_optnumber(lua, 2, 1);
  Sandbox::charge(lua, count > 0 && count < 10'000 ? static_cast<std::uint64_t>(count) / 4 : 0);  // more is refused
  return charged(lua);
}

int rep(lua_State* lua) {
  const std::uint64_t length = lua_objlen(lua, 1);
  const double times = luaL_checknumber(lua, 2);
  const double bytes = times > 0 ? static_cast<double>(length) * times : 0;
  Sandbox::charge(lua, bytes < 1e15 ? static_cast<std::uint64_t>(bytes) / kBytesPerWork : ~std::uint64_t{0});
  return charged(lua);
}

/// find(text, part [, from]): where the part stands; never a pattern.
int find(lua_State* lua) {
  std::size_t length = 0, part_length = 0;
  const char* text = luaL_checklstring(lua, 1, &length);
  const char* part = luaL_checklstring(lua, 2, &part_length);
  lua_Integer from = luaL_optinteger(lua, 3, 1);
  if (from < 0) from = std::max<lua_Integer>(static_cast<lua_Integer>(length) + from + 1, 1);
  if (from == 0) from = 1;
  Sandbox::charge(lua, length / kBytesPerWork + length * part_length / 128);
  const std::size_t begin = static_cast<std::size_t>(from) - 1;
  const std::size_t at =
      begin > length ? std::string_view::npos : std::string_view(text, length).find({part, part_length}, begin);
  if (at == std::string_view::npos) {
    lua_pushnil(lua);
    return 1;
  }
  lua_pushinteger(lua, static_cast<lua_Integer>(at + 1));
  lua_pushinteger(lua, static_cast<lua_Integer>(at + part_length));
  return 2;
}

/// Texts, numbers, booleans and nil: what everything else is shown as would be an address.
void refuse_addresses(lua_State* lua, int index, const char* who) {
  const int type = lua_type(lua, index);
  if (type == LUA_TSTRING || type == LUA_TNUMBER || type == LUA_TBOOLEAN || type == LUA_TNIL) return;
  luaL_error(lua, "%s takes no %s", who, lua_typename(lua, type));
}

int to_string(lua_State* lua) {
  luaL_checkany(lua, 1);
  refuse_addresses(lua, 1, "tostring");
  lua_settop(lua, 1);
  return charged(lua);
}

int format(lua_State* lua) {
  std::size_t length = 0;
  const char* pattern = luaL_checklstring(lua, 1, &length);
  for (std::size_t i = 0; i < length; ++i) {
    if (pattern[i] != '%') continue;
    while (++i < length && std::string_view("-+ #0123456789.").find(pattern[i]) != std::string_view::npos) {
    }
    if (i < length && pattern[i] == 'p') return luaL_error(lua, "format knows no %%p");
  }
  for (int i = 2; i <= lua_gettop(lua); ++i) refuse_addresses(lua, i, "format");
  return charged(lua);
}

/// The keys of a table, numbers before texts before booleans, each sorted: a table has no order of its own that would
/// be the same tomorrow.
int keys(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  auto& found = Sandbox::of(lua).keys;  // keeps its room, so leaving by an error loses nothing
  found.clear();
  lua_settop(lua, 1);
  lua_pushnil(lua);
  while (lua_next(lua, 1) != 0) {
    lua_pop(lua, 1);
    Sandbox::charge(lua, 8);
    Sandbox::Key key{.type = lua_type(lua, -1)};
    switch (key.type) {
      case LUA_TNUMBER: key.number = lua_tonumber(lua, -1); break;
      case LUA_TBOOLEAN: key.number = lua_toboolean(lua, -1); break;
      case LUA_TSTRING: {
        std::size_t length = 0;
        const char* text = lua_tolstring(lua, -1, &length);
        Sandbox::charge(lua, length / 4);
        key.text = {text, length};
        break;
      }
      default:
        luaL_where(lua, 2);  // not in the prelude
        lua_pushfstring(lua, "pairs takes no table with a %s as a key", lua_typename(lua, key.type));
        lua_concat(lua, 2);
        return lua_error(lua);
    }
    found.push_back(key);
  }
  const auto rank = [](int type) { return type == LUA_TNUMBER ? 0 : type == LUA_TSTRING ? 1 : 2; };
  std::sort(found.begin(), found.end(), [&](const Sandbox::Key& a, const Sandbox::Key& b) {
    if (a.type != b.type) return rank(a.type) < rank(b.type);
    return a.type == LUA_TSTRING ? a.text < b.text : a.number < b.number;
  });
  lua_createtable(lua, static_cast<int>(found.size()), 0);
  for (std::size_t i = 0; i < found.size(); ++i) {
    switch (found[i].type) {
      case LUA_TNUMBER: lua_pushnumber(lua, found[i].number); break;
      case LUA_TBOOLEAN: lua_pushboolean(lua, found[i].number != 0); break;
      default: lua_pushlstring(lua, found[i].text.data(), found[i].text.size());
    }
    lua_rawseti(lua, -2, static_cast<int>(i) + 1);
  }
  return 1;
}

/// date.of(year, month, day): days since 1970-01-01.
int date_of(lua_State* lua) {
  const auto part = [lua](int index, double least, double most) {
    const double n = luaL_checknumber(lua, index);
    if (!(n >= least && n <= most) || n != static_cast<double>(static_cast<int>(n)))
      luaL_error(lua, "date.of takes a year, a month and a day");
    return static_cast<int>(n);
  };
  const int year = part(1, 1, 9999);
  const auto month = static_cast<unsigned>(part(2, 1, 12));
  const auto day = static_cast<unsigned>(part(3, 1, env::days_in_month(year, month)));
  lua_pushinteger(lua, env::date({year, month, day}));
  return 1;
}

/// date.parts(days): year, month, day.
int date_parts(lua_State* lua) {
  const double days = luaL_checknumber(lua, 1);
  if (!(days >= -719'162 && days < 2'932'897)) return luaL_error(lua, "date.parts takes the days of a date");
  const double down = days < static_cast<double>(static_cast<int>(days)) ? -1 : 0;
  const env::Civil civil = env::civil(static_cast<env::Date>(static_cast<int>(days) + static_cast<int>(down)));
  lua_pushinteger(lua, civil.year);
  lua_pushinteger(lua, static_cast<lua_Integer>(civil.month));
  lua_pushinteger(lua, static_cast<lua_Integer>(civil.day));
  return 3;
}

/// The original from the library at `from` into the table on top, as it is or counted.
void take(lua_State* lua, int from, const char* name, lua_CFunction wrapper = nullptr) {
  lua_getfield(lua, from, name);
  if (wrapper != nullptr) lua_pushcclosure(lua, wrapper, 1);
  lua_setfield(lua, -2, name);
}

void add(lua_State* lua, const char* name, lua_CFunction function) {
  lua_pushcclosure(lua, function, 0);
  lua_setfield(lua, -2, name);
}

void open(lua_State* lua, lua_CFunction library, const char* name) {
  lua_pushcfunction(lua, library);
  lua_pushstring(lua, name);
  lua_call(lua, 1, 0);
}

}  // namespace

bool in_library(std::string_view name) {
  return std::find(kOwnNames.begin(), kOwnNames.end(), name) != kOwnNames.end();
}

void open_library(lua_State* lua) {
  lua_settop(lua, 0);
  open(lua, luaopen_base, "");
  open(lua, luaopen_string, LUA_STRLIBNAME);
  open(lua, luaopen_table, LUA_TABLIBNAME);
  open(lua, luaopen_math, LUA_MATHLIBNAME);
  lua_pushvalue(lua, LUA_GLOBALSINDEX);
  lua_getfield(lua, 1, LUA_STRLIBNAME);
  lua_getfield(lua, 1, LUA_TABLIBNAME);
  lua_getfield(lua, 1, LUA_MATHLIBNAME);
  enum : int { kBase = 1, kString, kTable, kMath, kOwn };

  lua_newtable(lua);  // kOwn
  for (const char* name : {"assert", "error", "ipairs", "select", "type"}) take(lua, kBase, name);
  take(lua, kBase, "unpack", unpack);
  take(lua, kBase, "tonumber", charged);
  take(lua, kBase, "tostring", to_string);

  lua_newtable(lua);
  for (const char* name : {"char", "len", "sub"}) take(lua, kString, name);
  for (const char* name : {"byte", "lower", "reverse", "upper"}) take(lua, kString, name, charged);
  take(lua, kString, "rep", rep);
  take(lua, kString, "format", format);
  add(lua, "find", find);
  // ("x"):upper() finds the same; the metatable itself nobody gets.
  lua_pushliteral(lua, "");
  lua_getmetatable(lua, -1);
  lua_pushvalue(lua, -3);
  lua_setfield(lua, -2, "__index");
  lua_pop(lua, 2);
  lua_setfield(lua, kOwn, "string");

  lua_newtable(lua);
  for (const char* name : {"abs", "ceil", "exp", "floor", "fmod", "frexp", "huge", "ldexp", "log", "log10", "max",
                           "min", "modf", "pi", "pow", "sqrt"})
    take(lua, kMath, name);
  lua_setfield(lua, kOwn, "math");

  lua_newtable(lua);
  add(lua, "of", date_of);
  add(lua, "parts", date_parts);
  lua_setfield(lua, kOwn, "date");

  lua_newtable(lua);  // the table library, on top
  take(lua, kTable, "concat", charged);
  if (luaL_loadbufferx(lua, kPrelude.data(), kPrelude.size(), "=tend", "t") != 0) lua_error(lua);
  lua_pushcfunction(lua, keys);
  for (const char* name : {"error", "select", "type"}) lua_getfield(lua, kBase, name);
  lua_call(lua, 4, 4);  // pairs, insert, remove, sort
  lua_setfield(lua, kOwn + 1, "sort");
  lua_setfield(lua, kOwn + 1, "remove");
  lua_setfield(lua, kOwn + 1, "insert");
  lua_setfield(lua, kOwn, "pairs");
  lua_setfield(lua, kOwn, "table");

  lua_replace(lua, LUA_GLOBALSINDEX);
  lua_pushnil(lua);
  lua_setfield(lua, LUA_REGISTRYINDEX, "_LOADED");
  lua_settop(lua, 0);
}

}  // namespace tend::expr
