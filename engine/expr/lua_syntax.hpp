// Is a text Lua? Compiled, never run: what a function may do when it runs is another matter.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tend::expr {

struct LuaMistake {
  std::uint32_t line = 1;
  std::string sentence;  // the compiler's
};

/// Nothing where it is. Bytecode is not Lua here.
std::optional<LuaMistake> lua_mistake(std::string_view source);

}  // namespace tend::expr
