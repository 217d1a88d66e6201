// The sink: collects, sorts, drops doubles, and stops at a hundred.
#include "dsl/diagnostic/diagnostic.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "dsl/diagnostic/catalogue.hpp"

namespace tend::diagnostic {
namespace {

constexpr std::size_t kKept = 1024;  // before those that can no longer be shown are dropped

auto key(const Diagnostic& d) {
  return std::tie(d.span.file, d.span.begin, d.code, d.span.end, d.arguments, d.help, d.help_arguments);
}

}  // namespace

void Sink::report(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::error) ++errors_;
  diagnostics_.push_back(std::move(diagnostic));
  if (diagnostics_.size() >= kKept) keep_first();
}

/// In order, each once, and one more than are shown: its place is where `too many problems` stands.
void Sink::keep_first() {
  std::stable_sort(diagnostics_.begin(), diagnostics_.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  diagnostics_.erase(std::unique(diagnostics_.begin(), diagnostics_.end(),
                                 [](const Diagnostic& a, const Diagnostic& b) { return key(a) == key(b); }),
                     diagnostics_.end());
  if (diagnostics_.size() > kDiagnosticsMax + 1) diagnostics_.resize(kDiagnosticsMax + 1);
}

std::vector<Diagnostic> Sink::take() {
  keep_first();
  errors_ = 0;
  std::vector<Diagnostic> taken = std::exchange(diagnostics_, {});
  if (taken.size() <= kDiagnosticsMax) return taken;
  const text::Span next = taken[kDiagnosticsMax].span;
  taken.resize(kDiagnosticsMax);
  taken.push_back(make(999, next, {std::to_string(kDiagnosticsMax)}));
  return taken;
}

}  // namespace tend::diagnostic
