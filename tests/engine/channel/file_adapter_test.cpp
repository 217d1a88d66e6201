// The outbox file on a real disk and on one that is full, fails or loses its power.
#include "engine/channel/file_adapter.hpp"

#include <nlohmann/json.hpp>

#include "engine/channel/outbox_line.hpp"
#include "engine/env/files_simulated.hpp"
#include "tests/engine/channel/sends.hpp"
#include "tests/support/test.hpp"

namespace tend::channel {
namespace {

using run::Settled;

std::unique_ptr<Adapter> open(env::Files& files, const std::string& path) {
  Result<std::unique_ptr<Adapter>> adapter = open_file_adapter(files, path, "outbox");
  INFO((adapter ? "" : adapter.error().message));
  REQUIRE(adapter);
  return std::move(*adapter);
}

std::string lines_of(std::span<const run::Send> sends) {
  std::string lines;
  for (const run::Send& send : sends) append_outbox_line(lines, send);
  return lines;
}

std::vector<Settled> settled(Adapter& adapter, std::span<const run::Send> sends) {
  Result<std::vector<Settled>> answers = adapter.settle(sends);
  INFO((answers ? "" : answers.error().message));
  REQUIRE(answers);
  return *answers;
}

TEST_CASE("messages are appended in order, over several calls and starts") {
  TempFolder folder;
  const std::string path = folder.file("new/folder/outbox.jsonl");
  TestSends sends(1, 5);
  auto adapter = open(env::real_files(), path);
  CHECK(adapter->capabilities().can_settle);
  Result<std::vector<run::Answer>> answers = adapter->hand_over(std::span(sends.all()).first(2));
  REQUIRE(answers);
  REQUIRE(answers->size() == 2);
  CHECK(answers->at(0).outcome == state::OutcomeKind::accepted);
  REQUIRE(adapter->hand_over(std::span(sends.all()).subspan(2, 1)));
  adapter = open(env::real_files(), path);
  REQUIRE(adapter->hand_over(std::span(sends.all()).subspan(3)));
  CHECK(content_of(path) == lines_of(sends.all()));
}

TEST_CASE("a call that is larger than the buffer keeps its order") {
  TempFolder folder;
  TestSends sends(1, 60'000);  // about 9 MB
  auto adapter = open(env::real_files(), folder.file("outbox.jsonl"));
  REQUIRE(adapter->hand_over(sends.all()));
  CHECK((content_of(folder.file("outbox.jsonl")) == lines_of(sends.all())));
  CHECK((settled(*adapter, sends.all()) == std::vector<Settled>(60'000, Settled::handed_over)));
}

TEST_CASE("a last line cut at any byte is cut off, and its message is told from the others") {
  TempFolder folder;
  const std::string path = folder.file("outbox.jsonl");
  TestSends sends(1, 3);
  const std::string two = lines_of(std::span(sends.all()).first(2));
  const std::string third = lines_of(std::span(sends.all()).subspan(2));
  for (std::size_t bytes = 0; bytes < third.size(); ++bytes) {
    CAPTURE(bytes);
    write_content(path, two + third.substr(0, bytes));
    auto adapter = open(env::real_files(), path);
    CHECK(content_of(path) == two);
    CHECK(settled(*adapter, sends.all()) ==
          std::vector<Settled>{Settled::handed_over, Settled::handed_over, Settled::never});
    REQUIRE(adapter->hand_over(std::span(sends.all()).subspan(2)));
    CHECK(content_of(path) == two + third);
  }
}

TEST_CASE("a torn line longer than what is read at once, and zeros after a loss of power, are cut off too") {
  TempFolder folder;
  const std::string path = folder.file("outbox.jsonl");
  TestSend long_text{.text = std::string(200'000, 'x'), .number = 2};
  TestSends first(1, 1);
  const std::string whole = lines_of(first.all());
  std::string torn;
  append_outbox_line(torn, long_text.send());
  torn.pop_back();
  for (const std::string& tail : {torn, std::string(4096, '\0')}) {
    write_content(path, whole + tail);
    auto adapter = open(env::real_files(), path);
    CHECK((content_of(path) == whole));
    write_content(path, tail);  // no full line at all
    adapter = open(env::real_files(), path);
    CHECK(content_of(path).empty());
  }
}

TEST_CASE("a file that is not an outbox is not shortened") {
  TempFolder folder;
  const std::string path = folder.file("notes.txt");
  write_content(path, "first\nmy last line has no end");
  Result<std::unique_ptr<Adapter>> adapter = open_file_adapter(env::real_files(), path, "outbox");
  REQUIRE_FALSE(adapter);
  CHECK(adapter.error().code == ErrorCode::invalid);
  CHECK(adapter.error().message == "channel `outbox`: the last line of `" + path +
                                       "` has no end and is no message, so nothing is added to that file");
  CHECK(content_of(path) == "first\nmy last line has no end");
}

TEST_CASE(
    "settle finds keys that are there, not those that are absent or only begin so, each time they are asked for") {
  TempFolder folder;
  const std::string path = folder.file("outbox.jsonl");
  TestSends there(100, 2000), absent(5000, 2000);
  auto adapter = open(env::real_files(), path);
  REQUIRE(adapter->hand_over(there.all()));
  std::vector<run::Send> asked = {absent.all()[0], there.all()[0], there.all()[1999], absent.all()[1], there.all()[0]};
  asked[0].key = {1, 0};  // shares its first half with all
  CHECK(settled(*adapter, asked) == std::vector<Settled>{Settled::never, Settled::handed_over, Settled::handed_over,
                                                         Settled::never, Settled::handed_over});
  CHECK((settled(*adapter, absent.all()) == std::vector<Settled>(2000, Settled::never)));
  CHECK(settled(*adapter, {}).empty());
}

TEST_CASE("lines of others, and longer ones than are read at once, do not disturb settle") {
  TempFolder folder;
  const std::string path = folder.file("outbox.jsonl");
  TestSend long_text{.text = std::string(3'000'000, 'y'), .number = 1};
  TestSend after{.number = 2};
  std::string lines = "# a note by hand\n\n{\"at\":\"\"}\n";
  append_outbox_line(lines, long_text.send());
  append_outbox_line(lines, after.send());
  write_content(path, lines);
  auto adapter = open(env::real_files(), path);
  const std::vector<run::Send> asked = {after.send(), long_text.send()};
  CHECK(settled(*adapter, asked) == std::vector<Settled>{Settled::handed_over, Settled::handed_over});
}

TEST_CASE("who empties the file while it is used gets the next messages at its start") {
  TempFolder folder;
  const std::string path = folder.file("outbox.jsonl");
  TestSends sends(1, 2);
  auto adapter = open(env::real_files(), path);
  REQUIRE(adapter->hand_over(std::span(sends.all()).first(1)));
  write_content(path, "");
  REQUIRE(adapter->hand_over(std::span(sends.all()).subspan(1)));
  CHECK(content_of(path) == lines_of(std::span(sends.all()).subspan(1)));
}

TEST_CASE("a full disk takes nothing of a call, and everything once there is space") {
  env::SimulatedFiles files;
  TestSends sends(1, 10);
  auto adapter = open(files, "w/outbox.jsonl");
  REQUIRE(adapter->hand_over(std::span(sends.all()).first(1)));
  const std::string before = files.content("w/outbox.jsonl");
  files.set_capacity(files.used_bytes() + 3 * before.size() + 20);  // three lines and a bit
  Result<std::vector<run::Answer>> answers = adapter->hand_over(std::span(sends.all()).subspan(1));
  REQUIRE_FALSE(answers);
  CHECK(answers.error().code == ErrorCode::io);
  CHECK_THAT(answers.error().message, Catch::StartsWith("channel `outbox` took none of 9 messages: the disk is full"));
  CHECK(files.content("w/outbox.jsonl") == before);
  CHECK(settled(*adapter, std::span(sends.all()).first(2)) ==
        std::vector<Settled>{Settled::handed_over, Settled::never});
  files.set_capacity(std::nullopt);
  REQUIRE(adapter->hand_over(std::span(sends.all()).subspan(1)));
  CHECK(files.content("w/outbox.jsonl") == lines_of(sends.all()));
}

TEST_CASE("what could not even be taken back is cut off before settle looks") {
  env::SimulatedFiles files;
  TestSends sends(1, 3);
  auto adapter = open(files, "w/outbox.jsonl");
  REQUIRE(adapter->hand_over(std::span(sends.all()).first(1)));
  const std::string before = files.content("w/outbox.jsonl");
  files.fail_next(env::DiskCall::sync);
  files.fail_next(env::DiskCall::truncate);
  REQUIRE_FALSE(adapter->hand_over(std::span(sends.all()).subspan(1)));
  CHECK(files.content("w/outbox.jsonl") == lines_of(sends.all()));  // still there
  CHECK(settled(*adapter, sends.all()) == std::vector<Settled>{Settled::handed_over, Settled::never, Settled::never});
  CHECK(files.content("w/outbox.jsonl") == before);
}

TEST_CASE("after any loss of power a message is found whole or not at all, and accepted ones are found") {
  TestSends sends(1, 6);
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    env::SimulatedFiles files;
    auto adapter = open(files, "w/outbox.jsonl");
    REQUIRE(adapter->hand_over(std::span(sends.all()).first(2)));
    files.fail_next(env::DiskCall::sync);
    files.fail_next(env::DiskCall::truncate);
    CHECK_FALSE(adapter->hand_over(std::span(sends.all()).subspan(2)));  // written, but never synced
    files.crash(seed);
    adapter = open(files, "w/outbox.jsonl");
    const std::vector<Settled> answers = settled(*adapter, sends.all());
    CHECK(answers[0] == Settled::handed_over);
    CHECK(answers[1] == Settled::handed_over);
    // What settle says is durable: another crash changes nothing.
    files.crash(seed + 1000);
    adapter = open(files, "w/outbox.jsonl");
    CHECK(settled(*adapter, sends.all()) == answers);
    std::vector<run::Send> again;
    for (std::size_t i = 0; i < sends.all().size(); ++i) {
      if (answers[i] == Settled::never) again.push_back(sends.all()[i]);
    }
    REQUIRE(adapter->hand_over(again));
    CHECK(files.content("w/outbox.jsonl") == lines_of(sends.all()));
  }
}

}  // namespace
}  // namespace tend::channel
