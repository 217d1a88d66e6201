// The Official Account's calls to us, apart from the channel that sends.
#pragma once
#include "engine/channel/platform/wechat_seal.hpp"
#include "engine/channel/remote.hpp"

namespace tend::channel {

/// Answers a call: the check of the address, what people write and do, what became of messages. Where the seal has a
/// key only sealed calls are taken; where it has none, those signed with the token.
/// Errors: 404 without a token, 401 for what is not signed or not sealed for us, 400 for what is no XML.
/// Source: developers.weixin.qq.com/doc/offiaccount: "Access overview", "Receiving standard messages", "Receiving event
/// pushes", "Message encryption".
Callback take_wechat_call(const CallbackRequest& request, const Seal& seal, env::Moment now);

}  // namespace tend::channel
