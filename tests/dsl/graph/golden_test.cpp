// Whole playbooks as pictures and as text: tests/golden/graph/NAME.en.tend and its twin NAME.zh.tend give the same
// graphs; NAME.PLAYBOOK.{en,zh}.{svg,mmd,dot} hold them.
#include <algorithm>

#include "tests/dsl/graph/support.hpp"

using namespace tend;
using namespace tend::test;

TEST_CASE("golden graphs, in both tongues and from both spellings") {
  const std::filesystem::path folder = "tests/golden/graph";
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().string().ends_with(".en.tend")) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  REQUIRE(!files.empty());
  for (const std::filesystem::path& file : files) {
    const std::string stem = file.stem().stem().string();
    const program::Program program = compile_or_throw(read_text(file));
    const program::Program twin = compile_or_throw(read_text(folder / (stem + ".zh.tend")));
    CHECK(program::serialize(program) == program::serialize(twin));
    for (std::uint32_t p = 0; p < program.playbooks.size(); ++p) {
      for (const auto& [tongue, ending] : {std::pair{text::Tongue::en, ".en."}, {text::Tongue::zh, ".zh."}}) {
        const graph::Graph graph = graph::build(program, p, tongue);
        const graph::Graph twins = graph::build(twin, p, tongue);
        const std::string base = (folder / (stem + "." + program.playbooks[p].name + ending)).string();
        INFO(base);
        CHECK(is_golden(base + "svg", graph::svg(graph)));
        CHECK(is_golden(base + "mmd", graph::mermaid(graph)));
        CHECK(is_golden(base + "dot", graph::dot(graph)));
        CHECK(graph::svg(graph) == graph::svg(twins));
        CHECK(graph::mermaid(graph) == graph::mermaid(twins));
        CHECK(graph::dot(graph) == graph::dot(twins));
      }
    }
  }
}
