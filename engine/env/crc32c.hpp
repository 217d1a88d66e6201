// CRC-32C (Castagnoli), the checksum of everything on disk; by the processor's instruction where there is one.
#pragma once
#include <cstdint>
#include <string_view>

namespace tend::env {

/// The CRC-32C of `bytes`, going on from `crc` (0 to start): crc32c(b, crc32c(a)) is the crc of a and b in a row.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc = 0);

/// The same by table, for machines without the instruction and as its test.
std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t crc = 0);

}  // namespace tend::env
