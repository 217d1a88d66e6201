// A message as WeCom's mass messages and welcomes hold it.
#pragma once
#include "engine/channel/platform/answers.hpp"
#include "engine/channel/remote.hpp"

namespace tend::channel {

/// `text` and `attachments`: the picture by media_id, or by an address that the platform's uploadimg gave; the link
/// with the line `subject`, or its own address, as title; the mini program with its values `appid`, `page` and
/// `picture`. Source: developer.work.weixin.qq.com/document/path/92135 and 92599.
Json wecom_content(const Message& message);

}  // namespace tend::channel
