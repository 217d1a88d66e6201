// The `console` adapter: a readable line per message, for trying things out.
#pragma once
#include <cstdio>
#include <memory>
#include <string>

#include "engine/channel/adapter.hpp"

namespace tend::channel {

/// Prints `MOMENT  CUSTOMER  PLAYBOOK/MESSAGE  TEXT` to `console`; the items of a message with several stand as
/// `kind: text`. It cannot settle: what was on a screen nobody knows, so after a crash such a message is taken as
/// accepted, and said so. Shape: `console` outlives the adapter.
std::unique_ptr<Adapter> make_console_adapter(std::FILE* console, const std::string& channel);

}  // namespace tend::channel
