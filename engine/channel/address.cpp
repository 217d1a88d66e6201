// The tables of addresses that are not public.
#include "engine/channel/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace tend::channel {
namespace {

struct Block4 {
  std::uint32_t network;
  unsigned bits;
};

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c = 0) { return a << 24 | b << 16 | c << 8; }

constexpr std::array<Block4, 15> kNotPublic4 = {{
    {v4(0, 0), 8},        // this network
    {v4(10, 0), 8},       // private
    {v4(100, 64), 10},    // carriers
    {v4(127, 0), 8},      // this machine
    {v4(169, 254), 16},   // link-local, where clouds keep their metadata
    {v4(172, 16), 12},    // private
    {v4(192, 0, 0), 24},  // protocols
    {v4(192, 0, 2), 24},  // documentation
    {v4(192, 88, 99), 24},
    {v4(192, 168), 16},      // private
    {v4(198, 18), 15},       // benchmarks
    {v4(198, 51, 100), 24},  // documentation
    {v4(203, 0, 113), 24},   // documentation
    {v4(224, 0), 4},         // multicast
    {v4(240, 0), 4},         // reserved, broadcast
}};

bool is_public4(std::uint32_t address) {
  return std::none_of(kNotPublic4.begin(), kNotPublic4.end(),
                      [&](const Block4& block) { return (address ^ block.network) >> (32 - block.bits) == 0; });
}

std::uint32_t word(const unsigned char* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

bool is_public6(const in6_addr& address) {
  const unsigned char* a = address.s6_addr;
  constexpr unsigned char kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  constexpr unsigned char kTranslated[12] = {0, 0x64, 0xFF, 0x9B};
  if (std::memcmp(a, kMapped, 12) == 0 || std::memcmp(a, kTranslated, 12) == 0) return is_public4(word(a + 12));
  if ((a[0] & 0xE0) != 0x20) return false;  // only 2000::/3 is given out
  const std::uint32_t first = word(a);
  if (first == 0x20010DB8 || first >> 4 == 0x3FFF000) return false;  // documentation
  if ((first & 0xFFFFFE00) == 0x20010000) return false;              // protocols, Teredo among them
  if (first >> 16 == 0x2002) return is_public4(word(a + 2));         // 6to4
  return true;
}

}  // namespace

bool is_public(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof(in));
    return is_public4(ntohl(in.sin_addr.s_addr));
  }
  if (address->sa_family != AF_INET6) return false;
  sockaddr_in6 in{};
  std::memcpy(&in, address, sizeof(in));
  return is_public6(in.sin6_addr);
}

bool is_public(const char* address) {
  in_addr four{};
  in6_addr six{};
  if (inet_pton(AF_INET, address, &four) == 1) return is_public4(ntohl(four.s_addr));
  return inet_pton(AF_INET6, address, &six) == 1 && is_public6(six);
}

}  // namespace tend::channel
