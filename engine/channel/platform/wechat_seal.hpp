// How WeCom and the Official Account sign and seal their calls to us.
// Source: developer.work.weixin.qq.com/document/path/91144; developers.weixin.qq.com/doc/offiaccount, "Message
// encryption".
#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "engine/env/result.hpp"

namespace tend::channel {

struct Seal {
  std::string token;
  std::string key;       // 32 bytes; empty: calls are not sealed
  std::string receiver;  // whom they are for: the corp or the app
};

/// Errors: `invalid` for an EncodingAESKey that is not 43 letters of base64. An empty one seals nothing.
Result<Seal> make_seal(std::string token, const std::string& aes_key, std::string receiver);

/// Hex of the SHA-1 over the parts, sorted and joined.
std::string wechat_signature(std::initializer_list<std::string_view> parts);

/// What was sealed, or none where its size, its padding or its receiver is not right: which of them is not told.
/// Requires: a seal with a key. Check the signature first.
std::optional<std::string> unseal(const Seal& seal, std::string_view sealed);

}  // namespace tend::channel
