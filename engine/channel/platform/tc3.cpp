#include "engine/channel/platform/tc3.hpp"

#include "engine/channel/platform/sign.hpp"
#include "engine/env/zone.hpp"

namespace tend::channel {

Pairs tc3_headers(const TencentCall& call, const std::string& id, const std::string& secret) {
  const std::string seconds = std::to_string(call.at / 1000);
  const std::string date = env::format_date(env::date_of(env::utc(), call.at));
  const std::string scope = date + "/" + call.service + "/tc3_request";
  const std::string request = "POST\n/\n\ncontent-type:" + call.content_type + "\nhost:" + call.host +
                              "\n\ncontent-type;host\n" + hex(sha256(call.body));
  const std::string text = "TC3-HMAC-SHA256\n" + seconds + "\n" + scope + "\n" + hex(sha256(request));
  const std::string key = hmac_sha256(hmac_sha256(hmac_sha256("TC3" + secret, date), call.service), "tc3_request");
  return {{"content-type", call.content_type},
          {"host", call.host},
          {"x-tc-timestamp", seconds},
          {"authorization", "TC3-HMAC-SHA256 Credential=" + id + "/" + scope +
                                ", SignedHeaders=content-type;host, Signature=" + hex(hmac_sha256(key, text))}};
}

}  // namespace tend::channel
