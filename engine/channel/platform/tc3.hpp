// Tencent Cloud's signature.
#pragma once
#include <string>

#include "engine/channel/platform/form.hpp"
#include "engine/env/moment.hpp"

namespace tend::channel {

/// A POST of a body to `/` of a Tencent Cloud service.
struct TencentCall {
  std::string service;
  std::string host;
  std::string content_type;
  env::Moment at = 0;
  std::string body;
};

/// The headers `content-type`, `host`, `x-tc-timestamp` and `authorization` of a call.
/// Source: cloud.tencent.com/document/api/362/4208 (TC3-HMAC-SHA256).
Pairs tc3_headers(const TencentCall& call, const std::string& id, const std::string& secret);

}  // namespace tend::channel
