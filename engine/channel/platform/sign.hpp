// What platforms sign with: hashes, keyed hashes, base64, and a comparison that takes as long whatever it finds.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace tend::channel {

/// Lower case.
std::string hex(std::string_view bytes);
std::string sha1(std::string_view bytes);    // 20 bytes
std::string sha256(std::string_view bytes);  // 32 bytes
std::string hmac_sha1(std::string_view key, std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);

std::string base64(std::string_view bytes);
/// Errors: none for anything but letters of base64 with their padding; bits that the padding leaves over may be set,
/// as in the keys that WeCom gives out.
std::optional<std::string> from_base64(std::string_view text);

/// Thread: safe. Takes the same time whatever the texts hold; their lengths may show.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace tend::channel
