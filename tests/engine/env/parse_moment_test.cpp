// Reading dates and moments.
#include "engine/env/moment.hpp"
#include "engine/env/zone.hpp"
#include "tests/support/test.hpp"

namespace tend::env {
namespace {

std::string day(std::string_view text) {
  const auto read = parse_date(text);
  return read ? format_date(*read) : "refused";
}

std::string at(std::string_view text, const Zone& zone = utc()) {
  const auto read = parse_moment(text, zone);
  return read ? format_moment(*read) : "refused";
}

TEST_CASE("dates are read in the ways people write them") {
  for (const char* text :
       {"2026-03-01", "2026/3/1", "2026/03/01", "2026.3.1", "20260301", "2026年3月1日", "2026年03月01日",
        " 2026-03-01 ", "２０２６-３-１", "２０２６／３／１", "2026年3月1号", "　2026年3月1日　"}) {
    CAPTURE(text);
    CHECK(day(text) == "2026-03-01");
  }
  CHECK(day("1900-01-01") == "1900-01-01");
  CHECK(day("9999-12-31") == "9999-12-31");
  CHECK(day("2024-02-29") == "2024-02-29");
}

TEST_CASE("what is no date is refused") {
  for (const char* text :
       {"",           " ",         "2026-02-30",  "2026-02-29",  "1899-12-31", "2026-13-01",  "2026-00-01",
        "2026-01-00", "2026-3/1",  "26-3-1",      "2026-3",      "2026年3月1", "2026-03-01x", "20260230",
        "2026030",    "202603011", "2026-003-01", "10000-01-01", "2026a3b1c",  "-2026-03-01", "2026-03-01T10:00:00Z",
        "march",      "1.39E+10",  "2026-03-01\n"}) {
    CAPTURE(text);
    CHECK(day(text) == "refused");
  }
}

TEST_CASE("moments with an offset need no zone") {
  CHECK(at("2026-03-01T10:00:00Z") == "2026-03-01T10:00:00Z");
  CHECK(at("2026-03-01T10:00:00z") == "2026-03-01T10:00:00Z");
  CHECK(at("2026-03-01t10:00:00Z") == "2026-03-01T10:00:00Z");
  CHECK(at("2026-03-01T18:00:00+08:00") == "2026-03-01T10:00:00Z");
  CHECK(at("2026-03-01T18:00:00+0800") == "2026-03-01T10:00:00Z");
  CHECK(at("2026-03-01T18:00:00+08") == "2026-03-01T10:00:00Z");
  CHECK(at("2026-03-01 18:00:00 +08:00") == "2026-03-01T10:00:00Z");
  CHECK(at("2026-03-01T04:30:00-05:30") == "2026-03-01T10:00:00Z");
  CHECK(at("2026-03-01T10:00Z") == "2026-03-01T10:00:00Z");
  CHECK(at("20260301T100000Z") == "2026-03-01T10:00:00Z");
  CHECK(at("2026-03-01T10:00:00.25Z") == "2026-03-01T10:00:00.250Z");
  CHECK(at("2026-03-01T10:00:00,25Z") == "2026-03-01T10:00:00.250Z");
  CHECK(at("2026-03-01T10:00:00.123999999Z") == "2026-03-01T10:00:00.123Z");
  CHECK(at("1969-12-31T23:59:59.999Z") == "1969-12-31T23:59:59.999Z");
  CHECK(at("2026-03-01T10:00:00." + std::string(200, '9') + "Z") == "2026-03-01T10:00:00.999Z");
}

TEST_CASE("moments without offset are read on the default zone's clock") {
  const Zone* shanghai = find_zone("Asia/Shanghai");
  const Zone* new_york = find_zone("America/New_York");
  REQUIRE(shanghai != nullptr);
  REQUIRE(new_york != nullptr);
  CHECK(at("2026/3/1 9:05", *shanghai) == "2026-03-01T01:05:00Z");
  CHECK(at("2026-03-01 09:05:30", *shanghai) == "2026-03-01T01:05:30Z");
  CHECK(at("2026-03-01T09:05:30.5", *shanghai) == "2026-03-01T01:05:30.500Z");
  CHECK(at("2026年3月1日 9时5分", *shanghai) == "2026-03-01T01:05:00Z");
  CHECK(at("2026年3月1日9时5分7秒", *shanghai) == "2026-03-01T01:05:07Z");
  CHECK(at("2026年3月1日 9時", *shanghai) == "2026-03-01T01:00:00Z");
  CHECK(at("2026年3月1日 9:05", *shanghai) == "2026-03-01T01:05:00Z");
  CHECK(at("２０２６／３／１　９：０５", *shanghai) == "2026-03-01T01:05:00Z");
  CHECK(at("2026-03-01", *shanghai) == "2026-02-28T16:00:00Z");
  CHECK(at("20260301", *shanghai) == "2026-02-28T16:00:00Z");
  CHECK(at("2026-03-01 09:05:30　", *shanghai) == "2026-03-01T01:05:30Z");
  CHECK(at("2017-03-12 02:30:00", *new_york) == "2017-03-12T07:00:00Z");
  CHECK(at("2017-11-05 01:30", *new_york) == "2017-11-05T05:30:00Z");
}

TEST_CASE("what is no moment is refused") {
  for (const char* text : {"",
                           "10:00",
                           "2026-02-30T10:00:00Z",
                           "2026-02-30 10:00",
                           "2026-03-01T24:00:00Z",
                           "2026-03-01T10:60:00Z",
                           "2026-03-01T10:00:60Z",
                           "2026-03-01T",
                           "2026-03-01T10",
                           "2026-03-01T10:00:00.Z",
                           "2026-03-01T10:00:00ZZ",
                           "2026-03-01T10:00:00+8",
                           "2026-03-01T10:00:00+08:0",
                           "2026-03-01T10:00:00+24:00",
                           "2026-03-0110:00",
                           "2026-03-01 9:5",
                           "2026年3月1日 9时5",
                           "1899-12-31T23:59:59Z",
                           "2026-03-01 09:05:30 Uhr",
                           "2026-03-01T10:00:00 Z x",
                           "1772359200000"}) {
    CAPTURE(text);
    CHECK(at(text) == "refused");
  }
}

TEST_CASE("any bytes are read or refused") {
  std::uint64_t state = 7;
  const std::string_view alphabet =
      "0123456789-/.:TZ+ \xEF\xBC\x91\xE5\xB9\xB4\xE6\x9C\x88\xE6\x97\xA5\xff"
      "abcdef";
  for (int round = 0; round < 200000; ++round) {
    std::string text;
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const std::size_t length = state >> 59;
    for (std::size_t i = 0; i < length; ++i) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      text += alphabet[(state >> 33) % alphabet.size()];
    }
    const auto moment = parse_moment(text, utc());
    // What was read is read again from its printed form.
    if (moment && parse_moment(format_moment(*moment), utc()) != moment &&
        civil(date_of(utc(), *moment)).year >= kYearMin)
      FAIL(text);
  }
}

}  // namespace
}  // namespace tend::env
