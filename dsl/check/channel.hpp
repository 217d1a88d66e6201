// Channels: which there are, and what a message may be on each.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "dsl/check/schema.hpp"

namespace tend::check {

/// Does `tend.toml` declare it (or nobody knows which there are)? Errors: false, reported (T0207).
bool known_channel(Workspace& workspace, const syntax::Name& name);

/// `on a else b`: each once, in the order in which they are tried. Errors: those that are wrong are left out, reported.
std::vector<std::string> channels_of(Workspace& workspace, const std::vector<syntax::Name>& names);

}  // namespace tend::check
