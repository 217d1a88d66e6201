// A call of WeCom or the Official Account: checked, unsealed, and as what it says.
#pragma once
#include "engine/channel/platform/wechat_seal.hpp"
#include "engine/channel/remote.hpp"

namespace tend::channel {

/// What a sealed call said.
struct SealedCall {
  int status = 200;       // else it is refused
  std::string why;        // of a refusal
  bool is_check = false;  // the platform checks our address; `text` is the answer
  std::string text;       // XML
};

/// Checks `msg_signature` in constant time, then unseals `echostr` (GET) or the body's Encrypt (POST).
/// Requires: a seal with token and key.
SealedCall open_call(const CallbackRequest& request, const Seal& seal);

/// The answer of a channel without `callback_token`.
Callback no_calls();
/// Units: of the text, seconds since 1970. kNoMoment for what is none.
env::Moment moment_of(std::string_view seconds);

}  // namespace tend::channel
