// Compressed bodies: every frame, every way to be broken, and bombs.
#include "engine/serve/inflate.hpp"

#include <zlib.h>

#include "tests/support/test.hpp"

using namespace tend::serve;

namespace {

constexpr int kGzip = 15 + 16, kZlib = 15, kRaw = -15;

std::string pack(const std::string& text, int frame) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, frame, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(packed.size() - stream.avail_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace

TEST_CASE("gzip, zlib and bare deflate are unpacked, up to the byte that may be") {
  const std::string text = "{\"batch\":[]} and some more and some more and some more";
  std::string out;
  for (const int frame : {kGzip, kZlib, kRaw}) {
    CHECK(inflate(pack(text, frame), text.size(), out) == Inflated::good);
    CHECK(out == text);
    CHECK(inflate(pack(text, frame), text.size() - 1, out) == Inflated::too_long);
    CHECK(out.empty());
  }
  CHECK(inflate(pack("", kGzip), 10, out) == Inflated::good);
  CHECK(out.empty());
  CHECK(inflate(pack("ab", kGzip) + pack("cd", kGzip), 4, out) == Inflated::good);
  CHECK(out == "abcd");
}

TEST_CASE("a bomb is not unpacked, and what is broken is refused") {
  std::string out;
  const std::string bomb = pack(std::string(50u << 20, 'a'), kGzip);
  REQUIRE(bomb.size() < 100'000);
  CHECK(inflate(bomb, 500'000, out) == Inflated::too_long);
  CHECK(out.capacity() < 3'000'000);
  const std::string whole = pack("hello, hello, hello", kGzip);
  CHECK(inflate("", 100, out) == Inflated::broken);
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK(inflate(std::string_view(whole).substr(0, size), 100, out) == Inflated::broken);
  CHECK(inflate(whole + "x", 100, out) == Inflated::broken);
  for (std::size_t i = 10; i < whole.size(); ++i) {  // behind the header every byte counts
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 0x55);
    CHECK(inflate(changed, 100, out) != Inflated::good);
  }
}
