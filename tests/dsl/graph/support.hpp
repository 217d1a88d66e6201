// Playbooks of golden files and of short texts, as graphs.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "dsl/graph/graph.hpp"
#include "tests/support/compile.hpp"
#include "tests/support/test.hpp"

namespace tend::test {

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// Is `text` what the golden file holds? UPDATE_GOLDEN=1 writes it anew; look at the difference before committing it.
inline bool is_golden(const std::filesystem::path& path, const std::string& text) {
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << text;
  return read_text(path) == text;
}

/// What every test of a graph's steps stands on.
inline const std::string kGraphSchema =
    "customer { name text }\nevent order { amount money }\nevent reply\nactivity is order\nmessage m { text \"m\" }\n";

inline graph::Graph graph_of(const std::string& steps, text::Tongue tongue = text::Tongue::en) {
  const program::Program program =
      compile_or_throw(kGraphSchema + "playbook p { enter on order; goal order within 1 day\n" + steps + "\n}");
  return graph::build(program, 0, tongue);
}

}  // namespace tend::test
