// Chance by hash: the same strings always draw the same number, so hold-outs and splits need no stored state and every
// run agrees.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace tend::env {

constexpr std::uint64_t kFnvStart = 0xCBF29CE484222325ULL;

/// FNV-1a over the bytes, going on from `hash`.
constexpr std::uint64_t fnv1a64(std::string_view bytes, std::uint64_t hash = kFnvStart) {
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3ULL;
  return hash;
}

/// The last mixing of MurmurHash3: every bit of `hash` moves every bit of the answer.
constexpr std::uint64_t fmix64(std::uint64_t hash) {
  hash ^= hash >> 33;
  hash *= 0xFF51AFD7ED558CCDULL;
  hash ^= hash >> 33;
  hash *= 0xC4CEB9FE1A85EC53ULL;
  hash ^= hash >> 33;
  return hash;
}

/// fmix64 of the FNV-1a of the parts with 0x1F between them.
std::uint64_t draw_hash(std::span<const std::string_view> parts);

/// The draw: draw_hash modulo 10000, so that 100 of it are one percent.
unsigned draw(std::span<const std::string_view> parts);
unsigned draw(std::initializer_list<std::string_view> parts);

/// The partition a customer lives in. The same for ever: it is in the data folder.
/// Requires: partitions > 0.
constexpr unsigned partition_of(std::string_view customer_id, unsigned partitions) {
  return static_cast<unsigned>(fmix64(fnv1a64(customer_id)) % partitions);
}

}  // namespace tend::env
