// Secrets are named in tend.toml, not written: `env:NAME` or `file:PATH`.
#pragma once
#include <string>
#include <string_view>

#include "engine/env/result.hpp"

namespace tend::channel {

/// `env:NAME` or `file:PATH`.
bool is_secret_name(std::string_view text);

/// What `env:NAME` or `file:PATH` stands for, the path seen from `folder`; the last line's end of a file is not part of
/// it. Requires: is_secret_name. Errors: `invalid` naming the variable or file that is missing or empty; never with
/// what is in it.
Result<std::string> read_secret(const std::string& named, const std::string& folder);

}  // namespace tend::channel
