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

/// POSTs `body` as bytes. Shape: `address` is `127.0.0.1:7700`, as the server told it.
/// Errors: `io` with the address, when nobody answers in time.
Result<HttpAnswer> post_bytes(const std::string& address, const std::string& path, const std::string& body,
                              std::chrono::seconds within);

}  // namespace tend::serve
