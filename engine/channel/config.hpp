// A channel as the workspace's tend.toml describes it: the part that can be checked without touching anything.
#pragma once
#include <map>
#include <span>
#include <string>

#include "engine/channel/limits.hpp"
#include "engine/env/result.hpp"

namespace tend::channel {

/// One `[channels.NAME]` table. `options` holds its other keys as they are written, `rate` among them; `limits` what is
/// known of the adapter's platform, and what the table's own `limits` say.
struct ChannelConfig {
  std::string name;
  std::string adapter;
  std::map<std::string, std::string> options;
  Limits limits;
  std::string folder;  // of the workspace; paths are seen from it. Empty: from where tend was started
};

/// Looks at names and values only; opens nothing, so `tend check` can call it.
/// Errors: `invalid`: an adapter or option that does not exist (the sentence names those that do), a missing one, a
/// malformed rate.
Result<void> check_channel(const ChannelConfig& config);

/// check_channel for each, and what they must not share: a name, a file.
Result<void> check_channels(std::span<const ChannelConfig> configs);

}  // namespace tend::channel
