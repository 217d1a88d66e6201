// CRC-32C: SSE4.2, the ARM instruction, or a table.
#include "engine/env/crc32c.hpp"

#include <array>
#include <cstddef>
#include <cstring>

#if defined(__SSE4_2__)
#include <nmmintrin.h>
#elif defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

namespace tend::env {
namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78U : 0U);
    table[i] = crc;
  }
  return table;
}

constexpr std::array<std::uint32_t, 256> kTable = make_table();

}  // namespace

std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t crc) {
  crc = ~crc;
  for (const char byte : bytes) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xFF];
  return ~crc;
}

#if defined(__SSE4_2__) || defined(__ARM_FEATURE_CRC32)

std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc) {
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint64_t state = ~crc;
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
#if defined(__SSE4_2__)
    state = _mm_crc32_u64(state, word);
#else
    state = __crc32cd(static_cast<std::uint32_t>(state), word);
#endif
  }
  auto rest = static_cast<std::uint32_t>(state);
  for (; left > 0; ++at, --left) {
#if defined(__SSE4_2__)
    rest = _mm_crc32_u8(rest, static_cast<unsigned char>(*at));
#else
    rest = __crc32cb(rest, static_cast<unsigned char>(*at));
#endif
  }
  return ~rest;
}

#else

std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc) { return crc32c_by_table(bytes, crc); }

#endif

}  // namespace tend::env
