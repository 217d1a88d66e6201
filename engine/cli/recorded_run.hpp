// What `simulate` and `replay` (and `why` over sources) have in common: limits of time, sources, what is said of them.
#pragma once
#include <CLI/CLI.hpp>
#include <string>

#include "engine/cli/compile.hpp"
#include "engine/simulate/recorded.hpp"
#include "engine/simulate/report.hpp"

namespace tend::cli {

struct RecordedArguments {
  std::string workspace = ".";
  std::string from, to;
  std::string format = "human";
  std::string sends;
  std::string lang;
  bool strict = false;
};

void add_recorded_options(CLI::App& verb, RecordedArguments& arguments);

struct Prepared {
  std::unique_ptr<Compiled> compiled;
  simulate::Rows rows;
  simulate::RecordedOptions options;
};

/// Compiles the workspace, reads its sources and works out [from, to). What was odd in the sources is said on stderr.
/// `rejects_folder` as SourceOptions.
Result<Prepared> prepare(const RecordedArguments& arguments, const std::string& rejects_folder);

/// Prints the run's figures in the format that was asked for; false if that failed.
bool print_run(const RecordedArguments& arguments, const Prepared& prepared, const run::Figures& figures);

}  // namespace tend::cli
