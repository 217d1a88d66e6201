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
#define LINT(number, name)
#define PHRASE(name, en, zh) name,
#include "dsl/diagnostic/codes.inc"
#undef CODE
#undef HELP
#undef LINT
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

/// What `[lints]` in tend.toml calls a warning.
struct LintName {
  std::uint16_t code;
  std::string_view name;
};

/// All of them, in the order of codes.inc. Every T06xx has one.
const std::vector<LintName>& lint_names();

/// The code's row; null where codes.inc has none.
const Entry* entry_of(std::uint16_t code);

/// The code's sentence with `…` where its arguments stand. Requires: `code` stands in codes.inc.
std::string sentence_with_gaps(std::uint16_t code, Tongue tongue);

/// A diagnostic with the severity that the catalogue gives its code.
/// Requires: `code` stands in codes.inc.
Diagnostic make(std::uint16_t code, text::Span span, std::vector<std::string> arguments = {});

/// An argument that names something of the language and so is written in the reader's tongue.
std::string argument(Phrase phrase);

/// An argument that is the sentence of another diagnostic, help aside: what went wrong somewhere else.
std::string argument(const Diagnostic& other);

/// `T0201`.
std::string code_name(std::uint16_t code);

/// The code that somebody wrote as `T0201`, `t201`, `201` or by a lint's name.
std::optional<std::uint16_t> code_named(std::string_view written);
/// The name most like it, as code_named reads it, for *did you mean*.
std::optional<std::string> nearest_code_name(std::string_view written);

/// The sentence of a diagnostic, its arguments filled in.
std::string message(const Diagnostic& diagnostic, Tongue tongue);
/// Its help sentence; empty where it has none.
std::string help(const Diagnostic& diagnostic, Tongue tongue);

}  // namespace tend::diagnostic
