// Mirrors dsl/text: places, widths, UTF-8.
#include "dsl/text/source.hpp"

#include "dsl/text/utf8.hpp"
#include "tests/support/test.hpp"

using namespace tend::text;

TEST_CASE("a place counts lines, code points and terminal cells") {
  const std::string text = "a\n  发送 x\n";
  const auto x = static_cast<std::uint32_t>(text.find('x'));
  const Place place = place_of(text, x);
  CHECK(place.line == 2);
  CHECK(place.column == 6);
  CHECK(place.display_column == 8);
  CHECK(place_of(text, 0).line == 1);
  CHECK(place_of(text, static_cast<std::uint32_t>(text.size())).line == 3);
  CHECK(place_of("", 0).column == 1);
  CHECK(place_of("ab", 99).column == 3);
}

TEST_CASE("bytes that are not UTF-8 are one code point and one cell each") {
  CHECK(place_of("\xFF\xFE\x41", 2).column == 3);
  CHECK(place_of("\xFF\xFE\x41", 2).display_column == 3);
  CHECK(display_width("\xE5\x8F") == 2);
}

TEST_CASE("widths: Chinese two, tab one, combining marks none") {
  CHECK(display_width("客户") == 4);
  CHECK(display_width("\t") == 1);
  CHECK(display_width("e\u0301") == 1);
  CHECK(display_width("，") == 2);
}

TEST_CASE("a line comes without its end") {
  CHECK(line_at("a\r\nb\n", 0) == "a");
  CHECK(line_at("a\r\nb\n", 3) == "b");
  CHECK(line_at("a\r\nb\n", 5).empty());
  CHECK(line_at("", 0).empty());
}

TEST_CASE("the table of lines says what place_of says") {
  for (const std::string_view text : {"", "a", "\n", "a\n", "\n\n", "ab\ncd\n\nef", "客\n户\r\n"}) {
    const Lines lines = lines_of(text);
    for (std::uint32_t at = 0; at <= text.size(); ++at) CHECK(line_number(lines, at) == place_of(text, at).line);
  }
}

TEST_CASE("decoding refuses overlong forms, surrogates and cut sequences") {
  CHECK(decode("客", 0).value == U'客');
  CHECK(decode("\xF0\x9F\x8D\xB5", 0).value == 0x1F375);
  for (const char* bad : {"\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80", "\xE5\x8F", "\xF8"})
    CHECK_FALSE(decode(bad, 0).valid);
}

TEST_CASE("names are made of Unicode letters, digits and underscores") {
  CHECK(is_name_start(U'客'));
  CHECK(is_name_start(U'é'));
  CHECK(is_name_start(U'_'));
  CHECK_FALSE(is_name_start(U'1'));
  CHECK_FALSE(is_name_start(U'，'));
  CHECK(is_name_part(U'1'));
  CHECK(is_name_part(U'１'));
  CHECK_FALSE(is_name_part(U'“'));
}
