#include "dsl/graph/wrap.hpp"

#include "tests/support/test.hpp"

using tend::graph::wrap;
using Lines = std::vector<std::string>;

TEST_CASE("text is broken at blanks and beside Chinese characters") {
  CHECK(wrap("wait until Monday at 10:00", 12, 9) == Lines{"wait until", "Monday at", "10:00"});
  CHECK(wrap("近三十天至少有三次下单", 10, 9) == Lines{"近三十天至", "少有三次下", "单"});
  CHECK(wrap("把 level 改为“金卡”的客户", 14, 9) == Lines{"把 level 改为", "“金卡”的客户"});
  CHECK(wrap("等到周一，再发送", 8, 9) == Lines{"等到周", "一，再发", "送"});
}

TEST_CASE("what has no place to break is cut, what is too long ends in an ellipsis") {
  CHECK(wrap("abcdefghij", 4, 9) == Lines{"abcd", "efgh", "ij"});
  CHECK(wrap("one two three four five", 5, 2) == Lines{"one", "two…"});
  CHECK(wrap("一二三四五六七八", 4, 2) == Lines{"一二", "三…"});
  CHECK(wrap("", 10, 3).empty());
  CHECK(wrap("   ", 10, 3).empty());
  CHECK(wrap("a\nb", 10, 3) == Lines{"a b"});
  const std::string long_text(1 << 20, 'x');
  CHECK(wrap(long_text, 20, 8).size() == 8);
}
