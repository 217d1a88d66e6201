#include "engine/run/seen_id.hpp"

#include <sodium.h>

#include <cstring>
#include <string>

namespace tend::run {

state::SeenId seen_id(const SeenKey& key, std::string_view source, std::string_view message) {
  state::SeenId id{};
  static_assert(sizeof(id) == crypto_generichash_BYTES_MIN && sizeof(id) == crypto_shorthash_siphashx24_BYTES &&
                sizeof(SeenKey::value_type) == crypto_shorthash_siphashx24_KEYBYTES);
  static const int ready = sodium_init();  // picks the fastest of its ways for this machine
  (void)ready;
  const std::uint64_t length = source.size();  // so that no two pairs are the same bytes
  const std::size_t size = sizeof length + source.size() + message.size();
  std::array<char, 256> nearly_all;  // of them are shorter
  std::string longer;
  char* bytes = nearly_all.data();
  if (size > nearly_all.size()) {
    longer.resize(size);
    bytes = longer.data();
  }
  std::memcpy(bytes, &length, sizeof length);
  source.copy(bytes + sizeof length, source.size());
  message.copy(bytes + sizeof length + source.size(), message.size());
  const auto* const in = reinterpret_cast<const unsigned char*>(bytes);
  if (key) {
    crypto_shorthash_siphashx24(id.data(), in, size, key->data());
  } else {
    crypto_generichash(id.data(), id.size(), in, size, nullptr, 0);
  }
  if (id == state::SeenId{}) id[0] = 1;
  return id;
}

}  // namespace tend::run
