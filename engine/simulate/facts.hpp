// What tend.toml says of channels, as the checker wants to know it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "dsl/check/check.hpp"
#include "engine/channel/config.hpp"

namespace tend::simulate {

/// A channel as the checker sees it: its platform's limits and those of its `limits`. Hours in which it is closed
/// become quiet hours of the channel.
check::ChannelFacts facts_of(const channel::ChannelConfig& config);

/// `08:00-20:00` into the two ends. Errors: false: it is written otherwise, or the ends are the same.
bool read_hours(std::string_view text, channel::Limits& limits);

/// `30s`, `90min`, `24h`, `3d` to milliseconds. Errors: 0: it is written otherwise.
std::int64_t read_span(std::string_view text);

}  // namespace tend::simulate
