// What `tend channels` shows: adapters, channels and how they are, and what became of a message that was sent to try
// one.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "dsl/text/tongue.hpp"
#include "engine/channel/kinds.hpp"
#include "engine/channel/lane.hpp"
#include "engine/channel/program/conformance.hpp"

namespace tend::cli {

/// Channels as configured, secrets by their names. `health`: what `serve` answers to `/v1/channels`; null where nobody
/// runs.
nlohmann::ordered_json channels_json(std::span<const channel::ChannelConfig> channels,
                                     const nlohmann::ordered_json& health);
std::string channels_text(const nlohmann::ordered_json& channels, text::Tongue tongue);

nlohmann::ordered_json adapters_json();
std::string adapters_text(text::Tongue tongue);
/// One adapter with its options.
std::string adapter_text(const channel::AdapterKind& kind, text::Tongue tongue);

/// What became of a message that was sent to try a channel.
std::string outcome_text(const channel::Report& report, text::Tongue tongue);
bool went_out(const channel::Report& report);

/// What the conformance kit found.
std::string conformance_text(std::span<const channel::ConformanceCheck> checks, text::Tongue tongue);

}  // namespace tend::cli
