// What a script may call: an allow-list of Lua's own library, and what an adapter needs besides.
#pragma once
#include <lua.hpp>

namespace tend::script {

/// Replaces the globals by the allow-list. Runs protected: it may leave by a Lua error.
/// Lua's: assert error ipairs next pairs select tonumber tostring type unpack, bit, math without chance, string without
/// dump, table. Texts' methods are those of the same `string`, and no metatable can be reached.
/// tend's: http{…}, json, hash, hmac, base64, hex, same, escape, now, print.
/// Not there: anything that loads, catches errors, reaches into Lua, or shows an address.
int open_library(lua_State* lua);

/// Fetches once what the first use would look for in files.
void warm_up_library();

}  // namespace tend::script
