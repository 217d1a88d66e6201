// Shared by the tests of dsl/syntax: parse a text, look at what came out.
#pragma once
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "dsl/diagnostic/render.hpp"
#include "dsl/syntax/format.hpp"
#include "dsl/syntax/parse.hpp"
#include "dsl/syntax/same_tree.hpp"
#include "tests/support/test.hpp"

namespace tend::syntax::test {

struct Parsed {
  text::Source source;
  File file;
  std::vector<diagnostic::Diagnostic> diagnostics;

  std::string shown() const { return diagnostic::human(diagnostics, {&source, 1}, {}); }
  /// `12:3 T0101`, one a line.
  std::string places() const {
    std::string out;
    for (const diagnostic::Diagnostic& d : diagnostics) {
      const text::Place place = text::place_of(source.text, d.span.begin);
      out +=
          std::to_string(place.line) + ":" + std::to_string(place.column) + " " + diagnostic::code_name(d.code) + "\n";
    }
    return out;
  }
};

inline Parsed parse_text(std::string text, std::string name = "test.tend") {
  Parsed out;
  out.source = {std::move(name), std::move(text)};
  diagnostic::Sink sink;
  out.file = parse(out.source, 0, sink);
  out.diagnostics = sink.take();
  return out;
}

/// The steps of `playbook p { … }` around `text`.
inline Parsed parse_steps(const std::string& text) { return parse_text("playbook p {\n" + text + "\n}\n"); }

inline const std::vector<StmtPtr>& steps(const Parsed& parsed) {
  return parsed.file.declarations.at(0)->block.statements;
}

/// The expression of `segment s = …`.
inline Parsed parse_expression(const std::string& text) { return parse_text("segment s = " + text + "\n"); }

inline const Expr& expression(const Parsed& parsed) { return *parsed.file.declarations.at(0)->value; }

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

inline std::vector<std::filesystem::path> tend_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".tend") out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

/// Compares with the file, or writes it where UPDATE_GOLDEN is set.
inline void check_golden(const std::filesystem::path& path, const std::string& actual) {
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << actual;
    return;
  }
  INFO(path.string());
  CHECK(read_file(path) == actual);
}

}  // namespace tend::syntax::test
