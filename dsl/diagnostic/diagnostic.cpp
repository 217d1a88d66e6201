// The sink: collects, sorts, drops doubles, and stops at a hundred.
#include "dsl/diagnostic/diagnostic.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "dsl/diagnostic/catalogue.hpp"

namespace tend::diagnostic {
namespace {

auto key(const Diagnostic& d) {
  return std::tie(d.span.file, d.span.begin, d.code, d.span.end, d.arguments, d.help, d.help_arguments);
}

}  // namespace

void Sink::report(Diagnostic diagnostic) { diagnostics_.push_back(std::move(diagnostic)); }

std::size_t Sink::errors() const {
  return static_cast<std::size_t>(std::count_if(diagnostics_.begin(), diagnostics_.end(),
                                                [](const Diagnostic& d) { return d.severity == Severity::error; }));
}

std::vector<Diagnostic> Sink::take() {
  std::vector<Diagnostic> taken = std::exchange(diagnostics_, {});
  std::stable_sort(taken.begin(), taken.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  taken.erase(std::unique(taken.begin(), taken.end(),
                          [](const Diagnostic& a, const Diagnostic& b) { return key(a) == key(b); }),
              taken.end());
  if (taken.size() <= kDiagnosticsMax) return taken;
  const text::Span next = taken[kDiagnosticsMax].span;
  taken.resize(kDiagnosticsMax);
  taken.push_back(make(999, next, {std::to_string(kDiagnosticsMax)}));
  return taken;
}

}  // namespace tend::diagnostic
