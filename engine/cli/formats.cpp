#include "engine/cli/formats.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <optional>
#include <set>

#include "engine/cli/terminal.hpp"
#include "engine/env/files.hpp"

namespace tend::cli {
namespace {

const char* name_of(Format format) {
  switch (format) {
    case Format::human: return "human";
    case Format::json: return "json";
    case Format::sarif: return "sarif";
    case Format::junit: return "junit";
    case Format::github: return "github";
  }
  return "";
}

/// `human, json or sarif`.
std::string listed(std::span<const Format> offered) {
  std::string out;
  for (std::size_t i = 0; i < offered.size(); ++i)
    out += (i == 0 ? "" : i + 1 == offered.size() ? " or " : ", ") + std::string(name_of(offered[i]));
  return out;
}

tl::unexpected<Error> both_on_stdout(Format one, const std::string& other) {
  return fail(ErrorCode::usage, std::string("only one of `") + name_of(one) + "` and `" + other +
                                    "` can go to stdout: give the other a file, as in `--format " + other + "=FILE`");
}

/// Reports replace a file as a whole; what is no plain file (a pipe, a link, `/dev/stdout`) is written to, not
/// replaced.
Result<void> write_report(const std::string& path, const std::string& text) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode))
    return env::write_whole_file(env::real_files(), path, text);
  std::FILE* const file = std::fopen(path.c_str(), "w");
  const bool written = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const int error = errno;
  if (file != nullptr && std::fclose(file) == 0 && written) return {};
  return fail(ErrorCode::io, "cannot write `" + path + "`: " + std::strerror(error));
}

}  // namespace

CLI::Option* add_format_option(CLI::App& verb, std::vector<std::string>& words, std::span<const Format> offered) {
  return verb.add_option("--format", words, listed(offered) + ", each with an optional =FILE; repeatable")
      ->take_all()
      ->allow_extra_args(false);
}

Result<std::vector<Output>> parse_outputs(const std::vector<std::string>& words, std::span<const Format> offered) {
  if (words.empty()) return std::vector<Output>{Output{}};
  std::vector<Output> outputs;
  std::set<std::string> files;
  const Output* on_stdout = nullptr;
  outputs.reserve(words.size());
  for (const std::string& word : words) {
    const std::size_t equals = std::min(word.find('='), word.size());
    const std::string kind = word.substr(0, equals);
    const auto format = std::find_if(offered.begin(), offered.end(), [&](Format f) { return name_of(f) == kind; });
    if (format == offered.end()) {
      return fail(ErrorCode::usage,
                  "there is no format `" + kind + "` here: " + listed(offered) + ", each with an optional =FILE");
    }
    outputs.push_back({.format = *format, .file = word.substr(std::min(equals + 1, word.size())), .to_stderr = false});
    const Output& output = outputs.back();
    if (equals < word.size() && output.file.empty())
      return fail(ErrorCode::usage, "`--format " + word + "` names no file after the `=`");
    if (!output.file.empty()) {
      if (!files.insert(output.file).second)
        return fail(ErrorCode::usage, "two formats cannot be written to the same file `" + output.file + "`");
      continue;
    }
    if (*format == Format::human) continue;
    if (on_stdout != nullptr) return both_on_stdout(on_stdout->format, kind);
    on_stdout = &output;
  }
  for (Output& output : outputs) {
    output.to_stderr = output.format == Format::human && output.file.empty() && on_stdout != nullptr;
  }
  return outputs;
}

Result<void> write_outputs(const std::vector<Output>& outputs,
                           const std::function<std::string(Format format, bool color)>& render) {
  for (const Output& output : outputs) {
    const bool color = output.file.empty() && wants_colour(output.to_stderr ? 2 : 1);
    const std::string text = render(output.format, color);
    if (!output.file.empty()) {
      if (auto written = write_report(output.file, text); !written) return written;
      continue;
    }
    std::FILE* const stream = output.to_stderr ? stderr : stdout;
    if (std::fwrite(text.data(), 1, text.size(), stream) != text.size() || std::fflush(stream) != 0)
      return fail(ErrorCode::io, std::string("cannot write the result: ") + std::strerror(errno));
  }
  return {};
}

Result<void> write_findings(const std::vector<Output>& outputs, const Findings& findings) {
  const std::vector<diagnostic::Diagnostic> shown = diagnostic::capped(findings.diagnostics);
  const diagnostic::MachineOptions machine{
      .tongue = findings.tongue, .folder = working_folder(), .warnings_fail = findings.deny_warnings};
  return write_outputs(outputs, [&](Format format, bool color) -> std::string {
    switch (format) {
      case Format::human: {
        std::string text = diagnostic::human(shown, findings.sources, {.tongue = findings.tongue, .color = color});
        if (!text.empty()) text += "\n";
        return text + findings.summary;
      }
      case Format::json: return diagnostic::json(shown, findings.sources, findings.tongue);
      case Format::sarif: return diagnostic::sarif(shown, findings.sources, machine);
      case Format::junit: return diagnostic::junit(shown, findings.sources, machine);
      case Format::github:  // all of them, for it tells their number
        return diagnostic::github(findings.diagnostics, findings.sources, machine);
    }
    return {};
  });
}

std::string working_folder() {
  char path[PATH_MAX];
  return ::getcwd(path, sizeof path) == nullptr ? std::string() : std::string(path);
}

}  // namespace tend::cli
