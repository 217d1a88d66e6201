// The levels of warnings, read from their names and put over diagnostics.
#include "dsl/diagnostic/levels.hpp"

#include "dsl/diagnostic/catalogue.hpp"

namespace tend::diagnostic {

std::optional<Level> level_named(std::string_view name) {
  if (name == "off") return Level::off;
  if (name == "warning") return Level::warning;
  if (name == "error") return Level::error;
  return std::nullopt;
}

std::optional<std::uint16_t> warning_named(std::string_view name) {
  const auto code = code_named(name);
  if (!code || entry_of(*code)->severity != Severity::warning) return std::nullopt;
  return code;
}

std::vector<std::string> warning_names() {
  std::vector<std::string> names;
  for (const LintName& lint : lint_names()) names.emplace_back(lint.name);
  for (const Entry& entry : codes()) {
    if (entry.severity == Severity::warning) names.push_back(code_name(entry.code));
  }
  return names;
}

std::vector<Diagnostic> with_levels(std::vector<Diagnostic> diagnostics, const Levels& levels) {
  if (levels.empty()) return diagnostics;
  std::vector<Diagnostic> kept;
  kept.reserve(diagnostics.size());
  for (Diagnostic& diagnostic : diagnostics) {
    const auto level = levels.find(diagnostic.code);
    if (level != levels.end()) {
      if (level->second == Level::off) continue;
      diagnostic.severity = level->second == Level::error ? Severity::error : Severity::warning;
    }
    kept.push_back(std::move(diagnostic));
  }
  return kept;
}

}  // namespace tend::diagnostic
