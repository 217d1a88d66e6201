// The catalogue of diagnostics: code -> severity and sentences, read from codes.inc. To add one, add a row there.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/diagnostic/diagnostic.hpp"
#include "dsl/text/tongue.hpp"

namespace tend::diagnostic {

using text::Tongue;

enum class Phrase : std::uint16_t {
#define CODE(number, severity, en, zh)
#define HELP(number, en, zh)
#define PHRASE(name, en, zh) name,
#include "dsl/diagnostic/codes.inc"
#undef CODE
#undef HELP
#undef PHRASE
};

/// One row of the catalogue.
struct Entry {
  std::uint16_t code;
  Severity severity;
  std::string_view en;
  std::string_view zh;
};

/// All codes, in the order of codes.inc.
const std::vector<Entry>& codes();
/// The help sentences likewise (severity means nothing there).
const std::vector<Entry>& helps();

/// A diagnostic with the severity that the catalogue gives its code.
/// Requires: `code` stands in codes.inc.
Diagnostic make(std::uint16_t code, text::Span span, std::vector<std::string> arguments = {});

/// An argument that names something of the language and so is written in the reader's tongue.
std::string argument(Phrase phrase);

/// `T0201`.
std::string code_name(std::uint16_t code);

/// The sentence of a diagnostic, its arguments filled in.
std::string message(const Diagnostic& diagnostic, Tongue tongue);
/// Its help sentence; empty where it has none.
std::string help(const Diagnostic& diagnostic, Tongue tongue);

}  // namespace tend::diagnostic
