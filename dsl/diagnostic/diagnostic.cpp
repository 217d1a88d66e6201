// The sink: collects, sorts, drops doubles, and stops when there are too many.
#include "dsl/diagnostic/diagnostic.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "dsl/diagnostic/catalogue.hpp"

namespace tend::diagnostic {
namespace {

constexpr std::size_t kAhead = 1024;  // kept beyond those that can be shown before the rest is dropped

auto key(const Diagnostic& d) {
  return std::tie(d.span.file, d.span.begin, d.code, d.span.end, d.arguments, d.help, d.help_arguments);
}

/// Puts `too many problems` where the first one stands that is not shown.
void cut(std::vector<Diagnostic>& diagnostics, std::size_t most, bool errors) {
  if (diagnostics.size() <= most) return;
  Diagnostic too_many = make(999, diagnostics[most].span, {std::to_string(most)});
  if (!errors) too_many.severity = Severity::warning;
  diagnostics.resize(most);
  diagnostics.push_back(std::move(too_many));
}

}  // namespace

std::vector<Diagnostic> capped(std::vector<Diagnostic> diagnostics, std::size_t most) {
  const bool errors = std::any_of(diagnostics.begin(), diagnostics.end(),
                                  [](const Diagnostic& d) { return d.severity == Severity::error; });
  cut(diagnostics, most, errors);
  return diagnostics;
}

void Sink::report(Diagnostic diagnostic) {
  if (diverted_) return diverted_->push_back(std::move(diagnostic));
  if (diagnostic.severity == Severity::error) ++errors_;
  diagnostics_.push_back(std::move(diagnostic));
  if (diagnostics_.size() >= most_ + kAhead) keep_first();
}

/// In order, each once, and one more than are shown: its place is where `too many problems` stands.
void Sink::keep_first() {
  std::stable_sort(diagnostics_.begin(), diagnostics_.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  diagnostics_.erase(std::unique(diagnostics_.begin(), diagnostics_.end(),
                                 [](const Diagnostic& a, const Diagnostic& b) { return key(a) == key(b); }),
                     diagnostics_.end());
  if (diagnostics_.size() > most_ + 1) diagnostics_.resize(most_ + 1);
}

std::vector<Diagnostic> Sink::take() {
  keep_first();
  std::vector<Diagnostic> taken = std::exchange(diagnostics_, {});
  cut(taken, most_, std::exchange(errors_, 0) > 0);
  return taken;
}

}  // namespace tend::diagnostic
