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

}  // namespace tend::diagnostic
