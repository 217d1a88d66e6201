// Numbers of mobile telephones, as Chinese platforms write them.
#pragma once
#include <string>
#include <string_view>

#include "engine/channel/config.hpp"

namespace tend::channel {

/// The 11 digits of a mobile number of mainland China written as `139…`, `86139…`, `+86139…` or `0086139…`; empty for
/// any other.
std::string chinese_mobile(std::string_view text);
/// With its country, as E.164 has it: `+86139…`. Other numbers as they are.
std::string with_country(std::string_view text);

/// How the workspace writes Chinese numbers, so that a reply is known by the address that the customer has.
enum class Numbers : std::uint8_t { local, e164 };
/// The option `numbers`, `local` or `e164`. Errors: `invalid` for anything else.
Result<Numbers> numbers_option(const ChannelConfig& config);
std::string as_written(std::string_view number, Numbers how);

}  // namespace tend::channel
