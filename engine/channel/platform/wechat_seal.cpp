#include "engine/channel/platform/wechat_seal.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "dsl/text/must.hpp"
#include "engine/channel/platform/sign.hpp"

namespace tend::channel {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kAesBlock = 16;
// The padding is PKCS#7 of 32 bytes, not of AES's 16: OpenSSL's own check would refuse half of all messages.
constexpr std::size_t kPadMax = 32;
constexpr std::size_t kRandom = 16;
constexpr std::size_t kHead = kRandom + 4;
constexpr std::size_t kSealedMax = 256u << 10;

std::optional<std::string> decrypted(const std::string& key, std::string_view bytes) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                EVP_CIPHER_CTX_free);
  CHECK_OR_DIE(context != nullptr, "a cipher can be made");
  const auto* key_bytes = reinterpret_cast<const unsigned char*>(key.data());
  // The first half of the key is the initial vector.
  if (EVP_DecryptInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, key_bytes, key_bytes) != 1) return std::nullopt;
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  std::string out(bytes.size() + kAesBlock, '\0');
  auto* out_bytes = reinterpret_cast<unsigned char*>(out.data());
  int size = 0;
  int rest = 0;
  if (EVP_DecryptUpdate(context.get(), out_bytes, &size, reinterpret_cast<const unsigned char*>(bytes.data()),
                        static_cast<int>(bytes.size())) != 1 ||
      EVP_DecryptFinal_ex(context.get(), out_bytes + size, &rest) != 1) {
    return std::nullopt;
  }
  out.resize(static_cast<std::size_t>(size + rest));
  return out;
}

/// The length of the padding, or 0 where there is none that is right.
std::size_t padding_of(std::string_view text) {
  const std::size_t pad = static_cast<unsigned char>(text.back());
  if (pad == 0 || pad > kPadMax || pad > text.size()) return 0;
  const std::string_view end = text.substr(text.size() - pad);
  return std::all_of(end.begin(), end.end(), [&](char c) { return c == text.back(); }) ? pad : 0;
}

}  // namespace

Result<Seal> make_seal(std::string token, const std::string& aes_key, std::string receiver) {
  Seal seal{.token = std::move(token), .receiver = std::move(receiver)};
  if (aes_key.empty()) return seal;
  auto key = from_base64(aes_key + "=");
  if (aes_key.size() != 43 || !key || key->size() != kKeyBytes)
    return fail(ErrorCode::invalid, "`callback_aes_key` is not the 43 letters of an EncodingAESKey");
  seal.key = std::move(*key);
  return seal;
}

std::string wechat_signature(std::initializer_list<std::string_view> parts) {
  std::vector<std::string_view> sorted(parts);
  std::sort(sorted.begin(), sorted.end());
  std::string joined;
  for (const std::string_view part : sorted) joined += part;
  return hex(sha1(joined));
}

std::optional<std::string> unseal(const Seal& seal, std::string_view sealed) {
  if (sealed.size() > kSealedMax) return std::nullopt;
  const auto bytes = from_base64(sealed);
  if (!bytes || bytes->empty() || bytes->size() % kAesBlock != 0) return std::nullopt;
  auto text = decrypted(seal.key, *bytes);
  if (!text) return std::nullopt;
  const std::size_t pad = padding_of(*text);
  if (pad == 0) return std::nullopt;
  text->resize(text->size() - pad);
  if (text->size() < kHead) return std::nullopt;
  std::size_t size = 0;
  for (std::size_t i = kRandom; i < kHead; ++i) size = size << 8 | static_cast<unsigned char>((*text)[i]);
  if (size > text->size() - kHead) return std::nullopt;
  if (!same_secret(std::string_view(*text).substr(kHead + size), seal.receiver)) return std::nullopt;
  return text->substr(kHead, size);
}

}  // namespace tend::channel
