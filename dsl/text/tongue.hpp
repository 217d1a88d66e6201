// The two tongues that authors write and read.
#pragma once
#include <cstdint>

namespace tend::text {

enum class Tongue : std::uint8_t { en, zh };

}  // namespace tend::text
