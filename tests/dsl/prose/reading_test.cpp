// Playbooks read aloud: tests/golden/graph/NAME.PLAYBOOK.{en,zh}.txt, from either spelling the same.
#include "dsl/prose/reading.hpp"

#include <algorithm>

#include "tests/dsl/graph/support.hpp"

using namespace tend;
using namespace tend::test;

TEST_CASE("golden readings, in both tongues and from both spellings") {
  const std::filesystem::path folder = "tests/golden/graph";
  std::size_t readings = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!entry.path().string().ends_with(".en.tend")) continue;
    const std::string stem = entry.path().stem().stem().string();
    const program::Program program = compile_or_throw(read_text(entry.path()));
    const program::Program twin = compile_or_throw(read_text(folder / (stem + ".zh.tend")));
    for (std::uint32_t p = 0; p < program.playbooks.size(); ++p) {
      for (const auto& [tongue, ending] : {std::pair{text::Tongue::en, ".en.txt"}, {text::Tongue::zh, ".zh.txt"}}) {
        const std::string path = (folder / (stem + "." + program.playbooks[p].name + ending)).string();
        const std::string reading = prose::plain(prose::read_playbook(program, p, tongue), tongue);
        INFO(path);
        CHECK(is_golden(path, reading));
        CHECK(reading == prose::plain(prose::read_playbook(twin, p, tongue), tongue));
        // No mark of the author's words, no raw number of milliseconds is left over.
        CHECK(reading.find_first_of("\x01\x02") == std::string::npos);
        CHECK(reading.find("00000 ") == std::string::npos);
        ++readings;
      }
    }
  }
  CHECK(readings >= 4);
}

TEST_CASE("what a parameter put into a text reads like the rest of it") {
  const program::Program program = test::compile_or_throw(
      "event order\n"
      "template keep(label text = \"old\") {\n  enter on order\n  goal order within 10 days\n"
      "  tag label\n  wait 1 day\n  stop \"for {{ label }}\"\n}\n"
      "playbook p = keep(label: \"read \\\"twice\\\"\")");
  const std::string reading = prose::plain(prose::read_playbook(program, 0, text::Tongue::en), text::Tongue::en);
  CHECK(reading.find("Tag “read \"twice\"”") != std::string::npos);
  CHECK(reading.find("Stop: “for read \"twice\"”") != std::string::npos);
}
