// What log and history hold of one customer, as JSON.
#pragma once
#include <nlohmann/json.hpp>

#include "engine/cli/operator.hpp"
#include "engine/run/data_folder.hpp"
#include "engine/state/input.hpp"

namespace tend::cli {

/// One input of the customer, or of everybody, as it was recorded.
struct Recorded {
  std::uint64_t position = 0;
  state::InputKind kind = state::InputKind::event;
  std::string payload;
};
/// His own and everybody's in his partition, in order. Errors: of the disk; `corrupt`.
Result<std::vector<Recorded>> read_recorded(const run::DataFolder& folder, const std::string& customer);

/// `customer`, `sends` (at, playbook, message, channel, key, outcome) and, where `whole`, `inputs` (at, kind and what
/// came) and `story`, a line per entry. Errors: of the disk; `corrupt`.
Result<nlohmann::ordered_json> past_of(const OperatorArguments& arguments, const std::string& customer, bool whole);

}  // namespace tend::cli
