// What a message holds, as platforms ask for it, and the options of a channel as numbers.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "engine/channel/config.hpp"
#include "engine/channel/remote.hpp"

namespace tend::channel {

/// The line of this kind, or null.
const Item* line_of(const Message& message, std::string_view kind);
/// Its text; empty where there is no such line.
std::string_view text_of(const Message& message, std::string_view kind);
/// The values that go with it, in the order in which they are written.
std::vector<const Item*> values_of(const Message& message, std::string_view kind);
/// One of them by its name; empty where there is none.
std::string_view value_of(const Message& message, std::string_view kind, std::string_view field);

/// True when both say the same: lines, values, who it goes through.
bool same_content(const Message& a, const Message& b);
/// Groups of messages that say the same, as places in `messages`; at most `most` in one.
std::vector<std::vector<std::size_t>> by_content(std::span<const Message> messages, std::size_t most);

/// An option's text; `otherwise` where it is not given.
std::string option_of(const ChannelConfig& config, const std::string& name, std::string_view otherwise = {});
/// The same of an option that is a path, seen from the workspace.
std::string path_of(const ChannelConfig& config, const std::string& name);
/// The entries of an option that is a list; none where it is not given.
std::vector<std::string> list_option(const ChannelConfig& config, const std::string& name);
/// Errors: `invalid` for anything but a whole number from `least` to `most`.
Result<std::int64_t> number_option(const ChannelConfig& config, const std::string& name, std::int64_t otherwise,
                                   std::int64_t least, std::int64_t most);
/// The address that an adapter calls, without `/` at its end. Errors: `invalid` for anything but http:// or https://.
Result<std::string> base_option(const ChannelConfig& config, std::string_view otherwise);

}  // namespace tend::channel
