// The adapters of messaging platforms: their options and how each is made. kinds.cpp has the table.
#pragma once
#include <array>

#include "engine/channel/kinds.hpp"

namespace tend::channel {

inline constexpr std::array<Option, 8> kAliyunSmsOptions = {{
    {"access_key", true, "the AccessKey ID"},
    {"access_secret", true, "the AccessKey secret", true},
    {"sign", true, "the approved sign that stands before each text"},
    {"extend_code", false, "the digits behind the sender's number, by which replies are told apart"},
    {"numbers", false, "how the workspace writes Chinese numbers, `local` (139…) or `e164` (+86139…)"},
    {"callback_key", false, "what calls of the platform carry as `key` in their address", true},
    {"settle", false, "after how many seconds a message that the platform does not know was never taken"},
    {"base", false, "the platform's address"},
}};
Result<std::unique_ptr<Remote>> make_aliyun_sms(const ChannelConfig& config);

}  // namespace tend::channel
