// Sealing calls as WeCom and the Official Account do, for tests and fuzz targets of who opens them.
#pragma once
#include <openssl/evp.h>

#include <string>
#include <string_view>

#include "dsl/text/must.hpp"
#include "engine/channel/platform/form.hpp"
#include "engine/channel/platform/sign.hpp"
#include "engine/channel/platform/wechat_seal.hpp"
#include "engine/channel/remote.hpp"

namespace tend::channel::test {

inline constexpr const char* kAesKey = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";

/// 16 random bytes, the length, the message, the receiver; padded to 32 bytes or, where `pad` is given, with as many
/// bytes of that value; whole blocks are encrypted whatever they hold.
inline std::string seal_up(const std::string& key, std::string_view receiver, std::string_view message,
                           std::string_view random16 = "0123456789abcdef", std::size_t pad = 0) {
  std::string text(random16);
  for (int shift = 24; shift >= 0; shift -= 8) text.push_back(static_cast<char>(message.size() >> shift & 0xFF));
  text.append(message).append(receiver);
  if (pad == 0) pad = 32 - text.size() % 32;
  text.append(pad, static_cast<char>(pad));
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
  CHECK_OR_DIE(EVP_EncryptInit_ex(context, EVP_aes_256_cbc(), nullptr, bytes, bytes) == 1, "a cipher can be made");
  EVP_CIPHER_CTX_set_padding(context, 0);
  std::string out(text.size() + 16, '\0');
  int size = 0;
  CHECK_OR_DIE(
      EVP_EncryptUpdate(context, reinterpret_cast<unsigned char*>(out.data()), &size,
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size())) == 1,
      "whole blocks are encrypted");
  EVP_CIPHER_CTX_free(context);
  out.resize(static_cast<std::size_t>(size));
  return base64(out);
}

/// A POST with an event, sealed and signed.
inline CallbackRequest sealed_call(const Seal& seal, std::string_view xml, std::string_view more_query = "") {
  const std::string sealed = seal_up(seal.key, seal.receiver, xml);
  CallbackRequest request{.method = "POST"};
  request.query = form({{"msg_signature", wechat_signature({seal.token, "1767578400", "n1", sealed})},
                        {"timestamp", "1767578400"},
                        {"nonce", "n1"}});
  request.query += more_query;
  request.url = "https://tend.example/v1/receipts/ch?" + request.query;
  request.body = "<xml><ToUserName><![CDATA[" + seal.receiver +
                 "]]></ToUserName><AgentID></AgentID><Encrypt><![CDATA[" + sealed + "]]></Encrypt></xml>";
  return request;
}

}  // namespace tend::channel::test
