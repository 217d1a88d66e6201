// Aliyun's signature, version 3.
#pragma once
#include <string>

#include "engine/channel/platform/form.hpp"

namespace tend::channel {

/// A POST of parameters to an Aliyun service.
struct AliyunCall {
  std::string host;
  std::string action;
  std::string version;
  std::string date;   // 2026-01-02T03:04:05Z
  std::string nonce;  // once for each call
  Pairs query;        // sorted by name
};

/// The headers that go with it, `authorization` among them. The body is empty.
/// Source: Aliyun, "V3 request structure and signature" (ACS3-HMAC-SHA256).
Pairs acs3_headers(const AliyunCall& call, const std::string& key, const std::string& secret);

}  // namespace tend::channel
