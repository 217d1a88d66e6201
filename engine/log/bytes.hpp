// Numbers as bytes, little endian whatever the machine is. The compiler makes single loads and stores of these.
#pragma once
#include <cstdint>

namespace tend::log {

inline void put_u16(char* to, std::uint16_t value) {
  to[0] = static_cast<char>(value);
  to[1] = static_cast<char>(value >> 8);
}

inline void put_u32(char* to, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) to[i] = static_cast<char>(value >> (8 * i));
}

inline void put_u64(char* to, std::uint64_t value) {
  for (int i = 0; i < 8; ++i) to[i] = static_cast<char>(value >> (8 * i));
}

inline std::uint16_t get_u16(const char* from) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(from[0]) | static_cast<unsigned char>(from[1]) << 8);
}

inline std::uint32_t get_u32(const char* from) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value |= static_cast<std::uint32_t>(static_cast<unsigned char>(from[i])) << (8 * i);
  return value;
}

inline std::uint64_t get_u64(const char* from) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value |= static_cast<std::uint64_t>(static_cast<unsigned char>(from[i])) << (8 * i);
  return value;
}

}  // namespace tend::log
