// How the checker makes its diagnostics: short names for what the catalogue offers.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "dsl/diagnostic/catalogue.hpp"
#include "dsl/diagnostic/diagnostic.hpp"

namespace tend::check {

using diagnostic::Diagnostic;
using diagnostic::Phrase;

/// A diagnostic of `code`, with the help sentence `help` where it is not 0.
inline Diagnostic mistake(std::uint16_t code, text::Span span, std::vector<std::string> arguments = {},
                          std::uint16_t help = 0, std::vector<std::string> help_arguments = {}) {
  Diagnostic diagnostic = diagnostic::make(code, span, std::move(arguments));
  diagnostic.help = help;
  diagnostic.help_arguments = std::move(help_arguments);
  return diagnostic;
}

/// T0149: `there` of something where `allowed` are.
inline Diagnostic too_many(text::Span span, std::size_t there, Phrase what, std::size_t allowed) {
  return mistake(149, span, {std::to_string(there), diagnostic::argument(what), std::to_string(allowed)});
}

}  // namespace tend::check
