// `lua`: an adapter as a Lua script, which runs in a child of its own and can do nothing but ask us for HTTP.
#pragma once
#include <array>

#include "engine/channel/kinds.hpp"

namespace tend::channel {

struct AskingOptions;

inline constexpr std::array<Option, 7> kLuaOptions = {{
    {"script", true, "the file with the script; its path is seen from the workspace"},
    {"hosts", true, "the hosts that the script may call, as `api.example.com`", false, OptionShape::list},
    {"options", false, "what the script is handed, by names; of these `env:NAME` and `file:PATH` are read", false,
     OptionShape::table},
    {"timeout", false, "how many seconds the script may take for an answer, before it is killed"},
    {"memory", false, "how many megabytes the script may take"},
    {"allow_private", false, "`true`: the hosts may be on private networks and on plain `http://`"},
    {"ca_file", false, "a file of certificates to trust in place of the system's"},
}};

/// Starts the script once, to hear what it can do, and ends it again.
/// Errors: those of its options, and `invalid` for a script that cannot be run, with its line.
Result<std::unique_ptr<Remote>> make_lua(const ChannelConfig& config);

/// The same, but a message that the script leaves without an outcome is always in doubt: the kit wants to see it.
Result<std::unique_ptr<Remote>> make_lua_for_kit(const ChannelConfig& config);

/// The child that runs a channel's script.
/// Errors: those of its options; `not_found` for the script.
Result<AskingOptions> lua_child(const ChannelConfig& config);

}  // namespace tend::channel
