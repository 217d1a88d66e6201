#include "engine/expr/lua_syntax.hpp"

#include "tests/support/test.hpp"

using namespace tend;

TEST_CASE("what is Lua and what is not, with the line") {
  CHECK_FALSE(expr::lua_mistake("function score(a) return a + 1 end"));
  CHECK_FALSE(expr::lua_mistake(""));
  CHECK_FALSE(expr::lua_mistake("while true do end"));  // compiled, not run
  const auto mistake = expr::lua_mistake("function score(a)\n\n  retrun a\nend");
  REQUIRE(mistake);
  CHECK(mistake->line == 3);
  CHECK(mistake->sentence == "'=' expected near 'a'");
  CHECK(expr::lua_mistake("\x1bLJ\x02"));  // bytecode is not
  CHECK(expr::lua_mistake(std::string("x = 1\0y", 7)));
}
