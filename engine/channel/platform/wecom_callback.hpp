// What WeCom tells by its encrypted calls: who added whom, who left, what became of transfers.
#pragma once
#include "engine/channel/platform/wechat_seal.hpp"
#include "engine/channel/platform/wecom_account.hpp"

namespace tend::channel {

/// Answers a call: the check of the address (GET with echostr), or an event. Welcome codes go to the account.
/// Errors: 404 where the channel has no seal, 401 for what is not signed or not sealed for us, 400 for what is no XML.
/// Source: developer.work.weixin.qq.com/document/path/91144 (encryption), 92277 and 96361 (events).
Callback take_wecom_call(const CallbackRequest& request, const Seal& seal, WecomAccount& account, env::Moment now);

}  // namespace tend::channel
