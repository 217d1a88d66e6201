// Finding a file's encoding, and the way to UTF-8 through iconv.
#include "engine/simulate/encoding.hpp"

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <simdjson.h>

#include "dsl/text/utf8.hpp"

namespace tend::simulate {
namespace {

std::size_t line_of(std::string_view text, std::size_t offset) {
  return 1 +
         static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

std::string at_line(const std::string& name, std::string_view text, std::size_t offset) {
  return name + ":" + std::to_string(line_of(text, offset)) + ": ";
}

struct Utf8Share {
  std::size_t in_characters = 0;  // bytes above 0x7F that belong to whole characters of UTF-8
  std::size_t stray = 0;          // those that do not
  std::size_t first_stray = 0;    // offset
};

Utf8Share utf8_share(std::string_view bytes) {
  Utf8Share share;
  for (std::size_t i = 0; i < bytes.size();) {
    const text::CodePoint point = text::decode(bytes, i);
    if (!point.valid && share.stray++ == 0) share.first_stray = i;
    if (point.length > 1) share.in_characters += point.length;
    i += point.length;
  }
  return share;
}

struct Converter {
  iconv_t handle;
  explicit Converter(const char* from) : handle(iconv_open("UTF-8", from)) {}
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  ~Converter() {
    if (handle != reinterpret_cast<iconv_t>(-1)) iconv_close(handle);
  }
  bool open() const { return handle != reinterpret_cast<iconv_t>(-1); }
};

/// True when all of `bytes` was read; else `stopped_at` is the offset of the first that means nothing.
bool convert(Converter& converter, std::string& bytes, std::size_t skip, std::string& out, std::size_t& stopped_at) {
  char* in = bytes.data() + skip;
  std::size_t in_left = bytes.size() - skip;
  char buffer[65536];
  while (in_left > 0) {
    char* to = buffer;
    std::size_t room = sizeof buffer;
    const std::size_t done = iconv(converter.handle, &in, &in_left, &to, &room);
    out.append(buffer, static_cast<std::size_t>(to - buffer));
    if (done == static_cast<std::size_t>(-1) && errno != E2BIG) {
      stopped_at = static_cast<std::size_t>(in - bytes.data());
      return false;
    }
  }
  return true;
}

Result<std::string> through_iconv(const char* encoding, std::string bytes, std::size_t skip, const std::string& name,
                                  const std::string& why) {
  Converter converter(encoding);
  if (!converter.open()) return fail(ErrorCode::unsupported, name + ": this system cannot read " + encoding);
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 2);
  std::size_t stopped_at = 0;
  // Lines are counted in what was read so far, because in UTF-16 a line's end is two bytes.
  if (!convert(converter, bytes, skip, out, stopped_at))
    return fail(ErrorCode::invalid, at_line(name, out, out.size()) + why);
  return out;
}

}  // namespace

Result<std::string> to_utf8(std::string bytes, const std::string& name) {
  if (bytes.starts_with("\xff\xfe"))
    return through_iconv("UTF-16LE", std::move(bytes), 2, name, "the file says that it is UTF-16, but here it is not");
  if (bytes.starts_with("\xfe\xff"))
    return through_iconv("UTF-16BE", std::move(bytes), 2, name, "the file says that it is UTF-16, but here it is not");
  if (const void* zero = std::memchr(bytes.data(), 0, bytes.size())) {
    const auto offset = static_cast<std::size_t>(static_cast<const char*>(zero) - bytes.data());
    return fail(ErrorCode::invalid,
                at_line(name, bytes, offset) +
                    "a zero byte: this is not a text file, or it is UTF-16 without a byte order mark");
  }
  if (simdjson::validate_utf8(bytes.data(), bytes.size())) {
    if (bytes.starts_with("\xef\xbb\xbf")) bytes.erase(0, 3);
    return bytes;
  }
  // Nearly all of it UTF-8: then it is UTF-8 with a hole, and reading it as GB18030 would make nonsense of every name
  // in it. In real GB18030 far less than half of the bytes happen to be whole characters of UTF-8.
  const Utf8Share share = utf8_share(bytes);
  if (share.in_characters > 2 * share.stray) {
    return fail(ErrorCode::invalid,
                at_line(name, bytes, share.first_stray) + "a broken character in a file that is otherwise UTF-8");
  }
  return through_iconv("GB18030", std::move(bytes), 0, name, "the file is neither UTF-8 nor GB18030");
}

}  // namespace tend::simulate
