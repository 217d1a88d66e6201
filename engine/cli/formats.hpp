// `--format human|json|…[=FILE]`, several at once: what all verbs with outputs for machines share. Machines read stdout
// or a file; talk goes to stderr.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "dsl/diagnostic/diagnostic.hpp"
#include "dsl/diagnostic/render.hpp"
#include "engine/env/result.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tend::cli {

enum class Format { human, json, sarif, junit, github };

/// All of them, as `check` and `fmt --check` offer them.
inline constexpr Format kAllFormats[] = {Format::human, Format::json, Format::sarif, Format::junit, Format::github};

/// One output that was asked for.
struct Output {
  Format format = Format::human;
  std::string file;        // empty: stdout, or stderr
  bool to_stderr = false;  // human, beside something for machines on stdout
};

/// Adds `--format` to a verb; `words` is what parse_outputs wants afterwards.
CLI::Option* add_format_option(CLI::App& verb, std::vector<std::string>& words, std::span<const Format> offered);

/// What was asked for; `human` where nothing was.
/// Errors: `usage`: a format that is not offered, an empty or repeated FILE, two outputs for machines on stdout.
Result<std::vector<Output>> parse_outputs(const std::vector<std::string>& words, std::span<const Format> offered);

/// Renders and writes each output. `color` is true for a person at a terminal.
/// Errors: those of the files and of stdout.
Result<void> write_outputs(const std::vector<Output>& outputs,
                           const std::function<std::string(Format format, bool color)>& render);

/// What a verb found in an author's texts.
struct Findings {
  std::vector<diagnostic::Diagnostic> diagnostics;  // sorted, all of them: the formats show the first hundred
  std::span<const text::Source> sources;
  text::Tongue tongue = text::Tongue::en;
  bool deny_warnings = false;
  std::string summary;  // the last line for people, with its line break
};

/// write_outputs for diagnostics, in any format.
Result<void> write_findings(const std::vector<Output>& outputs, const Findings& findings);

/// The working directory, absolute; empty if it cannot be told. Reports name files from here.
std::string working_folder();

}  // namespace tend::cli
