// Workflow commands: `::error file=…,line=…::message`, escaped as GitHub's runner reads them.
#include "dsl/diagnostic/annotations.hpp"

#include <algorithm>
#include <string_view>

#include "dsl/text/utf8.hpp"

namespace tend::diagnostic {
namespace {

/// Shape: the message ends at the line's end, so only `%` and line breaks are escaped; a property ends at `,` and `:`
/// too.
std::string escaped(std::string_view raw, bool property) {
  std::string out;
  for (std::size_t at = 0; at < raw.size();) {
    const text::CodePoint point = text::decode(raw, at);
    const std::string_view bytes = raw.substr(at, point.length);
    at += point.length;
    if (!point.valid) {
      text::append_utf8(out, 0xFFFD);
    } else if (point.value == '%') {
      out += "%25";
    } else if (point.value == '\r') {
      out += "%0D";
    } else if (point.value == '\n') {
      out += "%0A";
    } else if (point.value == ':' && property) {
      out += "%3A";
    } else if (point.value == ',' && property) {
      out += "%2C";
    } else if (point.value >= 0x20 && point.value != 0x7F) {
      out += bytes;
    }
  }
  return out;
}

std::string line_of(const Annotation& annotation) {
  std::string properties;
  const auto add = [&](std::string_view name, std::string_view value) {
    properties += (properties.empty() ? " " : ",") + std::string(name) + "=" + escaped(value, true);
  };
  if (!annotation.file.empty()) add("file", annotation.file);
  if (annotation.line > 0) {
    add("line", std::to_string(annotation.line));
    if (annotation.end_line > annotation.line) {  // columns mean something within one line only
      add("endLine", std::to_string(annotation.end_line));
    } else {
      add("col", std::to_string(annotation.column));
      add("endColumn", std::to_string(annotation.end_column));
    }
  }
  if (!annotation.title.empty()) add("title", annotation.title);
  return (annotation.severity == Severity::error ? "::error" : "::warning") + properties +
         "::" + escaped(annotation.message, false) + "\n";
}

std::string total(Severity severity, std::size_t all, std::size_t shown, text::Tongue tongue) {
  const bool is_error = severity == Severity::error;
  if (tongue == text::Tongue::zh) {
    return "共 " + std::to_string(all) + (is_error ? " 个错误" : " 个警告") + "，这里只显示前 " +
           std::to_string(shown) + " 个";
  }
  return std::to_string(all) + (is_error ? " errors" : " warnings") + " in all, only the first " +
         std::to_string(shown) + " are shown here";
}

}  // namespace

std::string annotation_lines(const std::vector<Annotation>& annotations, text::Tongue tongue) {
  std::string out;
  for (const Severity severity : {Severity::error, Severity::warning}) {
    const auto all = static_cast<std::size_t>(std::count_if(
        annotations.begin(), annotations.end(), [&](const Annotation& one) { return one.severity == severity; }));
    const std::size_t most = all > kAnnotationsMax ? kAnnotationsMax - 1 : all;
    std::size_t shown = 0;
    for (const Annotation& one : annotations) {
      if (one.severity != severity || shown == most) continue;
      out += line_of(one);
      ++shown;
    }
    if (shown == all) continue;
    Annotation rest;
    rest.severity = severity;
    rest.title = "tend";
    rest.message = total(severity, all, shown, tongue);
    out += line_of(rest);
  }
  return out;
}

}  // namespace tend::diagnostic
