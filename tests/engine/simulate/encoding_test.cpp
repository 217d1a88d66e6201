// Files as spreadsheets save them: which encoding it is, and what is said when it is none.
#include "engine/simulate/encoding.hpp"

#include "tests/support/test.hpp"

using namespace tend;
using namespace tend::simulate;

namespace {
std::string read(std::string bytes) {
  auto text = to_utf8(std::move(bytes), "people.csv");
  INFO((text ? "" : text.error().message));
  REQUIRE(text);
  return *text;
}
std::string refusal(std::string bytes) {
  auto text = to_utf8(std::move(bytes), "people.csv");
  REQUIRE_FALSE(text);
  CHECK(text.error().code == ErrorCode::invalid);
  return text.error().message;
}
}  // namespace

TEST_CASE("UTF-8 stays, its mark goes") {
  CHECK(read("") == "");
  CHECK(read("id,name\n1,李雷\n") == "id,name\n1,李雷\n");
  CHECK(read("\xef\xbb\xbfid\n") == "id\n");
}

TEST_CASE("GB18030 is found by its bytes") {
  // 编号,姓名 and 李雷, then a four-byte character (U+3400)
  CHECK(read("\xb1\xe0\xba\xc5,\xd0\xd5\xc3\xfb\n1,\xc0\xee\xc0\xd7\n2,\x81\x39\xee\x39\n") ==
        "编号,姓名\n1,李雷\n2,\xe3\x90\x80\n");
  CHECK(read("1,\xa3\xa4"
             "9\n") == "1,￥9\n");
  CHECK(read("\xc1\xaa\xcd\xa8\n") == "联通\n");
}

TEST_CASE("UTF-16 is known by its mark") {
  CHECK(read(std::string("\xff\xfei\0d\0\n\0\x4e\x67\n\0", 12)) == "id\n李\n");
  CHECK(read(std::string("\xfe\xff\0i\0d\0\n\x67\x4e\0\n", 12)) == "id\n李\n");
  CHECK(refusal(std::string("\xff\xfei\0\n\0\x00\xd8i\0", 10)) ==
        "people.csv:2: the file says that it is UTF-16, but here it is not");
}

TEST_CASE("what is no text is refused with its line") {
  CHECK(refusal("id,name\n1,李雷\n2,韩梅\xe6\n3,王芳\n") ==
        "people.csv:3: a broken character in a file that is otherwise UTF-8");
  CHECK(refusal("id\n\xff\xff\n") == "people.csv:2: the file is neither UTF-8 nor GB18030");
  CHECK(refusal(std::string("id\n1\0\n", 6)) ==
        "people.csv:2: a zero byte: this is not a text file, or it is UTF-16 without a byte order mark");
}
