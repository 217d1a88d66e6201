// Contact ways of a channel's platform for who is no dispatcher: asked, and waited for.
#pragma once
#include "engine/channel/config.hpp"
#include "engine/channel/platform/wecom_ways.hpp"

namespace tend::channel {

/// As WecomWays has them, by the account of this channel. Errors: `usage` for a channel of another platform; those of
/// with_secrets and of options that cannot be; `io` where nothing can be asked.
Result<WaysAnswer> list_ways(const ChannelConfig& config);
Result<WaysAnswer> make_way(const ChannelConfig& config, const ContactWay& wanted, bool update);
Result<WaysAnswer> remove_way(const ChannelConfig& config, const std::string& state);

}  // namespace tend::channel
