// The writer of JUnit's XML: what Jenkins, GitLab and GitHub's reporters read of it, and nothing more.
#include "dsl/diagnostic/junit_xml.hpp"

#include <algorithm>

#include "dsl/text/utf8.hpp"

namespace tend::diagnostic {
namespace {

/// Shape: in attributes, line breaks and tabs have to be written as references: readers make blanks of them otherwise.
std::string escaped(std::string_view raw, bool attribute) {
  std::string out;
  for (std::size_t at = 0; at < raw.size();) {
    const text::CodePoint point = text::decode(raw, at);
    const std::string_view bytes = raw.substr(at, point.length);
    at += point.length;
    if (!point.valid) {
      text::append_utf8(out, 0xFFFD);
      continue;
    }
    const char32_t value = point.value;
    const bool white = value == '\n' || value == '\t' || value == '\r';
    if ((value < 0x20 && !white) || value == 0x7F || value == 0xFFFE || value == 0xFFFF) continue;
    if (value == '&') {
      out += "&amp;";
    } else if (value == '<') {
      out += "&lt;";
    } else if (value == '>') {
      out += "&gt;";
    } else if (value == '"' && attribute) {
      out += "&quot;";
    } else if (value == '\r' || (white && attribute)) {
      out += "&#" + std::to_string(static_cast<unsigned>(value)) + ";";
    } else {
      out += bytes;
    }
  }
  return out;
}

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + escaped(value, true) + "\"";
}

std::string attribute(std::string_view name, std::size_t value) { return attribute(name, std::to_string(value)); }

std::size_t skipped(const JunitSuite& suite) {
  return static_cast<std::size_t>(std::count_if(suite.cases.begin(), suite.cases.end(),
                                                [](const JunitCase& one) { return one.skipped.has_value(); }));
}

std::size_t failures(const JunitSuite& suite) {
  return static_cast<std::size_t>(std::count_if(suite.cases.begin(), suite.cases.end(),
                                                [](const JunitCase& one) { return one.failure.has_value(); }));
}

std::string element(const JunitCase& one, const std::string& suite) {
  std::string out = "    <testcase" + attribute("classname", suite) + attribute("name", one.name);
  if (!one.file.empty()) out += attribute("file", one.file);
  if (one.line > 0) out += attribute("line", one.line);
  if (!one.failure && !one.skipped && one.output.empty()) return out + "/>\n";
  out += ">\n";
  if (one.failure) {
    out += "      <failure" + attribute("type", one.failure->type) + attribute("message", one.failure->message) + ">" +
           escaped(one.failure->text, false) + "</failure>\n";
  }
  if (one.skipped) out += "      <skipped" + attribute("message", *one.skipped) + "/>\n";
  if (!one.output.empty()) out += "      <system-out>" + escaped(one.output, false) + "</system-out>\n";
  return out + "    </testcase>\n";
}

}  // namespace

std::string junit_xml(std::string_view name, const std::vector<JunitSuite>& suites) {
  std::size_t cases = 0, failed = 0;
  for (const JunitSuite& suite : suites) {
    cases += suite.cases.size();
    failed += failures(suite);
  }
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + attribute("name", name) +
                    attribute("tests", cases) + attribute("failures", failed) + attribute("errors", 0) + ">\n";
  for (const JunitSuite& suite : suites) {
    out += "  <testsuite" + attribute("name", suite.name) + attribute("tests", suite.cases.size()) +
           attribute("failures", failures(suite)) + attribute("errors", 0) + attribute("skipped", skipped(suite)) +
           ">\n";
    for (const JunitCase& one : suite.cases) out += element(one, suite.name);
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace tend::diagnostic
