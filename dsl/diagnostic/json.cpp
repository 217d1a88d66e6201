// The renderer for machines: tend.check/1.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "dsl/diagnostic/render.hpp"
#include "dsl/text/must.hpp"

namespace tend::diagnostic {

std::string json(const std::vector<Diagnostic>& diagnostics, std::span<const text::Source> sources, Tongue tongue) {
  nlohmann::ordered_json root;
  std::size_t errors = 0;
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Diagnostic& diagnostic : diagnostics) {
    CHECK_OR_DIE(diagnostic.span.file < sources.size(), "a diagnostic points at one of the sources");
    const text::Source& source = sources[diagnostic.span.file];
    const text::Place begin = text::place_of(source.text, diagnostic.span.begin);
    const text::Place end = text::place_of(source.text, std::max(diagnostic.span.begin, diagnostic.span.end));
    const bool is_error = diagnostic.severity == Severity::error;
    if (is_error) ++errors;
    nlohmann::ordered_json item;
    item["code"] = code_name(diagnostic.code);
    item["severity"] = is_error ? "error" : "warning";
    item["file"] = source.name;
    item["line"] = begin.line;
    item["column"] = begin.column;
    item["end_line"] = end.line;
    item["end_column"] = end.column;
    item["message"] = message(diagnostic, tongue);
    const std::string help_text = help(diagnostic, tongue);
    if (!help_text.empty()) item["help"] = help_text;
    list.push_back(std::move(item));
  }
  root["format"] = "tend.check/1";
  root["files"] = sources.size();
  root["errors"] = errors;
  root["warnings"] = diagnostics.size() - errors;
  root["diagnostics"] = std::move(list);
  return root.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace tend::diagnostic
