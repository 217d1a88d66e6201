// JSON and Lua's values, both ways.
#pragma once
#include <lua.hpp>
#include <nlohmann/json.hpp>
#include <string>

namespace tend::script {

constexpr int kDepthMax = 32;                // of tables in tables
constexpr std::size_t kJsonMax = 900 << 10;  // bytes; a line has to hold it

/// Pushes it. Numbers are doubles; what is null in an object is not there, in a list it is `json.null`.
/// Errors: Lua's, for memory and for more than kDepthMax.
void push_json(lua_State* lua, const nlohmann::json& json, int depth = 0);

/// Marks the table on top as a list, so that it is one when it is empty.
void mark_list(lua_State* lua);

/// How bytes that are no UTF-8 are written.
enum class Bytes { replaced, refused };

/// Appends the value at `at` (not relative to the top). A table with keys 1 to n is a list, one with texts as keys an
/// object with its names in order, an empty one an object unless it was marked.
/// Errors: why it cannot be written; empty for none.
std::string write_json(lua_State* lua, int at, std::string& out, Bytes bytes, int depth = 0);

}  // namespace tend::script
