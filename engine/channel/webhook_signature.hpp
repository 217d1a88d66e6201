// Signatures of Standard Webhooks: who receives a message can tell that it is ours and new.
// Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
#pragma once
#include <string>
#include <string_view>

#include "engine/env/result.hpp"

namespace tend::channel {

/// A secret as it is handed to whoever verifies: `whsec_` (HMAC-SHA256) or `whsk_` (ed25519, the private key) and
/// base64.
class WebhookKey {
 public:
  /// Errors: `invalid` for anything else, and for an HMAC secret of fewer than 24 or more than 64 bytes.
  static Result<WebhookKey> read(std::string_view secret);
  /// `v1,…` or `v1a,…`. Units: `at_s` seconds since 1970, of this attempt.
  std::string sign(std::string_view id, std::int64_t at_s, std::string_view body) const;

 private:
  bool is_ed25519_ = false;
  std::string key_;  // the HMAC's, or libsodium's 64 bytes of a secret key
};

}  // namespace tend::channel
