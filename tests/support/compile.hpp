// A text that has to be right, as a program; for benches and tools beside the tests.
#pragma once
#include <stdexcept>
#include <string>
#include <vector>

#include "dsl/check/check.hpp"
#include "dsl/diagnostic/catalogue.hpp"
#include "dsl/syntax/parse.hpp"

namespace tend::test {

inline program::Program compile_or_throw(const std::string& text) {
  const std::vector<text::Source> sources{{.name = "test.tend", .text = text}};
  diagnostic::Sink sink;
  std::vector<syntax::File> files;
  files.push_back(syntax::parse(sources[0], 0, sink));
  check::CheckResult result = check::check(sources, files, {}, sink);
  std::string mistakes;
  for (const diagnostic::Diagnostic& d : sink.take()) {
    if (d.severity != diagnostic::Severity::error) continue;
    mistakes += diagnostic::code_name(d.code) + " at byte " + std::to_string(d.span.begin) + ": " +
                diagnostic::message(d, text::Tongue::en) + "\n";
  }
  if (!result.program) throw std::runtime_error("the text does not check:\n" + mistakes);
  return std::move(*result.program);
}

}  // namespace tend::test
