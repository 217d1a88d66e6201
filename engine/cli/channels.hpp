// What the verbs of `tend channels` share.
#pragma once
#include <string>

#include "engine/channel/config.hpp"
#include "engine/simulate/workspace.hpp"

namespace CLI {
class App;
}

namespace tend::cli {

/// Errors: `not_found`, with the name that may have been meant.
Result<channel::ChannelConfig> find_channel(const simulate::Workspace& workspace, const std::string& name);

/// `ways` and `way`: the codes by which people add members of staff.
void add_channel_ways(CLI::App& channels, int& exit_code);

}  // namespace tend::cli
