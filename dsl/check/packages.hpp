// Packages in the checker: what `use` brings in, whose names are whose, and where their mistakes are shown.
#pragma once
#include <set>
#include <string_view>

#include "dsl/check/schema.hpp"

namespace tend::check {

/// The package whose calendars a policy may name without `use`.
inline constexpr std::string_view kStandardPackage = "std";

/// Whose declarations count, as owner_of: the workspace's own, and those of all packages that it uses, be it through
/// others.
std::set<std::uint32_t> owners_in_use(const Workspace& workspace);

/// Reads every `use` into Schema::aliases. Errors: packages that are not there, are broken or do not fit tend.lock,
/// aliases that are taken; reported at the `use`. Their names are not missed again. Requires: events are gathered.
void gather_uses(Workspace& workspace);

/// Mistakes that were found in a package are the package's in its own check; here they say that it does not fit this
/// workspace, and so stand at its `use`, the first one of each. Warnings about packages are dropped.
void show_at_uses(Workspace& workspace);

}  // namespace tend::check
