// Dead letters: durable when told, bounded, and read beside their writer.
#include "engine/serve/dead_letters.hpp"

#include "engine/env/files_simulated.hpp"
#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::serve;

namespace {

DeadLetter letter(const std::string& call) {
  return {.at = 1'772'323'200'000, .source = "app", .cloud = false, .sent = "", .reason = "because", .call = call};
}

std::vector<std::string> calls_in(env::Files& files) {
  std::vector<std::string> calls;
  REQUIRE(read_dead_letters(files, "dead", [&](const DeadLetter& one) -> Result<void> {
    calls.push_back(one.call);
    return {};
  }));
  return calls;
}

}  // namespace

TEST_CASE("a letter reads as it was written, whatever stands in it") {
  for (const std::string call : {R"({"a":"\"\\ü"})", "{\n}", "7", "{\"a\":\"\xC3\x28\"}"}) {
    DeadLetter one = letter(call), read;
    one.cloud = true;
    one.sent = "2026-03-01T00:00:00Z";
    const std::string line = line_of(one);
    CHECK(line.find('\n') == line.size() - 1);
    REQUIRE(read_line(line, read));
    CHECK(read.at == one.at);
    CHECK(read.source == "app");
    CHECK(read.cloud);
    CHECK(read.sent == one.sent);
    CHECK(read.reason == "because");
    if (call.find('(') == std::string::npos) CHECK(read.call == call);  // what is not UTF-8 is replaced
  }
  DeadLetter read;
  for (const char* line : {"", "{}", "[]", "{\"at\":\"x\",\"call\":\"{}\"}", "{\"at\":7,\"call\":8}",
                           "{\"at\":\"2026-03-01T00:00:00Z\",\"call\":\"{}\",\"cloud_event\":7"})
    CHECK_FALSE(read_line(line, read));
  CHECK(read_line("{\"at\":\"2026-03-01T00:00:00Z\",\"call\":\"{}\",\"cloud_event\":7}", read));
}

TEST_CASE("what was told is there after the plug was pulled; a line cut short is nobody's") {
  env::SimulatedFiles files;
  CHECK(calls_in(files).empty());
  {
    DeadLetters letters(files, "dead");
    REQUIRE(letters.add({letter("1"), letter("2")}));
    REQUIRE(letters.add({letter("3")}));
    REQUIRE(letters.add({}));
    CHECK(letters.added() == 3);
  }
  files.crash(3);
  CHECK(calls_in(files) == std::vector<std::string>{"1", "2", "3"});
  {
    auto file = files.open("dead/0000000001.jsonl", env::OpenMode::write);
    REQUIRE(file);
    const auto size = (*file)->size();
    REQUIRE((*file)->write(*size, line_of(letter("4")).substr(0, 30)));
  }
  DeadLetters letters(files, "dead");
  REQUIRE(letters.add({letter("5")}));
  CHECK(calls_in(files) == std::vector<std::string>{"1", "2", "3", "5"});
}

TEST_CASE("there are never more files than may be, and closed ones can be worked through") {
  env::SimulatedFiles files;
  DeadLetters letters(files, "dead", {.file_bytes = 200, .files = 3});
  for (int i = 0; i < 10; ++i) REQUIRE(letters.add({letter(std::to_string(i))}));
  CHECK(files.list("dead")->size() == 3);
  CHECK(letters.dropped_files() > 0);
  const auto left = calls_in(files);
  REQUIRE(!left.empty());
  CHECK(left.back() == "9");
  const auto names = letters.close_files();
  REQUIRE(names);
  REQUIRE(letters.add({letter("new")}));
  for (const std::string& name : *names) {
    REQUIRE(letters.read(name));
    REQUIRE(letters.remove(name));
  }
  CHECK(calls_in(files) == std::vector<std::string>{"new"});
  REQUIRE(letters.remove(names->front()));
  CHECK(letters.read(names->front())->empty());
}

TEST_CASE("letters in which one who is erased stands go, others stay in their order") {
  env::SimulatedFiles files;
  DeadLetters letters(files, "dead", {.file_bytes = 400, .files = 16});
  const std::vector<std::string> calls = {R"({"userId":"anna","event":"x"})",
                                          R"({"userId":"annabel"})",
                                          R"({"userId":"bo","context":{"of":["anna"]}})",
                                          R"({"type":"alias","previousId":"anna2"})",
                                          R"({"userId":"carl","traits":{"note":"anna came"}})",
                                          "{\"subject\":\"anna\""};
  for (const std::string& call : calls) REQUIRE(letters.add({letter(call)}));
  CHECK(letters.forget({"zoe"}).value() == 0);
  CHECK(letters.forget({"anna", "anna2"}).value() == 4);
  CHECK(calls_in(files) == std::vector<std::string>{calls[1], calls[4]});
  REQUIRE(letters.add({letter(calls[1])}));
  CHECK(calls_in(files).size() == 3);
}
