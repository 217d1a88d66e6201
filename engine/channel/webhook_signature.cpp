// Reading a webhook's secret, and signing with it.
#include "engine/channel/webhook_signature.hpp"

#include <sodium.h>

#include <cstring>

#include "engine/channel/platform/sign.hpp"

namespace tend::channel {
namespace {

constexpr std::string_view kHmac = "whsec_";
constexpr std::string_view kEd25519 = "whsk_";
constexpr std::size_t kHmacBytesMin = 24;
constexpr std::size_t kHmacBytesMax = 64;

}  // namespace

Result<WebhookKey> WebhookKey::read(std::string_view secret) {
  WebhookKey out;
  if (secret.starts_with(kHmac)) {
    auto bytes = from_base64(secret.substr(kHmac.size()));
    if (bytes && bytes->size() >= kHmacBytesMin && bytes->size() <= kHmacBytesMax) {
      out.key_ = std::move(*bytes);
      return out;
    }
  } else if (secret.starts_with(kEd25519)) {
    auto bytes = from_base64(secret.substr(kEd25519.size()));
    if (bytes && bytes->size() == crypto_sign_SECRETKEYBYTES) {
      out.key_ = std::move(*bytes);
      out.is_ed25519_ = true;
      return out;
    }
    if (bytes && bytes->size() == crypto_sign_SEEDBYTES) {
      unsigned char open[crypto_sign_PUBLICKEYBYTES];
      out.key_.resize(crypto_sign_SECRETKEYBYTES);
      crypto_sign_seed_keypair(open, reinterpret_cast<unsigned char*>(out.key_.data()),
                               reinterpret_cast<const unsigned char*>(bytes->data()));
      out.is_ed25519_ = true;
      return out;
    }
  }
  return fail(ErrorCode::invalid,
              "a webhook's secret is `whsec_` and base64 of 24 to 64 bytes, or `whsk_` and base64 of an ed25519 key");
}

std::string WebhookKey::sign(std::string_view id, std::int64_t at_s, std::string_view body) const {
  std::string text(id);
  text.append(".").append(std::to_string(at_s)).append(".").append(body);
  if (!is_ed25519_) return "v1," + base64(hmac_sha256(key_, text));
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr,
                       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                       reinterpret_cast<const unsigned char*>(key_.data()));
  return "v1a," + base64(signature);
}

}  // namespace tend::channel
