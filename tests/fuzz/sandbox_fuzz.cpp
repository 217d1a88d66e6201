// Any bytes as a Lua file, and every function that it defines called twice: it ends, and gives the same both times.
#include <cstddef>
#include <cstdint>

#include "dsl/text/must.hpp"
#include "engine/expr/sandbox.hpp"

using namespace tend::expr;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string source(reinterpret_cast<const char*>(data), size);
  auto sandbox = Sandbox::read(source, "f.lua", {.work = 10'000, .reading_work = 10'000});
  if (!sandbox) return 0;
  const LuaValue arguments[] = {{.kind = LuaValue::Kind::number, .number = 7},
                                {.kind = LuaValue::Kind::text, .text = "seven"}};
  for (const std::string& function : (*sandbox)->defines()) {
    LuaValue results[2];
    const std::string failed = (*sandbox)->call(function, arguments, results);
    const LuaValue first = results[0];
    const std::string text(first.text);
    const std::string again = (*sandbox)->call(function, arguments, results);
    CHECK_OR_DIE(failed == again, "a call ends the same way twice");
    if (!failed.empty()) continue;
    CHECK_OR_DIE(first.kind == results[0].kind && first.truth == results[0].truth && text == results[0].text,
                 "a call gives the same twice");
    CHECK_OR_DIE(first.number == results[0].number || first.number != first.number, "a call gives the same twice");
  }
  return 0;
}
