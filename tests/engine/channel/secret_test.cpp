// Secrets by their names: from the environment and from files, and never told.
#include "engine/channel/secret.hpp"

#include <cstdlib>
#include <fstream>

#include "tests/support/temp_folder.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::channel;

TEST_CASE("what is the name of a secret") {
  CHECK(is_secret_name("env:A"));
  CHECK(is_secret_name("file:a"));
  for (const char* const text : {"", "env:", "file:", "hunter2", "ENV:A"}) CHECK_FALSE(is_secret_name(text));
}

TEST_CASE("secrets are read where their names say") {
  ::setenv("TEND_SECRET_TEST", "hunter2", 1);
  CHECK(read_secret("env:TEND_SECRET_TEST", "") == std::string("hunter2"));
  ::setenv("TEND_SECRET_TEST", "", 1);
  CHECK(read_secret("env:TEND_SECRET_TEST", "").error().message == "the environment has no `TEND_SECRET_TEST`");
  ::unsetenv("TEND_SECRET_TEST");
  CHECK(read_secret("env:TEND_SECRET_TEST", "").error().code == ErrorCode::invalid);
  CHECK(read_secret("file:/nowhere/at/all", "/tmp").error().message ==
        "the file `/nowhere/at/all` cannot be read or is empty");
  const TempFolder workspace;
  std::ofstream(workspace.file("password")) << "hunter3\r\n";
  CHECK(read_secret("file:password", workspace.path()) == std::string("hunter3"));
  CHECK(read_secret("file:" + workspace.file("password"), "/nowhere") == std::string("hunter3"));
  CHECK_FALSE(read_secret("file:password", "/nowhere"));
}
