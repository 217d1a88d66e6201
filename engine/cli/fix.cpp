#include "engine/cli/fix.hpp"

#include <set>

#include "dsl/diagnostic/catalogue.hpp"
#include "dsl/diagnostic/fix.hpp"
#include "dsl/syntax/parse.hpp"
#include "engine/cli/rewrite.hpp"

namespace tend::cli {
namespace {

std::size_t syntax_errors(const text::Source& source) {
  diagnostic::Sink sink;
  (void)syntax::parse(source, 0, sink);
  return sink.errors();
}

}  // namespace

Result<Fixed> fix_all(Checked checked, const std::function<bool(const std::string& name)>& may_change) {
  Fixed fixed{std::move(checked), {}, {}};
  std::set<std::uint32_t> refused;
  for (int round = 0; round < kFixRoundsMax; ++round) {
    std::vector<text::Source>& sources = fixed.checked.sources;
    const auto allowed = [&](std::uint32_t file) { return !refused.contains(file) && may_change(sources[file].name); };
    diagnostic::Applied applied = diagnostic::apply_fixes(sources, fixed.checked.diagnostics, allowed);
    std::set<std::uint32_t> worse;
    for (const auto& [file, text] : applied.texts) {
      if (syntax_errors({.name = {}, .text = text}) > syntax_errors(sources[file])) worse.insert(file);
    }
    if (!worse.empty()) {  // without them, then: a fix may reach over two files
      refused.insert(worse.begin(), worse.end());
      continue;
    }
    if (applied.texts.empty()) break;
    for (const std::size_t i : applied.diagnostics) {
      const diagnostic::Diagnostic& one = fixed.checked.diagnostics[i];
      std::set<std::uint32_t> touched;
      for (const diagnostic::Fix& fix : one.fixes) touched.insert(fix.span.file);
      for (const std::uint32_t file : touched) ++fixed.fixed[sources[file].name][one.code];
    }
    for (auto& [file, text] : applied.texts) sources[file].text = std::move(text);
    sources.resize(fixed.checked.own_files);  // the others are read anew
    auto again = check_loaded({std::move(fixed.checked.workspace), std::move(sources)});
    if (!again) return tl::unexpected(again.error());
    fixed.checked = std::move(*again);
  }
  for (const std::uint32_t file : refused) fixed.refused.push_back(fixed.checked.sources[file].name);
  return fixed;
}

Result<void> write_fixed(const Fixed& fixed) {
  for (const text::Source& source : fixed.checked.sources) {
    if (!fixed.fixed.contains(source.name)) continue;
    if (auto written = rewrite_file(source.name, source.text); !written) return written;
  }
  return {};
}

std::vector<std::string> fixed_lines(const Fixed& fixed, text::Tongue tongue) {
  const bool english = tongue == text::Tongue::en;
  std::vector<std::string> lines;
  for (const auto& [name, codes] : fixed.fixed) {
    std::string counts;
    for (const auto& [code, count] : codes) {
      counts += (counts.empty() ? ""
                 : english      ? ", "
                                : "、") +
                std::to_string(count) + " × " + diagnostic::code_name(code);
    }
    lines.push_back(english ? "fixed `" + name + "`: " + counts : "已修改 `" + name + "`：" + counts);
  }
  for (const std::string& name : fixed.refused) {
    lines.push_back(english ? "left `" + name + "` as it is: what could be fixed would make it worse"
                            : "`" + name + "` 未修改：自动修改会带来更多错误");
  }
  return lines;
}

}  // namespace tend::cli
