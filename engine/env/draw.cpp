// Draws.
#include "engine/env/draw.hpp"

namespace tend::env {

std::uint64_t draw_hash(std::span<const std::string_view> parts) {
  std::uint64_t hash = kFnvStart;
  bool first = true;
  for (const std::string_view part : parts) {
    if (!first) hash = fnv1a64("\x1F", hash);
    hash = fnv1a64(part, hash);
    first = false;
  }
  return fmix64(hash);
}

unsigned draw(std::span<const std::string_view> parts) { return static_cast<unsigned>(draw_hash(parts) % 10000); }

unsigned draw(std::initializer_list<std::string_view> parts) {
  return draw(std::span<const std::string_view>(parts.begin(), parts.size()));
}

}  // namespace tend::env
