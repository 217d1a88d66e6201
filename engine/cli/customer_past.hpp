// What log and history hold of one customer, as JSON.
#pragma once
#include <nlohmann/json.hpp>

#include "engine/cli/operator.hpp"

namespace tend::cli {

/// `customer`, `sends` (at, playbook, message, channel, key, outcome) and, where `whole`, `inputs` (at, kind and what
/// came) and `story`, a line per entry. Errors: of the disk; `corrupt`.
Result<nlohmann::ordered_json> past_of(const OperatorArguments& arguments, const std::string& customer, bool whole);

}  // namespace tend::cli
