// Diagnostics for people and for machines.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "dsl/diagnostic/catalogue.hpp"
#include "dsl/diagnostic/diagnostic.hpp"
#include "dsl/text/source.hpp"

namespace tend::diagnostic {

struct HumanOptions {
  Tongue tongue = Tongue::en;
  bool color = false;
};

/// Each with its line, framed, and a caret under the place, in terminal cells; a blank line between two.
/// Shape: Span::file indexes `sources`; ends with a line break, empty for no diagnostics. Long lines are shown around
/// the place only.
std::string human(const std::vector<Diagnostic>& diagnostics, std::span<const text::Source> sources,
                  const HumanOptions& options);

/// `tend.check/1` (docs/formats/check.md): one object, ending with a line break.
/// Units: lines and columns from 1, columns in code points, `end_column` one past the last.
std::string json(const std::vector<Diagnostic>& diagnostics, std::span<const text::Source> sources, Tongue tongue);

/// What formats of other tools want to know.
struct MachineOptions {
  Tongue tongue = Tongue::en;
  std::string folder;          // the working directory, absolute: files in it are named from there; empty: names stay
  bool warnings_fail = false;  // JUnit: warnings are failures too
};

/// SARIF 2.1.0: one run, the rules that were broken with their pages, results with regions in code points and fixes.
/// Shape: as human(); ends with a line break.
std::string sarif(const std::vector<Diagnostic>& diagnostics, std::span<const text::Source> sources,
                  const MachineOptions& options);

/// JUnit's XML: a suite per source, a case per diagnostic, one that passed for a source without any. Warnings pass,
/// their sentence in `system-out`.
std::string junit(const std::vector<Diagnostic>& diagnostics, std::span<const text::Source> sources,
                  const MachineOptions& options);

/// Workflow commands of GitHub Actions, a line each (annotations.hpp has what is left out).
std::string github(const std::vector<Diagnostic>& diagnostics, std::span<const text::Source> sources,
                   const MachineOptions& options);

}  // namespace tend::diagnostic
