// Diagnostics as annotations of GitHub Actions.
#include "dsl/diagnostic/annotations.hpp"
#include "dsl/diagnostic/place.hpp"
#include "dsl/diagnostic/render.hpp"

namespace tend::diagnostic {

std::string github(const std::vector<Diagnostic>& diagnostics, std::span<const text::Source> sources,
                   const MachineOptions& options) {
  std::vector<Annotation> annotations;
  std::size_t placed[2] = {0, 0};
  for (const Diagnostic& diagnostic : diagnostics) {
    Annotation one;
    one.severity = diagnostic.severity;
    // Where more are left out than shown, their places need not be looked for.
    if (placed[static_cast<std::size_t>(diagnostic.severity)]++ < kAnnotationsMax) {
      const Range range = range_of(sources, diagnostic.span);
      one.file = name_from(options.folder, sources[diagnostic.span.file].name);
      one.line = range.begin.line;
      one.column = range.begin.column;
      one.end_line = range.end.line;
      one.end_column = range.end.column;
      one.title = code_name(diagnostic.code);
      one.message = sentence_and_help(diagnostic, options.tongue);
    }
    annotations.push_back(std::move(one));
  }
  return annotation_lines(annotations, options.tongue);
}

}  // namespace tend::diagnostic
