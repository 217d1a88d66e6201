// Which message from outside something is: one hash of who brought it and of what he calls it.
#pragma once
#include <array>
#include <optional>
#include <string_view>

#include "engine/state/input.hpp"

namespace tend::run {

/// A secret of the data folder. None: folders of before have none, and go on as they began.
using SeenKey = std::optional<std::array<unsigned char, 16>>;

/// Nobody can make two messages that are taken for one. Never all zeros.
/// Source: SipHash-2-4 of 16 bytes under the key, as a hash of a key that nobody outside knows need not be more;
/// without a key BLAKE2b of 16 bytes, which takes five times as long.
state::SeenId seen_id(const SeenKey& key, std::string_view source, std::string_view message);

}  // namespace tend::run
