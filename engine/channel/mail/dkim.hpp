// DKIM: a domain's signature over a mail's headers and body, rsa-sha256, relaxed/relaxed.
// Source: RFC 6376, RFC 8301.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "engine/channel/mail/mime.hpp"
#include "engine/env/result.hpp"

namespace tend::channel {

/// Thread: safe to sign with from several threads.
class DkimKey {
 public:
  /// `pem`: an RSA key of at least 1024 bits. Errors: `invalid` for anything else; never with what is in it.
  static Result<DkimKey> read(const std::string& pem, std::string domain, std::string selector);
  /// The value of DKIM-Signature, to stand before all other headers. Units: `at_s` seconds since 1970.
  std::string sign(const Mail& mail, std::int64_t at_s) const;

 private:
  std::shared_ptr<void> key_;  // an EVP_PKEY
  std::string domain_, selector_;
};

/// What is hashed. Source: RFC 6376 §3.4.2, §3.4.4.
std::string relaxed_header(std::string_view name, std::string_view value);
std::string relaxed_body(std::string_view body);

}  // namespace tend::channel
