#include "engine/expr/lua_syntax.hpp"

#include <lua.hpp>
#include <memory>

namespace tend::expr {

std::optional<LuaMistake> lua_mistake(std::string_view source) {
  const std::unique_ptr<lua_State, decltype(&lua_close)> lua(luaL_newstate(), lua_close);
  if (!lua) return LuaMistake{1, "there is no memory to compile it"};
  if (luaL_loadbufferx(lua.get(), source.data(), source.size(), "=f", "t") == 0) return std::nullopt;
  // f:LINE: sentence
  const char* said = lua_tostring(lua.get(), -1);
  std::string_view message = said ? said : "";
  LuaMistake mistake;
  if (message.starts_with("f:")) {
    message.remove_prefix(2);
    mistake.line = 0;
    while (!message.empty() && message.front() >= '0' && message.front() <= '9') {
      mistake.line = mistake.line * 10 + static_cast<std::uint32_t>(message.front() - '0');
      message.remove_prefix(1);
    }
    if (mistake.line == 0) mistake.line = 1;
    if (message.starts_with(": ")) message.remove_prefix(2);
  }
  mistake.sentence = message;
  return mistake;
}

}  // namespace tend::expr
