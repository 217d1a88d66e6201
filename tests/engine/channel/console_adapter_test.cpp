// What the console adapter prints.
#include "engine/channel/console_adapter.hpp"

#include "tests/engine/channel/sends.hpp"
#include "tests/support/test.hpp"

namespace tend::channel {
namespace {

TEST_CASE("the console gets one readable line per message") {
  std::FILE* const screen = std::tmpfile();
  REQUIRE(screen != nullptr);
  auto adapter = make_console_adapter(screen, "screen");
  CHECK_FALSE(adapter->capabilities().can_settle);
  TestSend plain{.customer = "c-17", .text = "We miss you, Ann"};
  TestSend chinese{.customer = "茶友\t1", .text = "您好！\n好久不见"};
  TestSend mail{.items = {{"subject", "Hello"}, {"body", "one\r\ntwo\x1b[2J"}}};
  Result<std::vector<run::Answer>> answers =
      adapter->hand_over(std::vector<run::Send>{plain.send(), chinese.send(), mail.send()});
  REQUIRE(answers);
  CHECK(answers->size() == 3);
  std::rewind(screen);
  std::string printed(1000, '\0');
  printed.resize(std::fread(printed.data(), 1, printed.size(), screen));
  CHECK(printed ==
        "1997-03-02T00:00:00.250Z  c-17  win_back/care  We miss you, Ann\n"
        "1997-03-02T00:00:00.250Z  茶友␉1  win_back/care  您好！⏎好久不见\n"
        "1997-03-02T00:00:00.250Z  c1  win_back/care  subject: Hello  body: one⏎two␛[2J\n");
  std::fclose(screen);
}

TEST_CASE("a console that is closed is an error, and afterwards nobody knows") {
  std::FILE* const full = std::fopen("/dev/full", "w");
  if (full == nullptr) return;
  auto adapter = make_console_adapter(full, "screen");
  TestSends sends(1, 1);
  Result<std::vector<run::Answer>> answers = adapter->hand_over(sends.all());
  REQUIRE_FALSE(answers);
  CHECK_THAT(answers.error().message, Catch::StartsWith("channel `screen` cannot print: "));
  CHECK(adapter->settle(sends.all()) == std::vector<run::Settled>{run::Settled::unknown});
  std::fclose(full);
}

}  // namespace
}  // namespace tend::channel
