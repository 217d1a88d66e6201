// How much a warning counts: what `[lints]` in tend.toml says, put over what the checker found.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/diagnostic/diagnostic.hpp"

namespace tend::diagnostic {

enum class Level : std::uint8_t { off, warning, error };

/// By code; what is not in it counts as the catalogue says.
using Levels = std::map<std::uint16_t, Level>;

/// `off`, `warning` or `error`.
std::optional<Level> level_named(std::string_view name);

/// The code of the warning that `name` means: its rule's name or its code. An error of the catalogue is none: it says
/// that the playbooks mean nothing, and that cannot be switched off.
std::optional<std::uint16_t> warning_named(std::string_view name);

/// What `[lints]` knows by name, for *did you mean*: the rules' names and all warnings' codes.
std::vector<std::string> warning_names();

/// The diagnostics with their levels: those that are off left out, the severity of the others put. The order stays.
std::vector<Diagnostic> with_levels(std::vector<Diagnostic> diagnostics, const Levels& levels);

}  // namespace tend::diagnostic
