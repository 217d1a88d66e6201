// A kit of questions that an adapter's program is asked before it is trusted: does it keep to docs/adapters.md?
#pragma once
#include <string>
#include <vector>

#include "engine/channel/config.hpp"
#include "engine/env/clock.hpp"

namespace tend::channel {

struct ConformanceCheck {
  std::string name;  // what is asked for, in a few words
  bool kept = false;
  std::string found;  // what it did; of one that is kept: what is worth knowing, or nothing
};

/// Runs the program or the script of a channel through the kit. `to` is an address that it may really write to: it gets
/// some hundreds of messages.
/// Errors: `usage` for an adapter of another kind; those of with_secrets, make_program, make_lua and make_host.
Result<std::vector<ConformanceCheck>> check_conformance(const ChannelConfig& config, const std::string& to,
                                                        env::Clock& clock);

}  // namespace tend::channel
