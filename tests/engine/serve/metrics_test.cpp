// What /metrics says of functions in Lua.
#include "engine/serve/answers.hpp"
#include "tests/support/test.hpp"

using namespace tend;

TEST_CASE("calls of functions that came to nothing by a mistake are counted by function") {
  const program::Program program;
  serve::EngineCounts engine;
  const auto said = [&] { return serve::metrics_text(program, {}, {}, engine); };
  CHECK(said().find("tend_function") == std::string::npos);
  engine.functions.push_back({.name = "score", .calls = 3, .first = "f.lua:1: no"});
  CHECK(said().find("\ntend_function_failures_total{function=\"score\"} 3\n") != std::string::npos);
}
