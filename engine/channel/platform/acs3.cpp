#include "engine/channel/platform/acs3.hpp"

#include "engine/channel/platform/sign.hpp"

namespace tend::channel {

Pairs acs3_headers(const AliyunCall& call, const std::string& key, const std::string& secret) {
  const std::string body_hash = hex(sha256(""));
  Pairs headers = {
      {"host", call.host},       {"x-acs-action", call.action},         {"x-acs-content-sha256", body_hash},
      {"x-acs-date", call.date}, {"x-acs-signature-nonce", call.nonce}, {"x-acs-version", call.version}};
  std::string lines;
  std::string names;
  for (const auto& [name, value] : headers) {
    lines.append(name).append(":").append(value).append("\n");
    names.append(names.empty() ? "" : ";").append(name);
  }
  const std::string request = "POST\n/\n" + form(call.query) + "\n" + lines + "\n" + names + "\n" + body_hash;
  const std::string signature = hex(hmac_sha256(secret, "ACS3-HMAC-SHA256\n" + hex(sha256(request))));
  headers.emplace_back("authorization",
                       "ACS3-HMAC-SHA256 Credential=" + key + ",SignedHeaders=" + names + ",Signature=" + signature);
  return headers;
}

}  // namespace tend::channel
