// `webhook`: each message is a signed POST to an address of the operator's.
#pragma once
#include <array>

#include "engine/channel/kinds.hpp"

namespace tend::channel {

inline constexpr std::array<Option, 6> kWebhookOptions = {{
    {"url", true, "the address that is called"},
    {"secret", true, "what calls are signed with, `whsec_…` or `whsk_…`", true},
    {"old_secret", false, "the secret of before, which signs too until receivers know the new one", true},
    {"allow_private", false, "`true`: the address may be one of this machine or network, and plain http"},
    {"timeout", false, "how many seconds an answer may take"},
    {"ca_file", false, "a file of certificates to trust in place of the system's"},
}};

Result<std::unique_ptr<Remote>> make_webhook(const ChannelConfig& config);

/// What is posted for a message. The same for every attempt.
std::string webhook_body(const Message& message);

}  // namespace tend::channel
