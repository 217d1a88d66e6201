// What a Lua file finds around it: the parts of Lua's own library that are pure and end, some of them written anew.
#pragma once
#include <string_view>

struct lua_State;

namespace tend::expr {

/// Makes the library the state's globals, and nothing else. Requires: a fresh state of a Sandbox; runs protected.
void open_library(lua_State* lua);

/// Is this one of its own names?
bool in_library(std::string_view name);

}  // namespace tend::expr
