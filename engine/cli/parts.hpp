// What a workspace is checked with besides its own .tend files: packages, the standard one, and Lua files.
#pragma once
#include <vector>

#include "dsl/check/check.hpp"
#include "engine/simulate/packages.hpp"

namespace tend::cli {

/// Everything that one check reads.
struct Parts {
  std::vector<text::Source> sources;  // the workspace's own first, then those of packages, then Lua
  std::vector<syntax::File> files;    // of all that are .tend
  std::size_t own = 0;                // how many are the workspace's own .tend files
  std::vector<std::uint32_t> lua;     // which sources are the workspace's own Lua files
};

/// Does a missing or different entry in tend.lock count?
enum class Locked : std::uint8_t { asked, ignored };

/// Reads the packages of `workspace` and the Lua files that all of them name, parses what is .tend, checks each package
/// by itself, and fills in what `options` says of packages and Lua. The workspace's own mistakes of syntax go to
/// `sink`. Requires: `parts.sources` are the workspace's own files. Errors: of the disk; what is wrong with tend.toml's
/// dependencies and with tend.lock.
Result<void> add_parts(const simulate::Workspace& workspace, Locked locked, Parts& parts, check::CheckOptions& options,
                       diagnostic::Sink& sink);

}  // namespace tend::cli
