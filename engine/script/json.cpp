#include "engine/script/json.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <vector>

namespace tend::script {
namespace {

using Json = nlohmann::json;

constexpr const char* kList = "tend.list";          // the metatable of lists
constexpr double kWhole = 9'007'199'254'740'992.0;  // up to here doubles hold every whole number

std::string write_text(lua_State* lua, int at, std::string& out, Bytes bytes) {
  std::size_t size = 0;
  const char* text = lua_tolstring(lua, at, &size);
  if (size > kJsonMax) return "it is longer than " + std::to_string(kJsonMax >> 10) + " KB";
  const auto how = bytes == Bytes::refused ? Json::error_handler_t::strict : Json::error_handler_t::replace;
  try {
    out += Json(std::string(text, size)).dump(-1, ' ', false, how);
  } catch (const Json::type_error&) {
    return "a text is no UTF-8";
  }
  return {};
}

std::string write_number(lua_State* lua, int at, std::string& out) {
  const double number = lua_tonumber(lua, at);
  if (!std::isfinite(number)) return "a number is infinite or none";
  char text[32];
  const bool is_whole = std::abs(number) < kWhole && number == std::trunc(number);
  const int size = std::snprintf(text, sizeof(text), is_whole ? "%.0f" : "%.17g", number);
  out.append(text, static_cast<std::size_t>(size));
  return {};
}

bool is_marked(lua_State* lua, int at) {
  if (lua_getmetatable(lua, at) == 0) return false;
  lua_getfield(lua, LUA_REGISTRYINDEX, kList);
  const bool same = lua_rawequal(lua, -1, -2) != 0;
  lua_pop(lua, 2);
  return same;
}

std::string write_list(lua_State* lua, int at, std::string& out, Bytes bytes, int depth) {
  const std::size_t size = lua_objlen(lua, at);
  out += '[';
  for (std::size_t i = 1; i <= size; ++i) {
    if (i > 1) out += ',';
    lua_rawgeti(lua, at, static_cast<int>(i));
    std::string why = write_json(lua, lua_gettop(lua), out, bytes, depth + 1);
    lua_pop(lua, 1);
    if (!why.empty()) return why;
  }
  out += ']';
  return {};
}

/// By name: Lua's own order is another in every run.
std::string write_object(lua_State* lua, int at, std::string& out, Bytes bytes, int depth) {
  std::vector<std::string_view> names;  // the table holds them
  for (lua_pushnil(lua); lua_next(lua, at) != 0; lua_pop(lua, 1)) {
    if (lua_type(lua, -2) != LUA_TSTRING) return "a table has keys that are no texts";
    std::size_t size = 0;
    const char* name = lua_tolstring(lua, -2, &size);
    names.emplace_back(name, size);
  }
  std::sort(names.begin(), names.end());
  out += '{';
  for (const std::string_view name : names) {
    if (name.data() != names.front().data()) out += ',';
    lua_pushlstring(lua, name.data(), name.size());
    std::string why = write_text(lua, lua_gettop(lua), out, bytes);
    out += ':';
    lua_rawget(lua, at);
    if (why.empty()) why = write_json(lua, lua_gettop(lua), out, bytes, depth + 1);
    lua_pop(lua, 1);
    if (!why.empty()) return why;
  }
  out += '}';
  return {};
}

}  // namespace

void mark_list(lua_State* lua) {
  if (luaL_newmetatable(lua, kList) != 0) {
    lua_pushboolean(lua, 0);
    lua_setfield(lua, -2, "__metatable");
  }
  lua_setmetatable(lua, -2);
}

void push_json(lua_State* lua, const Json& json, int depth) {
  if (depth > kDepthMax) luaL_error(lua, "JSON is more than %d deep", kDepthMax);
  luaL_checkstack(lua, 8, "JSON is too deep");
  switch (json.type()) {
    case Json::value_t::object:
      lua_createtable(lua, 0, static_cast<int>(json.size()));
      for (const auto& [name, value] : json.items()) {
        if (value.is_null()) continue;
        lua_pushlstring(lua, name.data(), name.size());
        push_json(lua, value, depth + 1);
        lua_rawset(lua, -3);
      }
      return;
    case Json::value_t::array: {
      lua_createtable(lua, static_cast<int>(json.size()), 0);
      mark_list(lua);
      int i = 0;
      for (const Json& value : json) {
        push_json(lua, value, depth + 1);
        lua_rawseti(lua, -2, ++i);
      }
      return;
    }
    case Json::value_t::string: {
      const auto& text = json.get_ref<const std::string&>();
      return lua_pushlstring(lua, text.data(), text.size());
    }
    case Json::value_t::boolean: return lua_pushboolean(lua, json.get<bool>() ? 1 : 0);
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float: return lua_pushnumber(lua, json.get<double>());
    case Json::value_t::null:
    case Json::value_t::binary:
    case Json::value_t::discarded: break;
  }
  lua_pushlightuserdata(lua, nullptr);
}

std::string write_json(lua_State* lua, int at, std::string& out, Bytes bytes, int depth) {
  if (out.size() > kJsonMax) return "it is longer than " + std::to_string(kJsonMax >> 10) + " KB";
  if (depth > kDepthMax) return "its tables are more than " + std::to_string(kDepthMax) + " deep";
  luaL_checkstack(lua, 8, "its tables are too deep");
  switch (lua_type(lua, at)) {
    case LUA_TNIL: out += "null"; return {};
    case LUA_TBOOLEAN: out += lua_toboolean(lua, at) != 0 ? "true" : "false"; return {};
    case LUA_TNUMBER: return write_number(lua, at, out);
    case LUA_TSTRING: return write_text(lua, at, out, bytes);
    case LUA_TTABLE: {
      const bool is_list = lua_objlen(lua, at) > 0 || is_marked(lua, at);
      return is_list ? write_list(lua, at, out, bytes, depth) : write_object(lua, at, out, bytes, depth);
    }
    case LUA_TLIGHTUSERDATA:
      if (lua_touserdata(lua, at) == nullptr) {
        out += "null";
        return {};
      }
      [[fallthrough]];
    default: return std::string("a ") + luaL_typename(lua, at) + " is no value of JSON";
  }
}

}  // namespace tend::script
