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

inline constexpr std::array<Option, 11> kTencentSmsOptions = {{
    {"secret_id", true, "the SecretId"},
    {"secret_key", true, "the SecretKey", true},
    {"app_id", true, "the SmsSdkAppId"},
    {"sign", true, "the approved sign that stands before each text"},
    {"region", false, "the region, `ap-guangzhou` if none is given"},
    {"extend_code", false, "the digits behind the sender's number, by which replies are told apart"},
    {"sender_id", false, "the sender's name, outside China"},
    {"numbers", false, "how the workspace writes Chinese numbers, `local` (139…) or `e164` (+86139…)"},
    {"callback_key", false, "what calls of the platform carry as `key` in their address", true},
    {"settle", false, "how many seconds to wait before asking once more for a message that the platform does not know"},
    {"base", false, "the platform's address"},
}};
Result<std::unique_ptr<Remote>> make_tencent_sms(const ChannelConfig& config);

inline constexpr std::array<Option, 10> kTwilioOptions = {{
    {"account", true, "the Account SID"},
    {"auth_token", true, "the account's auth token, which its calls are signed with too", true},
    {"api_key", false, "the SID of an API key, to call with it in place of the token"},
    {"api_secret", false, "the API key's secret", true},
    {"from", false, "the number to send from"},
    {"service", false, "the SID of a messaging service to send by, in place of `from`"},
    {"callback_url", false, "the public address of this channel's receipts"},
    {"validity", false, "after how many seconds a message that still waits in Twilio's queue is dropped"},
    {"settle", false, "after how many seconds a message that Twilio does not know was never taken"},
    {"base", false, "the platform's address"},
}};
Result<std::unique_ptr<Remote>> make_twilio(const ChannelConfig& config);

inline constexpr std::array<Option, 13> kWecomOptions = {{
    {"corp", true, "the corp's ID (企业ID)"},
    {"secret", true, "the app's secret, of an app that may call the customer APIs", true},
    {"callback_token", false, "the Token of the app's callbacks", true},
    {"callback_aes_key", false, "the EncodingAESKey of the app's callbacks", true},
    {"batch", false, "how many customers one task may be for"},
    {"tags", false, "tags that customers get on WeCom as they get them here", false, OptionShape::names},
    {"tag_group", false,
     "the group of tags on WeCom in which those are made that are not there, `tend` if none is given"},
    {"tags_per_minute", false, "how many customers' tags are told to WeCom in a minute"},
    {"tags_per_hour", false, "how many customers' tags are told to WeCom in an hour"},
    {"transfers", false, "`true`: what `transfer to` does happens on WeCom as well"},
    {"transfer_poll", false, "after how many seconds, and how often, it is asked what became of a transfer"},
    {"settle", false, "after how many seconds a message that the platform does not know was never taken"},
    {"base", false, "the platform's address"},
}};
Result<std::unique_ptr<Remote>> make_wecom(const ChannelConfig& config);

inline constexpr std::array<Option, 9> kWecomStaffOptions = {{
    {"corp", true, "the corp's ID (企业ID)"},
    {"secret", true, "the app's secret", true},
    {"agent", true, "the app's AgentId"},
    {"callback_token", false, "the Token of the app's callbacks", true},
    {"callback_aes_key", false, "the EncodingAESKey of the app's callbacks", true},
    {"duplicate_check", false, "for how many seconds the platform takes the same text to the same member once"},
    {"per_minute", false, "how many messages a member gets in a minute, beyond which the platform drops them"},
    {"per_hour", false, "how many messages a member gets in an hour, beyond which the platform drops them"},
    {"base", false, "the platform's address"},
}};
Result<std::unique_ptr<Remote>> make_wecom_staff(const ChannelConfig& config);

inline constexpr std::array<Option, 5> kWecomWelcomeOptions = {{
    {"corp", true, "the corp's ID (企业ID)"},
    {"secret", true, "the app's secret, of an app that may call the customer APIs", true},
    {"callback_token", true, "the Token of the app's callbacks", true},
    {"callback_aes_key", true, "the EncodingAESKey of the app's callbacks", true},
    {"base", false, "the platform's address"},
}};
Result<std::unique_ptr<Remote>> make_wecom_welcome(const ChannelConfig& config);

inline constexpr std::array<Option, 7> kWechatOaOptions = {{
    {"appid", true, "the account's AppID"},
    {"secret", true, "the account's AppSecret", true},
    {"kind", false, "what is sent: `service` (customer-service messages), `template` or `subscription`"},
    {"kf_account", false, "the customer-service account that messages come from"},
    {"callback_token", false, "the Token of the account's callbacks", true},
    {"callback_aes_key", false, "the EncodingAESKey of the account's callbacks", true},
    {"base", false, "the platform's address"},
}};
Result<std::unique_ptr<Remote>> make_wechat_oa(const ChannelConfig& config);

}  // namespace tend::channel
