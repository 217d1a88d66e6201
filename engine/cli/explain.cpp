// `tend explain T0201`: what a diagnostic means, from the pages that are compiled in.
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "dsl/diagnostic/catalogue.hpp"
#include "dsl/diagnostic/pages.hpp"
#include "engine/cli/terminal.hpp"
#include "engine/cli/verbs.hpp"

namespace tend::cli {
namespace {

constexpr std::uint32_t kWidthMax = 100;  // cells: longer lines are hard to read

struct Arguments {
  std::string code;
  std::string lang;
};

/// Cells of a line: as wide as the terminal, and no wider than is good to read.
std::uint32_t width() {
  winsize size{};
  if (!is_terminal(1) || ::ioctl(1, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kWidthMax;
  return std::min<std::uint32_t>(kWidthMax, size.ws_col);
}

/// `A warning. `[lints]` in tend.toml calls it `no_goal`.`
std::string kind(std::uint16_t code, text::Tongue tongue) {
  const bool english = tongue == text::Tongue::en;
  if (diagnostic::entry_of(code)->severity == diagnostic::Severity::error) return english ? "An error.\n" : "错误。\n";
  for (const diagnostic::LintName& lint : diagnostic::lint_names()) {
    if (lint.code != code) continue;
    const std::string name = "`" + std::string(lint.name) + "`";
    return english ? "A warning. `[lints]` in tend.toml calls it " + name + ".\n"
                   : "警告。在 tend.toml 的 `[lints]` 中叫 " + name + "。\n";
  }
  return english ? "A warning.\n" : "警告。\n";
}

Result<int> run_explain(const Arguments& arguments) {
  const auto code = diagnostic::code_named(arguments.code);
  if (!code) {
    const auto meant = diagnostic::nearest_code_name(arguments.code);
    return fail(ErrorCode::not_found, "there is no diagnostic `" + arguments.code + "`" +
                                          (meant ? ": did you mean `" + *meant + "`?"
                                                 : ": codes are written like `T0201`, lints like `no_goal`"));
  }
  const text::Tongue tongue = tongue_of(arguments.lang, {});
  std::string page = diagnostic::page_in(*code, tongue);
  page.insert(page.find('\n') + 1, "\n" + kind(*code, tongue));
  return print(diagnostic::plain(page, {.width = width(), .color = wants_colour(1)})) ? kFine : kFailed;
}

}  // namespace

void add_explain(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("explain", "say what a diagnostic means, with a wrong and a right example");
  verb->add_option("CODE", arguments->code, "as `T0201`, `201`, or the name of a lint")->required();
  verb->add_option("--lang", arguments->lang, "the tongue to answer in")->check(CLI::IsMember({"en", "zh"}));
  verb->callback([arguments, &exit_code] {
    const auto done = run_explain(*arguments);
    exit_code = done ? *done : complain(done.error());
  });
}

}  // namespace tend::cli
