// Diagnostics as test cases.
#include "dsl/diagnostic/junit_xml.hpp"
#include "dsl/diagnostic/place.hpp"
#include "dsl/diagnostic/render.hpp"

namespace tend::diagnostic {

std::string junit(const std::vector<Diagnostic>& diagnostics, std::span<const text::Source> sources,
                  const MachineOptions& options) {
  std::vector<JunitSuite> suites;
  suites.reserve(sources.size());
  for (const text::Source& source : sources) suites.push_back({name_from(options.folder, source.name), {}});
  for (const Diagnostic& diagnostic : diagnostics) {
    const Range range = range_of(sources, diagnostic.span);
    JunitSuite& suite = suites[diagnostic.span.file];
    const std::string place = std::to_string(range.begin.line) + ":" + std::to_string(range.begin.column);
    const std::string code = code_name(diagnostic.code);
    const std::string sentence = message(diagnostic, options.tongue);
    const std::string text = suite.name + ":" + place + ": " + sentence_and_help(diagnostic, options.tongue);
    JunitCase one{
        .name = code + " " + place, .file = suite.name, .line = range.begin.line, .failure = {}, .output = {}};
    if (diagnostic.severity == Severity::error || options.warnings_fail) {
      one.failure = JunitFailure{.type = code, .message = sentence, .text = text};
    } else {
      one.output = text;
    }
    suite.cases.push_back(std::move(one));
  }
  for (JunitSuite& suite : suites) {
    if (suite.cases.empty())
      suite.cases.push_back({.name = suite.name, .file = suite.name, .line = 0, .failure = {}, .output = {}});
  }
  return junit_xml("tend", suites);
}

}  // namespace tend::diagnostic
