// Bodies that come compressed. zlib stays in inflate.cpp.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "engine/env/result.hpp"

namespace tend::serve {

enum class Inflated { good, too_long, broken };

/// Unpacks what came as `Content-Encoding: gzip` (all its members) or `deflate` (with or without zlib's frame).
/// Shape: `out` is replaced; it never grows beyond `bytes_max`, however much the packed bytes stand for.
/// Thread: safe on different strings.
Inflated inflate(std::string_view packed, std::size_t bytes_max, std::string& out);

}  // namespace tend::serve
