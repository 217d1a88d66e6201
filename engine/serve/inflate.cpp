// zlib, held to a length.
#include "engine/serve/inflate.hpp"

#include <zlib.h>

#include <algorithm>

namespace tend::serve {
namespace {

constexpr int kAnyFrame = 15 + 32;  // gzip or zlib, whichever the first bytes say
constexpr int kNoFrame = -15;

/// A raw deflate stream begins with no mark: what is neither gzip's nor zlib's is taken for one.
bool has_frame(std::string_view packed) {
  if (packed.size() < 2) return false;
  const auto first = static_cast<unsigned char>(packed[0]), second = static_cast<unsigned char>(packed[1]);
  return (first == 0x1f && second == 0x8b) || ((first & 0x0f) == 8 && (first * 256 + second) % 31 == 0);
}

}  // namespace

Inflated inflate(std::string_view packed, std::size_t bytes_max, std::string& out) {
  out.clear();
  if (packed.empty()) return Inflated::broken;
  z_stream stream{};
  if (inflateInit2(&stream, has_frame(packed) ? kAnyFrame : kNoFrame) != Z_OK) return Inflated::broken;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));  // zlib does not write to it
  stream.avail_in = static_cast<uInt>(packed.size());
  Inflated result = Inflated::broken;
  std::size_t used = 0;
  for (;;) {
    if (used == out.size()) {
      if (used > bytes_max) {
        result = Inflated::too_long;
        break;
      }
      // One byte more than may be: so that what is too long is found out without unpacking it.
      out.resize(std::min(bytes_max + 1, std::max<std::size_t>(4 * packed.size(), 2 * used)));
    }
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + used);
    stream.avail_out = static_cast<uInt>(out.size() - used);
    const int status = ::inflate(&stream, Z_NO_FLUSH);
    used = out.size() - stream.avail_out;
    if (status == Z_STREAM_END) {
      if (stream.avail_in == 0) {
        result = used > bytes_max ? Inflated::too_long : Inflated::good;
        break;
      }
      if (inflateReset(&stream) != Z_OK) break;  // another member follows
      continue;
    }
    if (status != Z_OK) break;  // also where more is wanted than came
  }
  inflateEnd(&stream);
  out.resize(result == Inflated::good ? used : 0);
  return result;
}

}  // namespace tend::serve
