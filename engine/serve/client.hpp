// One call to a running `tend serve`, for the commands that ask it.
#pragma once
#include <chrono>
#include <string>

#include "engine/env/result.hpp"

namespace tend::serve {

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
};

/// The key that every call of this process brings from now on; empty: none. Thread: before the first call.
void use_key(std::string key);

/// GETs what stands under `target` (`/v1/tasks?person=anna`). Errors: as post_bytes.
Result<HttpAnswer> get(const std::string& address, const std::string& target, std::chrono::seconds within);

/// POSTs `body` as JSON. Errors: as post_bytes.
Result<HttpAnswer> post_json(const std::string& address, const std::string& path, const std::string& body,
                             std::chrono::seconds within);

/// The sentence of an answer that is no 200: `invalid` and `not_found` where the asker is refused, else `io`.
Error error_of(const HttpAnswer& answer);

/// POSTs `body` as bytes. Shape: `address` is `127.0.0.1:7700`, as the server told it, `https://` before it where
/// it talks TLS.
/// Errors: `io` with the address, when nobody answers in time.
Result<HttpAnswer> post_bytes(const std::string& address, const std::string& path, const std::string& body,
                              std::chrono::seconds within);

}  // namespace tend::serve
