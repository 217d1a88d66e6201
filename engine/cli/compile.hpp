// From a workspace on disk to its program: what every verb begins with.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "dsl/check/check.hpp"
#include "dsl/diagnostic/diagnostic.hpp"
#include "dsl/program/program.hpp"
#include "dsl/text/tongue.hpp"
#include "engine/cli/parts.hpp"
#include "engine/simulate/workspace.hpp"

namespace tend::cli {

/// What is there to be checked.
struct Loaded {
  simulate::Workspace workspace;
  std::vector<text::Source> sources;
};

/// What checking gave, problems and all.
struct Checked {
  simulate::Workspace workspace;
  std::vector<text::Source> sources;
  std::vector<syntax::File> files;
  std::size_t own_files = 0;       // how many sources are the workspace's own .tend files: they stand first
  std::vector<std::uint32_t> own;  // these and its own Lua files: the other sources are its packages'
  std::vector<diagnostic::Diagnostic> diagnostics;  // sorted, with the levels of `[lints]`; more than are shown at once
  std::size_t errors = 0;
  std::size_t warnings = 0;
  check::CheckResult result;
};

/// How a workspace is checked, where it is not as it will run.
struct CheckWith {
  Locked locked = Locked::asked;
  std::string only_playbook;  // empty: all
};

/// Reads a workspace folder, a lone file, or several of either as one namespace.
/// Errors: of the disk and of tend.toml; `not_found` where there is no file to check.
Result<Loaded> load_paths(const std::vector<std::string>& paths);

/// Checks what was read. Errors: the policy's time zone is one that this machine should know and does not.
Result<Checked> check_loaded(Loaded loaded, const CheckWith& with = {});

/// Reads and checks a workspace folder, a lone file, or several of either as one namespace.
/// Errors: of the disk and of tend.toml; the authors' mistakes are in `diagnostics`.
Result<Checked> check_paths(const std::vector<std::string>& paths, const CheckWith& with = {});

/// As check_paths of one path; a workspace with mistakes prints them to stderr (humans read them) and is an error of
/// one sentence. What it gives has a program.
Result<std::unique_ptr<Checked>> check_workspace(const std::string& path, text::Tongue tongue);

/// The playbook's number. Errors: not_found, with the name that was perhaps meant, or all there are.
Result<std::uint32_t> playbook_named(const program::Program& program, const std::string& name);

/// A workspace without mistakes.
struct Compiled {
  simulate::Workspace workspace;
  std::vector<text::Source> sources;
  program::Program program;
  program::Places places;
  std::string program_bytes;
  std::string places_bytes;
  std::string default_channel;  // for messages that name none
};

/// What `tend.toml` says of the program: attributes with addresses, purposes that wordings are for. Errors: `invalid`
/// with the first thing that is not there.
Result<void> check_settings(const simulate::Workspace& workspace, const program::Program& program);

/// As check_workspace, ready to run.
Result<std::unique_ptr<Compiled>> compile_workspace(const std::string& path, text::Tongue tongue);

/// The tongue that the workspace at `path` asks for, without reading all of it; `asked` wins.
text::Tongue workspace_tongue(const std::string& path, std::string_view asked);

}  // namespace tend::cli
