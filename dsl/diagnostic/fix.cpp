// First whose fixes go together, then each file's text from its end to its beginning.
#include "dsl/diagnostic/fix.hpp"

#include <algorithm>

#include "dsl/text/must.hpp"

namespace tend::diagnostic {
namespace {

/// The replacements of one file by where they begin: no two begin at the same place or overlap.
using Chosen = std::map<std::uint32_t, const Fix*>;

bool fits(const Chosen& chosen, const Fix& fix) {
  const auto after = chosen.lower_bound(fix.span.begin);
  if (after != chosen.end() && (after->first == fix.span.begin || after->first < fix.span.end)) return false;
  return after == chosen.begin() || std::prev(after)->second->span.end <= fix.span.begin;
}

}  // namespace

Applied apply_fixes(std::span<const text::Source> sources, std::span<const Diagnostic> diagnostics,
                    const std::function<bool(std::uint32_t file)>& may_change) {
  Applied applied;
  std::map<std::uint32_t, Chosen> chosen;
  for (std::size_t i = 0; i < diagnostics.size(); ++i) {
    const std::vector<Fix>& fixes = diagnostics[i].fixes;
    std::vector<const Fix*> taken;
    for (const Fix& fix : fixes) {
      CHECK_OR_DIE(fix.span.file < sources.size() && fix.span.begin <= fix.span.end &&
                       fix.span.end <= sources[fix.span.file].text.size(),
                   "a fix lies in its source");
      if (!may_change(fix.span.file) || !fits(chosen[fix.span.file], fix)) break;
      chosen[fix.span.file].emplace(fix.span.begin, &fix);
      taken.push_back(&fix);
    }
    if (taken.size() < fixes.size()) {
      for (const Fix* fix : taken) chosen[fix->span.file].erase(fix->span.begin);
    } else if (!fixes.empty()) {
      applied.diagnostics.push_back(i);
    }
  }
  for (const auto& [file, replacements] : chosen) {
    if (replacements.empty()) continue;
    std::string text = sources[file].text;
    for (auto one = replacements.rbegin(); one != replacements.rend(); ++one) {
      const Fix& fix = *one->second;
      text.replace(fix.span.begin, fix.span.end - fix.span.begin, fix.replacement);
    }
    applied.texts.emplace(file, std::move(text));
  }
  return applied;
}

}  // namespace tend::diagnostic
