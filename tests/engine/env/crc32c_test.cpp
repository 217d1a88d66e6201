// CRC-32C against the published check values, and the two ways against each other.
#include "engine/env/crc32c.hpp"

#include <string>

#include "tests/support/test.hpp"

namespace tend::env {
namespace {

TEST_CASE("crc32c gives the values of RFC 3720") {
  CHECK(crc32c("123456789") == 0xE3069283);
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AA);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62A8AB43);
  CHECK(crc32c("") == 0);
}

TEST_CASE("the instruction and the table agree, in one go and in pieces") {
  std::string bytes;
  for (unsigned i = 0; i < 300; ++i) {
    CHECK(crc32c(bytes) == crc32c_by_table(bytes));
    const std::string_view view = bytes;
    CHECK(crc32c(view.substr(i / 3), crc32c(view.substr(0, i / 3))) == crc32c(bytes));
    bytes += static_cast<char>(i * 37 + 11);
  }
}

}  // namespace
}  // namespace tend::env
