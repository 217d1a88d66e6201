// The bytes of keys, records and marks.
#include "engine/history/entry.hpp"

#include <algorithm>
#include <tuple>

#include "tests/support/test.hpp"

namespace tend::history {
namespace {

using namespace std::string_literals;

std::string key_of(std::uint16_t partition, const std::string& customer, std::uint32_t segment) {
  std::string key;
  append_customer_prefix(key, partition, customer);
  append_segment(key, segment);
  return key;
}

const std::vector<std::string> kCustomers = {"",     "\0"s,    "\0\0"s, "\0\xFF"s,  "\x01"s,    "a",
                                             "a\0"s, "a\0\0"s, "a\0b"s, "a\0\xFF"s, "a\x01"s,   "ab",
                                             "b",    "茶友",   "\xFF"s, "\xFF\0"s,  "\xFF\xFF"s};

TEST_CASE("a key has its bytes where the document says") {
  CHECK(key_of(0x0102, "a\0b"s, 0x03040506) ==
        "\x01\x02"
        "a\0\xFF"
        "b\0\0"
        "\x03\x04\x05\x06"s);
}

TEST_CASE("keys sort by partition, customer and segment, and come back") {
  std::vector<std::tuple<std::uint16_t, std::string, std::uint32_t>> all;
  for (const std::uint16_t partition : std::initializer_list<std::uint16_t>{0, 1, 255, 256, 65534}) {
    for (const std::string& customer : kCustomers) {
      for (const std::uint32_t segment : {1u, 255u, 256u, 0xFFFFFFFFu}) all.emplace_back(partition, customer, segment);
    }
  }
  std::sort(all.begin(), all.end());
  std::string before;
  for (const auto& [partition, customer, segment] : all) {
    const std::string key = key_of(partition, customer, segment);
    CHECK(before < key);
    CHECK(key < mark_prefix());
    Key parsed;
    REQUIRE(parse_key(key, parsed));
    CHECK(std::tuple(parsed.partition, parsed.customer, parsed.segment) == std::tuple(partition, customer, segment));
    before = key;
  }
}

TEST_CASE("no customer's prefix begins the key of another") {
  for (const std::string& one : kCustomers) {
    std::string prefix;
    append_customer_prefix(prefix, 7, one);
    for (const std::string& other : kCustomers) CHECK(key_of(7, other, 1).starts_with(prefix) == (one == other));
  }
}

TEST_CASE("bytes that are no key are told") {
  Key key;
  const std::string good = key_of(1, "a\0b"s, 9);
  for (std::size_t bytes = 0; bytes < good.size(); ++bytes) {
    CAPTURE(bytes);
    CHECK_FALSE(parse_key(good.substr(0, bytes), key));
  }
  CHECK_FALSE(
      parse_key("\0\1"
                "a\0b"
                "\0\0"
                "\0\0\0\1"s,
                key));
  CHECK_FALSE(parse_key(mark_key(1), key));
}

TEST_CASE("records come back from a value one after the other") {
  std::string value;
  const std::string long_payload(300, 'x');
  append_record(value, {5, 3, 0, 1, "", 2});
  append_record(value, {255, 3, UINT32_MAX, UINT64_MAX, long_payload, 2});
  std::string_view rest = value;
  log::Record record;
  REQUIRE(take_record(rest, record));
  CHECK(std::tuple(record.kind, record.epoch, record.position, record.payload) == std::tuple(5, 0u, 1u, ""));
  REQUIRE(take_record(rest, record));
  CHECK(std::tuple(record.kind, record.epoch, record.position, record.payload) ==
        std::tuple(255, UINT32_MAX, UINT64_MAX, long_payload));
  CHECK(rest.empty());
}

TEST_CASE("a value that was cut is told") {
  std::string value;
  append_record(value, {5, 3, 300, 70000, "payload", 2});
  for (std::size_t bytes = 0; bytes < value.size(); ++bytes) {
    std::string_view rest = std::string_view(value).substr(0, bytes);
    log::Record record;
    CHECK_FALSE(take_record(rest, record));
  }
}

TEST_CASE("a mark comes back, another version and damage are told apart") {
  const Mark mark{.segment = 7, .records = 1000, .heads = {0, 5, UINT64_MAX}};
  const std::string key = mark_key(7);
  const std::string value = encode_mark(mark);
  Mark back;
  REQUIRE(decode_mark(key, value, back) == MarkStatus::good);
  CHECK(std::tuple(back.segment, back.records, back.heads) == std::tuple(mark.segment, mark.records, mark.heads));
  std::string newer = value;
  newer[0] = static_cast<char>(kFormatVersion + 1);
  CHECK(decode_mark(key, newer, back) == MarkStatus::other_version);
  for (std::size_t bytes = 0; bytes < value.size(); ++bytes) {
    CHECK(decode_mark(key, value.substr(0, bytes), back) == MarkStatus::damaged);
  }
  CHECK(decode_mark(key, value + "x", back) == MarkStatus::damaged);
  CHECK(decode_mark(key_of(1, "a", 1), value, back) == MarkStatus::damaged);
}

}  // namespace
}  // namespace tend::history
