// The renderer for code scanning: SARIF 2.1.0 (OASIS, errata 01).
#include <algorithm>
#include <nlohmann/json.hpp>

#include "dsl/diagnostic/pages.hpp"
#include "dsl/diagnostic/place.hpp"
#include "dsl/diagnostic/render.hpp"

namespace tend::diagnostic {
namespace {

using Json = nlohmann::ordered_json;

const char* level_of(Severity severity) { return severity == Severity::error ? "error" : "warning"; }

Json region_of(std::span<const text::Source> sources, text::Span span) {
  const Range range = range_of(sources, span);
  return {{"startLine", range.begin.line},
          {"startColumn", range.begin.column},
          {"endLine", range.end.line},
          {"endColumn", range.end.column}};
}

Json artifact_of(std::span<const text::Source> sources, text::Span span, const MachineOptions& options) {
  return {{"uri", uri_of(name_from(options.folder, sources[span.file].name))}};
}

Json rule_of(std::uint16_t code, Tongue tongue) {
  const std::string markdown = page_in(code, tongue);
  Json rule;
  rule["id"] = code_name(code);
  for (const LintName& lint : lint_names()) {
    if (lint.code == code) rule["name"] = lint.name;
  }
  rule["shortDescription"]["text"] = sentence_with_gaps(code, tongue);
  rule["help"] = {{"text", plain(markdown, {})}, {"markdown", markdown}};
  rule["defaultConfiguration"]["level"] = level_of(entry_of(code)->severity);
  return rule;
}

/// The changes of one fix, those of a file together. They are applied all or none.
Json changes_of(const std::vector<Fix>& fixes, std::span<const text::Source> sources, const MachineOptions& options) {
  std::vector<const Fix*> sorted;
  for (const Fix& fix : fixes) sorted.push_back(&fix);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Fix* a, const Fix* b) { return a->span.file < b->span.file; });
  Json changes = Json::array();
  const Fix* before = nullptr;
  for (const Fix* fix : sorted) {
    if (before == nullptr || before->span.file != fix->span.file) {
      changes.push_back(
          {{"artifactLocation", artifact_of(sources, fix->span, options)}, {"replacements", Json::array()}});
    }
    changes.back()["replacements"].push_back(
        {{"deletedRegion", region_of(sources, fix->span)}, {"insertedContent", {{"text", fix->replacement}}}});
    before = fix;
  }
  return changes;
}

}  // namespace

std::string sarif(const std::vector<Diagnostic>& diagnostics, std::span<const text::Source> sources,
                  const MachineOptions& options) {
  std::vector<std::uint16_t> broken;
  for (const Diagnostic& diagnostic : diagnostics) broken.push_back(diagnostic.code);
  std::sort(broken.begin(), broken.end());
  broken.erase(std::unique(broken.begin(), broken.end()), broken.end());

  Json driver = {{"name", "tend"}, {"version", TEND_VERSION}};
  driver["language"] = options.tongue == Tongue::en ? "en" : "zh";
  driver["rules"] = Json::array();
  for (const std::uint16_t code : broken) driver["rules"].push_back(rule_of(code, options.tongue));

  Json results = Json::array();
  for (const Diagnostic& diagnostic : diagnostics) {
    Json result;
    result["ruleId"] = code_name(diagnostic.code);
    result["ruleIndex"] = std::lower_bound(broken.begin(), broken.end(), diagnostic.code) - broken.begin();
    result["level"] = level_of(diagnostic.severity);
    result["message"]["text"] = sentence_and_help(diagnostic, options.tongue);
    const Json region = region_of(sources, diagnostic.span);  // checks the span's file as well
    const Json place = {{"artifactLocation", artifact_of(sources, diagnostic.span, options)}, {"region", region}};
    result["locations"] = Json::array({Json{{"physicalLocation", place}}});
    if (!diagnostic.fixes.empty()) {
      Json fix;
      const std::string help_text = help(diagnostic, options.tongue);
      if (!help_text.empty()) fix["description"]["text"] = help_text;
      fix["artifactChanges"] = changes_of(diagnostic.fixes, sources, options);
      result["fixes"] = Json::array({fix});
    }
    results.push_back(std::move(result));
  }

  Json run;
  run["tool"]["driver"] = std::move(driver);
  run["columnKind"] = "unicodeCodePoints";
  run["results"] = std::move(results);
  Json root;
  root["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json";
  root["version"] = "2.1.0";
  root["runs"] = Json::array({run});
  return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tend::diagnostic
