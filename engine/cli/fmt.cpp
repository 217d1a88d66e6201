// `tend fmt`: one way to write a playbook, in either tongue.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "dsl/diagnostic/render.hpp"
#include "dsl/syntax/format.hpp"
#include "dsl/syntax/parse.hpp"
#include "dsl/syntax/same_tree.hpp"
#include "dsl/text/limits.hpp"
#include "engine/cli/formats.hpp"
#include "engine/cli/rewrite.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/env/files.hpp"
#include "engine/simulate/workspace.hpp"

namespace tend::cli {
namespace {

struct Arguments {
  std::vector<std::string> paths;
  std::vector<std::string> formats;
  bool check = false;
  std::string lang;
};

/// The file in the one way to write it; nothing when it has syntax mistakes, which are in `sink` then.
/// Errors: `corrupt`: the formatter itself is at fault.
Result<std::optional<std::string>> formatted(const text::Source& source, std::uint32_t index, const std::string& lang,
                                             diagnostic::Sink& sink) {
  const syntax::File file = syntax::parse(source, index, sink);
  if (sink.errors() > 0) return std::nullopt;
  const text::Tongue tongue = lang.empty() ? syntax::dominant_tongue(file) : tongue_of(lang, {});
  std::string text = syntax::format(file, source, tongue);
  if (text.size() > limits::kSourceBytesMax) {
    return fail(ErrorCode::invalid, "`" + source.name + "` is left as it is: laid out it would have " +
                                        std::to_string(text.size()) + " bytes, more than the " +
                                        std::to_string(limits::kSourceBytesMax) +
                                        " that are read; split it into several files");
  }
  // Never trust a formatter: what it wrote must mean the same, and must stay as it is when formatted again.
  diagnostic::Sink again;
  const text::Source result{.name = source.name, .text = text};
  const syntax::File reread = syntax::parse(result, 0, again);
  if (again.errors() > 0 || !syntax::same_tree(file, reread) || syntax::format(reread, result, tongue) != text) {
    return fail(
        ErrorCode::corrupt,
        "`" + source.name +
            "` is left as it is: formatting it would change it (a fault of tend, please report it with the file)");
  }
  return text;
}

bool inside_character(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

/// T0901 where the two begin to differ, as far as the line goes, with a fix for all of it.
diagnostic::Diagnostic unformatted(std::string_view is, std::string_view should, std::uint32_t file) {
  std::size_t begin =
      static_cast<std::size_t>(std::mismatch(is.begin(), is.end(), should.begin(), should.end()).first - is.begin());
  while (begin > 0 && (inside_character(is, begin) || inside_character(should, begin))) --begin;
  std::size_t tail = 0;  // bytes at the end that are the same
  const std::size_t most = std::min(is.size(), should.size()) - begin;
  while (tail < most && is[is.size() - 1 - tail] == should[should.size() - 1 - tail]) ++tail;
  while (tail > 0 && inside_character(is, is.size() - tail)) --tail;
  const std::size_t end = is.size() - tail;
  const auto place = [&](std::size_t to) {
    return text::Span{file, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(to)};
  };
  diagnostic::Diagnostic found = diagnostic::make(901, place(std::max(begin, std::min(end, is.find('\n', begin)))));
  found.help = 90;
  found.fixes = {{place(end), std::string(should.substr(begin, should.size() - tail - begin))}};
  return found;
}

Result<std::vector<text::Source>> read_files(const std::vector<std::string>& paths) {
  auto files = simulate::list_tend_files(paths.empty() ? std::vector<std::string>{"."} : paths);
  if (!files) return tl::unexpected(files.error());
  if (files->empty()) return fail(ErrorCode::not_found, "there is no .tend file here");
  std::vector<text::Source> sources;
  for (const std::string& path : *files) {
    auto content = env::read_whole_file(env::real_files(), path);
    if (!content) return tl::unexpected(content.error());
    sources.push_back({.name = path, .text = std::move(*content)});
  }
  return sources;
}

/// Rewrites the files and names those that changed.
Result<int> run_fmt(const Arguments& arguments) {
  const auto sources = read_files(arguments.paths);
  if (!sources) return tl::unexpected(sources.error());
  int exit_code = kFine;
  for (const text::Source& source : *sources) {
    diagnostic::Sink sink;
    const auto text = formatted(source, 0, arguments.lang, sink);
    if (!text) {
      exit_code = std::max(exit_code, complain(text.error()));
    } else if (!*text) {
      const std::string shown = diagnostic::human(sink.take(), {&source, 1},
                                                  {.tongue = tongue_of(arguments.lang, {}), .color = wants_colour(2)});
      std::fputs(shown.c_str(), stderr);
      exit_code = std::max(
          exit_code, complain({ErrorCode::invalid, "`" + source.name + "` is left as it is: mend its mistakes first"}));
    } else if (**text != source.text) {
      if (!print(source.name + "\n")) return kFailed;
      if (auto written = rewrite_file(source.name, **text); !written) return tl::unexpected(written.error());
    }
  }
  return exit_code;
}

/// Changes nothing: files that would change, and those that cannot be read, are diagnostics.
Result<int> run_fmt_check(const Arguments& arguments) {
  const auto outputs = parse_outputs(arguments.formats, kAllFormats);
  if (!outputs) return tl::unexpected(outputs.error());
  const auto sources = read_files(arguments.paths);
  if (!sources) return tl::unexpected(sources.error());
  int exit_code = kFine;
  std::vector<diagnostic::Diagnostic> found;
  std::size_t unformatted_files = 0, broken_files = 0;
  for (std::uint32_t i = 0; i < sources->size(); ++i) {
    const text::Source& source = (*sources)[i];
    diagnostic::Sink sink;
    const auto text = formatted(source, i, arguments.lang, sink);
    if (!text) {
      exit_code = std::max(exit_code, complain(text.error()));
    } else if (!*text) {
      ++broken_files;
      std::vector<diagnostic::Diagnostic> mistakes = sink.take();
      std::move(mistakes.begin(), mistakes.end(), std::back_inserter(found));
    } else if (**text != source.text) {
      ++unformatted_files;
      found.push_back(unformatted(source.text, **text, i));
    }
  }
  const text::Tongue tongue = tongue_of(arguments.lang, {});
  const std::string all = std::to_string(sources->size()), would = std::to_string(unformatted_files),
                    broken = std::to_string(broken_files);
  const auto written =
      write_findings(*outputs, {.diagnostics = std::move(found),
                                .sources = *sources,
                                .tongue = tongue,
                                .deny_warnings = false,
                                .summary = tongue == text::Tongue::en
                                               ? all + (all == "1" ? " file: " : " files: ") + would +
                                                     " would change, " + broken + " cannot be read\n"
                                               : all + " 个文件：" + would + " 个会改动，" + broken + " 个读不懂\n"});
  if (!written) return tl::unexpected(written.error());
  return unformatted_files + broken_files > 0 ? std::max(exit_code, kProblems) : exit_code;
}

}  // namespace

void add_fmt(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("fmt", "write playbooks in the one way, and name the files that changed");
  verb->add_option("PATH", arguments->paths, "folders or .tend files (default: the folder you are in)");
  CLI::Option* check = verb->add_flag("--check", arguments->check,
                                      "change nothing; say what would change, and exit 1 if anything would");
  add_format_option(*verb, arguments->formats, kAllFormats)->needs(check);
  verb->add_option("--lang", arguments->lang,
                   "write the keywords in this tongue (default: the one that each file mostly uses)")
      ->check(CLI::IsMember({"en", "zh"}));
  verb->callback([arguments, &exit_code] {
    const auto done = arguments->check ? run_fmt_check(*arguments) : run_fmt(*arguments);
    exit_code = done ? *done : complain(done.error());
  });
}

}  // namespace tend::cli
