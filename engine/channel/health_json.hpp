// How channels are, as JSON: what `serve` answers to `/v1/channels` and `tend channels` shows.
#pragma once
#include <span>
#include <string>

#include "engine/channel/config.hpp"
#include "engine/channel/remote_dispatcher.hpp"

namespace tend::channel {

/// `{"channels":[{"channel":"mail","adapter":"smtp","state":"open","accepted":12,…}]}` and a line end; docs/channels.md
/// has the fields. Channels without an adapter over the network have a name and an adapter only.
std::string channels_health(std::span<const ChannelConfig> configs, RemoteDispatcher& dispatcher);

}  // namespace tend::channel
