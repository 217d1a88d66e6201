// Diagnostics: what is wrong with an author's text, as data. Texts live in the catalogue (catalogue.hpp), both tongues;
// renderers make them human or machine readable.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "dsl/text/limits.hpp"
#include "dsl/text/source.hpp"

namespace tend::diagnostic {

enum class Severity : std::uint8_t { error, warning };

/// A replacement that `check --fix` may apply without asking.
struct Fix {
  text::Span span;
  std::string replacement;
};

/// One mistake. `code` is a number of the catalogue (201 is printed T0201); `arguments` fill {0}, {1}, … of its
/// sentence in either tongue; `help` is a code of the catalogue's help sentences (0: none) with its own arguments (*did
/// you mean*).
struct Diagnostic {
  std::uint16_t code = 0;
  Severity severity = Severity::error;
  text::Span span;
  std::vector<std::string> arguments;
  std::uint16_t help = 0;
  std::vector<std::string> help_arguments;
  std::vector<Fix> fixes;
};

/// What a run keeps of them where some are left out before the others are shown: lints that are off, files that have
/// not changed.
inline constexpr std::size_t kDiagnosticsKept = 10'000;

/// The first `most`; where there are more, `too many problems` stands in the place of the rest, as bad as the worst of
/// all. Requires: `diagnostics` are sorted.
std::vector<Diagnostic> capped(std::vector<Diagnostic> diagnostics, std::size_t most = limits::kDiagnosticsMax);

/// Collects. Order of reporting does not matter: `take` sorts by file, place, code and drops exact doubles.
/// Shape: keeps what `take` can still give and little more, so a million mistakes take no more room than a thousand.
class Sink {
 public:
  explicit Sink(std::size_t most = limits::kDiagnosticsMax) : most_(most) {}
  void report(Diagnostic diagnostic);
  /// How many errors were reported, doubles and what is no longer kept among them.
  std::size_t errors() const { return errors_; }
  std::vector<Diagnostic> take();
  /// Until it is called again, what is reported goes into `list` and is not counted; null: it is kept here. For what is
  /// to be said in another place.
  /// Returns the list before.
  std::vector<Diagnostic>* divert(std::vector<Diagnostic>* list) { return std::exchange(diverted_, list); }

 private:
  void keep_first();

  std::vector<Diagnostic> diagnostics_;
  std::size_t errors_ = 0;
  std::size_t most_;
  std::vector<Diagnostic>* diverted_ = nullptr;
};

}  // namespace tend::diagnostic
