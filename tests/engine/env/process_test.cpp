// Mirrors engine/env/process.
#include "engine/env/process.hpp"

#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::env;

TEST_CASE("a program's words, outputs and end") {
  const auto end =
      run_process({"sh", "-c", "cat; printf '%s|' \"$@\"; echo wrong >&2; exit 7", "sh", "a b", "$HOME", ";x"});
  REQUIRE(end);
  CHECK(end->exit_code == 7);
  CHECK(end->out == "a b|$HOME|;x|");
  CHECK(end->err == "wrong\n");
  const auto killed = run_process({"sh", "-c", "kill -9 $$"});
  REQUIRE(killed);
  CHECK(killed->exit_code == 137);
}

TEST_CASE("more than a pipe holds comes through on both") {
  const auto end =
      run_process({"sh", "-c", "head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; head -c 5 /dev/zero"});
  REQUIRE(end);
  CHECK(end->out.size() == 300005);
  CHECK(end->err.size() == 300000);
}

TEST_CASE("the environment differs where it is told to") {
  const auto end =
      run_process({"sh", "-c", "echo \"$A/${PATH+path}/${HOME-none}\""}, {.removed = {"HOME"}, .added = {"A=1=2"}});
  REQUIRE(end);
  CHECK(end->out == "1=2/path/none\n");
}

TEST_CASE("a program that is not there is said by name") {
  const auto end = run_process({"no-such-program-anywhere"});
  REQUIRE_FALSE(end);
  CHECK(end.error().code == ErrorCode::not_found);
  CHECK(end.error().message == "there is no program `no-such-program-anywhere` on this machine");
}
